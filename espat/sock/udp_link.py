# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The link of a UDP socket: opening it, the receive mode it needs, groups, giving it back.
Loaded for each of these, and forgotten.

A link to a group's address receives what is sent to the group and to the module itself (reference,
CIPSTART, notes): so a link, and its socket, can be in one group only.
"""

from .. import calls, lazy
from ..errors import const, fail
from .base import is_name

_ROOM = const(2920)  # bytes a TCP socket may have unread, active receive: the longest +IPD
_AROUND = const(64)  # bytes that come with a payload: its header, its end, a notice or two
_FETCH_MS = const(300)  # how long the driver tries to fetch all that the module holds
_PUSH_MS = const(200)  # how long the module may take to push what came while the mode changed
_START_MS = const(20000)
_SURE_MS = const(15000)

# States of a link.
_OPENING = const(1)
_OPEN = const(2)
_LOST_BYTES = const(6)

# Events.
_OK = const(2)
_ERROR = const(3)

_RECEIVING = const(3)  # what a socket is doing


def bind(sock, address):
    """See ``UdpSocket.bind()``."""
    if sock.shut:
        raise fail("closed")
    if sock.link >= 0:
        raise fail("used_before")
    lazy.call("sock.opening", "check", address, 0, 0)
    host, port = address
    if host and not is_name(host):
        first = host.split(".")[0]
        if first.isdigit() and 224 <= int(first) <= 239:
            sock.group = host
    sock.port = port
    begin(sock, sock.modem.port.ticks(), sock.group or "0.0.0.0", port or 9)


def join(sock, value):
    """Set IP_ADD_MEMBERSHIP. A socket that is bound already gets another link, on the same port.

    :param value: 8 bytes: the group's address, and an interface's, which is ignored; or 12
    :raises OSError: EOPNOTSUPP, it is in another group; else as ``UdpSocket.bind()``
    :raises ValueError: not a group's address, or the length is wrong
    """
    value = bytes(value)
    if len(value) not in (8, 12) or not 224 <= value[0] <= 239:
        raise fail("no_group")
    group = "%d.%d.%d.%d" % tuple(value[:4])
    if sock.group == group:
        return
    if sock.group:
        raise fail("one_group")
    sock.group = group
    if sock.link >= 0:
        if sock.is_ours():
            sock.modem.give(sock.link)
        sock.link = -1
        bind(sock, ("", sock.port))


def begin(sock, since, host, port):
    """Open a link to a peer, and set the module to push its datagrams.

    :param since: when the call began, ticks
    """
    calls.up(sock)
    calls.do(sock, _opening(sock, since, host, port), since)


def _opening(sock, since, host, port):
    """The same in steps: see stepwise.py."""
    modem = sock.modem
    while modem.chores():  # a link that is to be closed is free only then
        yield
    if not modem.parser.remote:
        yield from _name_senders(modem, 1, sock.time_left(since, _SURE_MS))
    link = lazy.call("sock.opening", "take", modem, sock)
    failure = None
    try:
        yield from _start(sock, link, since, host, port)
    except Exception as e:
        failure = e
    finally:
        if sock.link < 0 and modem.owner(link) is sock:
            # The module may still open it.
            doubtful = modem.links[link] == _OPENING and (modem.state or modem.code != _ERROR)
            modem.give(link, _OPEN if doubtful else 0)
    if failure:
        yield from restore(sock, link)
        raise failure


def _start(sock, link, since, host, port):
    modem = sock.modem
    yield from _push(sock, link, since)
    if modem.owner(link) is not sock:
        raise fail("no_free_link", 5)  # the module gave it to a client of our server
    if not sock.port:
        sock.port = _free_port(modem, since)
    modem.links[link] = _OPENING  # what was heard of it before was not of this socket
    args = (link, "UDP", host, port, sock.port, 2)
    limit = sock.time_left(since, _START_MS)
    code = yield from calls.outcome(modem, b"+CIPSTART=", args, b"", limit, link)
    state = modem.links[link]
    # _LOST_BYTES: the new link had no bytes yet; perhaps it was the rest of a damaged OK.
    if code == _OK and (state == _OPENING or state == _LOST_BYTES):
        # CONNECT was not seen: ask whether the link is open.
        yield from calls.outcome(modem, calls.list_links(modem), (), None)
        if lazy.call("sock.repair", "open_links", modem) >> link & 1:
            modem.links[link] = _OPEN
    if code != _OK or modem.links[link] != _OPEN:
        raise _refusal(sock, code, host, port)
    sock.link = link


def _free_port(modem, since):
    """A local port that no other UDP socket has."""
    taken = [sock.port for sock in _sockets(modem, 2)]
    port = 0xC000 | since & 0x3FFF
    while port in taken:
        port = 0xC000 | port + 1 & 0x3FFF
    return port


def _sockets(modem, kind, least=0):
    """The sockets of a type (1: TCP, 2: UDP) that have a link, and for which the module holds at
    least so many bytes.
    """
    found = [sock for sock in map(modem.owner, range(5)) if sock and sock.type == kind]
    return [sock for sock in found if modem.unread[sock.link] >= least]


def _name_senders(modem, on, limit=_SURE_MS):
    """``AT+CIPDINFO``: whether +IPD names the sender. The parser must know.

    :raises OSError: EIO, the module refuses
    """
    steps = calls.sure(modem, b"+CIPDINFO=", (on,), b"", limit)
    yield from calls.insist(modem, b"+CIPDINFO=", steps)
    modem.parser.remote = bool(on)


def _push(sock, link, since):
    """Make the module push what this link receives, datagram by datagram."""
    modem = sock.modem
    if not modem.passive:
        return
    if not modem.has("PASSIVE_UDP"):  # it pushes UDP in passive receive, too
        modem.pushing |= 1 << link
        return
    if modem.has("RECVTYPE"):
        limit = sock.time_left(since, _SURE_MS)
        if (yield from calls.sure(modem, b"+CIPRECVTYPE=", (link, 0), b"", limit)):
            modem.pushing |= 1 << link
            modem.typed |= 1 << link
            return
    yield from _push_all(sock.radio, sock)


def _push_all(radio, udp):
    """The change to active receive, on firmware that can only do it for all links: fetch what the
    module holds for TCP sockets, then send ``AT+CIPRECVMODE=0``.

    The module should push bytes that came between the last fetch and the change.
    ``AT+CIPRECVLEN?`` tells whether it still holds some: then they are fetched in passive mode, and
    the change is tried again, since newer bytes must not overtake them.
    """
    modem = radio.modem
    for _ in range(3):
        yield from _fetch_all(radio)
        yield from _receive(modem, udp, 0)
        if not _sockets(modem, 1):
            return
        if (yield from calls.outcome(modem, b"+CIPRECVLEN?", (), None)) == _OK:
            lazy.call("sock.repair", "compare", modem)
        since = modem.port.ticks()
        while _sockets(modem, 1, 1):
            if modem.port.since(since) > _PUSH_MS:
                break
            yield from calls.outcome(modem, b"")  # "AT": no other command may come now
            yield
        else:
            return
        yield from _receive(modem, udp, 1)
    for sock in _sockets(modem, 1, 1):
        modem.lose(sock.link, _LOST_BYTES)
    yield from _receive(modem, udp, 0)


def _receive(modem, udp, mode):
    """Send ``AT+CIPRECVMODE=<mode>``, and note in the UDP socket that it has to restore it.

    :raises OSError: EIO, the module refuses
    """
    udp.pushed = True
    yield from calls.insist(modem, b"+CIPRECVMODE=", calls.receive(modem, mode))


def _fetch_all(radio):
    """Read what the module holds for TCP sockets into their rings; leave space for pushed bytes.

    If it never ends, since more comes all the time, the module will push the rest. At the end the
    module is free.
    """
    modem = radio.modem
    since = modem.port.ticks()
    while True:
        # A payload that was pushed before may still be unsettled: its place must not change.
        while modem.chores() or [sock for sock in _sockets(modem, 1) if sock.space is not None]:
            yield
        for sock in _sockets(modem, 1):
            lazy.call("sock.repair", "make_room", sock, modem.unread[sock.link], _ROOM)
        socks = _sockets(modem, 1, 1)
        if not socks or modem.port.since(since) > _FETCH_MS:
            return
        sock = socks[0]
        link = sock.link
        n = min(modem.unread[link], max(32, radio.rx_size - _AROUND))
        sock.asked = n
        modem.follow(b"+CIPRECVDATA=", (link, n), b"", 5000, sock, link, sock, n)
        sock.doing = _RECEIVING
        while modem.state:
            yield
        if sock.asked:  # nothing came: the module has no bytes, whatever it announced
            modem.unread[link] = 0


def _refusal(sock, code, host, port):
    modem = sock.modem
    sock.code = code
    sock.words = modem.words
    if code == _ERROR and modem.wifi == 2 and b"D" not in sock.words:
        return fail("port_refused", sock.port)
    return lazy.call("sock.repair", "refusal", sock, host, port)


def close(sock):
    """Give the link of a closed socket back, and wait for that."""
    modem = sock.modem
    link = sock.link
    if sock.is_ours():
        modem.give(link)
    calls.wait(modem, restore(sock, link))


def restore(sock, link):
    """Restore the receive mode, except what another socket of the link, or another UDP socket,
    needs, in steps.

    If that fails, the next command will report that nothing answers.
    """
    modem = sock.modem
    try:
        while modem.up and modem.chores():
            yield
        if not modem.up or not modem.parser.remote:
            return  # the module has restarted: nothing to restore
        if link >= 0 and modem.owner(link) is None:
            yield from calls.passive(modem, link)
        pushed = sock.pushed
        sock.pushed = False
        for other in _sockets(modem, 2):
            other.pushed = other.pushed or pushed
            return
        if pushed:
            modem.passive = yield from calls.sure(modem, b"+CIPRECVMODE=", (1,))
        yield from _name_senders(modem, 0)
    except OSError:
        pass
