# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Commands that may be refused, and settings on which bytes depend. Loaded for start-up and UDP."""

from . import lazy
from .errors import ATError
from .parser import const

# The parser's events.
_TIMEOUT = const(0)
_OK = const(2)
_READY = const(22)

_ASK_MODES = const(1)  # for recheck


def refusal(modem, command, code, timeout=0, restarted=False):
    """The exception for a command that did not end as it should: see texts.py."""
    return lazy.call("texts", "refusal", ATError, modem, command, code, timeout, restarted)


def outcome(modem, name, args=(), reply=b"", timeout=5000, link=-1):
    """A command that may be refused, from end to end: the event that ended it.

    :raises OSError: ETIMEDOUT, the module was not to be reached before it
    """
    modem.turn()
    modem.begin(name, args, reply, timeout, None, link)
    while modem.state:
        modem.rest()
    return modem.code


def sure(modem, name, args=(), reply=b"", limit=15000):
    """A command on which bytes depend: sent until OK was really seen, or ERROR twice, since one
    that was damaged on its way is refused too. Three times at most.

    :param int limit: ms after which it is not sent again
    :returns: True, it is set; False, the module refused it
    :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted
    """
    up = modem.up
    since = modem.port.ticks()
    refused = False
    for _ in range(3):
        left = limit - modem.port.since(since)
        if left <= 0:
            break
        modem.turn()  # as outcome(), without its frame: CircuitPython has room for few
        modem.begin(name, args, reply, min(left, 5000))
        while modem.state:
            modem.rest()
        code = modem.code
        if up > modem.up or code == _READY:
            break
        if code == _OK:
            return True
        if code != _TIMEOUT:
            if refused:
                return False
            refused = True
    modem.recheck |= _ASK_MODES  # which way it stands nobody knows
    raise refusal(modem, name, modem.code, modem.limit, up > modem.up)
