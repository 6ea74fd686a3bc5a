# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Whose turn it is, where that is not plain: ``busy``, words out of their turn, time that passes,
what must be done before the next command. Loaded for it, and forgotten.

Each function takes the modem, whose fields it may write.
"""

from . import lazy
from .errors import fail
from .parser import const

# The parser's events.
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_SEND_FAIL = const(6)
_CANCELED = const(7)
_BUSY = const(8)

# What the modem is doing.
_SENT = const(1)
_AGAIN = const(2)
_VERDICT = const(3)

_CLOSING = const(9)  # what a link is

_BUSY_MS = const(300)  # how long "busy" is waited out before a command is sent again
_BEHIND_MS = const(1000)  # how long after its OK a prompt may take,
_PLUSES_MS = const(4000)  # and where "+++" would be taken for the payload
_EARLY_MS = const(2000)  # how long a verdict without "Recv n bytes" is doubted
_LONG_MS = const(15000)  # a command that may take so long is asked after on its way,
_PROBE_MS = const(5000)  # every so often
_VERDICT_MS = const(3000)  # a send is, too: a module that is at it says "busy"
_NEVER_MS = const(100000000)

# recheck: what the driver believes and the module may do otherwise.
_ASK_MODES = const(1)  # receive mode, remote ends shown, five links
_ASK_STATION = const(2)  # which links the loss of Wi-Fi has left standing


def due(modem):
    """What must be done before the next command can go out, as ``rescue`` has its name; None: it is
    begun, a link that nobody wants is being closed.

    :raises OSError: ETIMEDOUT, nothing answers
    """
    if modem.contact < 0:
        modem.contact = 0
        raise fail("always_busy" if modem.stuck else "silent")
    if not modem.contact:
        return "sync"
    if modem.recheck and modem.up:
        what = modem.recheck & _ASK_MODES or _ASK_STATION
        modem.recheck &= ~what
        return "modes" if what == _ASK_MODES else "station"
    link = 0
    while not modem.unwanted >> link & 1:
        link += 1
    modem.unwanted &= ~(1 << link)
    modem.links[link] = _CLOSING
    modem.follow(b"+CIPCLOSE=", (link,), b"", 5000, None, link)
    return None


def result(modem, event):
    """A result that is not what the command under way has to end with, or ``busy``."""
    state = modem.state
    prompt = event == _OK and modem.parser.prompt
    if event == _BUSY:
        if state == _SENT and not modem.probed:
            modem.state = _AGAIN
            modem.busied = True
        modem.probed = False  # our question is answered: it is under way
        _look(modem, _BUSY_MS)
    elif state == _VERDICT:
        # A verdict can come late or twice: ours comes behind "Recv n bytes", where firmware
        # says that at all. One without it is believed when nothing else comes.
        if event == _ERROR or event == _CANCELED:
            modem.end(event)
        elif event == _OK and modem.probed:
            lazy.call("mishaps", "overdue", modem)  # it is through: its verdict was lost
        elif event == modem.verdict or (event == _SEND_FAIL and modem.verdict == _SEND_OK):
            if modem.mistaken:
                lazy.call("mishaps", "overdue", modem)
            elif modem.received or not modem.counts:
                modem.end(event)
            else:
                modem.early = event
                _look(modem, _EARLY_MS + modem.sent)
    elif state == _AGAIN and event < _SEND_OK:
        # Behind "busy": is it our own? An OK is where a prompt may follow, for sent again the
        # command would be taken for the payload.
        if not (modem.signs or modem.arrived or modem.lines or prompt):
            modem.transmit()  # that was the result of what kept the module busy
        elif prompt:
            modem.state = _SENT
            modem.answered = True  # the prompt is what counts
            _look(modem, _BUSY_MS)
        else:
            if modem.probed:  # it may be the answer to our question: nothing rests on it
                modem.contact = min(modem.contact, 0)
            modem.end(event)


def _look(modem, ms):
    """Something came that is about the command: look after it again in so many ms."""
    modem.t1 = modem.port.ticks()
    modem.look = ms


def late(modem):
    """Time has passed while a command is under way: act now, or say when to look again."""
    waited = modem.port.since(modem.t1)
    state = modem.state
    data = modem.bytes
    limit = _NEVER_MS
    if state == _AGAIN:
        limit = _BUSY_MS
    elif state == _VERDICT:
        if modem.early:
            limit = _EARLY_MS + modem.sent
        elif modem.received and modem.client is not None:
            limit = _VERDICT_MS  # all of the payload is there: what is sent now is none of it
    elif modem.parser.prompt:
        if data is not None and len(data) <= 3 and not modem.busied:
            limit = _PLUSES_MS
        elif modem.answered:
            limit = _BEHIND_MS
    elif modem.limit >= _LONG_MS and modem.receiver is None:
        limit = _PROBE_MS
    modem.look = limit
    if waited <= limit:
        return
    if state == _AGAIN:
        modem.transmit()
    elif modem.early:
        modem.counts = False  # until it says "Recv n bytes" once more
        modem.end(modem.early)
    elif modem.parser.prompt:
        modem.prompted(True)
    else:
        lazy.call("mishaps", "ask_after", modem)
