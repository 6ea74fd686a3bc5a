# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""MicroPython: a web server with asyncio, which counts its visitors; it prints its address.

Copy your board's file of boards/ to the board as espat_board.py; put SSID and PASSWORD into
secrets.py.
"""

import espat_board  # makes the modules network and socket available

import asyncio

import network
import secrets

PORT = 80

visits = 0


async def serve(reader, writer):
    """Serve one visitor."""
    global visits
    try:
        line = await asyncio.wait_for(reader.readline(), 10)
        while await asyncio.wait_for(reader.readline(), 10) not in (b"\r\n", b""):
            pass
        if line:
            visits += 1
            body = "<h1>Visit %d</h1>" % visits
            head = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
            writer.write((head % len(body) + body).encode())
            await writer.drain()
    except (OSError, asyncio.TimeoutError) as e:
        print("a visitor went away:", e)
    finally:
        writer.close()
        await writer.wait_closed()


async def main():
    wlan = network.WLAN(network.WLAN.IF_STA)
    wlan.active(True)
    if not wlan.isconnected():
        wlan.connect(secrets.SSID, secrets.PASSWORD)
    while not wlan.isconnected():
        if wlan.status() < 0:
            raise RuntimeError("cannot join %s: status %d" % (secrets.SSID, wlan.status()))
        await asyncio.sleep_ms(50)
    server = await asyncio.start_server(serve, "0.0.0.0", PORT)
    print("http://%s:%d" % (wlan.ifconfig()[0], PORT))
    await server.wait_closed()


asyncio.run(main())
