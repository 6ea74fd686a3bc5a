# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""asyncio streams with TLS: by the module (argv[2] is "module"), or on the host by the `ssl` that
is built in, over our socket. argv[3] is the CA's file, argv[4:] certificate and key of our server.
"""

import asyncio
import sys

from beat import Beat

if sys.argv[2] == "module":
    from espat import names

    for name, room in (("tls", "tls"), ("ssl", "ssl_micropython")):
        names.put(name, room)
import ssl


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def trusting():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=contents(sys.argv[3]))
    return context


async def fetch(context, name):
    reader, writer = await asyncio.open_connection(
        "web.test", 443, ssl=context, server_hostname=name
    )
    try:
        writer.write(b"GET /ten HTTP/1.0\r\nHost: web.test\r\n\r\n")
        await writer.drain()
        while await reader.readline() != b"\r\n":
            pass
        return len(await reader.readexactly(10000))
    finally:
        writer.close()
        await writer.wait_closed()


async def serve(reader, writer):
    line = await reader.readline()
    writer.write(line.upper())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    over.set()


over = asyncio.Event()


async def main():
    beat = Beat()
    print("fetched", await fetch(trusting(), "web.test"))
    print("two", await asyncio.gather(fetch(trusting(), "web.test"), fetch(trusting(), "web.test")))
    try:
        print("fetched", await fetch(trusting(), "other.test"))
    except (OSError, ValueError) as e:
        print("refused", type(e).__name__)
    if sys.argv[2] == "host":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(contents(sys.argv[4]), contents(sys.argv[5]))
        server = await asyncio.start_server(serve, "0.0.0.0", 8443, ssl=context)
        print("serving")
        await over.wait()
        await asyncio.sleep_ms(100)
        server.close()
        await server.wait_closed()
    print("stall", beat.told())


asyncio.run(main())
