# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""When something went wrong or missing: asking the module, and saving what can be saved.

Notices can be lost, so a link that stays silent is asked about, at a bounded rate.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail
from .parser import Ring

_CUR = const(4)
_CIPSTATE = const(7)
_TIMEOUT = const(0)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_RESTART = const(4)
_READY = const(22)
_CHECKING = const(2)  # what a socket is doing
_RECEIVING = const(3)
_AHEAD = const(512)  # bytes of a read-ahead

# Numbers of errors.py.
_ERR_LINKS = const(15)
_ERR_CLOSED = const(16)
_ERR_UNJOINED = const(21)
_ERR_DNS = const(22)
_ERR_REFUSED = const(23)
_ERR_UNANSWERED = const(24)


def ask(modem, client, links=False):
    """Begin to ask what the module holds (``AT+CIPRECVLEN?``) or, in active receive, which links
    stand.

    NonOS and WizFi360 say 0 for a link that is closed: there the two questions take turns.

    :param bool links: ask for the links (``AT+CIPSTATE?``, ``AT+CIPSTATUS`` before 2.3) in any
        case; of CIPSTATUS only the rows count, its number is known to lie
    """
    turn = modem.commands & 1 and modem.can >> _CUR & 1 and modem.links[:5].find(b"\x03") < 0
    if modem.passive and not links and not turn:
        modem.begin(b"+CIPRECVLEN?", (), None, 5000, client)
    elif modem.can >> _CIPSTATE & 1:
        modem.begin(b"+CIPSTATE?", (), None, 5000, client)
    else:
        modem.begin(b"+CIPSTATUS", (), None, 5000, client)


def standing(modem):
    """The links in the reply that ``ask(links=True)`` got, a bit each."""
    links = 0
    for line in modem.lines:
        if line[:8] == b"+CIPSTAT":
            link = line[line.find(b":") + 1] - 48
            if 0 <= link < 5:
                links |= 1 << link
    return links


def refusal(socket, host, port):
    """Why a connect came to nothing, as far as the module tells: the exception to raise."""
    if socket.code == _TIMEOUT:
        return fail(_ERR_UNANSWERED, host, port)
    if socket.code == _READY:
        return fail(_LOST_RESTART)
    modem = socket.modem
    words = modem.words
    if b"DNS" in words:
        return fail(_ERR_DNS, host)
    if socket.timeout != 0:  # it may have restarted unheard: sync.py asks
        modem.contact = 0
        modem.turn()
        if not modem.up:
            return fail(_LOST_RESTART)
    if modem.wifi < 2 or b"no ip" in words:
        return fail(_ERR_UNJOINED)
    return fail(_ERR_REFUSED, host, port)


def check(socket, link, asked):
    """A connect ended in OK, but no CONNECT was seen: ask which links stand, then look."""
    modem = socket.modem
    if not asked:
        ask(modem, socket, True)
        socket.doing = _CHECKING
    elif standing(modem) >> link & 1:
        modem.links[link] = _OPEN


def compare(modem):
    """Bring the link table up to what ``ask()`` got told: notices can be lost.

    A reply with a line in it that nobody knows may have lost another to it: it is not believed.
    """
    for line in modem.lines:
        if line[:8] not in (b"+CIPRECV", b"+CIPSTAT") and line[:7] != b"STATUS:":
            return
    held = ()
    if modem.lines and modem.lines[0][4:8] == b"RECV":
        held = modem.lines[0][12:].split(b",")
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
    """A read was cut short: what came for it waits in a ring, and the rest joins it."""
    into = socket.into
    socket.into = None
    if into is None:
        return
    parser = socket.modem.parser
    live = parser.left >= 0 and parser.link == socket.link
    n = socket.got
    rest = 0
    old = socket.ring
    if old:
        rest = old.w - old.r
    if live:  # it goes to the view, or when that is full to the ring
        if n < len(into):
            n += parser.at
        else:
            rest += parser.at
    socket.got = 0
    if not n and not live and socket.doing != _RECEIVING:
        return
    size = n + rest + max(parser.left, 0) if live else n + rest
    ring = Ring(max(size, _AHEAD, socket.radio.rx_size))
    ring.space()[:n] = into[:n]
    ring.fill(n)
    if rest:
        ring.space()[:rest] = old._view[old.r : old.r + rest]
        ring.fill(rest)
    socket.ring = ring
    if live:
        parser.into(ring.space())


def part(socket, state):
    """A socket whose link went to another: from now on its state stays what it is.

    Its link is -1, whose ``held`` is a sixth entry that stays 0.
    """

    def last():
        if socket._shut:
            raise fail(_ERR_CLOSED)
        if state >= _LOST_RESTART:
            raise fail(state)
        return state

    held = socket.modem.held
    if len(held) == 5:
        held.append(0)
    socket.link = -1
    socket.state = last


def take(modem):
    """A link for who needs one when none is free: that of a socket whose peer has closed, and that
    has nothing left to read. Its program may have forgotten to close it; its end stays readable.

    :raises OSError: ENOMEM, all five are in use
    """
    for link in range(5):
        owner = modem.owners[link]
        if modem.links[link] != _CLOSED_BY_PEER or modem.held[link] or not owner:
            continue
        # A UDP socket has no end to read. NonOS is asked before an end is believed: see streams.py.
        if owner.type != 1 or owner.doing or (owner.ring and owner.ring.w > owner.ring.r):
            continue
        if not modem.passive or owner.asked or modem.parser.trailer:
            part(owner, _CLOSED_BY_PEER)
            return link
    raise fail(_ERR_LINKS)
