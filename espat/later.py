# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Where the rest of a socket is: methods and kinds, by name. Loaded for what is missing."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go
from .modem import fail

_ERR_KIND = const(28)  # of errors.py


def method(cls, socket, name):
    """A method that a socket does not have yet: from now on its class does."""
    let_go("later")
    if name in ("bind", "listen", "accept", "setsockopt"):
        from . import server

        server.lend(cls)
    elif not hasattr(cls, "recv"):
        from . import streams

        streams.lend(cls)
    if not hasattr(cls, name):
        raise AttributeError(name)
    return getattr(socket, name)


def other(radio, family, kind):
    """A socket of another kind than TCP over IPv4."""
    let_go("later")
    if family == 2 and kind == 2:
        from .udp import UdpSocket

        return UdpSocket(radio)
    raise fail(_ERR_KIND)
