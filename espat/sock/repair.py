# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Repairs of what seldom goes wrong with sockets: a notice that may be missing, a connect that
failed, a read or send that was cut short. Loaded for one call, and forgotten.
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
_NOTHING = const(0)  # what a socket is doing
_RECEIVING = const(3)
_ASKING = const(5)
_AHEAD = const(512)  # size of the read-ahead in bytes
_REFUSALS = const(10)  # reads in a row that may bring none of the announced bytes
_OPEN = const(2)  # states of a link
_CLOSED_BY_PEER = const(3)
_CONNECT = const(19)  # an event
_VACANT = const(0x39)  # a bit for each state in which the module may give the link to a client
_LOST_WIFI = const(5)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_LOST_PUSHED = const(8)


def ask(modem, client):
    """Begin to ask what the module holds (``AT+CIPRECVLEN?``) or, in active receive, which links
    are open. NonOS and WizFi360 report 0 bytes for a closed link: there the questions alternate;
    or, beside a server, whose next client may have the link, both are asked.

    :param client: its ``over()`` is called at the end, and has to call ``compare()``
    """
    modem.asked = modem.port.ticks()
    turn = modem.commands & 1 and not modem.has("RECVLEN_-1") and modem.links[:5].find(b"\x03") < 0
    if modem.passive and not (turn or _asks_both(modem)):
        name = b"+CIPRECVLEN?"
    else:
        name = lazy.call("calls", "list_links", modem)
    modem.begin(name, (), None, 5000, client)


def _asks_both(modem):
    """Whether bytes of a link that was closed may be those of the server's next client."""
    return modem.passive and _CONNECT in modem.handlers and not modem.has("RECVLEN_-1")


def open_links(modem, end=b""):
    """The open links in the reply to ``+CIPSTATE?`` or ``+CIPSTATUS``, one bit for each.

    :param bytes end: count only rows that end with this
    :returns: -1 if a row is damaged and names no link
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
    """Correct the link table by the reply to ``ask()``, since notices can be lost. Of a reply that
    has no OK, only lines that firmware does not print count: they may be damaged payload.

    A reply with an unknown line is ignored: that line may be a damaged row. If the reply has more
    or fewer links than the table, a byte of it may be lost: the module is asked whether it is still
    joined, and then once more for its links.

    :param client: its ``over()`` gets the other replies; None: it is not asked again
    """
    if modem.reply == b"+CIFSR":
        if b'+CIFSR:STAIP,"0.0.0.0"' in modem.lines:
            modem.wifi = 0
        if modem.code == _OK:
            client.doing = _ASKING
            modem.follow(lazy.call("calls", "list_links", modem), (), b"+CIPSTAT", 5000, client)
        return
    held = ()
    for line in modem.lines:
        if line[:12] == b"+CIPRECVLEN:":
            try:
                held = [int(field) for field in line[12:].split(b",")]
            except ValueError:
                return
        elif line[:8] != b"+CIPSTAT" and line[:7] != b"STATUS:":
            lazy.call("mishaps", "stray", modem, line, False)
            return
    links = open_links(modem)
    if links < 0 or modem.code != _OK:
        return
    if held:
        links = _note_held(modem, held)
        if _asks_both(modem):
            return  # the list came before
    served = 0 if held else open_links(modem, b",1")  # links of the server's clients
    missing, came = _differences(modem, links, served)
    if missing | came and modem.reply is None:
        if client is not None:
            client.doing = _ASKING
            modem.follow(b"+CIFSR", (), b"+CIFSR", 5000, client)
        return
    if missing:
        # The module may have restarted unnoticed: find out before reporting an end of stream.
        modem.contact = min(modem.contact, 0)
    for link in range(5):
        if not links >> link & 1:
            if missing >> link & 1 and modem.wifi < 2:
                modem.lose(link, _LOST_WIFI)  # it ended with the network, not by a lost CLOSED
            modem.closed(link)
        elif came >> link & 1:
            _opened(modem, link, served >> link & 1)
    if getattr(client, "link", -1) >= 0 and _asks_both(modem):  # no server's question
        client.doing = _ASKING
        modem.follow(b"+CIPRECVLEN?", (), None, 5000, client)


def _note_held(modem, held):
    """Store how many bytes the module holds for each link. Returns the open links, as bits."""
    links = 0
    for link in range(5):
        # ESP-AT 4.1 and later list open links only: a missing field is a closed link.
        n = held[link] if link < len(held) else -1
        links |= (n >= 0) << link
        modem.unread[link] = n = max(0, n)
        owner = modem.owner(link)
        if owner is not None and owner.refused > n:  # announced bytes that never came
            modem.lose(link, _LOST_BYTES)
    return links


def _differences(modem, links, served):
    """Where the link table is wrong: links that are not open in the module, and that are; bits."""
    missing = came = 0
    several = sum(map(bool, modem.links[:5])) > 1  # else CLOSED can have named no other
    for link in range(5):
        state = modem.links[link]
        if state == _OPEN:
            missing |= 1 << link & ~links
        elif _VACANT >> state & 1 and not modem.unread[link]:
            came |= 1 << link & (links if several and state == _CLOSED_BY_PEER else served)
    return missing, came


def _opened(modem, link, served):
    """A link is open that is not so in the table; ``served``: for a client of the server."""
    owner = modem.owner(link)
    closed = modem.links[link] == _CLOSED_BY_PEER and owner is not None
    if closed and not (served and _is_new(modem, link, owner.peer)):
        modem.links[link] = _OPEN  # the link number of that CLOSED was damaged
        owner.was_asked = False
    elif served:  # its CONNECT was lost
        lazy.call("mishaps", "newcomer", modem, link)


def _is_new(modem, link, peer):
    """Whether the server's client on a link is not the one that had this link before."""
    row = ':%d,"TCP","%s",%d,' % ((link,) + (peer or ("", 0)))
    for line in modem.lines:
        if line.find(row.encode()) > 0:
            return False
    return True


