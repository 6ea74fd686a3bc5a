# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published async_websocket_client, which writes without a look whether there is room."""

import asyncio

from async_websocket_client import AsyncWebsocketClient


async def main():
    client = AsyncWebsocketClient()
    print("open", await client.handshake("ws://ws.test:80/chat"))
    for message in ("hello", "x" * 300, "y" * 1500):
        await client.send(message)
        print("back", await client.recv() == message)
    await client.close()


asyncio.run(main())
