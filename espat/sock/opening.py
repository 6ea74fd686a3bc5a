# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Opening a TCP or TLS connection: from the link to the end of its CIPSTART.

Loaded for each of its acts, and forgotten.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .. import lazy, mishaps
from ..errors import fail

# What a link is.
_OPEN = const(2)

# Events.
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)

# What a socket is doing.
_CONNECTING = const(1)
_CHECKING = const(2)

# How long CIPSTART may take; a time-out of the socket's is told sooner.
_CONNECT_MS = const(60000)
_HANDSHAKE_MS = const(120000)  # TLS: each of a dozen packets may take 10 s


def dial(sock, kind, host, port, link=-1):
    """Take a link, and send its CIPSTART.

    :param str kind: ``"TCP"`` or ``"SSL"``
    :param int link: one that was taken for it; -1: none was yet
    :raises OSError: ENOMEM, no link is free; EAGAIN, another command is under way
    """
    modem = sock.modem
    if link < 0:
        link = mishaps.take(modem, sock)
    try:
        if modem.typed >> link & 1:
            if lazy.call("calls", "sure", modem, b"+CIPRECVTYPE=", (link, 1)):
                modem.typed &= ~(1 << link)
        modem.turn()
        if modem.owner(link) is not sock:
            raise fail("no_free_link", 5)  # a client of our server has it
        limit = _CONNECT_MS if kind == "TCP" else _HANDSHAKE_MS
        modem.begin(b"+CIPSTART=", (link, kind, host, port), b"", limit, sock, link)
    except BaseException as e:
        if modem.owner(link) is sock:
            # After Ctrl-C it may be on its way all the same.
            modem.give(link, 0 if isinstance(e, Exception) else _OPEN)
        raise
    sock.link = link
    sock.born = modem.links[link + 5]
    sock.peer = (host, port)
    sock.stood = False
    sock.doing = _CONNECTING


def over(sock, doing, code):
    """CIPSTART has ended (doing is _CONNECTING), or the question whether its link stands."""
    modem = sock.modem
    link = sock.link
    if doing == _CHECKING:
        if code == _OK and modem.links[link] != _OPEN:
            if lazy.call("sock.repair", "standing", modem) >> link & 1:
                modem.links[link] = _OPEN
    else:
        sock.words = modem.words
        sock.code = _TIMEOUT if modem.probed and code == _OK else code
        if code == _OK and modem.links[link] != _OPEN:
            # Its CONNECT was lost, or never came: the list of links tells.
            modem.follow(lazy.call("calls", "list_links", modem), (), None, 5000, sock)
            sock.doing = _CHECKING
            return
    mine = modem.links[link] == _OPEN and modem.owner(link) is sock
    if (code == _ERROR and doing == _CONNECTING) or not mine:  # if open: a server's
        sock.link = -1
        if modem.owner(link) is sock:
            # It may stand there, unknown to us.
            modem.give(link, 0 if code == _OK else _OPEN)
