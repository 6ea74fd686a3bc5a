# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The rate of the serial line, at the host's end. Loaded when it is asked for or changed."""

# fmt: off
RATES = (
    115200, 921600, 460800, 230400, 9600, 57600, 38400, 19200, 2000000, 1500000, 1000000, 3000000,
    500000, 250000, 74880,
)
# fmt: on
"""Bits a second at which a module is looked for, the likeliest first."""


def rate_of(uart):
    """Bits a second; 0 where the UART does not tell."""
    rate = getattr(uart, "baudrate", 0)
    if isinstance(rate, int) and rate:
        return rate
    digits = ""  # machine.UART tells only in its description
    text = str(uart)
    at = text.find("baudrate=")
    for c in text[at + 9 : at + 17] if at >= 0 else "":
        if not c.isdigit():
            break
        digits += c
    return int(digits or 0)


def set_rate(uart, bps):
    """Change the host's end of the line to so many bits a second.

    :raises OSError, ValueError: the UART does not have that rate
    """
    if hasattr(uart, "any") and hasattr(uart, "init"):  # machine.UART
        uart.init(baudrate=bps)
    else:
        uart.baudrate = bps
