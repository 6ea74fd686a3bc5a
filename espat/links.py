# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Links by hand: opening, closing, what stands. Loaded when one is needed; sockets do without.

``link`` is 0 to 4, or None for the form of single-link mode (``cipmux(modem, 0)``), which the radio
never uses by itself. A link that was opened here is left alone by sockets until ``cipclose()``.

Every function raises ``ATError`` where the module refuses the command, and ``OSError``: ETIMEDOUT
(no answer), ECONNRESET (it restarted), EOPNOTSUPP (the firmware lacks it), EIO (garbled reply).
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import address, ask, fields, garbled, link_first, need, number, shortest, text
from .command import run
from .modem import fail

_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
# Capabilities.
_CIPSTATE = const(7)
_ESPAT = const(9)
_STARTEX = const(10)
_TCPOPT = const(13)
_KEEP = const(16)
_TIMED = const(17)

_CONNECT_MS = const(60000)
_HANDSHAKE_MS = const(120000)  # TLS: each of a dozen packets may take 10 s
_ERR_COMMAND = const(32)  # of errors.py


def cipstatus(modem):
    """``AT+CIPSTATUS``: (status, rows). All families.

    :returns: status: 2 joined, 3 links open, 4 links closed, 5 not joined, 0 and 1 (ESP-AT) not
        started; it is known to lie, ``cwstate_query()`` does not. Rows: (link, type, address,
        remote port, local port, 1 if the module is the server)
    Source: reference, CIPSTATUS.
    """
    status = None
    rows = []
    for line in run(modem, b"+CIPSTATUS", (), None):
        if line.startswith(b"STATUS:"):
            status = fields(b"+CIPSTATUS", line, "d")[0]
        elif line.startswith(b"+CIPSTATUS:"):
            rows.append(_row(b"+CIPSTATUS", line))
    if status is None:
        raise garbled(b"+CIPSTATUS", b"")
    return status, rows


def cipstate_query(modem):
    """``AT+CIPSTATE?``: the rows of ``cipstatus()``. ESP-AT 2.3. Source: dialects.md 1, row 1."""
    need(modem, _CIPSTATE, "AT+CIPSTATE")
    return [_row(b"+CIPSTATE", line) for line in run(modem, b"+CIPSTATE?", (), b"+CIPSTATE:")]


def _row(name, line):
    row = fields(name, line, "dssdd")[:6]
    return tuple(row + [None] * (6 - len(row)))


def cipstart(modem, link, kind, host, port, keep_alive=None, local=None, timeout=None):
    """``AT+CIPSTART=[<link>,]"<kind>","<host>",<port>[,<keep_alive>][,"<local>"][,<timeout>]``.

    :param str kind: ``"TCP"`` or ``"SSL"``; from ESP-AT 2.2 on ``"TCPv6"``, ``"SSLv6"`` too
    :param str host: name or address, 1 to 64 bytes
    :param int port: 1 to 65535
    :param int keep_alive: seconds, 1 to 7200; 0: none
    :param str local: the module's own address to be used, where it has several. ESP-AT
    :param int timeout: ms, 0 to 60000. ESP-AT 4.1
    :raises ATError: refused: no such host, nobody listens, or the link is in use
    All families. Source: reference, CIPSTART; dialects.md 1, row 3.
    """
    tail = _tail(modem, kind, ("TCP", "SSL", "TCPv6", "SSLv6"), host, port)
    tail += _ends(modem, (_kept(keep_alive),), local, timeout)
    _start(modem, link, shortest(link_first(link, tail)))


def cipstart_udp(modem, link, host, port, local_port=None, mode=None, local=None, timeout=None):
    """``AT+CIPSTART=[<link>,]"UDP","<host>",<port>[,<local_port>,<mode>][,"<local>"][,<timeout>]``.

    :param str host: the peer; 224.0.0.0 to 239.255.255.255 sends and receives multicast,
        255.255.255.255 broadcast
    :param int port: 1 to 65535
    :param int local_port: 1 to 65535; ``mode`` needs it
    :param int mode: 0: the peer does not change; 1: it may change once, to whoever sends first;
        2: to whoever sends
    :param str local: the module's own address. ESP-AT
    :param int timeout: ms, 0 to 60000. ESP-AT 4.1
    All families. Source: reference, CIPSTART, UDP.
    """
    tail = _tail(modem, "UDP", ("UDP",), host, port) + _udp(modem, local_port, mode, local, timeout)
    _start(modem, link, shortest(link_first(link, tail)))


