# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP: argv[2] is the port of an echo at echo.test, argv[3] ours, where somebody says hello."""

import errno
import select
import socket
import sys

address = socket.getaddrinfo("echo.test", int(sys.argv[2]), 0, socket.SOCK_DGRAM)[0][-1]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(2)


def asked(send, receive, wanted):
    """What send() gave, and what came of it. Datagrams may be lost: then it is sent again."""
    while True:
        sent = send()
        try:
            while True:
                came = receive()
                if came == wanted:
                    return sent, came
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise


print(
    "to", asked(lambda: sock.sendto(b"one", address), lambda: sock.recvfrom(100), (b"one", address))
)
sock.connect(address)
print("send", asked(lambda: sock.send("two"), lambda: sock.recv(100), b"two"))
print("write", asked(lambda: sock.write(b"three"), lambda: sock.read(3), b"thr"))
print("part", asked(lambda: sock.write(b"four and", 4), lambda: sock.readinto(bytearray(9)), 4))

sock.setblocking(False)
print("nothing", sock.read(10), sock.ioctl(3, 1), sock.ioctl(3, 4))
try:
    sock.recvfrom(10)
except OSError as e:
    print("nothing", e.errno == errno.EAGAIN)
poller = select.poll()
poller.register(sock, select.POLLIN)
sock.send(b"polled")
while not poller.poll(2000):
    sock.send(b"polled")
print("ready", sock.recv(20))
sock.close()
sock.close()

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setblocking(False)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(socket.getaddrinfo("0.0.0.0", int(sys.argv[3]))[0][-1])
print("listening")
poller = select.poll()
poller.register(server, select.POLLIN)
got = []
while len(got) < 2 and poller.poll(20000):
    data, peer = server.recvfrom(100)
    if data not in got:
        got.append(data)
    server.sendto(b"hello " + data, peer)
print("got", got)
poller.poll(200)
server.close()
sock = socket.socket()
sock.settimeout(10)
sock.connect(("echo.test", 7))
sock.write(b"tcp")
print("tcp", sock.read(3))
