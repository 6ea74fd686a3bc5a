# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Does one thing over and over, for its instructions to be counted. Arguments: what; how often; and
# "floor" for the same with no driver. Prints how many bytes came or went.
import sys

from fake_uart import FakeUart
from scripted import Scripted

import espat
from espat.port import Port

what = sys.argv[1]
times = int(sys.argv[2])
driver = len(sys.argv) < 4
LINE = b"x" * 39 + b"\n"


def reply(n):
    """What a module says that was asked for so many bytes."""
    page = LINE * (n // 40 + 1)
    return b"+CIPRECVDATA:%d,%s\r\nOK\r\n" % (n, page[:n])


if what == "send":
    replies = (b"\r\nOK\r\n\r\n>", b"\r\nRecv 16 bytes\r\n\r\nSEND OK\r\n")
else:
    replies = (reply(1460 if what in ("large", "pieces") else 512),)
uart = Scripted(replies, 64 if what == "pieces" else 2048)
radio = espat.Radio(FakeUart(), rx_size=2048)
radio.connect("espat", "correct horse")
sock = espat.SocketPool(radio).socket()
sock.settimeout(10)
sock.connect(("192.168.4.1", 80))
modem = radio.modem
modem.step()
modem.port = Port(uart)
modem.unread[sock.link] = 100000000
big = bytearray(1460)


def recv1(n):
    """``recv(1)``; the floor is a function that returns a byte of a buffer."""
    recv = sock.recv if driver else lambda size: bytes(big[:size])
    got = 0
    for _ in range(n):
        got += len(recv(1))
    return got


def recv32(n):
    """``recv(32)``."""
    recv = sock.recv if driver else lambda size: bytes(big[:size])
    got = 0
    for _ in range(n):
        got += len(recv(32))
    return got


def readline(n):
    """``readline()``, lines of 40 bytes."""
    line = sock.readline if driver else lambda: bytes(big[:40])
    got = 0
    for _ in range(n):
        got += len(line())
    return got


def read(n):
    """``recv_into()`` of 1460 bytes; the floor reads them from the UART."""
    got = 0
    view = memoryview(big)
    for _ in range(n):
        if driver:
            got += sock.recv_into(big)
            continue
        uart.write(b"")
        while True:
            some = uart.any()
            if not some:
                break
            got += uart.readinto(view, some if some < 1460 else 1460)
    return got


def send(n):
    """``send()`` of 16 bytes; the floor writes twice and reads twice."""
    data = b"x" * 16
    got = 0
    view = memoryview(big)
    for _ in range(n):
        if driver:
            got += sock.send(data)
            continue
        for _ in range(2):
            uart.write(data)
            uart.readinto(view, uart.any())
        got += 16
    return got


run = {"byte": recv1, "small": recv32, "line": readline, "send": send}.get(what, read)
print("done", run(times))