def cipstartex(modem, kind, host, port, keep_alive=None, local=None, timeout=None):
    """``AT+CIPSTARTEX="<kind>",...``: ``cipstart()`` on a link that the module chooses. ESP-AT 2.0.

    :returns: the link
    Five links only. Source: reference, CIPSTARTEX; dialects.md 1, row 4.
    """
    need(modem, _STARTEX, "AT+CIPSTARTEX")
    tail = _tail(modem, kind, ("TCP", "SSL", "TCPv6", "SSLv6"), host, port)
    return _startex(modem, tail + _ends(modem, (_kept(keep_alive),), local, timeout))


def cipstartex_udp(modem, host, port, local_port=None, mode=None, local=None, timeout=None):
    """``AT+CIPSTARTEX="UDP",...``: ``cipstart_udp()`` on a link that the module chooses.

    ESP-AT 2.0.

    :returns: the link
    Source: reference, CIPSTARTEX.
    """
    need(modem, _STARTEX, "AT+CIPSTARTEX")
    tail = _tail(modem, "UDP", ("UDP",), host, port)
    return _startex(modem, tail + _udp(modem, local_port, mode, local, timeout))


def _tail(modem, kind, kinds, host, port):
    if kind not in kinds:
        raise ValueError("kind: one of %s is wanted" % ", ".join(kinds))
    return kind, text("host", host, 1, 64), number("port", port, 1, 65535)


def _kept(keep_alive):
    return None if keep_alive is None else number("keep_alive", keep_alive, 0, 7200)


def _udp(modem, local_port, mode, local, timeout):
    if local_port is not None:
        number("local_port", local_port, 1, 65535)
    if mode is not None:
        number("mode", mode, 0, 2)
        if local_port is None:
            raise ValueError("mode: local_port must be given with it")
    return _ends(modem, (local_port, mode), local, timeout)


def _ends(modem, middle, local, timeout):
    """The parameters that only newer firmware takes; older parsers refuse surplus ones."""
    if local is not None:
        need(modem, _ESPAT, "a local address in AT+CIPSTART")
        address("local", local)
    if timeout is not None:
        need(modem, _TIMED, "a time-out in AT+CIPSTART")
        number("timeout", timeout, 0, 60000)
    return middle + (local, timeout)


def _start(modem, link, args):
    modem.turn()
    modem.compose(b"+CIPSTART=", args)  # a bad argument must not cost the link
    if link is None:
        run(modem, b"+CIPSTART=", args, b"", _time(args))
        return
    before = modem.links[link]
    if before == _FREE:
        _taken(modem, link)
    try:
        run(modem, b"+CIPSTART=", args, b"", _time(args))
    except BaseException:
        if before == _FREE:
            modem.links[link] = _FREE
        raise
    if modem.links[link] != _OPEN:  # NonOS: an SSL connect can fail with CLOSED, and OK
        modem.links[link] = _FREE
        raise fail(_ERR_COMMAND, b"+CIPSTART=", 3, b"OK, but not CONNECT", _CONNECT_MS)


def _time(args):
    """How long it may take, ms."""
    return _HANDSHAKE_MS if "SSL" in args or "SSLv6" in args else _CONNECT_MS


def _taken(modem, link):
    modem.links[link] = _OPENING
    modem.links[link + 5] = (modem.links[link + 5] + 1) & 255
    modem.owners[link] = None
    modem.held[link] = 0


def _startex(modem, args):
    args = shortest(args)
    modem.turn()
    modem.compose(b"+CIPSTARTEX=", args)
    free = [link for link in range(5) if modem.links[link] == _FREE]
    for link in free:  # one of them it will be
        _taken(modem, link)
    try:
        run(modem, b"+CIPSTARTEX=", args, b"", _time(args))
    finally:
        opened = [link for link in free if modem.links[link] == _OPEN]
        for link in free:
            if modem.links[link] == _OPENING:
                modem.links[link] = _FREE
    if len(opened) > 1:  # a client came to the server meanwhile
        ours = [row[0] for row in cipstatus(modem)[1] if not row[5]]
        opened = [link for link in opened if link in ours]
    if not opened:
        raise garbled(b"+CIPSTARTEX", b"no CONNECT")
    return opened[-1]


