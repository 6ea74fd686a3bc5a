# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socket`` as MicroPython has it on boards with Wi-Fi: sockets are streams, and can be polled.

One that must not wait (``setblocking(False)``) waits for nothing, neither the network nor the
module, which does one command at a time: what it wants is begun as soon as the module may be told,
by whichever socket is polled, read or written next. ``write()`` takes up to 8 KB then, as a Pico W
does, and sends them in their turn; a socket that asyncio polls takes bytes when the module has
confirmed them, so that ``drain()`` ends when they have gone.
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
    """The module that all sockets are of."""
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

    A name is asked for by ``AT+CIPDOMAIN``, which is waited for, up to 20 seconds. Where a TCP
    connection is wanted (``type`` is SOCK_STREAM) it is left to the module to find when it
    connects: the address is the name then, nothing is waited for, and ``connect()`` raises if
    nobody has it.

    :raises OSError: (-2, message), the name is not known
    """
    if isinstance(host, (bytes, bytearray)):
        host = str(host, "utf-8")
    if not host:
        host = "0.0.0.0"
    if not isinstance(host, str):
        raise TypeError("getaddrinfo: a name or an address is wanted, as a str or bytes")
    if type != SOCK_STREAM and not host.replace(".", "0").isdigit():
        host = lazy.call("at.essential", "cipdomain", radio().up(), host)
    return [(AF_INET, type or SOCK_STREAM, proto, "", (host, port))]
