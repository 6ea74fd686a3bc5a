# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Beginning TLS connections: the steps up to CIPSTART, the wait for the handshake, and connections
that were put off until the first use. Loaded for each of these, and forgotten.
"""

import errno

from .. import lazy
from ..calls import do, oserror, up
from ..errors import const, fail
from ..sock import opening

_LEAST = const(10)  # seconds that a handshake gets: the firmware waits so long for each packet
_TRIES = const(3)  # how often a connect is begun if the module restarts meanwhile


def begin(sock, host, port):
    """See ``TLSSocket._open()``."""
    left = _TRIES
    while True:
        up(sock)
        modem = sock.modem
        before = modem.restarts
        left -= 1
        try:
            sock.turn(modem.port.ticks())
            return do(sock, _connecting(sock, host, port))
        except OSError:
            if modem.restarts == before or not left:
                raise


def _connecting(sock, host, port):
    wants = lazy.call("tls.prepare", "Wants", sock, host)
    yield from oserror(ready(sock, wants))
    opening.dial(sock, "SSL", wants.host, port, wants.link)
    sock.dialed = sock.modem.port.ticks()


def ready(sock, wants):
    """Make the module ready for a connection, in steps: see stepwise.py.

    :param wants: see prepare.py
    """
    modem = sock.modem
    if wants.auth & 2:
        yield from lazy.call("tls.prepare", "set_clock", modem)
        if wants.ca is None:
            wants.ca = yield from lazy.call("tls.certificates", "roots", modem, True)
        wants.ca = yield from _provide(modem, wants.ca, "client_ca")
    if wants.auth & 1:
        wants.pki = yield from _provide(modem, wants.pki, "client_cert", "client_key")
    yield from lazy.call("tls.prepare", "prepare", sock, wants)


def _provide(*args):
    return lazy.call("tls.certificates", "provide", *args)


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
        do(sock, lazy.call("tls.texts", "unconnected", sock, failure, host, port))


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
