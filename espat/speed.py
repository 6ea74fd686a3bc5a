# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The rate of the serial line, changed at both ends. Loaded when it is needed."""

import errno

from .asking import ask, number
from .command import run
from .search import rate_of, set_rate, wait


def uart_cur(modem, baud, flow=0, data=8, stop=1, parity=0):
    """``AT+UART_CUR=<baud>,<data>,<stop>,<parity>,<flow>``: until the next restart. All families.

    The host's end follows. If nothing answers at the new rate both ends go back to the old one. The
    module keeps the rate over the board's restart, and start-up finds it.

    :param int baud: 80 to 5000000 bits a second; the host must have that rate too, and its buffer
        must hold what comes: above 115200 RTS/CTS is good advice
    :param int flow: 0 none, 1 RTS, 2 CTS, 3 both, as the module's pins are wired
    :param int data: bits, 5 to 8; the host's end is left at what it has
    :param int stop: 1: one, 2: one and a half, 3: two
    :param int parity: 0 none, 1 odd, 2 even
    :raises ValueError: out of range, or a rate that the host's UART does not have
    :raises OSError: EIO, the new rate does not work and the old one does again; ETIMEDOUT, nothing
        answers at either: the module needs a reset; EINVAL, the host's UART does not tell its rate

    Source: dialects.md 4.
    """
    number("baud", baud, 80, 5000000)
    args = (
        baud,
        number("data", data, 5, 8),
        number("stop", stop, 1, 3),
        number("parity", parity, 0, 2),
        number("flow", flow, 0, 3),
    )
    uart = modem.port.uart
    old = rate_of(uart)
    if not old:
        raise OSError(errno.EINVAL, "the UART does not tell its rate: there is no way back")
    modem.turn()
    try:
        set_rate(uart, baud)
    except (OSError, ValueError):
        raise ValueError("baud: the host's UART does not have %d" % baud)
    finally:
        set_rate(uart, old)
    run(modem, b"+UART_CUR=", args)
    wait(modem, 20)  # it switches behind its OK
    set_rate(uart, baud)
    if not _answers(modem):
        _back(modem, uart, baud, old)


def uart_cur_query(modem):
    """``AT+UART_CUR?``: (baud, data, stop, parity, flow) as ``uart_cur()`` takes them.

    All families.     The rate is the actual one, a little off the one that was set.
    """
    return tuple(ask(modem, b"+UART_CUR", "ddddd")[:5])


def _answers(modem):
    """Whether the module answers ``AT`` at the present rate."""
    up = modem.up
    modem.contact = 0
    modem.parser.reset()
    try:
        modem.turn()
    except OSError as e:
        if e.errno != errno.ETIMEDOUT:
            raise
        return False
    finally:
        modem.up = up
    return True


def _back(modem, uart, baud, old):
    """It may hear us though we don't hear it, as with flow control that is not wired."""
    try:
        modem.write(memoryview(b"\r\nAT+UART_CUR=%d,8,1,0,0\r\n" % old))
        wait(modem, 50)
    except OSError:
        pass
    set_rate(uart, old)
    if not _answers(modem):
        modem.up = False
        raise OSError(
            errno.ETIMEDOUT, "no answer at %d baud, nor at %d again: reset the module" % (baud, old)
        )
    raise OSError(errno.EIO, "no answer at %d baud: back at %d" % (baud, old))
