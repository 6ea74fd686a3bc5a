# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``debug=``: shows the conversation with the module line by line, with secrets masked. Loaded only
if it is used.
"""

from . import lazy
from .modem import Modem
from .parser import const

STAYS = True
_LINE = const(1)  # events of the parser
_WAITING = const(18)


class ShownModem(Modem):
    """A modem that shows its conversation.

    :param show: a function that takes ``"->"`` or ``"<-"`` and a line (str); anything that is no
        function, such as True: print
    """

    def __init__(self, port, idle, rescue, show):
        Modem.__init__(self, port, idle, rescue)
        self._show = show if callable(show) else print

    def _tell(self, way, line, command=b""):
        text = "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in line])
        self._show(way, lazy.call("secrets", "mask", text, command))

    def transmit(self):
        self._tell("->", bytes(self._line)[:-2])
        Modem.transmit(self)

    def _result(self, event):
        self._tell("<-", self.parser.line, self._line if event == _LINE else b"")
        Modem._result(self, event)

    def _notice(self, event):
        if event != _WAITING:
            self._tell("<-", self.parser.line)
        Modem._notice(self, event)
