"""Stands in for a board's `machine` in the unix MicroPython: a UART over the device in sys.argv."""

import sys

from pty_uart import PtyUART


class Pin:
    """A number."""

    def __init__(self, number):
        self.number = number


def UART(number, baudrate, tx, rx, rxbuf):
    """As rp2's, whose UART 0 has these pins."""
    assert (number, tx.number, rx.number) == (0, 0, 1)
    return PtyUART(sys.argv[1], baudrate, rxbuf)
