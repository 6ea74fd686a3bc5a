# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Opening a connection: taking a link, sending CIPSTART, and waiting for its end.

Loaded for each of these steps, and forgotten.
"""

from .. import lazy
from ..errors import const, fail

# States of a link.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)

# Events.
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)

# What a socket is doing.
_CONNECTING = const(1)
_CHECKING = const(2)

_LINKS = const(5)

# How long CIPSTART may take in the module; the socket's own time-out may be shorter.
_CONNECT_MS = const(60000)
_HANDSHAKE_MS = const(120000)  # TLS: each of a dozen packets may take 10 s


def begin(sock, host, port):
    """Begin a TCP connection; the module must be set up."""
    sock.turn(sock.modem.port.ticks())
    dial(sock, "TCP", host, port)


def is_new(sock, address):
    """True if ``connect()`` has to begin a connection, False if an earlier call has begun it.

    :raises OSError: EISCONN, connected already; EBADF, closed; or the socket was used before
    :raises ValueError: the address is not valid
    """
    if sock.doing:
        sock.modem.step()
        return False
    if sock.shut:
        raise fail("closed")
    if sock.link >= 0 and sock.stood:
        raise fail("connected")
    if sock.link >= 0 or sock.peer is not None:
        return False
    if sock.port or sock.left:
        raise fail("used_before")
    check(address)
    return True


def check(address, host=1, port=1):
    """Check that an address is ``(host, port)``.

    :param int host: the least length of the host; 0: None is allowed, too
    :param int port: the lowest port allowed
    :raises ValueError: it is not valid
    """
    try:
        name = address[0] or ""
        if isinstance(name, (str, bytes)) and host <= len(name) <= 64:
            if port <= address[1] | 0 < 65536:
                return
    except (TypeError, LookupError):  # `| 0`: a float is no port
        pass
    raise fail("bad_address")


def rest(sock):
    """Wait for the end of a ``connect()`` that did not wait, whether it succeeds or fails.

    :raises OSError: EAGAIN or ETIMEDOUT, as set by ``settimeout()``
    """
    since = sock.modem.port.ticks()
    sock.modem.step()
    while sock.doing:
        sock.rest(since, "the connection")


def stands(sock, since):
    """Wait for the end of a connect that was begun; another socket's call may have seen it.

    :returns: None if the connection is open, else the exception to raise
    :raises OSError: EALREADY or ETIMEDOUT, as set by ``settimeout()``
    """
    while sock.doing:
        if sock.timeout == 0:
            raise fail("connecting")
        sock.rest(since, "the connection")
    if sock.link < 0:
        host, port = sock.peer or ("", 0)
        sock.peer = None
        return lazy.call("sock.repair", "refusal", sock, host, port)
    sock.stood = True
    return None


def take(modem, owner):
    """Take a free link for a socket, the highest one, since the module gives low ones to clients
    of its server.

    :raises OSError: ENOMEM, all five are in use
    """
    best = -1
    for link in range(_LINKS):
        state = modem.links[link]
        if state == _FREE or _LOST_RESTART <= state <= _LOST_WIFI:
            if best < 0 or not modem.doubt >> link & 1:
                best = link
    if best < 0:
        best = lazy.call("sock.repair", "spare", modem)
    modem.take(best, owner, _OPENING)
    return best


def dial(sock, kind, host, port, link=-1):
    """Take a link and send CIPSTART for it.

    :param str kind: ``"TCP"`` or ``"SSL"``
    :param int link: a link that was taken for it before; -1: take one now
    :raises OSError: ENOMEM, no link is free; EAGAIN, another command is under way
    """
    modem = sock.modem
    if link < 0:
        link = take(modem, sock)
    try:
        if modem.typed >> link & 1:
            for _ in lazy.call("calls", "passive", modem, link):
                modem.rest()
        modem.turn()
        if modem.owner(link) is not sock:
            raise fail("no_free_link", 5)  # the module gave it to a client of our server
        modem.links[link] = _OPENING  # what was heard of it before was not of this connection
        limit = _CONNECT_MS if kind == "TCP" else _HANDSHAKE_MS
        modem.begin(b"+CIPSTART=", (link, kind, host, port), b"", limit, sock, link)
    except BaseException as e:
        if modem.owner(link) is sock:
            # After Ctrl-C, CIPSTART may have been sent all the same.
            modem.give(link, 0 if isinstance(e, Exception) else _OPEN)
        raise
    sock.link = link
    sock.peer = (host, port)
    sock.stood = False
    sock.doing = _CONNECTING


def over(sock, doing, code):
    """CIPSTART has ended (doing is _CONNECTING), or the list of links that was asked for after it
    (doing is _CHECKING).
    """
    modem = sock.modem
    link = sock.link
    if link < 0:
        return  # the module gave it to a client of our server meanwhile
    if doing == _CHECKING:
        if code == _OK and modem.links[link] != _OPEN:
            links = lazy.call("sock.repair", "open_links", modem)
            if links < 0:  # a damaged answer: ask once more
                if modem.reply is None:
                    _ask(sock, b"+CIPSTAT")
                    return
                code = _ERROR
            elif links >> link & 1:
                modem.links[link] = _OPEN
    else:
        sock.words = modem.words
        sock.code = _TIMEOUT if modem.probed and code == _OK else code
        if code == _OK and modem.links[link] != _OPEN:
            # CONNECT was lost, or never came: the list of links shows which.
            _ask(sock, None)
            return
    mine = modem.links[link] == _OPEN and modem.owner(link) is sock
    # A link that is open after ERROR belongs to a client of the server.
    if (code == _ERROR and doing == _CONNECTING) or not mine:
        sock.link = -1
        if modem.owner(link) is sock:
            # It may be open in the module, though no notice of that was received.
            modem.give(link, 0 if code == _OK else _OPEN)


def _ask(sock, reply):
    """Ask for the list of links, to see whether this socket's link is open."""
    modem = sock.modem
    modem.follow(lazy.call("calls", "list_links", modem), (), reply, 5000, sock)
    sock.doing = _CHECKING
