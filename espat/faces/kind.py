# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socket.socket``: the class that programs call, use with ``isinstance()`` and derive from; and
what its TCP and UDP sockets have in common.
"""

try:
    from io import IOBase
except ImportError:  # then nothing can be polled
    IOBase = object

from ..errors import fail
from ..parser import const
from ..sock.base import LinkSocket
from . import turns

STAYS = True

# Requests of ioctl().
_POLL = const(3)
_CLOSE = const(4)
_EINVAL = const(22)

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


class Polled(socket):
    """A TCP or UDP socket that can be polled. With a time-out of 0 its work is done in steps."""

    setblocking = LinkSocket.setblocking  # not that of `socket`, which comes first in the bases
    settimeout = LinkSocket.settimeout

    # Of its steps, see turns.py:
    alone = False  # they allow no command of another socket between them
    last = False  # they go on although it is closed
    passed = -1  # the link of the socket that came before the next one

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ioctl(self, request, argument):
        """The requests that ``select``, ``asyncio`` and ``ssl`` make: 3 is POLL, 4 is CLOSE.

        CLOSE may come during garbage collection: it allocates nothing, and the link is closed
        later. Any other request returns -EINVAL.
        """
        if request == _CLOSE:
            self._drop()
            return 0
        if request == _POLL:
            return self._poll(argument)
        return -_EINVAL

    def chores(self):
        """As ``LinkSocket.chores()``; it also waits for steps that allow no other command."""
        return turns.is_held(self) or LinkSocket.chores(self)

    def _raise_fault(self):
        """Raise the error that no call was waiting for, if there is one."""
        fault = self.fault
        if fault is not None:
            self.fault = None
            raise fault

    def makefile(self, mode="rb", buffering=0, **_):
        """The socket itself, which is a stream."""
        return self
