# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""asyncio streams as a client: argv[2:] are ports of echo.test: an echo, three lines, nobody, one
who accepts and says nothing.
"""

import asyncio
import sys

from beat import Beat

ECHO, LINES, NOBODY, SILENT = [int(port) for port in sys.argv[2:6]]


async def talk(number, size):
    """Send and get back so many bytes, over a connection of our own."""
    data = bytes([(number * 31 + i * 7 + i // 251) & 255 for i in range(size)])
    reader, writer = await asyncio.open_connection("echo.test", ECHO)
    writer.write(data)
    await writer.drain()
    same = await reader.readexactly(size) == data
    writer.close()
    await writer.wait_closed()
    return same


async def lines():
    reader, writer = await asyncio.open_connection("echo.test", LINES)
    writer.write("go")
    await writer.drain()
    found = [
        await reader.readline(),
        await reader.readline(),
        await reader.read(),
        await reader.read(),
    ]
    writer.close()
    await writer.wait_closed()
    return found


async def refused(host, port):
    try:
        reader, _ = await asyncio.open_connection(host, port)
        return await reader.read(1)
    except OSError as e:
        return "OSError", e.errno


async def cut(what, coroutine, seconds):
    """A wait that is cut short."""
    try:
        await asyncio.wait_for(coroutine, seconds)
        print(what, "not cut")
    except asyncio.TimeoutError:
        print(what, "cut")


async def cuts():
    """Cancelled inside each await."""
    await cut("connect", asyncio.open_connection("echo.test", ECHO), 0)
    await cut("connect", asyncio.open_connection("echo.test", ECHO), 0.001)
    reader, writer = await asyncio.open_connection("echo.test", SILENT)
    await cut("read", reader.read(10), 0.1)
    await cut("readline", reader.readline(), 0.05)
    await cut("readexactly", reader.readexactly(3), 0.05)
    writer.write(bytes(5000))
    await cut("drain", writer.drain(), 0.001)
    writer.close()
    await writer.wait_closed()
    # What was cut off has left nothing behind.
    print("after", await talk(9, 3000))


async def main():
    beat = Beat()
    print("five", await asyncio.gather(*[talk(number, 2000) for number in range(5)]))
    print("more", await asyncio.gather(*[talk(number, 500) for number in range(5)]))
    print("lines", await lines())
    print("refused", await refused("echo.test", NOBODY))
    for _ in range(4):
        await cuts()
    print("stall", beat.told())
    print("beats", beat.count > 20)


asyncio.run(main())
