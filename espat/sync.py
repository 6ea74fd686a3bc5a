# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Getting an answer to ``AT``, out of half a command, a payload owed or passthrough."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go

_TIMEOUT = const(0)
_OK = const(2)
_FAIL = const(4)
_BUSY = const(8)
_READY = const(22)
_SYNC = const(4)
_LOST_RESTART = const(4)
_LOST_BYTES = const(6)

# How long to wait after each try, in units of 50 ms: AT, AT, AT, then "+++" (which must stand
# alone for over 20 ms, with no command for a second after it), AT, AT. Source: dialects.md 1 row
# 12, and 5.
_TRIES = b"\x05\x05\x08\x17\x08\x08"
_PLUSES = const(3)
_LONGEST = const(20000)  # ms of "busy" that are waited out
_SETTLE = const(20)  # ms after the answer in which late words may pass


class Sync:
    """One attempt: ``modem.state`` is 4 meanwhile, ``modem.contact`` tells how it went."""

    def __init__(self, modem):
        self.modem = modem
        self.port = modem.port
        parser = modem.parser
        if parser.left > 0:  # it was waited for in vain
            modem.lose(parser.link, _LOST_BYTES)
            parser.reset()
        # A prompt that was awaited may have come unseen: then the module wants bytes, not a
        # command.
        self._try = _PLUSES if parser.prompt else 0
        parser.prompt = False
        modem.reply = modem.words = b""
        self._t0 = self.port.ticks()
        self._settling = False
        self._attempt()

    def _attempt(self):
        modem = self.modem
        self._busy = False
        self._t1 = self.port.ticks()
        if self._try == len(_TRIES) or self.port.since(self._t0) > _LONGEST:
            modem.contact = -1
            modem.up = False
            modem.wifi = 0  # if it still stands, joining finds that out
            modem.end(_TIMEOUT)
        else:
            modem.state = _SYNC
            # A module that restarted unheard says 0: espat had set 1.
            question = b"AT+CIPMUX?\r\n" if modem.up else b"AT\r\n"
            modem.write(b"+++" if self._try == _PLUSES else question)

    def heard(self, event):
        """A result, ``busy`` or ``ready`` came."""
        if self._settling:
            return
        self._t1 = self.port.ticks()
        if event == _BUSY or event == _READY:
            self._busy = True  # an OK would be some other command's
            self._try = 0
        elif event == _OK and not self._busy:
            self._settling = True
        elif event <= _FAIL:
            self._attempt()

    def tick(self):
        """Time has passed."""
        waited = self.port.since(self._t1)
        modem = self.modem
        if self._settling:
            if waited > _SETTLE:
                if modem.parser.asked:  # the module has let go of those bytes, and they never came
                    modem.lose(modem.link, _LOST_BYTES)
                if modem.up and modem.words == b"+CIPMUX:0":
                    modem.up = False
                    modem.wifi = modem.unwanted = modem.doubt = 0
                    modem.lose(-1, _LOST_RESTART)
                modem.contact = 1
                modem.end(_OK)
                modem.sync = None
                let_go("sync")
        elif waited > _TRIES[self._try] * 50:
            self._try += 1
            self._attempt()


def mend(modem):
    """The last step or write was cut short (Ctrl-C, a callback): bytes may be missing."""
    parser = modem.parser
    modem.lose(parser.link if parser.left >= 0 else modem.link, _LOST_BYTES)
    parser.reset()
    modem.end(_TIMEOUT)
