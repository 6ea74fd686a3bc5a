"""The other end of a WebSocket: who gives back what comes, and who asks."""

import base64
import contextlib
import hashlib
import os
import socket
import struct

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def _accept(key):
    return base64.b64encode(hashlib.sha1(key + _GUID).digest())


def _head(file):
    """The first line of a head, and its fields."""
    first = file.readline()
    fields = {}
    while (line := file.readline()).strip():
        name, value = line.split(b":", 1)
        fields[name.strip().lower()] = value.strip()
    return first, fields


def _read(file):
    """A frame: what it is, and its payload; None at the end."""
    head = file.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 127
    if size == 126:
        (size,) = struct.unpack(">H", file.read(2))
    mask = file.read(4) if head[1] & 128 else bytes(4)
    return head[0] & 15, bytes(byte ^ mask[i & 3] for i, byte in enumerate(file.read(size)))


def _frame(what, payload, mask=None):
    size = len(payload)
    length = bytes([size]) if size < 126 else struct.pack(">BH", 126, size)
    if mask is None:
        return bytes([128 | what]) + length + payload
    masked = bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
    return bytes([128 | what, length[0] | 128]) + length[1:] + mask + masked


def echo(client):
    """Serve one: for `Peer`."""
    file = client.makefile("rwb")
    _, fields = _head(file)
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + _accept(fields[b"sec-websocket-key"]) + b"\r\n\r\n"
    )
    while frame := _read(file):
        what, payload = frame
        client.sendall(_frame(PONG if what == PING else what, payload))
        if what == CLOSE:
            break


class Client:
    """Somebody who asks a server on a port of loopback."""

    def __init__(self, port, path=b"/"):
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._file = self._socket.makefile("rb")
        key = base64.b64encode(os.urandom(16))
        self._socket.sendall(
            b"GET %s HTTP/1.1\r\nHost: board\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % (path, key)
        )
        first, fields = _head(self._file)
        assert b" 101 " in first, first
        assert fields[b"sec-websocket-accept"] == _accept(key)

    def say(self, text):
        self._socket.sendall(_frame(TEXT, text.encode(), os.urandom(4)))

    def hear(self):
        what, payload = _read(self._file)
        return payload.decode() if what == TEXT else payload

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.sendall(_frame(CLOSE, struct.pack(">H", 1000), os.urandom(4)))
        self._socket.settimeout(5)
        with contextlib.suppress(OSError):  # a board may end without an answer to that
            while (frame := _read(self._file)) and frame[0] != CLOSE:
                pass
        self._file.close()
        self._socket.close()
