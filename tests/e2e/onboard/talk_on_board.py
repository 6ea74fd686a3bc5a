# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Runs talk.py over a terminal device: argv is the device, the host, a port without a server."""

import sys

from pty_uart import PtyUART
from talk import Hook, talk

import espat

hook = Hook()
radio = espat.Radio(PtyUART(sys.argv[1]), rx_size=2048, idle=hook)
radio.connect("espat", "correct horse")
sent = bytes([i * 7 + i // 251 & 255 for i in range(5000)])
for line in talk(radio, hook, sys.argv[2], int(sys.argv[3]), sent):
    print(line)