def cipclose(modem, link=None):
    """``AT+CIPCLOSE=<link>``, or ``AT+CIPCLOSE`` in single-link mode. All families.

    :param int link: 0 to 4; 5: all; None: the one there is
    :raises ATError: it was not open
    Source: reference, CIPCLOSE.
    """
    try:
        if link is None:
            run(modem, b"+CIPCLOSE")
        else:
            run(modem, b"+CIPCLOSE=", (number("link", link, 0, 5),))
    finally:
        for each in range(5):
            if link in (each, 5) and modem.owners[each] is None:
                modem.links[each] = _FREE
                modem.held[each] = 0


def cifsr(modem):
    """``AT+CIFSR``: what addresses the module has, a dict. All families.

    :returns: ``{"STAIP": "192.168.1.50", "STAMAC": "02:..."}``, and ``APIP``, ``APMAC`` where the
        soft-AP is on (NonOS: in mode 2 and 3)
    Source: reference, CIFSR; dialects.md 1, row 8.
    """
    found = {}
    for line in run(modem, b"+CIFSR", (), b"+CIFSR:"):
        row = fields(b"+CIFSR", line, "ss")
        found[row[0]] = row[1]
    return found


def cipmux(modem, mode):
    """``AT+CIPMUX=<mode>``: 0 one link, 1 five links. The radio and its sockets need 1.

    All families.

    :raises ATError: links are open, a server runs, or passthrough mode is set
    Source: reference, CIPMUX.
    """
    run(modem, b"+CIPMUX=", (number("mode", mode, 0, 1),))


def cipmux_query(modem):
    """``AT+CIPMUX?``: 0 or 1. All families. Source: reference, CIPMUX."""
    return ask(modem, b"+CIPMUX", "d")[0]


def cipmode(modem, mode):
    """``AT+CIPMODE=<mode>``: 0 normal, 1 passthrough, which needs a single link. All families.

    Source: reference, CIPMODE.
    """
    run(modem, b"+CIPMODE=", (number("mode", mode, 0, 1),))


def cipmode_query(modem):
    """``AT+CIPMODE?``: 0 or 1. All families. Source: reference, CIPMODE."""
    return ask(modem, b"+CIPMODE", "d")[0]


def ciptcpopt(modem, link, linger=None, nodelay=None, send_timeout=None, keep_alive=None):
    """``AT+CIPTCPOPT=[<link>,][<linger>],[<nodelay>],[<send_timeout>][,<keep_alive>]``. ESP-AT 2.1.

    What is None stays as the firmware has it by default.

    :param int link: 0 to 4; 5: all
    :param int linger: seconds that a close waits for what was sent; 0: reset at once; -1: off
    :param int nodelay: 1: small segments leave without waiting
    :param int send_timeout: ms, 0 to 2147483647; 0: none. When it is over part may have been sent
    :param int keep_alive: seconds, 0 to 7200. ESP-AT 2.4, not ESP8266
    Source: reference, CIPTCPOPT; dialects.md 1, row 31.
    """
    need(modem, _TCPOPT, "AT+CIPTCPOPT")
    given = (
        ("linger", linger, -1, 0x7FFFFFFF),
        ("nodelay", nodelay, 0, 1),
        ("send_timeout", send_timeout, 0, 0x7FFFFFFF),
        ("keep_alive", keep_alive, 0, 7200),
    )
    for what, value, least, most in given:
        if value is not None:
            number(what, value, least, most)
    args = (linger, nodelay, send_timeout)
    if keep_alive is not None:
        need(modem, _KEEP, "keep_alive in AT+CIPTCPOPT")
        args += (keep_alive,)
    run(modem, b"+CIPTCPOPT=", link_first(link, args, 5))


def ciptcpopt_query(modem):
    """``AT+CIPTCPOPT?``: (link, linger, nodelay, send_timeout, keep_alive) for each link.

    ESP-AT 2.1.

    keep_alive is None before 2.4. Source: reference, CIPTCPOPT.
    """
    need(modem, _TCPOPT, "AT+CIPTCPOPT")
    found = []
    for line in run(modem, b"+CIPTCPOPT?", (), b"+CIPTCPOPT:"):
        row = fields(b"+CIPTCPOPT", line, "dddd")[:5]
        found.append(tuple(row + [None] * (5 - len(row))))
    return found
