# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``SSLContext.wrap_socket()``. Loaded for it, and let go of.

A module cannot make a TLS connection of one that stands. One on which nothing was sent or received
is closed and opened anew: what MicroPython's programs do, who wrap after ``connect()``.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import fail
from .tls import PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, is_secured, secured

_CIPSTATE = const(7)  # a capability
_OPEN = const(2)

# Numbers of errors.py and tlserrors.py.
_ERR_CLOSED = const(16)
_ERR_NAMELESS = const(65)
_ERR_FLOWED = const(82)
_ERR_TWICE = const(83)
_ERR_PROTOCOL = const(84)


def wrap(context, sock, server_side, at_once, name):
    """The TLS socket in place of ``sock``: see ``SSLContext.wrap_socket()``."""
    if is_secured(sock):
        raise fail(_ERR_TWICE)
    wrong = PROTOCOL_TLS_CLIENT if server_side else PROTOCOL_TLS_SERVER
    if context.protocol == wrong:
        raise fail(_ERR_PROTOCOL)
    if sock._shut:
        raise fail(_ERR_CLOSED)
    if server_side:
        from .tlsserver import wrap as made

        made = made(context, sock)
    else:
        if name is not None and not name:
            name = None
        if name is None and context.check_hostname:
            raise fail(_ERR_NAMELESS)
        where = _address(sock)
        made = secured(type(sock))(sock.radio)
        made.name = name
        made.context = context
        if where:
            sock.close()
            made.where = where
    made.timeout = sock.timeout
    let_go("wrapping")
    if made.where and at_once and made.timeout != 0:
        made.state()
    return made


def _address(sock):
    """Where a socket is connected to, or about to be; None for a new one.

    :raises OSError: EOPNOTSUPP, bytes have flowed, or it came from a server
    """
    where = sock.__dict__.get("later")  # a face that puts connecting off
    if where:
        sock.later = None
        return where
    link = sock.link
    if link < 0:
        return None
    modem = sock.modem
    modem.step()
    if "used" in sock.__dict__ or sock.held > 0 or sock.ring is not None or modem.held[link]:
        raise fail(_ERR_FLOWED)
    # The command that opened it is often the last one that was sent.
    words = bytes(modem._buf[: modem._n]).split(b'"')
    if words[0] == b"AT+CIPSTART=%d," % link and len(words) == 5 and words[4][1:].isdigit():
        return str(words[3], "ascii"), int(words[4][1:])
    if sock.doing:
        raise fail(_ERR_FLOWED)
    name = b"+CIPSTATE?" if modem.can >> _CIPSTATE & 1 else b"+CIPSTATUS"
    for line in run(modem, name, (), name.rstrip(b"?") + b":%d," % link):
        row = line[line.find(b":") + 1 :].split(b",")
        if len(row) > 5 and row[3].isdigit() and row[5] == b"0":
            return str(row[2].strip(b'"'), "ascii"), int(row[3])
    raise fail(_ERR_FLOWED)
