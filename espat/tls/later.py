# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connecting TLS sockets: the wait for the handshake, and connections that were put off until the
first use. Loaded for each of these, and forgotten.
"""

import errno

from .. import lazy
from ..errors import fail
from ..parser import const
from ..sock import opening

_LEAST = const(10)  # seconds that a handshake gets: the firmware waits so long for each packet


def handshake(sock):
    """Wait for the end of the handshake, until at least 10 s after CIPSTART, even if the socket's
    time-out is shorter.

    :raises OSError: ECONNABORTED, with the likely causes; else as ``Socket.connect()``
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
    """Connect a TLS socket without a link, if that was put off; else raise why it has none.

    :raises OSError: EAGAIN, its time-out is 0, and it is connecting; else as
        ``TLSSocket.connect()``
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
            sock.later = later  # not begun: the modem was busy, or the module cannot do it
        raise
