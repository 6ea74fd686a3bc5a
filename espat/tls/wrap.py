# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``SSLContext.wrap_socket()``. Loaded for it, and forgotten.

A module cannot add TLS to an open connection. MicroPython programs wrap sockets after
``connect()``: if nothing was sent or received, the connection is closed and opened again with TLS.
"""

from .. import lazy
from ..errors import const, fail
from .begin import connect
from .socket import secured

# From __init__.py, which this room must not import.
_PROTOCOL_TLS_CLIENT = const(16)
_PROTOCOL_TLS_SERVER = const(17)


def is_secured(sock):
    """Whether it is a TLS socket."""
    return getattr(sock, "context", None) is not None


def wrap(context, sock, server_side, at_once, name):
    """The TLS socket to use instead of ``sock``: see ``SSLContext.wrap_socket()``."""
    if not hasattr(sock, "shut"):
        raise TypeError("wrap_socket: a socket of a SocketPool is wanted")
    if is_secured(sock):
        raise fail("secured")
    if context.protocol == (_PROTOCOL_TLS_CLIENT if server_side else _PROTOCOL_TLS_SERVER):
        raise fail("protocol")
    if sock.shut:
        raise fail("closed")
    if not server_side and not name and context.check_hostname:
        raise fail("no_name")
    address = _address(sock)
    if address and server_side:
        raise fail("too_late")
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
    """The address a socket is connected or connecting to; None if it is new.

    :raises OSError: EOPNOTSUPP, bytes were sent or received, or it is a server's client
    """
    if sock.link < 0:
        return None
    sock.flush()
    sock.modem.step()
    flowed = sock.used or sock.ring is not None or sock.modem.unread[sock.link]
    if flowed or sock.served or sock.peer is None:
        raise fail("too_late")
    return sock.peer
