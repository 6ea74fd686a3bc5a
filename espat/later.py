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


def lend(cls, name):
    """Give a class of sockets a method that it does not have yet, if there is such a one."""
    let_go("later")
    if name not in ("bind", "listen", "accept", "setsockopt"):
        raise AttributeError(name)
    from . import server

    server.lend(cls)


def other(radio, family, kind):
    """A socket of another kind than TCP over IPv4."""
    let_go("later")
    if family == 2 and kind == 2:
        from .udp import UdpSocket

        return UdpSocket(radio)
    raise fail(_ERR_KIND)
