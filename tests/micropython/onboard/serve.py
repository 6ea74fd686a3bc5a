# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""asyncio.start_server: an echo of lines on port 8080 until a client says "end"."""

import asyncio

from beat import Beat

over = asyncio.Event()
served = []


async def serve(reader, writer):
    peer = writer.get_extra_info("peername")
    served.append(peer)
    if not peer[0].startswith("127.") or not peer[1]:
        print("peer", peer)
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(line.upper())
        await writer.drain()
        if line == b"end\n":
            over.set()
            break
    writer.close()
    await writer.wait_closed()


async def main():
    beat = Beat()
    server = await asyncio.start_server(serve, "0.0.0.0", 8080)
    print("serving")
    await over.wait()
    await asyncio.sleep_ms(100)
    server.close()
    await server.wait_closed()
    print("served", len(served))
    # Once more, on another port.
    over.clear()
    server = await asyncio.start_server(serve, "0.0.0.0", 8081)
    print("serving again")
    await over.wait()
    server.close()
    await server.wait_closed()
    print("stall", beat.told())


asyncio.run(main())
