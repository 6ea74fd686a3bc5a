# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Getting an answer: what the engine's ``rescue`` begins most often.

A module may be in the middle of a command, wait for the rest of a payload, be in passthrough, or be
stuck. Loaded when that must be found out, and forgotten. Other rates and restarts: search.py.
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
_LOST_RESTART = const(4)
_LOST_BYTES = const(6)

# How long to wait after each try, in units of 50 ms: AT, AT, AT, then "+++" (which must stand
# alone for over 20 ms, with no command for a second after it), AT, AT. Source: dialects.md 1 row
# 12, and 5.
_TRIES = b"\x05\x05\x08\x17\x08\x08"
_PLUSES = const(3)
_LONGEST_MS = const(20000)  # how long "busy" is waited out
_LATEST_MS = const(1000)  # how long it may go on talking behind its answer
_SETTLE_MS = const(20)  # silence behind the answer: late words have passed


def sync(modem):
    """Begin to find out whether the module listens."""
    modem.sync = Sync(modem)
    modem.sync.ask()


class Sync:
    """One attempt to get an answer: ``modem.state`` is 4 meanwhile, ``modem.contact`` tells how it
    went.
    """

    def __init__(self, modem):
        self.modem = modem
        parser = modem.parser
        if parser.left > 0:  # it was waited for in vain
            lazy.call("mishaps", "tear", modem)
        # A module that waits for a payload, or for the rest of one, would take a command for it.
        self.n = _PLUSES if parser.prompt or modem.owed else 0  # which try it is
        self.deaf = modem.streak == 1 and not self.n  # one command was answered, the next was not
        modem.streak = 0
        parser.prompt = modem.owed = False
        modem.reply = b"+CIPMUX:"
        modem.lines = []
        modem.words = b""
        self.t0 = modem.port.ticks()
        self.answered = self.mistaken = modem.stuck = False

    def ask(self):
        """The next try."""
        modem = self.modem
        port = modem.port
        self.busied = False
        self.t1 = port.ticks()
        if self.n >= len(_TRIES) or port.since(self.t0) > _LONGEST_MS:
            modem.contact = -1
            modem.up = False
            modem.wifi = 0  # if it still stands, joining finds that out
            modem.end(_TIMEOUT)
            return
        modem.state = _SYNC
        if self.n == _PLUSES:
            modem.write(b"+++")
        else:  # a module that restarted unheard says +CIPMUX:0: espat had set 1
            modem.write(b"AT+CIPMUX?\r\n" if modem.up else b"AT\r\n")

    def heard(self, event):
        """A result, ``busy`` or ``ready`` came."""
        if self.answered:
            return
        modem = self.modem
        self.t1 = modem.port.ticks()
        if event > _FAIL:
            if event == _BUSY or event == _READY:
                self.busied = True  # the next result may be of what came before
                modem.stuck = event == _BUSY
                self.n = 0
        elif self.busied or event == _FAIL:
            self.ask()  # behind "busy": some other command's
        elif event == _ERROR and not self.mistaken:
            self.mistaken = True  # of half a command that was there before
            self.ask()
        else:
            self.answered = True  # it listens, even where it refuses the question

    def step(self, came):
        """Time has passed, and bytes came or none."""
        modem = self.modem
        port = modem.port
        # Answers to what it was asked before may follow: they would be taken for the next one's.
        if came and self.answered and port.since(self.t0) < _LATEST_MS:
            self.t1 = port.ticks()
        waited = port.since(self.t1)
        if not self.answered:
            if waited > _TRIES[self.n] * 50:
                self.n += 1
                if self.n == _PLUSES and not (modem.up or modem.stuck):
                    self.n = len(_TRIES)  # start-up first looks at other rates
                self.ask()
            return
        if waited <= _SETTLE_MS:
            return
        if modem.parser.asked:  # the module has let go of those bytes, and they never came
            modem.lose(modem.link, _LOST_BYTES)
        if modem.up and b"+CIPMUX:0" in modem.lines:
            restarted(modem)
        if not self.deaf:
            modem.deaf = 0
        elif not self.n:
            modem.deaf += 1
        modem.contact = 1
        modem.sync = None
        modem.end(_OK)


def restarted(modem):
    """The module has restarted, and nobody heard it."""
    modem.up = False
    modem.wifi = modem.unwanted = modem.doubt = 0
    modem.settle(False)
    modem.lose(-1, _LOST_RESTART)


def mend(modem):
    """The last step or write was cut short (Ctrl-C, a callback): bytes may be missing."""
    parser = modem.parser
    if parser.left >= 0:
        lazy.call("mishaps", "tear", modem)
    else:
        modem.lose(modem.link, _LOST_BYTES)  # without a command any link may be meant
    parser.reset()
    modem.end(_TIMEOUT)
