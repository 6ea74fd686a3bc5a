# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The rate of the serial line: reading and changing that of the host's UART, and checking whether
the module answers at it. Loaded on demand. What waits is done in steps: see stepwise.py.
"""

import errno

# fmt: off
RATES = (
    115200, 921600, 460800, 230400, 9600, 57600, 38400, 19200, 2000000, 1500000, 1000000, 3000000,
    500000, 250000, 74880,
)
# fmt: on
"""Rates in bits per second at which a module is looked for, the likeliest first."""


def rate_of(uart):
    """Return the rate of a UART in bits per second; 0 if the UART does not tell it."""
    rate = getattr(uart, "baudrate", 0)
    if isinstance(rate, int) and rate:
        return rate
    # machine.UART shows its rate only in its description
    digits = (str(uart) + "baudrate=").split("baudrate=")[1].split(",")[0].strip(")")
    rate = int(digits) if digits.isdigit() else 0
    for each in RATES:  # some show the actual rate, as 115201
        if abs(each - rate) * 50 < rate:
            return each
    return rate


def set_rate(uart, bps):
    """Change the rate of the host's UART, in bits per second.

    :raises ValueError: the UART does not have that rate, or its rate cannot be changed
    """
    if bps == rate_of(uart):
        return
    try:
        if hasattr(uart, "any") and hasattr(uart, "init"):  # machine.UART
            uart.init(baudrate=bps)
        else:
            uart.baudrate = bps
    except (AttributeError, OSError, ValueError):
        raise ValueError("baud: the host's UART does not have %d" % bps)


def pause(modem, ms, restarts=None):
    """Wait for this many milliseconds, processing what comes.

    :param restarts: an earlier value of ``modem.restarts``: stop when the module says ``ready``
    :returns: whether it did
    """
    then = modem.port.ticks()
    while restarts in (None, modem.restarts) and modem.port.since(then) < ms:
        yield
    return modem.restarts != restarts


def answers(modem):
    """Find out whether the module answers at the present rate."""
    up = modem.up
    modem.contact = 0
    modem.parser.reset()
    try:
        while modem.chores():
            yield
    except OSError as e:
        if e.errno != errno.ETIMEDOUT:
            raise
        modem.up = up
        return False
    return True
