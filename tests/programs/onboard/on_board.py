# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Runs `program.lines(pool, …)` over a terminal device: argv is the device, and the rest."""

import sys

import program
from pty_uart import PtyUART

import espat

radio = espat.Radio(PtyUART(sys.argv[1]), rx_size=2048)
radio.connect("espat", "correct horse")
for line in program.lines(espat.SocketPool(radio), *sys.argv[2:]):
    print(*line)
