# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Five pages at once through one module, in turns. CPython and MicroPython run the same lines."""

import hashlib


def five(radio, host, pages):
    """[(bytes of the body, SHA-256)] of so many pages, asked for at the same time."""
    import espat

    pool = espat.SocketPool(radio)
    ways = []
    for i in range(pages):
        sock = pool.socket()
        sock.settimeout(20)
        sock.connect((host, 80))
        sock.send(b"GET /%d HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (i, host.encode()))
        ways.append([sock, 0, hashlib.sha256()])
    for way in ways:
        while way[0].readline().strip():
            pass  # the head
    buffer = bytearray(1000)
    view = memoryview(buffer)
    open_ways = list(ways)
    while open_ways:
        for way in list(open_ways):
            n = way[0].recv_into(buffer)
            way[1] += n
            way[2].update(view[:n])
            if not n:
                way[0].close()
                open_ways.remove(way)
    hexadecimal = "".join
    return [(way[1], hexadecimal([hex(256 + b)[3:] for b in way[2].digest()])) for way in ways]
