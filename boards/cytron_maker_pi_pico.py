# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Cytron Maker Pi Pico, with an ESP-01 in its socket

Module: ESP-01, in a socket
Firmware: what the ESP-01 came with; 115200 baud
Tested: not yet on the board itself
Source: two write-ups of users; the revision that they had has the ESP-01's reset not wired

GP16 and GP17 are on the Grove sockets too: use one or the other.
"""

from espat.wiring import Wiring

BOARD_ID = "raspberry_pi_pico"  # CircuitPython's name of the board
wiring = Wiring(
    uart=0,
    tx=("GP16", 16),
    rx=("GP17", 17),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
