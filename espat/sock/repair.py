# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""When a notice may be missing, or a connection did not come about: asking the module.

Loaded for each question, and forgotten.
"""

from .. import lazy
from ..errors import fail
from ..parser import Ring, const
from .base import is_name

_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_CANCELED = const(7)
_READY = const(22)
_VERDICT = const(3)  # what the modem is doing
_RECEIVING = const(3)  # what a socket is doing
_ASKING = const(5)
_AHEAD = const(512)  # bytes of the read-ahead
_REFUSALS = const(10)  # reads in a row that may bring nothing of what is announced
_OPEN = const(2)  # what a link is
_CLOSED_BY_PEER = const(3)
_VACANT = const(0x39)  # a bit each: in these the module may have given the link to a client
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_LOST_PUSHED = const(8)


def ask(modem, client):
    """Begin to ask what the module holds (``AT+CIPRECVLEN?``) or, in active receive, which links
    stand. NonOS and WizFi360 say 0 for a link that is closed: there the questions take turns.

    :param client: ``compare()`` is for its ``over()``
    """
    modem.asked = modem.port.ticks()
    turn = modem.commands & 1 and not modem.has("RECVLEN_-1") and modem.links[:5].find(b"\x03") < 0
    if modem.passive and not turn:
        name = b"+CIPRECVLEN?"
    else:
        name = lazy.call("calls", "list_links", modem)
    modem.begin(name, (), None, 5000, client)


def standing(modem, end=b""):
    """The links in the reply to ``+CIPSTATE?`` or ``+CIPSTATUS``, a bit each.

    :param bytes end: those alone whose rows end so
    :returns: -1: a row was torn, and names no link
    """
    links = 0
    for line in modem.lines:
        if line[:8] == b"+CIPSTAT" and line.endswith(end):
            link = b"01234".find(line[line.find(b":") + 1 :][:1] or b"?")
            if link < 0:
                return -1
            links |= 1 << link
    return links


def compare(modem, client=None):
    """Bring the link table up to what ``ask()`` got told: notices can be lost.

    A reply with a line in it that nobody knows may have lost another to it: it is not believed; nor
    is one alone that has links too many or too few: a byte of it may be lost.

    :param client: it is asked once more, for its ``over()``
    """
    held = None
    for line in modem.lines:
        if line[:12] == b"+CIPRECVLEN:":
            try:
                held = [int(field) for field in line[12:].split(b",")]
            except ValueError:
                return
        elif line[:8] != b"+CIPSTAT" and line[:7] != b"STATUS:":
            lazy.call("mishaps", "stray", modem, line)
            return
    links = standing(modem)
    if links < 0:
        return
    if held is not None:
        links = 0
        for link in range(5):
            # 4.1 and later list built links only: a field too few is a link that is closed.
            n = held[link] if link < len(held) else -1
            links |= (n >= 0) << link
            modem.unread[link] = n = max(0, n)
            owner = modem.owner(link)
            if owner is not None and owner.refused > n:  # announced, and they never came
                modem.lose(link, _LOST_BYTES)
    missing = came = 0
    served = 0 if held else standing(modem, b",1")  # links with clients of a server
    several = modem.links.find(b"\x02", 0, 5) >= 0
    for link in range(5):
        state = modem.links[link]
        if state == _OPEN:
            missing |= 1 << link & ~links
        elif _VACANT >> state & 1 and not modem.unread[link]:
            came |= 1 << link & (links if several and state == _CLOSED_BY_PEER else served)
    if missing | came and modem.reply is None:
        if client is not None:
            client.doing = _ASKING
            modem.follow(lazy.call("calls", "list_links", modem), (), b"+CIPSTAT", 5000, client)
        return
    if missing:
        # Perhaps the module has restarted, unheard: that is asked before an end is told.
        modem.contact = min(modem.contact, 0)
    for link in range(5):
        if not links >> link & 1:
            modem.closed(link)
        elif came >> link & 1:
            owner = modem.owner(link)
            new = served >> link & 1
            closed = modem.links[link] == _CLOSED_BY_PEER and owner is not None
            if closed and not (new and _is_new(modem, link, owner.peer)):
                modem.links[link] = _OPEN  # the digit of its CLOSED was bent
                owner.was_asked = False
            elif new:  # its CONNECT was lost
                lazy.call("mishaps", "newcomer", modem, link)


def _is_new(modem, link, peer):
    """Whether a client of the server is another than the one that had its link."""
    row = ':%d,"TCP","%s",%d,' % ((link,) + (peer or ("", 0)))
    for line in modem.lines:
        if line.find(row.encode()) > 0:
            return False
    return True


def refusal(socket, host, port):
    """Why a connect came to nothing, as far as the module tells: the exception to raise."""
    if socket.code == _TIMEOUT:
        return fail("no_connect_answer", host, port)
    if socket.code == _READY:
        return fail("restarted")
    modem = socket.modem
    words = socket.words
    if b"DNS" in words:
        return fail("no_such_name", host)
    if socket.timeout != 0:
        # Notices can be lost: has the module restarted, is it still in its network?
        modem.contact = 0
        modem.turn()
        if modem.up and modem.wifi == 2:
            name = b"+CIPSTA_CUR?" if modem.has("CUR") else b"+CIPSTA?"
            lazy.call("calls", "outcome", modem, name, (), b"+CIPSTA")
            for line in modem.lines:
                if line.find(b':ip:"0.0.0.0"') > 0:
                    modem.wifi = 0
        if not modem.up:
            return fail("restarted")
    if b"no ip" in words:
        modem.wifi = 0  # its notice was lost: the next use joins again
    if modem.wifi < 2 and socket.code != _OK:  # OK: it would have refused the command
        return fail("not_joined")
    return fail("refused", host, port)


def salvage(sock):
    """A read was cut short: what came for it, and what comes yet, goes into the ring."""
    into = sock.into
    sock.into = None
    parser = sock.modem.parser
    if sock.doing != _RECEIVING:
        got = sock.got  # it had come whole when the wait for it was cut short
        if got:
            ring = sock.queue(got)
            ring.space()[:got] = into[:got]
            ring.fill(got)
        return
    live = parser.left >= 0 and not parser.pushed
    _move(sock, into, sock.queue(sock.pair[1]).space(), live)


def _move(sock, old, new, live):
    """What has come of a payload goes to another place, and so does the rest, if it is `live`."""
    parser = sock.modem.parser
    came = sock.coming + (parser.at if live else 0)
    new[:came] = old[:came]
    sock.coming = came
    sock.space = new if came or live else None
    if live:
        parser.into(new[came:])


def put_back(sock, line):
    """The wait for the rest of a line was cut short: what came of it is left for the next read."""
    old = sock.ring
    waiting = sock.waiting()
    space = sock.space
    sock.ring = ring = Ring(len(line) + waiting + max(_AHEAD, len(space or b"")))
    ring.space()[: len(line)] = line
    ring.fill(len(line))
    if waiting:
        ring.fill(old.take(ring.space()[:waiting]))
    if space is not None:  # a payload is coming in behind it
        modem = sock.modem
        _move(sock, space, ring.space(), modem.parser.left >= 0 and modem.incoming is sock)


def spare(modem):
    """The link of a socket whose peer has closed, and that has nothing left to read. Its program
    may have forgotten to close it; its end stays readable.

    :raises OSError: ENOMEM, there is none
    """
    used = 0
    for link in range(5):
        owner = modem.owner(link)
        used += owner is not None
        if modem.links[link] == _CLOSED_BY_PEER and not modem.unread[link]:
            if owner is not None and spared(owner):
                return link
    raise fail("no_free_link", used)


def spared(sock):
    """Whether a socket can do without its link: all that came is here, and the end is known."""
    modem = sock.modem
    if getattr(sock, "type", 0) != 1:
        return False
    if getattr(sock, "context", None) is not None and sock.streak < 2:
        return False  # of TLS not before all has been read
    if sock.doing or sock.space is not None or sock.waiting():
        return False
    if modem.passive and not (sock.was_asked or modem.parser.trailer):
        return False  # NonOS is asked before an end is believed
    sock.left = modem.links[sock.link]
    sock.link = -1
    return True


def cut_send(sock, view, cause):
    """A send was cut short, by a time-out (OSError) or Ctrl-C: True if it goes on by itself.

    :param view: what was to be sent
    :raises OSError: ETIMEDOUT, nobody knows what went: the connection is of no more use
    """
    modem = sock.modem
    if modem.bytes is None:
        if isinstance(cause, OSError) and sock.doing:
            if modem.state == _VERDICT:  # nobody knows what went
                lazy.call("mishaps", "overdue", modem)
            raise fail("send_timed_out")
        return False
    if modem.busied:  # the module did not take the command
        modem.end(_CANCELED)
        return False
    if len(view) > 3:
        modem.bytes = None  # called off
        return False
    modem.bytes = memoryview(bytes(view))  # "+++" would be taken for it: it goes out later
    return isinstance(cause, OSError)


def failed_send(sock, code):
    """A send has ended otherwise than with SEND OK. Called from ``step()``."""
    modem = sock.modem
    link = sock.link
    if code == _ERROR and sock.waits:  # there is no such link any more
        modem.closed(link)
    elif code != _CANCELED and (modem.links[link] != _CLOSED_BY_PEER or not sock.waits):
        modem.lose(link, _LOST_SEND)  # else what came before the end can be read


def unsent(sock):
    """Why a send came to nothing: the exception.

    :raises OSError: the link is lost, and why
    """
    if sock.code == _ERROR:
        return fail("gone")
    if sock.code == _CANCELED:
        return fail("called_off") if sock.timeout != 0 else fail("waiting", "the prompt")
    sock.state()
    return fail("not_sent")


def make_room(sock, held, more):
    """Have a ring with room for what the module holds, and for so many bytes more."""
    while sock.space is not None:
        sock.modem.rest()
    old = sock.ring
    if not held and old is None:
        return
    waiting = sock.waiting()
    if old is None or len(old.buf) - waiting < held + more:
        sock.ring = ring = Ring(waiting + held + more)
        if waiting:
            ring.fill(old.take(ring.space()))


def refused_read(sock):
    """CIPRECVDATA brought nothing: out of memory, or the bytes that were announced are gone.

    What the module says next that it holds decides.
    """
    modem = sock.modem
    link = sock.link
    if modem.unread[link] > 0:
        sock.streak = sock.streak + 1 if sock.refused else 1
        sock.refused = max(sock.refused, modem.unread[link])
        if sock.streak > _REFUSALS:
            modem.lose(link, _LOST_BYTES)
        modem.unread[link] = 0
        sock.was_asked = False


def overrun(sock):
    """There is no room for what the module pushes: bytes are lost.

    Where a UDP socket is why all links push, the error names it.
    """
    modem = sock.modem
    why = _LOST_BYTES
    for link in range(5):
        owner = modem.owner(link)
        if owner is not None and owner.type != 1 and owner.pushed:
            why = _LOST_PUSHED
    modem.lose(sock.link, why)


def set_option(level, option):
    """See ``Socket.setsockopt()``."""
    # SOL_SOCKET and SO_REUSEADDR as boards number them, and as Linux does.
    if (level, option) not in ((0xFFF, 4), (1, 2), (6, 1)):
        raise fail("socket_option")


def addresses(radio, host, port, kind, proto):
    """See ``SocketPool.getaddrinfo()``."""
    if not (isinstance(host, str) and 0 < len(host) <= 64):
        raise fail("bad_address")
    if is_name(host):
        host = lazy.call("at.essential", "cipdomain", radio.up(), host)
    return [(2, kind or 1, proto, "", (host, port))]
