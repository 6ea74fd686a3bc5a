# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socket.socket``: the class that programs call, use with ``isinstance()`` and derive from."""

try:
    from io import IOBase
except ImportError:  # then nothing can be polled
    IOBase = object

from ..errors import fail

STAYS = True

makers = {}  # functions that make a socket, by (family, type): filled by socket.py


def made(af=2, type=1, proto=0):
    """Make a socket of a family and type.

    :raises OSError: EOPNOTSUPP, there is no such kind
    """
    maker = makers.get((af, type))
    if maker is None:
        raise fail("sock_kind")
    return maker()


def _handed_on(name):
    def method(self, *args):
        return getattr(self.own, name)(*args)

    return method


class socket(IOBase):
    """A TCP or a UDP socket: ``socket(af=AF_INET, type=SOCK_STREAM, proto=0)``.

    It returns a ``Stream`` or a ``Datagram``, which derive from it. An object of a class that a
    program derives from it has such a socket, ``own``, and passes all calls on to it.

    :raises OSError: EOPNOTSUPP, another kind
    """

    def __new__(cls, *args, **names):
        if cls is socket:
            return made(*args, **names)
        return super().__new__(cls)

    def __init__(self, *args, **names):
        self.own = made(*args, **names)

    def ioctl(self, request, argument):
        """As ``Stream.ioctl()``. It allocates nothing."""
        return self.own.ioctl(request, argument)

    accept = _handed_on("accept")
    bind = _handed_on("bind")
    close = _handed_on("close")
    connect = _handed_on("connect")
    listen = _handed_on("listen")
    makefile = _handed_on("makefile")
    read = _handed_on("read")
    readinto = _handed_on("readinto")
    readline = _handed_on("readline")
    recv = _handed_on("recv")
    recvfrom = _handed_on("recvfrom")
    send = _handed_on("send")
    sendall = _handed_on("sendall")
    sendto = _handed_on("sendto")
    setblocking = _handed_on("setblocking")
    setsockopt = _handed_on("setsockopt")
    settimeout = _handed_on("settimeout")
    write = _handed_on("write")
