# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: several connections at the same time with asyncio (`circup install asyncio`).

The sockets have a time-out of 0. A call that would have to wait is tried again after `await
asyncio.sleep(0)`, so that other tasks run meanwhile. Put CIRCUITPY_WIFI_SSID and
CIRCUITPY_WIFI_PASSWORD into settings.toml.
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
    """Return what a call returns; repeat it as long as it would have to wait."""
    while True:
        try:
            return function(*args)
        except OSError as e:
            if e.errno not in LATER:
                raise
        await asyncio.sleep(0)


async def fetch(pool, number):
    """Fetch a page over a connection of its own; return how many bytes it has."""
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
    """Do something else meanwhile."""
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
