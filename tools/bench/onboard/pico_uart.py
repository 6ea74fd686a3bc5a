# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The board's file of the programs of pico.py: a UART over sys.argv[1]; the names of a Pico W."""

import sys

import pty_uart

from espat import names

RX_BUFFER = 2048


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return pty_uart.PtyUART(sys.argv[1], baudrate, RX_BUFFER)


def reset():
    """None: no reset is wired."""
    return


names.put("socket", "socket")  # the unix build has one of its own, a Pico has not
