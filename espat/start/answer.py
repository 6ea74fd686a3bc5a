# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Getting an answer from the module: the work that the engine's ``rescue`` begins most often.

A module may be in the middle of a command, wait for the rest of a payload, be in passthrough, or be
stuck. Loaded on demand, then forgotten. Other rates and restarts are tried by search.py.
"""

from .. import lazy
from ..parser import const

_TIMEOUT = const(0)
_OK = const(2)
_ERROR = const(3)
_FAIL = const(4)
_BUSY = const(8)
_READY = const(22)
_SYNC = const(4)  # the engine's state
_LOST_BYTES = const(6)

# How long to wait after each try, in units of 50 ms: AT, AT, AT, nothing, then "+++" (which must be
# sent alone for over 20 ms, with no command for a second after it), AT, AT. Source: dialects.md 1
# row 12, and 5.
_TRIES = b"\x05\x05\x08\x01\x17\x08\x08"
_SILENCE = const(3)
_PLUSES = const(4)
_LONGEST_MS = const(20000)  # how long a module may answer "busy"
_LATEST_MS = const(1000)  # how long after the first try more bytes may follow its answer
_SETTLE_MS = const(20)  # after this silence no late answers to earlier tries are expected


def sync(modem):
    """Begin to find out whether the module answers."""
    modem.sync = Sync(modem)
    modem.sync.ask()


class Sync:
    """One attempt to get an answer. ``modem.state`` is 4 meanwhile; the result is in
    ``modem.contact``.
    """

    def __init__(self, modem):
        self.modem = modem
        parser = modem.parser
        if parser.left > 0:  # the rest of this payload did not come in time
            lazy.call("mishaps", "tear", modem)
        # A module that waits for a payload, or for the rest of one, would take a command for it.
        if parser.prompt and not modem.owed:
            modem.owed = b"+++"
        self.n = 0  # the index in _TRIES
        if modem.owed:
            self.n = _SILENCE if modem.up else _PLUSES
        self.deaf = modem.streak == 1 and not self.n  # one command was answered, the next was not
        modem.streak = 0
        parser.prompt = False
        modem.reply = b"+CIPMUX:"
        modem.lines = []
        modem.words = b""
        self.t0 = modem.port.ticks()
        self.answered = self.mistaken = modem.stuck = False

    def ask(self):
        """Send the question for the current try; give up after the last one."""
        modem = self.modem
        port = modem.port
        self.busied = False
        self.t1 = port.ticks()
        if self.n >= len(_TRIES) or port.since(self.t0) > _LONGEST_MS:
            modem.contact = -1
            modem.up = False
            modem.wifi = 0  # whether the module is still joined is asked before it joins again
            modem.end(_TIMEOUT)
            return
        modem.state = _SYNC
        if self.n == _PLUSES:
            modem.write(modem.owed or b"+++")
        elif self.n != _SILENCE:
            # A module that restarted unnoticed answers +CIPMUX:0, unless 0 was set.
            modem.write(b"AT+CIPMUX?\r\n" if modem.up else b"AT\r\n")

    def heard(self, event):
        """A result, ``busy`` or ``ready`` came."""
        if self.answered or self.n == _SILENCE:
            return
        modem = self.modem
        self.t1 = modem.port.ticks()
        if event > _FAIL:
            if event == _BUSY or event == _READY:
                self.busied = True  # the next result may be that of an earlier command
                modem.stuck = event
                self.n = 0
        elif self.busied or event == _FAIL:
            pass  # after "busy" it is the result of another command: step() asks again
        elif event == _ERROR and not self.mistaken:
            self.mistaken = True  # the module had half a command, to which the question was added
            self.ask()
        else:
            self.answered = True  # it listens, even if it refuses the question

    def step(self, came):
        """Called with each step of the engine; ``came``: whether bytes came in it."""
        modem = self.modem
        port = modem.port
        # Answers to earlier tries may follow. They would be taken for the next command's.
        if came and self.answered and port.since(self.t0) < _LATEST_MS:
            self.t1 = port.ticks()
        waited = port.since(self.t1)
        if not self.answered:
            if waited > _TRIES[self.n] * 50:
                self.n += 1
                if self.n == _SILENCE and not (modem.up or modem.stuck):
                    self.n = len(_TRIES)  # before "+++", start-up tries other rates
                self.ask()
            return
        if waited <= _SETTLE_MS:
            return
        if modem.parser.asked:  # the module has sent the bytes asked for, and they never came
            modem.lose(modem.link, _LOST_BYTES)
        if not modem.single and b"+CIPMUX:0" in modem.lines:
            lazy.call("mishaps", "restarted", modem)
        if not self.deaf:
            modem.deaf = 0
        elif not self.n:
            modem.deaf += 1
        modem.contact = 1
        modem.owed = b""
        modem.sync = None
        modem.end(_OK)
