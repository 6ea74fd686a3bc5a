# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What programs do that are not on the package index, call by call: argv[2] says whose calls.

They are ntptime, aiohttp, tinyweb, mqtt_as and webrepl in the foreground. Nothing here is theirs.
"""

import asyncio
import socket
import struct
import sys
import time

from espat import names

names.put("ssl", "ssl_micropython")
names.put("tls", "tls")


def ntptime():
    query = bytearray(48)
    query[0] = 0x1B
    address = socket.getaddrinfo("pool.ntp.org", 123)[0][-1]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(5)
        print("sent", sock.sendto(query, address))
        answer = sock.recv(48)
    finally:
        sock.close()
    print("time", struct.unpack("!I", answer[40:44])[0] - 2208988800 > 1700000000)


async def aiohttp():
    for port, ssl in ((80, None), (443, True)):
        reader, writer = await asyncio.open_connection("web.test", port, ssl=ssl)
        await writer.awrite(b"GET /ten HTTP/1.0\r\nHost: web.test\r\n\r\n")
        print((await reader.readline()).split(None, 2)[1])
        while await reader.readline() not in (b"", b"\r\n"):
            pass
        print("body", len(await reader.read(-1)))
        await reader.aclose()
        await asyncio.sleep(0)


async def answer(reader, writer):
    async def head():
        line = await reader.readline()
        while await reader.readline() not in (b"", b"\r\n"):
            pass
        return line.split()[1]

    try:
        path = await asyncio.wait_for(head(), 3)
        await writer.awrite("HTTP/1.0 200 MSG\r\n" + "Content-Length: 3000\r\n" + "\r\n")
        for _ in range(3):
            await writer.awrite((path.decode() * 1000)[:1000])
    except asyncio.TimeoutError:
        print("time-out")
    finally:
        await writer.aclose()


def listen():
    """A generator, as a task of asyncio may be: it gives way wherever it waits."""
    address = socket.getaddrinfo("0.0.0.0", 80, 0, socket.SOCK_STREAM)[0][-1]
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    sock.listen(16)
    print("serving")
    while True:
        yield asyncio.core._io_queue.queue_read(sock)
        client, _ = sock.accept()
        client.setblocking(False)
        streams = asyncio.StreamReader(client), asyncio.StreamWriter(client, {})
        asyncio.get_event_loop().create_task(answer(*streams))


def tinyweb():
    loop = asyncio.get_event_loop()
    task = loop.create_task(listen())  # noqa: F841, RUF006
    loop.run_forever()


async def put(sock, data):
    data = memoryview(data)
    while data:
        n = sock.write(data)
        if n:
            data = data[n:]
        await asyncio.sleep_ms(0)


async def get(sock, count):
    buffer = memoryview(bytearray(count))
    size = 0
    while size < count:
        n = sock.readinto(buffer[size:], count - size)
        if n == 0:
            raise OSError(-1, "closed")
        size += n or 0
        await asyncio.sleep_ms(0)
    return bytes(buffer)


async def mqtt_as():
    import ssl

    import network

    station = network.WLAN(network.STA_IF)
    station.active(True)
    station.config(pm=0xA11140)
    station.disconnect()
    station.connect("espat", "correct horse")
    while station.status() in (1, 2):
        await asyncio.sleep_ms(50)
    print("joined", station.isconnected())
    for port, secure in ((7, False), (8, True)):
        sock = socket.socket()
        sock.setblocking(False)
        try:
            sock.connect(socket.getaddrinfo("echo.test", port)[0][-1])
        except OSError as e:
            print("connect", e.args[0] == 115)
        await asyncio.sleep_ms(0)
        if secure:
            sock = ssl.wrap_socket(sock, server_hostname="echo.test")
        for size in (1, 2, 5, 3000):
            await put(sock, bytes(size))
        print("back", await get(sock, 3008) == bytes(3008))
        sock.write(b"\xe0\0")
        await asyncio.sleep_ms(100)
        sock.close()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect(("198.51.100.2", 9))
    await put(sock, b"thirty-two bytes")
    print("udp", await get(sock, 16))
    sock.close()


def webrepl():
    import binascii
    import hashlib

    import websocket

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("0.0.0.0", 8266)[0][4])
    listener.listen(1)
    try:
        listener.setsockopt(socket.SOL_SOCKET, 20, print)
    except OSError as e:
        print("in the background", e.errno)
    print("serving")
    client, _ = listener.accept()
    head = client.makefile("rwb", 0)
    key = line = head.readline()
    while line != b"\r\n":
        line = head.readline()
        if line.startswith(b"Sec-WebSocket-Key"):
            key = line.split(b":", 1)[1].strip()
    digest = hashlib.sha1(key)
    digest.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    client.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
    client.send(b"Connection: Upgrade\r\nSec-WebSocket-Accept: ")
    client.send(binascii.b2a_base64(digest.digest())[:-1])
    client.send("\r\n\r\n")
    ws = websocket.websocket(client, True)
    client.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, 20, print)
    line = b""
    while not line.endswith(b"\n"):
        byte = ws.read(1)
        line += byte or b""
    for piece in (b">>> ", line[:3], line[3:], b"x" * 300):  # as a terminal is written to
        ws.write(piece)
    end = time.ticks_add(time.ticks_ms(), 1000)
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        ws.read(1)
    client.close()
    listener.close()
    print("over")


task = {
    "ntptime": ntptime,
    "aiohttp": aiohttp,
    "tinyweb": tinyweb,
    "mqtt_as": mqtt_as,
    "webrepl": webrepl,
}[sys.argv[2]]
if sys.argv[2] in ("aiohttp", "mqtt_as"):
    asyncio.run(task())
else:
    task()
