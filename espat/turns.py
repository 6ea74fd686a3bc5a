# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The less usual cases of running commands: ``busy``, late results, missing prompts, and what must
be done before the next command. Loaded on demand, then forgotten.

Each function takes the modem and may write its fields.
"""

from . import lazy
from .errors import const, fail

# The parser's events.
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_SEND_FAIL = const(6)
_CANCELED = const(7)
_BUSY = const(8)

# The modem's ``state``.
_SENT = const(1)
_AGAIN = const(2)
_VERDICT = const(3)

_FREE = const(0)  # states of a link
_CLOSING = const(9)
_CLOSING_PERHAPS = const(10)  # as 9, but it may be closed already: a refusal is believed
_PERHAPS = const(0x3B)  # a bit for each state in which it may: not open yet, or not any more
_SERVER = const(5)  # in the place of a link: the server of a socket that is gone

_BUSY_MS = const(300)  # how long to wait after "busy" before a command is sent again
_BEHIND_MS = const(1000)  # how long a prompt may take after its OK
_PLUSES_MS = const(4000)  # the same, if the payload is so short that "+++" would be taken for it
_EARLY_MS = const(2000)  # how long a verdict without "Recv n bytes" is doubted
_LONG_MS = const(15000)  # a command with this time-out or more is asked after ("AT") meanwhile,
_PROBE_MS = const(5000)  # at this interval
_VERDICT_MS = const(3000)  # a send is asked after, too: a module still sending says "busy"
_NEVER_MS = const(100000000)

# A bit of ``recheck``: the module may have lost settings unnoticed, as receive mode, remote ends
# shown, five links. Without it, only which links have survived the loss of Wi-Fi is asked.
_ASK_MODES = const(1)


def due(modem):
    """Return what must be done before the next command, as a name for ``rescue``; or None, having
    begun to close a link that was released.

    :raises OSError: ETIMEDOUT, nothing answers
    """
    if modem.contact < 0:
        modem.contact = 0
        raise fail("always_busy" if modem.stuck == _BUSY else "silent")
    if not modem.contact:
        return "sync"
    if modem.recheck and modem.up:
        if modem.recheck & _ASK_MODES:
            modem.recheck -= _ASK_MODES
            return "modes"
        modem.recheck = 0
        return "station"
    link = 0
    while not modem.unwanted >> link & 1:
        link += 1
    modem.unwanted -= 1 << link
    state = modem.links[link]
    if state >= _CLOSING:
        state = _FREE  # this is the second try: it counts as closed, whatever the answer
    else:
        state = _CLOSING_PERHAPS if _PERHAPS >> state & 1 else _CLOSING
    modem.links[link] = state
    name = b"+CIPCLOSE="
    args = (link,)
    if link == _SERVER:
        name = b"+CIPSERVER="
        args = (0,)
    modem.follow(name, args, b"", 5000, None, link)
    return None


def result(modem, event):
    """Handle ``busy``, or a result that does not simply end the command under way."""
    state = modem.state
    prompt = event == _OK and modem.parser.prompt
    if event == _BUSY:
        if state == _SENT and not modem.probed:
            modem.state = _AGAIN
            modem.busied = True
        modem.probed = False  # this answers the "AT" of ask_after(): the command is under way
        _look(modem, _BUSY_MS)
    elif state == _VERDICT:
        # A verdict of an earlier send can come late or twice. This send's verdict comes after
        # "Recv n bytes", if firmware says that. One without it counts if nothing else comes.
        ours = event == modem.verdict or (event == _SEND_FAIL and modem.verdict == _SEND_OK)
        if (ours and modem.mistaken) or (event == _OK and modem.probed):
            lazy.call("mishaps", "overdue", modem)  # it sent other bytes, or its verdict was lost
        elif (
            (ours and (modem.received or not modem.counts)) or event == _ERROR or event == _CANCELED
        ):
            modem.end(event)
        elif ours:
            modem.early = event
            _look(modem, _EARLY_MS + modem.sent)
    elif state == _AGAIN and event < _SEND_OK:
        # A result after "busy" may be another command's. If a prompt may follow, an OK is taken for
        # this one's: a command that is sent again would become the payload.
        if prompt or not (modem.signs or modem.arrived or modem.lines):
            # It was the result of what kept the module busy. The command is not sent again at once:
            # some modules say both to every command.
            if prompt:
                modem.state = _SENT
                modem.answered = True  # the command goes on with the prompt
            _look(modem, _BUSY_MS)
        else:
            if modem.probed:  # it may answer the "AT" of ask_after(): check the module first
                modem.contact = min(modem.contact, 0)
            modem.end(event)


def _look(modem, ms):
    """Something that concerns the command came: call ``late()`` for it after ``ms``."""
    modem.t1 = modem.port.ticks()
    modem.look = max(ms, modem.gap)


def pause(modem):
    """Have ``late()`` send the command a little later: see ``Radio(pause=)``."""
    modem.state = _AGAIN
    _look(modem, 0)


def late(modem):
    """Time has passed while a command is under way: act now, or set when to look again."""
    state = modem.state
    if state == _AGAIN:
        modem.transmit()
        return
    data = modem.bytes
    short = data is not None and len(data) <= 3
    limit = _NEVER_MS
    if state == _VERDICT:
        if modem.early:
            limit = _EARLY_MS + modem.sent
        elif modem.received and modem.client is not None:
            limit = _VERDICT_MS  # the payload is complete: "AT" cannot be taken for a part of it
    elif modem.parser.prompt:
        if short and not modem.busied:
            limit = _PLUSES_MS
        elif modem.answered:
            limit = _BEHIND_MS
        elif not short:
            limit = _PROBE_MS
    elif modem.limit >= _LONG_MS and modem.receiver is None:
        limit = _PROBE_MS
    modem.look = limit
    if modem.port.since(modem.t1) <= limit:
        return
    if modem.early:
        modem.counts = 0  # until it says "Recv n bytes" again
        modem.end(modem.early)
    elif modem.parser.prompt:
        # A module that waits for 1 to 3 bytes would take "+++" for them: it gets the payload.
        modem.prompted(data if short else None)
    else:
        lazy.call("mishaps", "ask_after", modem)
