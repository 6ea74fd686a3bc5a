# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""An asyncio task in an await when something happens to the module: what it gets, and how others
fare. argv[2] says which await, argv[3] how often a new connection is tried behind it.
"""

import asyncio
import sys
import time

from beat import Beat


async def reading(reader, writer):
    while True:
        writer.write(b"question\n")
        await writer.drain()
        if not await reader.readline():
            return


async def listening(reader, writer):
    print("waiting")
    await reader.readexactly(100)


async def connecting(reader, writer):
    while True:
        _, other = await asyncio.open_connection("echo.test", 7)
        await other.drain()
        other.write(b"x")
        await other.drain()
        other.close()
        await other.wait_closed()


async def main():
    beat = Beat()
    streams = await asyncio.open_connection("echo.test", 7)
    streams[1].write(b"first\n")
    await streams[1].drain()
    print((await streams[0].readline()).decode().strip())
    print("begun")
    before = time.ticks_ms()
    try:
        await {"read": reading, "listen": listening, "connect": connecting}[sys.argv[2]](*streams)
        print("ended")
    except OSError as e:
        print("OSError", e.errno, str(e)[:200])
    print("after", time.ticks_diff(time.ticks_ms(), before))
    count = beat.count
    await asyncio.sleep_ms(200)
    print("beats", beat.count > count + 10)
    streams[1].close()
    await streams[1].wait_closed()
    # And again, as soon as it can.
    for _ in range(int(sys.argv[3])):
        try:
            reader, writer = await asyncio.open_connection("echo.test", 7)
            writer.write(b"again\n")
            await writer.drain()
            line = await reader.readline()
            if line:
                print("line", line)
                break
        except OSError as e:
            print("still", e.errno)
            await asyncio.sleep_ms(300)
    print("stall", beat.told())


asyncio.run(main())
