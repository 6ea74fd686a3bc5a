# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published `requests`, as boards have it frozen: HTTP, and HTTPS if argv[2] says so.

argv[3] and argv[4] are files of CAs, ours and a stranger's.
"""

import gc
import hashlib
import sys

from espat import names

for name, room in (("tls", "tls"), ("ssl", "ssl_micropython")):
    names.put(name, room)

import requests  # noqa: E402

site = sys.argv[2] + "://web.test"


def told(response):
    text = response.status_code, response.text
    response.close()
    return text


print("page", told(requests.get(site + "/short.html")))
print("json", requests.get(site + "/data.json").json())
print("posted", told(requests.post(site + "/json", json={"a": [1, 2], "b": "text"})))
print("put", told(requests.put(site + "/take", data=b"some bytes")))
print("asked", told(requests.get(site + "/asked", headers={"User-Agent": "pico", "X-Mark": "7"})))
print("moved", told(requests.get(site + "/here/far"))[0])
print("missing", told(requests.get(site + "/missing")))

# A body straight into a file.
response = requests.get(site + "/long", stream=True)
buffer = bytearray(1000)
with open("body", "wb") as file:
    while True:
        n = response.raw.readinto(buffer)
        if not n:
            break
        file.write(memoryview(buffer)[:n])
response.close()
sha = hashlib.sha256()
with open("body", "rb") as file:
    while True:
        piece = file.read(1000)
        if not piece:
            break
        sha.update(piece)
print("streamed", "".join([f"{b:02x}" for b in sha.digest()]))

for name in ("nowhere.test", "web.test:81"):
    try:
        requests.get(sys.argv[2] + "://" + name)
    except OSError as e:
        print("nobody", e.errno in (-2, 103, 111))

if sys.argv[2] == "https":
    import socket

    import tls

    for path, host in ((3, "web.test"), (4, "web.test"), (3, "other.test")):
        context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        with open(sys.argv[path], "rb") as file:
            context.load_verify_locations(file.read())
        sock = socket.socket()
        sock.settimeout(20)
        sock.connect(socket.getaddrinfo("web.test", 443)[0][-1])
        try:
            secure = context.wrap_socket(sock, server_hostname=host)
            secure.write(b"GET /short.html HTTP/1.0\r\nHost: web.test\r\n\r\n")
            print("verified", context.verify_mode == tls.CERT_REQUIRED, secure.read()[-12:])
            secure.close()
        except OSError as e:
            print("refused", e.errno)
            sock.close()
gc.collect()
