# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A faster line: ``Radio(..., fast=921600)``. Loaded at the end of set-up, then forgotten.

The rate is raised and tested in both directions with a pattern, and lowered if that is not received
intact. If bytes are lost later, start/recheck.py lowers it to ``modem.slow``. Either is printed
once, and the rate is not raised again. All is done in steps: see stepwise.py.
"""

import errno

from .. import lazy
from ..at.args import fields
from ..calls import outcome
from ..errors import ATError
from ..parser import const
from ..rates import rate_of

_ERROR = const(3)

_LINES_TRIED = const(12)  # lines of the pattern: a kilobyte each way
_PATTERN = bytes(range(35, 127))


def raise_rate(modem):
    """Send ``AT+UART_CUR=<modem.fast>,...``, with the other settings as they are, and test it.

    :raises OSError: ETIMEDOUT, the module answers at neither rate any more; ECONNRESET, it has
        restarted
    """
    try:
        if (yield from _raised(modem)):
            return
    except (ATError, ValueError):
        pass  # the module lacks the command, or the UART that rate
    except OSError as e:
        if e.errno in (errno.ETIMEDOUT, errno.ECONNRESET):
            raise
    if modem.up:
        given_up(modem)


def _raised(modem):
    """Raise the rate. Returns whether the line is at the fast rate now, and passed the test."""
    fast = modem.fast
    uart = modem.port.uart
    yield from outcome(modem, b"+UART_CUR?", (), b"+UART_CUR:")
    how = tuple(fields(b"+UART_CUR", b"".join(modem.lines), "ddddd")[1:5])
    own = rate_of(uart)
    if own != fast:
        yield from lazy.call("at.system", "change_rate", modem, (fast,) + how)
    else:  # found at the fast rate: the board has restarted and the module has not
        own = modem.slow[0] if modem.slow else 115200
    modem.slow = (own,) + how
    modem.spoilt = False
    try:
        if (yield from _carries(modem)):
            return True
        yield from lazy.call("at.system", "change_rate", modem, modem.slow)
    except OSError as e:
        if e.errno != errno.ETIMEDOUT:
            raise
        yield from lazy.call("at.system", "back", modem, uart, fast, own)
    return False


def _carries(modem):
    """Whether a pattern comes back intact, as the echo of commands that no firmware knows."""
    yield from outcome(modem, b"E1")
    whole = 0
    for i in range(_LINES_TRIED):
        line = b"U" + _PATTERN[i:] + _PATTERN[:i]  # an echo of AT+ or ATE would be dropped
        code = yield from outcome(modem, line, (), None)
        whole += code == _ERROR and b"AT" + line in modem.lines
    yield from outcome(modem, b"E0")
    return whole == _LINES_TRIED


def given_up(modem):
    """Do not raise the rate again, and print that."""
    print("espat: the line does not carry %d baud: it stays slow" % modem.fast)
    modem.fast = 0
    modem.slow = None
