# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The stream protocol, call by call: argv[2] is the echo's port, argv[3] one that says three lines
and closes, argv[4] how the module receives.
"""

import errno
import gc
import select
import socket
import sys
import time

import micropython

ECHO, LINES = int(sys.argv[2]), int(sys.argv[3])
POLL, CLOSE, FILENO = 3, 4, 10


def connected(port):
    sock = socket.socket()
    sock.settimeout(20)
    sock.connect(socket.getaddrinfo("echo.test", port)[0][-1])
    return sock


def until(sock, wanted):
    end = time.ticks_add(time.ticks_ms(), 20000)
    while not sock.ioctl(POLL, wanted) & wanted:
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            raise OSError(errno.ETIMEDOUT, "never ready")


def what(function, *args):
    """What a call gives, or the number of the OSError that it raises."""
    try:
        return function(*args)
    except OSError as e:
        return e.errno


sock = connected(ECHO)
print("ioctl", sock.ioctl(FILENO, 0) < 0, sock.ioctl(11, 0) < 0, sock.ioctl(1, 0) < 0)
print("write", sock.write("text"), sock.write(b"cut off", 3), sock.write(b"from the middle", 5, 3))
print("read", sock.read(4), sock.read(6))
sock.sendall(bytearray(b"all"))
print("send", sock.send(memoryview(b"more")), sock.read(7))

sock.setblocking(False)
print("nothing", sock.read(1), sock.read(), sock.readinto(bytearray(3)), sock.readline())
print("nothing", what(sock.recv, 5) == errno.EAGAIN)
print("ready", sock.ioctl(POLL, 1), sock.ioctl(POLL, 4), sock.ioctl(POLL, 5))

# Poll allocates nothing as long as nothing comes.
sock.ioctl(POLL, 5)
gc.collect()
gc.disable()
poll = sock.ioctl
before = gc.mem_alloc()
for _ in range(1000):
    poll(POLL, 5)
print("allocated", gc.mem_alloc() - before)
gc.enable()

# What is given to write() may be changed at once.
data = bytearray(b"given up")
taken = sock.write(data)
data[:] = b"........"
until(sock, 4)
print("taken", taken or sock.write(b"given up"))
until(sock, 1)
print("partial", sock.read(5), sock.read(100), sock.read(100))

# Written one after the other, with no look whether the one before has gone.
print("row", sock.write(b"one"), sock.write(b"two", -1), sock.write(b"-three", 1, -1))
row = b""
while len(row) < 11:
    row += sock.read(11) or b""
print("row", row)
# As much as there is room for; how much that is tells how far the module is. (A module that pushes
# what it receives could not be kept from pushing all that.)
if sys.argv[4] == "passive":
    taken = [sock.send(bytes(5000)), sock.send(bytes(5000)), sock.write(bytes(9000))]
    taken.append(sock.write(bytes(9000)) or 0)
    print("full", taken[:2], taken[2] in (6144, 8192), taken[3] in (0, 2048, 6144, 8192))
    back = 0
    while back < sum(taken):
        back += len(sock.read(1000) or b"")

# Where asyncio is used a stream that is polled wants the same bytes again.
import asyncio  # noqa: E402, F401

until(sock, 4)
print("put off", sock.write(b"one"))
print("others", what(sock.write, b"two") in (None, errno.EIO))
until(sock, 4)
print("others", what(sock.write, b"two"))
until(sock, 1)
sock.close()
print("closed", sock.ioctl(POLL, 5), what(sock.read, 1) == errno.EBADF)
sock.close()

sock = connected(LINES)
sock.write(b"x")
print("lines", sock.readline(), sock.readline(4), sock.readline(), sock.readline(), sock.readline())
print("end", sock.read(3), sock.read(), sock.recv(3), sock.readinto(bytearray(2)))
sock.setblocking(False)
print("end", sock.read(3), sock.read(), sock.readline(), sock.ioctl(POLL, 1))
sock.close()

sock = connected(LINES)
sock.write(b"x")
print("all", sock.makefile("rwb", 0).read())
sock.close()

# Closed while garbage is collected: no heap to be had.
sock = connected(ECHO)
closed = None
micropython.heap_lock()
closed = sock.ioctl(CLOSE, 0)
micropython.heap_unlock()
print("locked", closed, sock.ioctl(POLL, 1))
other = connected(ECHO)
other.write(b"done")
print(other.read(4))
other.close()

sock = socket.socket()
print("new", what(sock.read, 1) == errno.ENOTCONN, sock.ioctl(POLL, 4))
poller = select.poll()
poller.register(sock, select.POLLIN)
print("new", len(poller.poll(10)))
