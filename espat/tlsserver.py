# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A TLS server: ``wrap_socket(sock, server_side=True)``, then bind, listen and accept as ever.

ESP32 alone. The module has one certificate for its server, number 0, and one CA for its clients'.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go
from .modem import fail
from .server import _Client
from .tls import CERT_REQUIRED, secured

_DATES = const(23)  # capabilities
_SSLSERVER = const(25)

# Numbers of tlserrors.py.
_ERR_FLOWED = const(82)
_ERR_DEMO = const(85)
_ERR_NO_SERVER = const(86)
_ERR_NO_CLIENT_CA = const(90)


def wrap(context, sock):
    """A socket to listen with TLS, in place of one that may be bound already."""
    if sock.link >= 0:
        raise fail(_ERR_FLOWED)
    made = secured(type(sock))(sock.radio)
    made.context = context
    made._port = sock.__dict__.get("_port", 0)
    made.kind = secured(_Client)
    made.listen = lambda backlog=1: _listen(made, backlog)
    return made


def _listen(sock, backlog):
    """``AT+CIPSERVER=1,<port>,"SSL",<ca>``, with what it shows in the module.

    :raises OSError: EOPNOTSUPP, no TLS server; EINVAL, no certificate, or no CA for clients; else
        as without TLS
    """
    from .server import listen

    modem = sock.radio.up()
    context = sock.context
    if not modem.can >> _SSLSERVER & 1:
        from .firmware import name

        let_go("firmware")
        raise fail(_ERR_NO_SERVER, name(modem.firmware))
    verify = context.ca is not None and context.verify_mode == CERT_REQUIRED
    if context._verify == CERT_REQUIRED and not verify:
        raise fail(_ERR_NO_CLIENT_CA)
    if context.pki is None:
        raise fail(_ERR_DEMO)
    sock.tail = ("SSL", int(verify))
    sock.prepare = lambda: _prepare(modem, context, verify)
    listen(sock, backlog)


def _prepare(modem, context, verify):
    """Before it listens, again after a restart: the clock, and what it shows and trusts."""
    from .handshake import this_run

    now = this_run(modem)
    if verify and modem.can >> _DATES & 1 and not now["dated"]:
        from .dates import see_to

        see_to(modem)
        now["dated"] = True
    if not isinstance(context.pki, int):
        from . import store

        store.keep_server(modem, context.pki, context.ca if verify else None)
        store.done()
    let_go("handshake")
