# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Programs that ask what a socket is, or derive a class of their own from `socket.socket`, as the
native class of MicroPython lets them.
"""

import asyncio
import io
import select
from socket import *  # noqa: F403

star = socket  # noqa: F405
import socket  # noqa: E402

from espat import names  # noqa: E402

names.put("ssl", "ssl_micropython")
import ssl  # noqa: E402

ECHO, SECURE, DATAGRAMS = 7, 8, 9


class Counting(socket.socket):
    """What is sent is counted."""

    def send(self, data):
        self.count = getattr(self, "count", 0) + 1
        return super().send(data)


class Client(socket.socket):
    """Connects when it is made."""

    def __init__(self, host, port, *kind):
        super().__init__(*kind)
        super().settimeout(20)
        self.host = host
        self.connect(socket.getaddrinfo(host, port)[0][-1])


def are(*things):
    return [isinstance(each, socket.socket) for each in things]


stream = socket.socket()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
secure = socket.socket()
secure.connect(socket.getaddrinfo("echo.test", SECURE)[0][-1])
secure = ssl.wrap_socket(secure)
print("are", are(stream, datagrams, secure))
print("are not", are(5, io.BytesIO(), select.poll()))
print("streams", isinstance(stream, io.IOBase), isinstance(datagrams, io.IOBase))
print("all names", star is socket.socket, AF_INET, SOCK_DGRAM)  # noqa: F405
secure.close()

own = Counting()
print("own", are(own), own.settimeout(20))
own.connect(socket.getaddrinfo("echo.test", ECHO)[0][-1])
print("sent", own.send(b"one"), own.send(b"two"), own.count)
print("read", own.read(3), own.recv(2), own.write(b"\nline\n"))
print("lines", own.readline(), own.readline(), own.makefile("rwb", 0).write(b"x"))
print("option", own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1))
buffer = bytearray(5)
print("into", own.readinto(buffer, 1), buffer[:1])
own.setblocking(False)
print("nothing", own.read(5))
poller = select.poll()
poller.register(own, select.POLLIN | select.POLLOUT)
print("poll", poller.poll(1000)[0][1] == select.POLLOUT)
own.sendall(b"polled")
poller.modify(own, select.POLLIN)
print("poll", poller.poll(20000)[0][1], own.recvfrom(6)[0])
print("closed", own.close(), own.close(), poller.poll(100)[0][1])

client = Client("echo.test", ECHO, socket.AF_INET, socket.SOCK_STREAM)
print("client", client.host, client.write(b"hello"), client.read(5))
client.setblocking(False)


async def stream_of():
    reader, writer = asyncio.StreamReader(client), asyncio.StreamWriter(client, {})
    writer.write(b"by asyncio\n")
    await writer.drain()
    print("asyncio", await reader.readline())
    writer.close()
    await writer.wait_closed()


asyncio.run(stream_of())
other = Client("echo.test", DATAGRAMS, socket.AF_INET, socket.SOCK_DGRAM)
print("udp", other.send(b"five!"), other.recv(9), other.sendto(b"2", ("echo.test", DATAGRAMS)))
other.close()

server = socket.socket()
server.bind(("", 8080))
server.listen(1)
print("serving")
accepted, _ = server.accept()
print("accepted", are(accepted, server), accepted.write(b"bye"))
accepted.close()
server.close()
try:
    Counting(socket.AF_INET, 3)
except OSError as e:
    print("raw", e.errno)
