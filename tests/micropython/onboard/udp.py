# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP: argv[2] is the port of an echo at echo.test, argv[3] ours, where somebody says hello."""

import errno
import select
import socket
import sys

address = socket.getaddrinfo("echo.test", int(sys.argv[2]), 0, socket.SOCK_DGRAM)[0][-1]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(10)
print("sent", sock.sendto(b"one", address))
data, peer = sock.recvfrom(100)
print("came", data, peer == address)
sock.connect(address)
print("sent", sock.send("two"), sock.write(b"three"), sock.write(b"four and more", 4))
print("came", sock.recv(100), sock.read(3), sock.readinto(bytearray(10)))

sock.setblocking(False)
print("nothing", sock.read(10), sock.ioctl(3, 1), sock.ioctl(3, 4))
try:
    sock.recvfrom(10)
except OSError as e:
    print("nothing", e.errno == errno.EAGAIN)
poller = select.poll()
poller.register(sock, select.POLLIN)
sock.send(b"polled")
print("ready", len(poller.poll(10000)), sock.recv(20))
sock.close()
sock.close()

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setblocking(False)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(socket.getaddrinfo("0.0.0.0", int(sys.argv[3]))[0][-1])
print("listening")
poller = select.poll()
poller.register(server, select.POLLIN)
for _ in range(2):
    if not poller.poll(20000):
        print("nobody")
    data, peer = server.recvfrom(100)
    print("got", data)
    server.sendto(b"hello " + data, peer)
poller.poll(200)
server.close()
sock = socket.socket()
sock.settimeout(10)
sock.connect(("echo.test", 7))
sock.write(b"tcp")
print("tcp", sock.read(3))
