# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Runs five.py over a terminal device: argv is the device, the host, how many pages."""

import sys

from five import five
from pty_uart import PtyUART

import espat

radio = espat.Radio(PtyUART(sys.argv[1]), rx_size=2048)
radio.connect("espat", "correct horse")
for length, digest in five(radio, sys.argv[2], int(sys.argv[3])):
    print(length, digest)
