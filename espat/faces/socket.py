# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socket`` as MicroPython has it on boards with Wi-Fi: sockets are streams, and can be polled.

A socket with ``setblocking(False)`` waits neither for the network nor for the module, which does
one command at a time. Its commands are begun when the module is free and any socket is polled, read
or written. ``write()`` takes up to 8 KB then, as on a Pico W, and they are sent when it is their
turn. With a socket that asyncio polls, bytes count as taken when the module has confirmed them, so
that ``drain()`` ends when they are sent.
"""

from .. import held, lazy
from .kind import makers, socket  # noqa: F401

STAYS = True

AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 1
SO_REUSEADDR = 4
SO_KEEPALIVE = 8
SO_BROADCAST = 32
TCP_NODELAY = 1
IP_ADD_MEMBERSHIP = 0x400
MSG_PEEK = 1
MSG_DONTWAIT = 2


def radio():
    """The radio that all sockets use."""
    return held.radio or lazy.call("board", "shared")


def _stream():
    from .stream import Stream

    return Stream(radio())


def _datagram():
    from .datagram import Datagram

    return Datagram(radio())


makers[AF_INET, SOCK_STREAM] = _stream
makers[AF_INET, SOCK_DGRAM] = _datagram


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    """``[(AF_INET, type, proto, "", (host, port))]``.

    A name is resolved by ``AT+CIPDOMAIN``; the call waits for that, up to 20 seconds. But if
    ``type`` is SOCK_STREAM, the module resolves the name when it connects: then the name itself is
    returned as address, the call does not wait, and ``connect()`` raises if the name is unknown.

    :raises OSError: (-2, message), the name is unknown
    """
    if isinstance(host, (bytes, bytearray)):
        host = str(host, "utf-8")
    if not host:
        host = "0.0.0.0"
    if not isinstance(host, str):
        raise TypeError("getaddrinfo: a name or an address is wanted, as a str or bytes")
    if type != SOCK_STREAM and not host.replace(".", "0").isdigit():
        host = lazy.call("faces.turns", "resolve", radio(), host)
    return [(AF_INET, type or SOCK_STREAM, proto, "", (host, port))]
