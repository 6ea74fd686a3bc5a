# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Raspberry Pi Pico 2, with a module on GP0 and GP1

Module: any, wired by you
Firmware: the module's; 115200 baud
Tested: not yet on the board itself
Source: CircuitPython's pins.c; the RP2350's datasheet

Wire GP0 to the module's RX, GP1 to its TX, 3V3 and GND: boards/README.md shows which pins of which
module. Is its reset wired too, say to GP2? Then add ``reset=("GP2", 2)``.
"""

from espat.wiring import Wiring

BOARD_ID = "raspberry_pi_pico2"  # CircuitPython's name of the board
wiring = Wiring(
    uart=0,
    tx=("GP0", 0),
    rx=("GP1", 1),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
