# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published micropython_websockets: a client of ws.test, then a server that gives back."""

import asyncio

from micropython_websockets import websockets


async def echo(ws):
    async for message in ws:
        await ws.send(message)


async def main():
    async with websockets.connect("ws://ws.test:80/chat") as ws:
        for message in ("hello", bytes(range(256)), "x" * 3000):
            await ws.send(message)
            print("back", await ws.recv() == message)
        print("ping", await ws.ping() is not False)
    async with websockets.serve(echo, "0.0.0.0", 8765):
        print("serving")
        while True:
            await asyncio.sleep(1)


asyncio.run(main())
