# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A faster line: ``Radio(..., fast=921600)``. Loaded at the end of set-up, and forgotten.

The rate is raised, tried both ways with a pattern, and put back where it does not carry it. Later,
when bytes are lost on it, start/recheck.py puts it back to ``modem.slow``. Either is said once, and
the rate then stays.
"""

import errno

from .. import lazy
from ..errors import ATError
from ..parser import const
from ..rates import rate_of

_ERROR = const(3)

_LINES_TRIED = const(12)  # lines of the pattern: a kilobyte each way
_PATTERN = b"U*U*5Jj~0aZz@#$%^&()_-=+[]{};:<>/?|!.1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"


def raise_rate(modem):
    """``AT+UART_CUR=<modem.fast>,...``, the other settings as they are; and try it.

    :raises OSError: ETIMEDOUT, the module answers at neither rate any more
    """
    fast = modem.fast
    how = lazy.call("at.system", "uart_cur_query", modem)[1:]
    own = rate_of(modem.port.uart)
    try:
        if own != fast:
            _change(modem, fast, how)
        elif not modem.slow:
            own = 115200  # found at the fast rate: the board has restarted, and the module has not
        else:
            own = modem.slow[0]
        modem.slow = (own,) + how
        modem.spoilt = False
        if _carries(modem):
            return
        _change(modem, own, how)
    except (ATError, OSError) as e:
        if not isinstance(e, ATError) and e.args[0] != errno.EIO:
            raise
    given_up(modem)


def _change(modem, baud, how):
    """``uart_cur()`` by the reply of ``uart_cur_query()``: (data, stop, parity, flow)."""
    data, stop, parity, flow = how
    lazy.call("at.system", "change_rate", modem, (baud, data, stop, parity, flow))


def _carries(modem):
    """Whether a pattern comes back as it was sent: the echo of commands that no firmware knows."""
    modem.run(b"E1")
    whole = 0
    for i in range(_LINES_TRIED):
        line = b"U" + _PATTERN[i:] + _PATTERN[:i]  # an echo of AT+ or ATE would be dropped
        modem.turn()
        modem.begin(line, (), None)
        while modem.state:
            modem.rest()
        whole += modem.code == _ERROR and b"AT" + line in modem.lines
    modem.run(b"E0")
    return whole == _LINES_TRIED


def given_up(modem):
    """Leave the rate as it is from now on, and say so."""
    print("espat: the line does not carry %d baud, it stays slower" % modem.fast)
    modem.fast = 0
    modem.slow = None
