# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Links by hand, and the module's one TCP server. Sockets do not use this room.

``link`` is 0 to 4, or None for the form of single-link mode (``cipmux(modem, 0)``), which the radio
never uses by itself. Sockets do not use a link that was opened here until ``cipclose()``. The
clients of a server get links from 0 up.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read); arguments out of
range raise ``ValueError``. A restart of the module loses links and servers; the settings
``ciptcpopt``, ``cipservermaxconn`` and ``cipsto`` are sent again.
"""

from ..parser import const
from ..stepwise import refusal
from .args import (
    address,
    ask,
    fields,
    insist,
    keep_for_link,
    link_first,
    need,
    number,
    peer,
    put,
    put_kept,
    row,
    rows,
    shortest,
)
from .essential import check, garbled

_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)

_ERROR = const(3)

_CONNECT_MS = const(60000)
_HANDSHAKE_MS = const(120000)  # TLS: each of a dozen packets may take 10 s

_MOST = const(0x7FFFFFFF)


def cipstatus(modem):
    """``AT+CIPSTATUS``: (status, rows). All families.

    :returns: status: 2 joined, 3 links open, 4 links closed, 5 not joined, 0 and 1 (ESP-AT) not
        started; it is not reliable, ``cwstate_query()`` is. Rows: (link, type, address, remote
        port, local port, 1 if the module is the server); None for what the firmware omits
    Source: reference, CIPSTATUS.
    """
    name = b"+CIPSTATUS"
    status = None
    found = []
    for line in modem.run(name, (), None):
        if line.startswith(b"STATUS:"):
            status = fields(name, line, "d")[0]
        elif line.startswith(name):
            found.append(row(name, line, "dssdd", 6))
    if status is None:
        raise garbled(name, b"")
    return status, found


def cipstate_query(modem):
    """``AT+CIPSTATE?``: the rows of ``cipstatus()``. ESP-AT 2.3. Source: dialects.md 1, row 1."""
    return rows(modem, b"+CIPSTATE", "dssdd", 6, "CIPSTATE")


def _open_links(modem):
    """Return the links that are open."""
    return cipstate_query(modem) if modem.has("CIPSTATE") else cipstatus(modem)[1]


def cipstart(modem, link, kind, host, port, keep_alive=None, local=None, timeout=None):
    """``AT+CIPSTART=[<link>,]"<kind>","<host>",<port>[,<keep_alive>][,"<local>"][,<timeout>]``.

    It waits 60 s for the connection, 120 s for one with TLS.

    :param str kind: ``"TCP"`` or ``"SSL"``; from ESP-AT 2.2 on ``"TCPv6"``, ``"SSLv6"`` too
    :param str host: name or address, 1 to 64 bytes
    :param int port: 1 to 65535
    :param int keep_alive: seconds, 1 to 7200; 0: none
    :param str local: which of the module's own addresses to use, if it has several. ESP-AT
    :param int timeout: ms, 0 to 60000. ESP-AT 4.1
    :raises ATError: no such host, connection refused, or the link is in use
    All families. Source: reference, CIPSTART; dialects.md 1, row 3.
    """
    args = _tcp(modem, kind, host, port, keep_alive, local, timeout)
    _start(modem, link, shortest(link_first(link, args)))


def cipstart_udp(modem, link, host, port, local_port=None, mode=None, local=None, timeout=None):
    """``AT+CIPSTART=[<link>,]"UDP","<host>",<port>[,<local_port>,<mode>][,"<local>"][,<timeout>]``.

    :param str host: the peer; 224.0.0.0 to 239.255.255.255 sends and receives multicast,
        255.255.255.255 broadcast
    :param int port: 1 to 65535
    :param int local_port: 1 to 65535; ``mode`` needs it
    :param int mode: 0: the peer does not change; 1: it changes once, to the first sender; 2: it
        changes to each sender
    :param str local: the module's own address. ESP-AT
    :param int timeout: ms, 0 to 60000. ESP-AT 4.1
    All families. Source: reference, CIPSTART, UDP.
    """
    args = _udp(modem, host, port, local_port, mode, local, timeout)
    _start(modem, link, shortest(link_first(link, args)))


def cipstartex(modem, kind, host, port, keep_alive=None, local=None, timeout=None):
    """``AT+CIPSTARTEX="<kind>",...``: ``cipstart()`` on a link that the module chooses. ESP-AT 2.0.

    :returns: the link
    Only in five-link mode. Source: reference, CIPSTARTEX; dialects.md 1, row 4.
    """
    return _startex(modem, _tcp(modem, kind, host, port, keep_alive, local, timeout))


def cipstartex_udp(modem, host, port, local_port=None, mode=None, local=None, timeout=None):
    """``AT+CIPSTARTEX="UDP",...``: ``cipstart_udp()`` on a link that the module chooses.

    :returns: the link
    ESP-AT 2.0. Source: reference, CIPSTARTEX.
    """
    return _startex(modem, _udp(modem, host, port, local_port, mode, local, timeout))


def _tcp(modem, kind, host, port, keep_alive, local, timeout):
    if kind not in ("TCP", "SSL", "TCPv6", "SSLv6"):
        raise ValueError("kind: TCP, SSL, TCPv6 or SSLv6 is wanted")
    args = (kind,) + peer(host, port)
    if keep_alive is not None:
        number("keep_alive", keep_alive, 0, 7200)
    return args + (keep_alive,) + _newer(modem, local, timeout)


def _udp(modem, host, port, local_port, mode, local, timeout):
    args = ("UDP",) + peer(host, port)
    if local_port is not None:
        number("local_port", local_port, 1, 65535)
    if mode is not None:
        number("mode", mode, 0, 2)
        if local_port is None:
            raise ValueError("mode: local_port must be given with it")
    return args + (local_port, mode) + _newer(modem, local, timeout)


def _newer(modem, local, timeout):
    """Check and return the parameters that only newer firmware takes."""
    if local is not None:
        need(modem, "LOCAL_IP", "a local address in AT+CIPSTART")
        address("local", local)
    if timeout is not None:
        need(modem, "TIMED", "a time-out in AT+CIPSTART")
        number("timeout", timeout, 0, 60000)
    return local, timeout


def _start(modem, link, args):
    name = b"+CIPSTART="
    check(modem, name, args)  # a wrong argument raises before the link is taken
    if link is None:
        modem.run(name, args, b"", _limit(args))
        return
    free = modem.links[link] == _FREE
    if free:
        modem.take(link, None, _OPENING)
    try:
        modem.run(name, args, b"", _limit(args))
    except BaseException:
        if free:
            modem.take(link, None, _FREE)
        raise
    if modem.links[link] != _OPEN:
        # Its CONNECT was lost; or NonOS said CLOSED and OK, as it may when an SSL connect fails.
        is_open = link in [each[0] for each in _open_links(modem)]
        modem.take(link, None, _OPEN if is_open else _FREE)
        if not is_open:
            modem.words = b"OK, but not CONNECT"
            raise refusal(modem, name, _ERROR)


def _limit(args):
    """Return how long it may take, in ms."""
    return _HANDSHAKE_MS if "SSL" in args or "SSLv6" in args else _CONNECT_MS


def _startex(modem, args):
    need(modem, "STARTEX", b"+CIPSTARTEX")
    name = b"+CIPSTARTEX="
    args = shortest(args)
    check(modem, name, args)
    free = [link for link in range(5) if modem.links[link] == _FREE]
    chosen = None
    for link in free:  # the module will choose one of them
        modem.take(link, None, _OPENING)
    try:
        modem.run(name, args, b"", _limit(args))
        opened = [link for link in free if modem.links[link] == _OPEN]
        if len(opened) != 1:  # its CONNECT was lost, or a client came to the server meanwhile
            opened = [each[0] for each in _open_links(modem) if each[0] in free and not each[5]]
        if not opened:
            raise garbled(b"+CIPSTARTEX", b"no CONNECT")
        chosen = opened[-1]
    finally:
        for link in free:
            if link != chosen:  # if a client has it, its first bytes tell the server
                modem.take(link, None, _FREE)
    if modem.links[chosen] != _OPEN:
        modem.take(chosen, None, _OPEN)
    return chosen


def cipclose(modem, link=None):
    """``AT+CIPCLOSE=<link>``, or ``AT+CIPCLOSE`` in single-link mode. All families.

    :param int link: 0 to 4; 5: all; None: the only link
    :raises ATError: the link was not open
    Source: reference, CIPCLOSE.
    """
    args = () if link is None else (number("link", link, 0, 5),)
    state = _OPEN
    try:
        modem.run(b"+CIPCLOSE=" if args else b"+CIPCLOSE", args)
        state = _FREE
    finally:
        for each in range(5):
            if link in (each, 5) and modem.links[each] and modem.owner(each) is None:
                modem.take(each, None, state)
                modem.give(each)  # if it may still be open, it is closed before the next command


def cifsr(modem):
    """``AT+CIFSR``: the module's addresses, a dict. All families.

    :returns: ``{"STAIP": "192.168.1.50", "STAMAC": "02:..."}``, and ``APIP``, ``APMAC`` if the
        soft-AP is on (NonOS: in mode 2 and 3)
    Source: reference, CIFSR; dialects.md 1, row 8.
    """
    found = {}
    for line in modem.run(b"+CIFSR", (), b"+CIFSR:"):
        key, value = fields(b"+CIFSR", line, "ss")[:2]
        found[key] = value
    return found


def cipmux(modem, mode):
    """``AT+CIPMUX=<mode>``: 0 one link, 1 five links. The radio and its sockets need 1.

    It is not sent again when the module restarts: the radio sets 1.

    :raises ATError: links are open, a server runs, or passthrough mode is set
    All families. Source: reference, CIPMUX.
    """
    insist(modem, b"+CIPMUX=", (number("mode", mode, 0, 1),))
    modem.single = not mode


def cipmux_query(modem):
    """``AT+CIPMUX?``: 0 or 1. All families. Source: reference, CIPMUX."""
    return ask(modem, b"+CIPMUX")[0]


def cipmode(modem, mode):
    """``AT+CIPMODE=<mode>``: 0 normal, 1 passthrough, which needs a single link. All families.

    It is not sent again when the module restarts: the radio sets 0. Source: reference, CIPMODE.
    """
    put(modem, b"+CIPMODE", (number("mode", mode, 0, 1),))


def cipmode_query(modem):
    """``AT+CIPMODE?``: 0 or 1. All families. Source: reference, CIPMODE."""
    return ask(modem, b"+CIPMODE")[0]


def ciptcpopt(modem, link, linger=None, nodelay=None, send_timeout=None, keep_alive=None):
    """``AT+CIPTCPOPT=[<link>,][<linger>],[<nodelay>],[<send_timeout>][,<keep_alive>]``. ESP-AT 2.1.

    An option that is None has the firmware's default. The options apply to later connections of the
    link.

    :param int link: 0 to 4; 5: all
    :param int linger: seconds that a close waits until all is sent; 0: reset at once; -1: off
    :param int nodelay: 1: small segments are sent without waiting
    :param int send_timeout: ms, 0 to 2147483647; 0: none. After it, part may have been sent
    :param int keep_alive: seconds, 0 to 7200. ESP-AT 2.4, not ESP8266
    Source: reference, CIPTCPOPT; dialects.md 1, row 31.
    """
    given = (
        ("linger", linger, -1, _MOST),
        ("nodelay", nodelay, 0, 1),
        ("send_timeout", send_timeout, 0, _MOST),
        ("keep_alive", keep_alive, 0, 7200),
    )
    for what, value, least, most in given:
        if value is not None:
            number(what, value, least, most)
    args = (linger, nodelay, send_timeout)
    if keep_alive is not None:
        need(modem, "KEEP_ALIVE", "keep_alive in AT+CIPTCPOPT")
        args += (keep_alive,)
    name = b"+CIPTCPOPT"
    args = link_first(link, args, 5)
    put(modem, name, args, "TCPOPT")
    keep_for_link(modem, name, link, args)


def ciptcpopt_query(modem):
    """``AT+CIPTCPOPT?``: (link, linger, nodelay, send_timeout, keep_alive) for each link, a list.

    keep_alive is None before 2.4. ESP-AT 2.1. Source: reference, CIPTCPOPT.
    """
    return rows(modem, b"+CIPTCPOPT", "dddd", 5, "TCPOPT")


# The server


def cipserver(modem, on, port=None, close=False, kind=None, ca=None):
    """``AT+CIPSERVER=1[,<port>[,"<kind>"[,<ca>]]]``, ``=0``, ``=0,1``: listen, or stop.

    It is not sent again when the module restarts: a program that listens by hand must manage the
    clients' links itself. A socket that listens does listen again.

    :param int on: 0 or 1
    :param int port: 1 to 65535; None: 333
    :param bool close: with ``on=0``: also close its clients' links. ESP-AT 2.2
    :param str kind: ``"SSL"``, with a port: clients use TLS, and are shown the certificate in
        ``server_cert``. ESP32
    :param int ca: with ``kind``: 1: they need a certificate of ``server_ca``; 0: they need none
    :raises ATError: single-link mode, or a server runs on another port
    All families. Source: reference, CIPSERVER; dialects.md 1, row 10.
    """
    args = (number("on", on, 0, 1),)
    if kind is not None or ca is not None:
        if kind != "SSL" or port is None or not on:
            raise ValueError('kind: "SSL" is wanted, and with it on=1 and a port')
        need(modem, "TLS_SERVER", "a TLS server")
        if ca is not None:
            number("ca", ca, 0, 1)
    if on and port is not None:
        args += (number("port", port, 1, 65535), kind, ca)
    elif not on and close:
        need(modem, "SERVER_CLOSE", b"+CIPSERVER=0,1")
        args += (1,)
    put(modem, b"+CIPSERVER", shortest(args))


def cipserver_query(modem):
    """``AT+CIPSERVER?``: (0,), or as much of (1, port, type, ca) as the firmware tells. ESP-AT.

    :returns: a tuple: 1 and, from ESP8266 2.2 on, the port and ``"TCP"``; on ESP32 whether clients
        need a certificate, and more
    Source: dialects.md 1, row 10.
    """
    need(modem, "SERVER_QUERY", b"+CIPSERVER?")
    return tuple(ask(modem, b"+CIPSERVER"))


def cipservermaxconn(modem, count):
    """``AT+CIPSERVERMAXCONN=<count>``: how many clients; to be sent before the server is started.

    :param int count: 1 to 5
    :raises ATError: more are connected already (``words``: ``Have n Connections``)
    NonOS 1.6, ESP-AT. Source: reference, CIPSERVERMAXCONN; dialects.md 1, row 11.
    """
    put_kept(modem, b"+CIPSERVERMAXCONN", (number("count", count, 1, 5),), "MAXCONN")


def cipservermaxconn_query(modem):
    """``AT+CIPSERVERMAXCONN?``: how many clients, an int. NonOS 1.6, ESP-AT. Source: reference."""
    return ask(modem, b"+CIPSERVERMAXCONN", "d", "MAXCONN")[0]


def cipsto(modem, seconds):
    """``AT+CIPSTO=<seconds>``: when the server drops a client that sends nothing. All families.

    NonOS takes it only while a server runs. There a restart of the module loses it, as settings are
    sent again before the server is started.

    :param int seconds: 0 to 7200; 0: never
    Source: reference, CIPSTO.
    """
    put_kept(modem, b"+CIPSTO", (number("seconds", seconds, 0, 7200),))


def cipsto_query(modem):
    """``AT+CIPSTO?``: seconds, an int. All families. Source: reference, CIPSTO."""
    return ask(modem, b"+CIPSTO")[0]
