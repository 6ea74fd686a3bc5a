# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Joins, connects and streams a body: argv is a terminal device, a host, a port, its length."""

import sys
from binascii import crc32

from pty_uart import PtyUART

import espat


def main(device, host, port, wanted):
    """Read until the peer closes; print the bytes that came and their CRC-32."""
    radio = espat.Radio(PtyUART(device))
    radio.connect("espat", "correct horse")
    socket = espat.SocketPool(radio).socket()
    socket.settimeout(20)
    socket.connect((host, port))
    socket.send(b"%d\n" % wanted)
    buf = bytearray(512)
    view = memoryview(buf)
    total = crc = 0
    while total < wanted:
        n = socket.recv_into(buf)
        if not n:
            break
        crc = crc32(view[:n], crc)
        total += n
    print("streamed", total, crc)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
