# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published chumicro_ntp and chumicro_websockets: a client of ws.test, and a server."""

from chumicro_ntp import NTPClient
from chumicro_sockets import listener, udp_socket
from chumicro_sockets.sockets_factory import connector_factory
from chumicro_timing import ticks_ms
from chumicro_websockets import WebSocketClient, WebSocketServer


def until(true, *parts):
    end = ticks_ms() + 20000
    while not true() and ticks_ms() < end:
        now = ticks_ms()
        for part in parts:
            if part.check(now):
                part.handle(now)


sock = udp_socket()
sock.setblocking(False)
clock = NTPClient(sock, server="pool.ntp.org")
asked = clock.query()
until(lambda: asked.done, clock)
print("time", asked.unix_seconds > 1700000000)
clock.close()

client = WebSocketClient(connector_factory())
client.connect("ws://ws.test:80/chat")
until(lambda: client.state == "open", client)
for text in ("hello", "x" * 3000):
    got = []
    client.on_text = got.append
    client.send_text(text)
    until(lambda: got, client)  # noqa: B023
    print("back", got == [text])
client.close()
until(lambda: client.state == "closed", client)

closed = []


def came(connection):
    connection.on_text = lambda text: connection.send_text(text + "!")
    connection.on_close = lambda *_: closed.append(1)


server = WebSocketServer(listener(host="0.0.0.0", port=8765), came)
print("serving")
until(lambda: closed, server)
end = ticks_ms() + 500  # what it answers to that is on its way
until(lambda: ticks_ms() > end, server)
print("over", len(closed))
