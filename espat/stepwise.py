# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Work in *steps*: it takes several commands, and must not keep other sockets waiting. It is a
generator that yields where it would wait for the module. ``wait()`` resumes it until it ends; the
sockets of faces/ resume it when it is their turn. Loaded for start-up and UDP; more is in calls.py.
"""

from . import lazy
from .errors import ATError, const

# The parser's events.
_TIMEOUT = const(0)
_OK = const(2)
_READY = const(22)

_ASK_MODES = const(1)  # for recheck


def refusal(modem, command, code, timeout=0, restarted=False):
    """Return the exception for a command that failed: see texts.py."""
    return lazy.call("texts", "refusal", ATError, modem, command, code, timeout, restarted)


def wait(modem, steps):
    """Do steps to their end, and wait for the module meanwhile. Returns their result."""
    try:
        while True:
            next(steps)
            modem.rest()
    except StopIteration as e:
        return e.value
    finally:
        steps.close()  # after Ctrl-C they clean up


def outcome(modem, name, args=(), reply=b"", timeout=5000, link=-1):
    """Run a command that may be refused. Returns the event that ended it.

    :raises OSError: ETIMEDOUT, the module did not answer before the command could be sent
    """
    while modem.chores():
        yield
    modem.begin(name, args, reply, timeout, None, link)
    while modem.state:
        yield
    return modem.code


def sure(modem, name, args=(), reply=b"", limit=15000):
    """Run a command that affects payload: send it until OK has been seen, or ERROR twice, as one
    damaged on the line is refused, too. It is sent three times at most.

    :param int limit: ms after which it is not sent again
    :returns: True: it is set; False: the module refused it
    :raises OSError: ETIMEDOUT, no answer; ECONNRESET, the module restarted
    """
    up = modem.up
    since = modem.port.ticks()
    refused = False
    for _ in range(3):
        left = limit - modem.port.since(since)
        if left <= 0:
            break
        code = yield from outcome(modem, name, args, reply, min(left, 5000))
        if up > modem.up or code == _READY:
            break
        if code == _OK:
            return True
        if code != _TIMEOUT:
            if refused:
                return False
            refused = True
    modem.recheck |= _ASK_MODES  # whether the setting was made is not known, even after one ERROR
    code = _READY if modem.code == _READY else _TIMEOUT
    raise refusal(modem, name, code, modem.limit, up > modem.up)
