# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""CircuitPython: put the root certificates of a file into the module. Programs then use them.

Pins as in espat_simpletest.py. Put roots.pem on the CIRCUITPY drive: one or more root certificates
(a browser can show and export them). No network is needed. This must be done only once. On a PC,
`espat ca add` does the same, and finds the roots by itself.
"""

import os

import board
import busio

import espat
from espat.tls import certificates

ROOTS = os.getenv("ROOTS", "/roots.pem")

uart = busio.UART(board.GP0, board.GP1, baudrate=115200, timeout=0, receiver_buffer_size=2048)
radio = espat.Radio(uart, rx_size=2048)
print("The module:", radio.firmware)

number, room = certificates.place_of_roots(radio)
print(os.stat(ROOTS)[6], "bytes in the file, room for", room, "in the module")
count = certificates.install_roots(radio, ROOTS)
print(count, "roots are in the module, written and read back")
print("A context without a CA of its own, tls.create_default_context(), trusts them.")
