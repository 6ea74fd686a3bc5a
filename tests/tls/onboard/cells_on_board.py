# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Runs cells.py over terminal devices: argv is a file with the cells and the certificates, and the
devices. On CPython they are opened by pyserial. The radios nap while they wait, as others run at
the same time: on the second for longer, where they wait for clocks that nobody sets.
"""

import json
import sys
import time

from cells import run

import espat

if sys.implementation.name == "cpython":
    from serial import Serial as UART
else:
    from pty_uart import PtyUART as UART

with open(sys.argv[1]) as file:
    job = json.load(file)
radios = []
for path in sys.argv[2:]:
    nap = (lambda: time.sleep(0.01)) if radios else (lambda: time.sleep(0.001))
    radios.append(espat.Radio(UART(path, 115200), rx_size=2048, idle=nap))
    radios[-1].connect("espat", "correct horse")
for line in run(radios, job["cells"], job["files"]):
    print(json.dumps(line))
