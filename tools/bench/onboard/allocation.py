# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Counts what `recv_into` allocates, the collector off, with a fake module that knows what it takes
# itself. Argument: how many calls. Prints: calls, bytes received, UART reads, bytes of heap.
import gc
import sys

from fake_uart import FakeUart

import espat

ROUND = 250  # calls between two collections, which are not counted

uart = FakeUart()
radio = espat.Radio(uart)
radio.connect("espat", "correct horse")
sock = espat.SocketPool(radio).socket()
sock.settimeout(10)
sock.connect(("192.168.4.1", 80))
sock.send(b"start\n")
buf = bytearray(1460)
calls = received = taken = 0
for _ in range(8):
    sock.recv_into(buf)  # what is made on first use is not part of it


def one_round(count):
    """(bytes received, heap taken by the driver) of so many calls."""
    got = 0
    uart.own = 0
    before = gc.mem_alloc()
    for _ in range(count):
        got += sock.recv_into(buf)
    return got, gc.mem_alloc() - before - uart.own


wanted = int(sys.argv[1])
gc.collect()
gc.disable()
uart.count = True
while calls < wanted:
    got, heap = one_round(ROUND)
    calls += ROUND
    received += got
    taken += heap
    uart.count = False
    gc.collect()
    uart.count = True
print("allocation", calls, received, uart.reads, taken)
