# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``SSLContext.wrap_socket()``. Loaded for it, and forgotten.

A module cannot make a TLS connection of one that stands. One on which nothing was sent or received
is closed and opened anew: what MicroPython's programs do, who wrap after ``connect()``.
"""

from .. import lazy
from ..errors import fail
from ..parser import const
from .later import connect
from .socket import secured

# Of __init__.py, which stands above this.
_PROTOCOL_TLS_CLIENT = const(16)
_PROTOCOL_TLS_SERVER = const(17)


def is_secured(sock):
    """Whether it is a TLS socket."""
    return getattr(sock, "context", None) is not None


def wrap(context, sock, server_side, at_once, name):
    """The TLS socket in place of ``sock``: see ``SSLContext.wrap_socket()``."""
    if not hasattr(sock, "shut"):
        raise TypeError("wrap_socket: a socket of a SocketPool is wanted")
    if is_secured(sock):
        raise fail("secured_already")
    if context.protocol == (_PROTOCOL_TLS_CLIENT if server_side else _PROTOCOL_TLS_SERVER):
        raise fail("wrong_protocol")
    if sock.shut:
        raise fail("closed")
    if not server_side and not name and context.check_hostname:
        raise fail("name_missing")
    address = _address(sock)
    if address and server_side:
        raise fail("bytes_flowed")
    kind = type(sock)
    kind = lazy.call("tls.server", "listening", kind) if server_side else secured(kind)
    made = kind(sock.radio)
    made.context = context
    made.timeout = sock.timeout
    if server_side:
        made.port = sock.port
        return made
    made.name = name or None
    if address:
        sock.close()
        made.later = address
        if at_once and made.timeout != 0:
            connect(made)
    return made


def _address(sock):
    """Where a socket is connected to, or about to be; None for a new one.

    :raises OSError: EOPNOTSUPP, bytes have flowed, or it came from a server
    """
    if sock.link < 0:
        return None
    sock.flush()
    sock.modem.step()
    flowed = sock.used or sock.ring is not None or sock.modem.unread[sock.link]
    if flowed or sock.served or sock.peer is None:
        raise fail("bytes_flowed")
    return sock.peer
