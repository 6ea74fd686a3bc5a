# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connecting TLS sockets: the wait for the handshake; connections that were put off. Loaded for
each, and forgotten.
"""

import errno

from .. import lazy
from ..errors import fail
from ..parser import const
from ..sock import opening

_LEAST = const(10)  # seconds that a handshake gets: what firmware gives each of its packets


def handshake(sock):
    """Wait until what was begun has ended, 10 s from CIPSTART on if the socket's time-out is less.

    :raises OSError: ECONNABORTED, and the likely causes; else as ``Socket.connect()``
    """
    host, port = sock.peer or ("", 0)
    patience = sock.timeout
    if patience:
        sock.timeout = max(patience, _LEAST)
    try:
        failure = opening.stands(sock, sock.dialed)
    finally:
        sock.timeout = patience
    if failure is not None:
        sock.failure = lazy.call("tls.texts", "unconnected", sock, failure, host, port)
        raise sock.failure


def connect(sock):
    """Of a TLS socket without a link: connect it if that was put off, else say why it has none.

    :raises OSError: EAGAIN, it must not wait for it; else as ``TLSSocket.connect()``
    """
    later = sock.later
    if later is None:
        if sock.failure is not None:
            raise sock.failure
        if sock.peer is not None:
            sock.connect(sock.peer)
        return
    sock.later = None
    try:
        sock.connect(later)
    except OSError as e:
        if e.errno == errno.EINPROGRESS:
            raise fail("waiting", "the connection")
        if sock.link < 0 and sock.failure is None:
            sock.later = later  # not begun: the modem was busy, or it cannot be done
        raise
