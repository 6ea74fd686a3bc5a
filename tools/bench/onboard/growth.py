# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Longer and longer bodies, more and more requests, on a fake module. Arguments: the longest body in
# bytes, the most requests. Prints for each: what, how many, microseconds, heap in use behind it.
import gc
import sys
import time

from fake_uart import FakeUart

import espat

radio = espat.Radio(FakeUart())
radio.connect("espat", "correct horse")
pool = espat.SocketPool(radio)
buf = bytearray(1460)
view = memoryview(buf)


def body(length):
    """Read a body of so many bytes."""
    with pool.socket() as sock:
        sock.settimeout(10)
        sock.connect(("192.168.4.1", 80))
        sock.send(b"start\n")
        while length:
            length -= sock.recv_into(view, min(length, len(buf)))


def requests(count):
    """A connection, a request, its answer, the end; so many times."""
    for _ in range(count):
        body(len(buf))


def timed(what, act, most):
    """By powers of ten up to the most."""
    count = 1000 if act is body else 1
    while count <= most:
        start = time.ticks_us()
        act(count)
        took = time.ticks_diff(time.ticks_us(), start)
        gc.collect()
        print("growth", what, count, took, gc.mem_alloc())
        count *= 10


body(1000)  # what is made on first use is not growth
timed("body", body, int(sys.argv[1]))
timed("requests", requests, int(sys.argv[2]))
