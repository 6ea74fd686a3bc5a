# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's clock, which must be right before it can tell whether a certificate is valid.

Loaded where firmware looks at dates, and let go of.
"""

import time

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import ATError, fail

_STARTEX = const(10)  # a capability: AT+SYSTIMESTAMP
_YEAR = const(2026)  # no clock that is right shows an earlier one
_BUILT = const(1767225600)  # the beginning of that year
_SNTP_MS = const(10000)
_ERR_CLOCK = const(81)  # of tlserrors.py


def see_to(modem):
    """Have the clock right: ask time servers (``AT+CIPSNTPCFG=1,0``), up to 10 s; then set it from
    this board's clock (``AT+SYSTIMESTAMP``), if that is right.

    :raises OSError: EINVAL, the clock is not right, and nobody tells the time
    """
    if not _right(modem) and not _asked(modem):
        now = _here()
        if now < _BUILT or not modem.can >> _STARTEX & 1:
            raise fail(_ERR_CLOCK)
        run(modem, b"+SYSTIMESTAMP=", (now,))
    let_go("dates")


def _right(modem):
    """Whether the module's clock can be right."""
    if modem.can >> _STARTEX & 1:
        for line in run(modem, b"+SYSTIMESTAMP?", (), b"+SYSTIMESTAMP:"):
            if line[14:].isdigit() and int(line[14:]) >= _BUILT:
                return True
        return False
    for line in run(modem, b"+CIPSNTPTIME?", (), b"+CIPSNTPTIME:"):
        if line[-4:].isdigit() and int(line[-4:]) >= _YEAR:
            return True
    return False


def _asked(modem):
    """Let the module ask time servers: True once it has the time."""
    port = modem.port
    since = port.ticks()
    try:
        lines = run(modem, b"+CIPSNTPCFG?", (), b"+CIPSNTPCFG:")
        if not lines or lines[0][12:13] != b"1":
            run(modem, b"+CIPSNTPCFG=", (1, 0))
        while port.since(since) < _SNTP_MS:
            then = port.ticks()
            if _right(modem):
                return True
            while port.since(then) < 500:
                modem.rest()
    except ATError:
        pass  # no time servers, then
    return False


def _here():
    """Seconds since 1970 by this board's clock, which some count from 2000; 0 without a clock."""
    try:
        now = int(time.time())
        if (getattr(time, "gmtime", None) or time.localtime)(0)[0] == 2000:
            now += 946684800
    except OverflowError:
        pass  # CircuitPython counts from 1970, and has no calendar of that year
    except RuntimeError:
        now = 0  # CircuitPython on a board without a clock
    return now
