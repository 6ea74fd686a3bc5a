"""A board's file, as those of boards/ are, in the unix MicroPython: a UART over sys.argv[1]."""

import sys

from pty_uart import PtyUART

import espat.names  # noqa: F401

RX_BUFFER = 2048


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return PtyUART(sys.argv[1], baudrate, RX_BUFFER)


def reset():
    """None: no reset is wired."""
    return