def refusal(socket, host, port):
    """The exception to raise for a connect that failed, with the reason if the module gives one."""
    if socket.code == _TIMEOUT:
        return fail("no_reply", host, port)
    if socket.code == _READY:
        return fail("restarted")
    modem = socket.modem
    words = socket.words
    if b"DNS" in words:
        return fail("no_such_name", host)
    if socket.timeout != 0:
        # Notices can be lost: ask whether the module restarted or lost its network.
        modem.contact = 0
        modem.turn()
        if modem.up and modem.wifi == 2:
            name = b"+CIPSTA_CUR?" if modem.has("CUR") else b"+CIPSTA?"
            modem.begin(name, (), b"+CIPSTA")
            while modem.state:
                modem.rest()
            if b':ip:"0.0.0.0"' in b"".join(modem.lines):
                modem.wifi = 0
        if not modem.up:
            return fail("restarted")
    if b"no ip" in words:
        modem.wifi = 0  # the notice of that was lost: the next use joins again
    if modem.wifi < 2 and socket.code != _OK:  # without a network CIPSTART would not get OK
        return fail("not_joined")
    return fail("refused", host, port)


def salvage(sock):
    """A read was cut short: move what has come to the ring, and send the rest there, too."""
    into = sock.into
    sock.into = None
    parser = sock.modem.parser
    if sock.doing != _RECEIVING:
        got = sock.got  # the payload was complete before the read was cut short
        if got:
            ring = sock.queue(got)
            ring.space()[:got] = into[:got]
            ring.fill(got)
        return
    if sock.modem.whole:
        return  # in the midst of a step: mend() in mishaps.py gives the payload up
    live = parser.left >= 0 and not parser.pushed
    _move(sock, into, sock.queue(sock.pair[1]).space(), live)


def _move(sock, old, new, live):
    """Move what has come of a payload to another buffer; if it is still `live`, the rest, too."""
    parser = sock.modem.parser
    came = sock.coming + (parser.at if live else 0)
    new[:came] = old[:came]
    sock.coming = came
    sock.space = new if came or live else None
    if live:
        parser.into(new[came:])


def put_back(sock, line):
    """A ``readline()`` was cut short: put what it has read back for the next read."""
    old = sock.ring
    waiting = sock.waiting()
    space = sock.space
    sock.ring = ring = Ring(len(line) + waiting + max(_AHEAD, len(space or b"")))
    ring.space()[: len(line)] = line
    ring.fill(len(line))
    if waiting:
        ring.fill(old.take(ring.space()[:waiting]))
    if space is not None:  # a payload is coming in: its place was in the old ring
        modem = sock.modem
        _move(sock, space, ring.space(), modem.parser.left >= 0 and modem.incoming is sock)


