# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What modules loaded for a while need: a command from end to end, and a way to go again."""

import sys

try:
    from micropython import const
except ImportError:
    const = int

from .modem import fail

_OK = const(2)
_LOST_RESTART = const(4)
_ERR_COMMAND = const(32)  # of errors.py


def run(modem, name, args=(), reply=b"", timeout=5000):
    """Wait for a turn, ``Modem.begin()`` and wait for the end: the reply lines.

    :raises ATError: the module refused it
    :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted, before it or behind it:
        what the commands of a call have set up so far is lost
    """
    up = modem.up
    modem.turn()
    if up <= modem.up:
        modem.begin(name, args, reply, timeout)
        while modem.state:
            modem.rest()
        if modem.code != _OK:
            words = modem.words or (modem.lines[-1] if modem.lines else b"")
            raise fail(_ERR_COMMAND, name, modem.code, words, timeout)
    if up > modem.up:
        raise fail(_LOST_RESTART)
    return modem.lines


def let_go(*names):
    """Forget modules of the package, and this one; they are loaded again when needed."""
    package = __name__[: __name__.rfind(".")]
    for name in names + ("command",):
        if sys.modules.pop(package + "." + name, None):
            delattr(sys.modules[package], name)
