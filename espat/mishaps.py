# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the engine does when something went wrong on the line. Loaded on demand, then forgotten.

Each function takes the modem and may write its fields.
"""

from . import lazy
from .errors import const, fail

# The states of a link.
_FREE = const(0)
_CLOSED_BY_PEER = const(3)
_LOST_RESTART = const(4)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_CLOSING = const(9)
_VACANT = const(0x39)  # a bit for each state in which the module may give the link to a client

# The parser's events.
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_SEND_FAIL = const(6)
_CANCELED = const(7)
_REFUSED = const(16)
_CONNECT = const(19)

_SENT = const(1)  # states of the engine
_VERDICT = const(3)

_INSIDE = const(1)  # the values of ``whole``
_CUT = const(2)

_LINKS = const(5)
_TORN_MS = const(1500)  # a module that restarts says "ready" within this time after its noise
_SET_UP_MS = const(60000)  # how long start-up may go on if commands get no answer
_PAUSE_MS = const(1000)  # a payload that pauses for this long has lost bytes
_ASK_MODES = const(1)  # for `recheck`


def hole(modem, link):
    """Bytes of a link were lost, if it is not -1, and perhaps bytes of every link that pushes: what
    arrived in their place, or was taken for a payload, may hold other headers and payloads.
    """
    _spoilt(modem)
    for each in range(_LINKS):
        if each == link or modem.pushes(each):
            modem.lose(each, _LOST_BYTES)


def _spoilt(modem):
    """The line loses bytes: if its rate was raised, have start/recheck.py lower it again."""
    if modem.slow:
        modem.spoilt = True
        modem.recheck |= _ASK_MODES


def unexpected(modem):
    """Return the receiver of a payload pushed by a link that should push none; None: dropped.

    Perhaps a client of the server has connected and its CONNECT was lost. Otherwise the header was
    damaged, or the module is in another mode than the driver has set: the payload is dropped.
    """
    link = modem.parser.link
    newcomer(modem, link)
    if link >= 0 and modem.links[link] and modem.pushes(link):
        return modem.owner(link)
    if modem.single:
        return modem.owner(0)  # the one link there is
    if link >= 0 and modem.doubt >> link & 1:
        return None  # for the link's previous user: it was on its way when the link was closed
    modem.recheck |= _ASK_MODES
    if link >= 0 and modem.has("RECVTYPE"):
        modem.typed |= 1 << link
    hole(modem, link)
    return None


def announced(modem, link):
    """The module says that it holds bytes of a link that is not open, or in active receive."""
    parser = modem.parser
    owner = modem.owner(link)
    if modem.up and modem.links[link] and not modem.passive:
        if parser.remote or (modem.state and b"+CIPRECV" in modem.name):
            return  # a UDP socket, or the program, is changing the receive mode of all links
        modem.recheck |= _ASK_MODES
        parser.length = 0
        hole(modem, link)  # a pushed payload was lost, and the colon before it
    elif (
        owner is None
        or modem.unread[link]
        or parser.trailer
        or modem.links[link] != _CLOSED_BY_PEER
    ):
        newcomer(modem, link)
    elif _CONNECT in modem.handlers:
        # On NonOS it may be the rest of the connection that ended, or a client's: the socket asks.
        parser.length = 0
        owner.was_asked = False


def newcomer(modem, link):
    """Bytes came for a link that is not open, or whose connection has ended: the CONNECT of one of
    the server's clients was lost.
    """
    unread = modem.unread[link]
    if link < 0 or not _VACANT >> modem.links[link] & 1 or _CONNECT not in modem.handlers:
        return
    # The previous user's unread bytes get no fewer, so a lower count is another connection's. With
    # TLS the counts are only a hint.
    if 0 < unread and (
        unread <= modem.parser.length or getattr(modem.owner(link), "context", None)
    ):
        return
    modem.parser.link = link
    modem.handlers[_CONNECT](_CONNECT)


def damaged(modem, event):
    """A payload had an impossible end (BROKEN), or a header an impossible length (REFUSED)."""
    link = modem.parser.link
    modem.recheck |= _ASK_MODES
    if modem.requested and (link < 0 or link == modem.link):
        link = modem.link
        modem.arrived = False
        modem.requested = -1
    if link >= 0 or not modem.requested:
        hole(modem, link)
    modem.settle(False)
    if event == _REFUSED:
        tear(modem)  # the end of the payload is not known


def tear(modem):
    """Give up the payload that is arriving: the rest of it will not come."""
    parser = modem.parser
    receiver = modem.incoming
    modem.incoming = modem.delayed = None
    if parser.left >= 0:
        hole(modem, parser.link)
    parser.reset()
    modem.contact = min(modem.contact, 0)
    if receiver is not None and receiver is not modem.receiver:
        receiver.finished(False)
    modem.settle(False)


def stray(modem, line, wanted):
    """Handle a line that is no result or notice. If links push, it may be payload whose header was
    damaged, unless it belongs to a reply (`wanted`) or firmware is known to print such a line.
    """
    glued = modem.parser.glued
    if modem.state == _VERDICT and (line[:4] == b"Recv" or line[-5:] == b"bytes"):
        modem.received = True  # "Recv n bytes", of which a byte was lost on the line
        wanted = True
    joined = b"IPD," in line or b"\r" in line  # the end of a line was lost, and of a header
    if (wanted and not joined) or not (glued or modem.pushing or not modem.passive):
        return  # it is as it should be, or nothing is pushed
    if glued and modem.arrived:
        damaged(modem, _OK)  # after payload that was asked for come only OK or a notice
    elif not _pushing(modem):
        modem.settle(True)
    elif modem.stalled or not _is_print(line):  # maybe boot loader noise: "ready" would follow
        modem.noise = True
        modem.stalled = modem.stalled or glued
        modem.pushed_at = modem.port.ticks()
    elif lazy.call("words", "is_word", line):
        modem.settle(True)
    else:
        modem.settle(not glued)
        hole(modem, -1)


def unfinished(modem):
    """A notice or a header was appended to an unfinished line: a part of the reply to the command
    under way, or a damaged header, whose payload is lost, or the noise of a restart.
    """
    modem.parser.glued = False
    stray(modem, b"\0", modem.state and modem.reply != b"")


def _pushing(modem):
    """Whether there is a connection whose bytes are pushed."""
    for link in range(_LINKS):
        if _FREE < modem.links[link] <= _CLOSED_BY_PEER and modem.pushes(link):
            return True
    return False


def _is_print(line):
    """Whether a line has printable ASCII only, as the lines of firmware do."""
    for c in line:
        if not 32 <= c < 127:
            return False
    return True


def stall(modem):
    """A payload has paused, or what should follow a payload has not come."""
    parser = modem.parser
    if parser.left > 0:
        modem.stalled = modem.stalled or 1
        # A payload that was asked for is ended by the time-out of its command.
        if (parser.pushed or not modem.state) and modem.port.since(modem.t0) > _PAUSE_MS:
            tear(modem)
        return
    waited = modem.port.since(modem.pushed_at)
    if modem.noise:
        if waited > _TORN_MS:  # there was no restart: the noise was payload without its header
            modem.noise = False
            modem.settle(not modem.stalled)
            hole(modem, -1)
    elif modem.pushed is None:
        modem.stalled = 0
        parser.tail = min(parser.tail, 1)
    elif modem.stalled and parser.tail != 2 and parser.r == parser.w:
        _suspect(modem)
    elif waited > _TORN_MS:
        whole = parser.tail != 2 and parser.r == parser.w
        modem.settle(whole)
        if not whole:  # its end has not come, or other bytes are in its place
            hole(modem, parser.owner)


def _suspect(modem):
    """A payload that paused is complete, and its end is right. Still, the noise of a restart and
    its "ready" may have filled it up: ask for settings that a restart would have lost.
    """
    if modem.state:
        return  # a command is under way, perhaps one that asks for them: start/recheck.py
    if modem.contact < 0 or not modem.up:
        modem.settle(False)
        hole(modem, modem.parser.owner)
        return
    if modem.stalled < 2:
        modem.stalled = 2
        modem.recheck |= _ASK_MODES
    modem.chores()


def ask_after(modem):
    """A command takes long: send "AT". "busy" means that it is under way, OK that it is not."""
    if modem.probed and modem.slow:  # no answer: it may have restarted, at its default rate
        overdue(modem)
        return
    modem.probed = True
    modem.t1 = modem.port.ticks()
    modem.write(b"AT\r\n")


def overdue(modem):
    """End the command under way, which got no result in time."""
    link = modem.link
    code = _TIMEOUT
    if modem.state == _VERDICT and link >= 0 and modem.links[link] == _CLOSED_BY_PEER:
        code = _SEND_FAIL  # CLOSED came, and no SEND OK after it
    elif modem.connected:
        code = _OK  # CONNECT came, its OK was lost
    elif modem.state == _VERDICT and not modem.sent:
        modem.owed = b"+++"  # its prompt may still come
        code = _CANCELED  # no byte of the payload was sent
    else:
        if modem.sent and link >= 0:
            modem.lose(link, _LOST_SEND)
        modem.owed = b"+++" if modem.state == _VERDICT and not modem.received else b""
    # Start-up comes before the next command; within it, time-outs would add up to minutes.
    began = modem.began
    late = not modem.up if began is None else modem.port.since(began) > _SET_UP_MS
    modem.contact = -1 if late else min(modem.contact, 0)
    modem.end(code)


def fetched(modem, code):
    """The command under way has ended: its payload is whole if it arrived and the result is OK."""
    receiver = modem.receiver
    whole = modem.arrived and code == _OK
    refused = code == _ERROR and modem.requested >= 0 and not modem.arrived
    if not whole and not refused and modem.link >= 0:
        modem.lose(modem.link, _LOST_BYTES)
        modem.recheck |= _ASK_MODES
        _spoilt(modem)
    modem.requested = 0
    modem.receiver = None
    if modem.incoming is receiver:
        modem.incoming = None
    if receiver is not None:
        receiver.finished(whole)


def closed(modem, code):
    """CIPCLOSE has ended, and its CLOSED was not seen; or CIPSERVER=0 has. Without an OK the module
    may not have done it, as the command may have been damaged on its way: turns.due() sends it once
    more. But if the link was perhaps closed already, a refusal shows that it was. If others were
    closed, the command may have named one of them: then nobody knows what its peer still sent.
    """
    bit = 1 << modem.link
    astray = code == _OK and modem.link < _LINKS
    for link in range(_LINKS):
        if astray and modem.links[link] == _CLOSED_BY_PEER:
            modem.lose(link, _LOST_BYTES)
            code = _TIMEOUT
    if code == _TIMEOUT or (code == _ERROR and modem.links[modem.link] == _CLOSING):
        modem.unwanted |= bit
        modem.link = -1  # what ends next, as start/answer.py's question, is no answer to it
    else:
        modem.links[modem.link] = _FREE
        if modem.listener is None:  # its server was stopped, and no other one has begun
            modem.handlers.pop(_CONNECT, None)
    if code <= _OK:  # its CLOSED may still come, and must not close the link's next user
        modem.doubt |= bit


def restarted(modem):
    """The module has restarted: it has lost all its state. Perhaps its ``ready`` was not heard."""
    modem.up = False
    modem.wifi = modem.unwanted = modem.doubt = 0
    modem.settle(False)
    modem.lose(-1, _LOST_RESTART)


def mend(modem):
    """Clean up after an interrupted step or write (Ctrl-C, a callback): bytes may be missing.

    :raises RuntimeError: none was interrupted: a callback of a step calls ``step()``
    """
    if modem.whole != _CUT:
        raise fail("nested" if modem.whole == _INSIDE else "in_passthrough")
    parser = modem.parser
    data = modem.bytes
    modem.contact = min(modem.contact, 0)  # first: Ctrl-C may come again
    if data is not None or (_SENT <= modem.state <= _VERDICT and not modem.received):
        # The module may wait for a payload. Of one so short, it would take "+++" for it.
        modem.owed = b"+++" if data is None or len(data) > 3 else data
    if parser.left >= 0:
        tear(modem)
    else:
        modem.lose(modem.link, _LOST_BYTES)  # without a command it may have been any link
    parser.reset()
    modem.end(_TIMEOUT)
