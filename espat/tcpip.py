# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP/IP commands beside connect, send and receive. Loaded when one is needed."""

try:
    from micropython import const
except ImportError:
    const = int

from .firmware import has
from .modem import ATError, fail

_CUR = const(4)
_CIPSTATE = const(7)
_CLOSED_BY_PEER = const(3)

# Numbers of errors.py.
_ERR_DNS = const(22)


def cipdomain(modem, host):
    """``AT+CIPDOMAIN="<host>"``: the address of a name, a str such as ``"93.184.216.34"``.

    :param str host: 1 to 64 characters
    :raises OSError: (-2, message), the name is not known or nobody answers; ETIMEDOUT after 20 s

    Source: reference, CIPDOMAIN; in quotes from ESP-AT 2.2 on (dialects.md 1, row 2).
    """
    if not 0 < len(host) <= 64:
        raise ValueError("host name out of 1..64 characters")
    try:
        lines = modem.run(b"+CIPDOMAIN=", (host,), b"+CIPDOMAIN:", 20000)
    except ATError:
        lines = ()
    for line in lines:
        address = str(line[11:].strip(b'" '), "ascii")
        if address and address != "0.0.0.0":
            return address
    raise fail(_ERR_DNS, host)


def ask(modem, client, links=False):
    """Begin to ask what the module holds (``AT+CIPRECVLEN?``) or, in active receive, which links stand.

    NonOS and WizFi360 say 0 for a link that is closed: there the two questions take turns.

    :param bool links: ask for the links (``AT+CIPSTATE?``, ``AT+CIPSTATUS`` before 2.3) in any case;
        of CIPSTATUS only the rows count, its number is known to lie
    """
    turn = modem.commands & 1 and has(modem.firmware, _CUR) and _CLOSED_BY_PEER not in modem.links
    if modem.passive and not links and not turn:
        modem.begin(b"+CIPRECVLEN?", (), b"+CIPRECVLEN:", 5000, client)
    elif has(modem.firmware, _CIPSTATE):
        modem.begin(b"+CIPSTATE?", (), b"+CIPSTATE:", 5000, client)
    else:
        modem.begin(b"+CIPSTATUS", (), b"+CIPSTATUS:", 5000, client)


def standing(modem):
    """The links in the reply that ``ask(links=True)`` got, a bit each."""
    links = 0
    for line in modem.lines:
        link = line[line.find(b":") + 1] - 48
        if 0 <= link < 5:
            links |= 1 << link
    return links


def compare(modem):
    """Bring the link table up to what ``ask()`` got told: notices can be lost."""
    held = modem.lines[0][12:].split(b",") if modem.lines and modem.lines[0][5:9] == b"RECV" else ()
    links = 0 if held else standing(modem)
    for link in range(5):
        if held:
            # 4.1 and later list built links only: a field too few is a link that is closed.
            n = held[link] if link < len(held) else b"-1"
            modem.held[link] = int(n) if n.isdigit() else 0
            if n[:1] != b"-":
                links |= 1 << link
        if not links >> link & 1:
            modem.closed(link)


def salvage(socket):
    """A read was cut short: what has come for it waits in the ring, and what still comes joins it."""
    into = socket.into
    socket.into = None
    if into is None:
        return
    parser = socket.modem.parser
    live = parser.left > 0 and parser.link == socket.link
    n = socket.got + (parser.at if live else 0)
    socket.got = 0
    ring = socket.queue(max(n, min(len(into), socket.radio.rx_size)))
    ring.space()[:n] = into[:n]
    ring.fill(n)
    if live:
        parser.into(ring.space())
