# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``debug=``: the conversation with the module, a line at a time, with secrets masked. Loaded when
asked for.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .modem import Modem

_WAITING = const(18)  # an event

# What follows one of these on its line is a secret, or holds one.
_SECRETS = ("CWJAP", "CWSAP", "CIPSSLCPSK", "CWJEAP", "password")


class Shown(Modem):
    """A modem whose conversation is shown.

    :param show: a function of ``"->"`` or ``"<-"`` and a line (str); True prints
    """

    def __init__(self, port, idle, show):
        Modem.__init__(self, port, idle)
        self._show = print if show is True else show

    def _tell(self, way, line):
        text = "".join([chr(c) if 32 <= c < 127 else "\\x%02x" % c for c in line])
        self._show(way, mask(text))

    def _again(self):
        self._tell("->", bytes(self._buf[: self._n]))
        Modem._again(self)

    def _result(self, event):
        self._tell("<-", self.parser.line)
        Modem._result(self, event)

    def _notice(self, event):
        if event != _WAITING:
            self._tell("<-", self.parser.line)
        Modem._notice(self, event)


def mask(text):
    """A line without what a stranger must not read."""
    for word in _SECRETS:
        at = text.find(word)
        if at >= 0:
            at += len(word)
            while at < len(text) and text[at] not in "=:":
                at += 1
            return text[: at + 1] + ("***" if at + 1 < len(text) else "")
    return text
