# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A board's file, as those of boards/ are: a UART over sys.argv[1] at the rate sys.argv[2]."""

import sys

from pty_uart import PtyUART

RX_BUFFER = 2048


def uart(baudrate=115200):
    """As the files of boards/ have it."""
    return PtyUART(sys.argv[1], int(sys.argv[2]), RX_BUFFER)


def reset():
    """None: no reset is wired."""
    return
