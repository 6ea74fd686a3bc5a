# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the engine does when something went wrong on the line. Loaded for it, and forgotten.

Each function takes the modem, whose fields it may write.
"""

from . import lazy
from .parser import const

# What a link is.
_FREE = const(0)
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_VACANT = const(0x39)  # a bit each: in these the module may have given the link to a client

# The parser's events.
_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_SEND_FAIL = const(6)
_CANCELED = const(7)
_REFUSED = const(16)
_CONNECT = const(19)

_VERDICT = const(3)  # a state of the engine

_LINKS = const(5)
_TORN_MS = const(1500)  # in so long after its noise a module that restarts says "ready"
_PAUSE_MS = const(1000)  # a payload that pauses for so long has lost bytes
_ASK_MODES = const(1)  # for `recheck`


def hole(modem, link):
    """Bytes are missing on a link; -1: on one of those that push theirs, nobody knows which."""
    _spoilt(modem)
    for each in range(_LINKS):
        if each == link or (link < 0 and modem.pushes(each)):
            modem.lose(each, _LOST_BYTES)


def _spoilt(modem):
    """The line loses bytes: one that was raised is put back, see start/recheck.py."""
    if modem.slow:
        modem.spoilt = True
        modem.recheck |= _ASK_MODES


def unexpected(modem):
    """A payload of a link that pushes none: who gets it.

    A client of the server may have come, its CONNECT lost. Else its header was damaged, or the
    module is in another mode than it was told: nobody gets it.
    """
    link = modem.parser.link
    newcomer(modem, link)
    if link >= 0 and modem.links[link] and modem.pushes(link):
        return modem.owner(link)
    if modem.single:
        return modem.owner(0)  # the one link there is
    if link >= 0 and modem.doubt >> link & 1:
        return None  # its last user's, on its way when the link was closed
    modem.recheck |= _ASK_MODES
    if link >= 0 and modem.has("RECVTYPE"):
        modem.typed |= 1 << link
    hole(modem, link)
    hole(modem, -1)
    return None


def newcomer(modem, link):
    """Something came for a link that nobody opened, or whose user had its end: the CONNECT of a
    server's client was lost.
    """
    unread = modem.unread[link]
    if link < 0 or not _VACANT >> modem.links[link] & 1 or _CONNECT not in modem.handlers:
        return
    # What its last user left there gets no less; but of TLS the counts are only a hint.
    if 0 < unread and (
        unread <= modem.parser.length or getattr(modem.owner(link), "context", None)
    ):
        return
    modem.parser.link = link
    modem.handlers[_CONNECT](_CONNECT)


def damaged(modem, event):
    """A payload ended as none does (BROKEN), or a header promised too much (REFUSED)."""
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
        tear(modem)  # where the payload ends nobody knows


def tear(modem):
    """Give up the payload that is coming in: the rest of it will not come."""
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


def stray(modem, line):
    """A line that nobody asked for. Where links push their bytes it may be the payload of a header
    that was damaged, unless firmware is known to say such things.
    """
    glued = modem.parser.glued
    if modem.state == _VERDICT and (line[:4] == b"Recv" or line[-5:] == b"bytes"):
        modem.received = True  # a byte of it was lost on the way
    elif not glued and modem.passive and not modem.pushing:
        return  # nothing is pushed
    elif glued and modem.arrived:
        damaged(modem, _OK)  # behind what was asked for comes OK, or a notice
    elif not _pushing(modem):
        modem.settle(True)
    elif modem.stalled or not _is_print(line):  # a boot loader's, perhaps: is "ready" to come?
        modem.noise = True
        modem.stalled = modem.stalled or glued
        modem.pushed_at = modem.port.ticks()
    elif lazy.call("words", "is_word", line):
        modem.settle(True)
    else:
        modem.settle(not glued)
        hole(modem, modem.parser.owner if glued else -1)


def _pushing(modem):
    """Whether a connection stands whose bytes are pushed."""
    for link in range(_LINKS):
        if _FREE < modem.links[link] <= _CLOSED_BY_PEER and modem.pushes(link):
            return True
    return False


def _is_print(line):
    """Whether a line is one of letters, as firmware prints them."""
    for c in line:
        if not 32 <= c < 127:
            return False
    return True


def stall(modem):
    """A payload has paused, or what should follow it has not come."""
    parser = modem.parser
    if parser.left > 0:
        modem.stalled = modem.stalled or 1
        # Of one that was asked for the command's own time-out decides.
        over = parser.pushed or not modem.state
        if over and modem.port.since(modem.t0) > _PAUSE_MS:
            tear(modem)
        return
    waited = modem.port.since(modem.pushed_at)
    if modem.noise:
        if waited > _TORN_MS:  # no restart: a payload without its header
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
        if not whole:  # something stands where its end should be
            hole(modem, parser.owner)


def _suspect(modem):
    """A payload that paused is full, and nothing is wrong with its end. The noise of a restart may
    have filled it, "ready" with it: settings that a restart loses are asked for, and tell.
    """
    if modem.state:
        return  # a command is under way: perhaps those questions, see start/recheck.py
    if modem.contact < 0 or not modem.up:
        modem.settle(False)
        hole(modem, modem.parser.owner)
        return
    if modem.stalled < 2:
        modem.stalled = 2
        modem.recheck |= _ASK_MODES
    modem.chores()


def ask_after(modem):
    """A command takes long: "busy" to this tells that it is under way, OK that it is not."""
    if modem.probed and modem.slow:  # no answer: it may have restarted, at its own rate
        overdue(modem)
        return
    modem.probed = True
    modem.t1 = modem.port.ticks()
    modem.write(b"AT\r\n")


def overdue(modem):
    """The command under way has no result in time."""
    link = modem.link
    code = _TIMEOUT
    if modem.state == _VERDICT and link >= 0 and modem.links[link] == _CLOSED_BY_PEER:
        code = _SEND_FAIL  # CLOSED came: that there is no other word makes it certain
    elif modem.connected:
        code = _OK  # CONNECT came, its OK did not
    elif modem.state == _VERDICT and not modem.sent:
        modem.owed = True  # its prompt may come yet
        code = _CANCELED  # nothing of the payload has gone
    else:
        if modem.sent and link >= 0:
            modem.lose(link, _LOST_SEND)
        modem.owed = modem.state == _VERDICT and not modem.received
    modem.contact = min(modem.contact, 0)
    modem.end(code)


def fetched(modem, code):
    """The command under way has ended: what it was to bring is whole if it came, and OK."""
    receiver = modem.receiver
    whole = modem.arrived and code == _OK
    if not whole and (code != _ERROR or modem.requested < 0) and modem.link >= 0:
        modem.lose(modem.link, _LOST_BYTES)
        modem.recheck |= _ASK_MODES
        _spoilt(modem)
    modem.requested = 0
    modem.receiver = None
    if modem.incoming is receiver:
        modem.incoming = None
    if receiver is not None:
        receiver.finished(whole)
