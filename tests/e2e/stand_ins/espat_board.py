"""Stands in for a board's file in the unix MicroPython: a UART over the device in sys.argv."""

import sys

from pty_uart import PtyUART

RX_BUFFER = 2048


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return PtyUART(sys.argv[1], baudrate, RX_BUFFER)


def reset():
    """None: no reset is wired."""
    return