def spare(modem):
    """Take the link of a socket whose peer has closed and that has nothing left to read. Perhaps
    its program forgot to close it; a read of that socket still returns the end of the stream.

    :raises OSError: ENOMEM, there is no such socket
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
    """Give up a socket's link if all its bytes are in the driver and its end is known.

    :returns: whether it was given up
    """
    modem = sock.modem
    if getattr(sock, "type", 0) != 1:
        return False
    if getattr(sock, "context", None) is not None and sock.streak < 2:
        return False  # TLS: not before all has been read
    if sock.doing or sock.space is not None or sock.waiting():
        return False
    if modem.passive and not (sock.was_asked or modem.parser.trailer):
        return False  # on NonOS, CLOSED may come before the last bytes were read: ask first
    sock.left = modem.links[sock.link]
    sock.link = -1
    return True


def cut_send(sock, view, cause):
    """A send was cut short by a time-out (OSError) or Ctrl-C.

    :param view: the bytes to send
    :returns: True if the send goes on by itself: the call need not raise
    :raises OSError: ETIMEDOUT, it is unknown how much was sent: the connection is lost
    """
    modem = sock.modem
    if modem.client is not sock or not modem.state:
        sock.doing = _NOTHING  # its command was not begun, or is over
        return False
    if modem.whole:
        return False  # in the midst of a step: mend() in mishaps.py ends the command
    if modem.bytes is None:
        if isinstance(cause, OSError) and sock.doing:
            if modem.state == _VERDICT:  # the payload is out, and was not confirmed
                lazy.call("mishaps", "overdue", modem)
            raise fail("send_timed_out")
        return False
    if modem.busied:  # "busy": the module did not take the command
        modem.end(_CANCELED)
        return False
    if len(view) > 3:
        modem.bytes = None  # at the prompt "+++" cancels the command
        return False
    # "+++" would be taken for so short a payload: a copy of it is sent at the prompt instead.
    modem.bytes = memoryview(bytes(view))
    return isinstance(cause, OSError)


def failed_send(sock, code):
    """A send ended without SEND OK. Called from ``step()``."""
    modem = sock.modem
    link = sock.link
    if code == _ERROR and sock.waits:  # the link is closed in the module
        modem.closed(link)
    elif code != _CANCELED and (modem.links[link] != _CLOSED_BY_PEER or not sock.waits):
        modem.lose(link, _LOST_SEND)  # otherwise received bytes can still be read


def unsent(sock):
    """The exception to raise for a send that failed.

    :raises OSError: the link is lost; the text says why
    """
    if sock.code == _ERROR:
        return fail("gone")
    if sock.code == _CANCELED:
        return fail("called_off") if sock.timeout != 0 else fail("waiting", "the prompt")
    sock.state()
    return fail("not_sent")


def make_room(sock, held, more):
    """Give a socket a ring with space for ``held`` bytes in the module, and for ``more``."""
    old = sock.ring
    if not held and old is None:
        return
    waiting = sock.waiting()
    if old is None or len(old.buf) - waiting < held + more:
        sock.ring = ring = Ring(waiting + held + more)
        if waiting:
            ring.fill(old.take(ring.space()))


def refused_read(sock):
    """CIPRECVDATA brought nothing: the module is out of memory, or the announced bytes are gone.

    Which of the two is known when the module next says how many bytes it holds.
    """
    modem = sock.modem
    link = sock.link
    held = modem.unread[link]
    modem.unread[link] = 0
    if held > 0 and modem.passive:  # in active receive it has pushed them, or will
        sock.streak = sock.streak + 1 if sock.refused else 1
        sock.refused = max(sock.refused, held)
        if sock.streak > _REFUSALS:
            modem.lose(link, _LOST_BYTES)
        sock.was_asked = False


def overrun(sock):
    """There is no space for bytes that the module pushes: they are lost.

    If all links push because a UDP socket is open, the error says so.
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
    # SO_REUSEADDR with the numbers of boards and of Linux, and TCP_NODELAY.
    if (level, option) not in ((0xFFF, 4), (1, 2), (6, 1)):
        raise fail("socket_option")


def addresses(radio, host, port, kind, proto):
    """See ``SocketPool.getaddrinfo()``."""
    if not (isinstance(host, str) and 0 < len(host) <= 64):
        raise fail("bad_address")
    if is_name(host):
        host = lazy.call("at.services", "cipdomain", radio.up(), host)
    return [(2, kind or 1, proto, "", (host, port))]
