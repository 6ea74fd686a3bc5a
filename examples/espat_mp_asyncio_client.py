# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: fetch three pages at the same time with asyncio, while another task keeps running.

Copy your board's file of boards/ to the board as espat_board.py; put SSID and PASSWORD into
secrets.py.
"""

import espat_board  # makes the modules network and socket available

import asyncio
import time

import network
import secrets

HOST, PATH = "wifitest.adafruit.com", "/testwifi/index.html"


async def join():
    """Join the network; other tasks run meanwhile."""
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    if not wlan.isconnected():
        wlan.connect(secrets.SSID, secrets.PASSWORD)
    while not wlan.isconnected():
        if wlan.status() < 0:
            raise RuntimeError("cannot join %s: status %d" % (secrets.SSID, wlan.status()))
        await asyncio.sleep_ms(50)
    print("I am", wlan.ifconfig()[0])


async def fetch():
    """Fetch a page; return how many bytes it has."""
    reader, writer = await asyncio.wait_for(asyncio.open_connection(HOST, 80), 20)
    try:
        head = "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (PATH, HOST)
        writer.write(head.encode())
        await writer.drain()
        count = 0
        while True:
            data = await asyncio.wait_for(reader.read(512), 20)
            if not data:
                return count
            count += len(data)
    finally:
        writer.close()
        await writer.wait_closed()


async def beat(stalls):
    """Run every 20 ms, as for a lamp or a sensor, and note how late each run was, in ms."""
    while True:
        then = time.ticks_ms()
        await asyncio.sleep_ms(20)
        stalls.append(time.ticks_diff(time.ticks_ms(), then) - 20)


async def main():
    await join()
    stalls = []
    beating = asyncio.create_task(beat(stalls))
    print("Bytes:", await asyncio.gather(fetch(), fetch(), fetch()))
    beating.cancel()
    print("%d beats, the latest %d ms late" % (len(stalls), max(stalls)))


asyncio.run(main())
