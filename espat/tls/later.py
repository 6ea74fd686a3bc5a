# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connecting a TLS socket whose connection was put off. Loaded for it, and forgotten."""

import errno

from ..errors import fail


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
