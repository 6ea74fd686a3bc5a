# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published uhttp: its client, of web.test, then its server, for argv[2] requests."""

import sys

import select_of_pico

sys.modules["select"] = select_of_pico
import uhttp.client  # noqa: E402
import uhttp.server  # noqa: E402

client = uhttp.client.HttpClient("http://web.test")
for _ in range(3):
    print("nothing", client.get("/nothing").wait().status)
client.close()
client = uhttp.client.HttpClient("http://web.test")
try:
    print(client.get("/short.html").wait().data)
except TypeError as e:
    # Its readers of bodies delete parts of a bytearray, which no MicroPython can.
    print("body", "item deletion" in str(e))
client.close()

server = uhttp.server.HttpServer(port=8080)
print("serving")
left = int(sys.argv[2])
while left:
    request = server.wait()
    if request:
        left -= 1
        if request.path == "/ten":
            request.respond(bytes(10000))
        else:
            request.respond({"path": request.path, "method": request.method, "data": request.data})
for _ in range(20):
    server.wait(0.05)
server.close()
print("over")
