# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Runs secure.py over a terminal device: argv is the device, the host, files of CA, chain, key."""

import sys

from pty_uart import PtyUART
from secure import visit

import espat


def read(path):
    with open(path) as file:
        return file.read()


radio = espat.Radio(PtyUART(sys.argv[1]), rx_size=2048)
radio.connect("espat", "correct horse")
for line in visit(radio, sys.argv[2], *[read(path) for path in sys.argv[3:6]]):
    print(line)
