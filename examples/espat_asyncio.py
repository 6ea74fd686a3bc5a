# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connections at once in CircuitPython, with its asyncio library (`circup install asyncio`).

The sockets never wait: what would have to is tried again after `await asyncio.sleep(0)`, so that
other tasks run meanwhile. In settings.toml: CIRCUITPY_WIFI_SSID, CIRCUITPY_WIFI_PASSWORD.
"""

import asyncio
import errno
import os

import socketpool
import wifi

HOST = "wifitest.adafruit.com"
REQUEST = b"GET /testwifi/index.html HTTP/1.0\r\nHost: wifitest.adafruit.com\r\n\r\n"
LATER = errno.EAGAIN, errno.EINPROGRESS, errno.EALREADY


async def tried(function, *args):
    """What a call gives; it is tried again for as long as it would have to wait."""
    while True:
        try:
            return function(*args)
        except OSError as e:
            if e.errno not in LATER:
                raise
        await asyncio.sleep(0)


async def fetch(pool, number):
    """A page, over a connection of our own: how many bytes it had."""
    buffer = bytearray(512)
    total = 0
    with pool.socket(pool.AF_INET, pool.SOCK_STREAM) as sock:
        sock.setblocking(False)
        await tried(sock.connect, (HOST, 80))
        sent = 0
        while sent < len(REQUEST):
            sent += await tried(sock.send, REQUEST[sent:])
        while True:
            n = await tried(sock.recv_into, buffer)
            if n == 0:
                break
            total += n
    print("Page", number, "has", total, "bytes")
    return total


async def blink(beats):
    """Something else to do."""
    while True:
        beats.append(1)
        await asyncio.sleep(0.01)


async def main():
    beats = []
    blinking = asyncio.create_task(blink(beats))
    pool = socketpool.SocketPool(wifi.radio)
    await asyncio.gather(*[fetch(pool, number) for number in range(3)])
    blinking.cancel()
    print("Blinked", len(beats), "times meanwhile")


wifi.radio.connect(os.getenv("CIRCUITPY_WIFI_SSID"), os.getenv("CIRCUITPY_WIFI_PASSWORD"))
asyncio.run(main())
