# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One module: what is known of it, and its commands from end to end. What waits, waits here."""

try:
    from micropython import const
except ImportError:
    const = int

from .engine import Engine
from .errors import refusal
from .parser import Parser

# The parser's events.
_TIMEOUT = const(0)
_OK = const(2)


class Modem(Engine):
    """A module on a ``Port``. For the arguments see ``Engine``."""

    def __init__(self, port, idle=None, rescue=None):
        Engine.__init__(self, Parser(), port, idle, rescue)
        # Written by start/ at set-up.
        self.firmware = (0, 0)  # family and version: firmware.py
        self.capabilities = " "  # their names, a blank before and behind each: firmware.py
        self.largest = 2048  # bytes that one CIPSEND takes
        self.rates = ()  # where start-up looks for the module besides the usual rates
        self.fast = 0  # the rate that the line is to be raised to: start/fast.py,
        self.slow = None  # what AT+UART_CUR takes to go back, while it is raised
        self.spoilt = False  # bytes were lost on the raised line: written by mishaps.py
        self.deaf = 0  # times in a row that it left a command unanswered, but not the next
        # Written by the commands of at/.
        self.kept = []  # [key, name, args]: settings to be made again after a restart
        # Of rooms above, declared here since they are about this module.
        self.listener = None  # sock/server.py: the server that a socket listens with
        self.tls = None  # tls/state.py: what is known since the last restart
        self.unwritten = None  # tls/certificates.py: what must go to flash before all else

    def has(self, capability):
        """Whether the firmware has a capability, a name of the table in firmware.py."""
        return self.capabilities.find(" " + capability + " ") >= 0

    def lend(self, on):
        """Let passthrough have the serial line: until it gives it back nobody else can use it."""
        self._whole = 3 if on else 0
        self.state = 1 if on else 0

    def rest(self):
        """One turn of any wait: step, the idle hook, a breath."""
        came = self.step()
        if self.idle:
            self.idle()
        if not came:
            self.port.pause()

    def turn(self):
        """Wait until the next command can go out: the one under way is over, strays are closed.

        :raises OSError: ETIMEDOUT, nothing answers
        """
        while self.chores():
            self.rest()

    def run(self, name, args=(), reply=b"", timeout=5000):
        """A command from end to end: its turn, ``begin()``, and the end. The reply lines.

        :raises ATError: the module refused it
        :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted, before it or behind
            it: what the commands of a call have set up so far is lost
        """
        up = self.up
        self.turn()
        self.begin(name, args, reply, timeout)
        while self.state:
            self.rest()
        return self.ended(up, name, _OK, timeout)

    def ended(self, up, name, wanted, timeout):
        """What came of a command that has ended: the reply lines, if the event is the one wanted.

        Waiting is left to the caller: CircuitPython has room for few frames.

        :param bool up: the module was set up when the call began
        :param int timeout: ms that it might take, for the error
        """
        code = self.code
        if code == _OK and self.probed and self.reply != b"":
            code = _TIMEOUT  # its own answer was lost
        if code != wanted or up > self.up:
            raise refusal(self, name, code, timeout, up > self.up)
        return self.lines
