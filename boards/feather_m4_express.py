# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Adafruit Feather M4 Express, with a module on TX and RX

Module: any, wired by you
Firmware: the module's; 115200 baud
Tested: not yet on the board itself
Source: circuitpython-stubs, which has CircuitPython's pins.c

Wire TX to the module's RX, RX to its TX, 3V and GND: boards/README.md shows which pins of which
module. Is its reset wired too, say to D5? Then add ``reset=("D5", None)``.
"""

from espat.wiring import Wiring

BOARD_ID = "feather_m4_express"  # CircuitPython's name of the board
wiring = Wiring(
    uart=None,
    tx=("TX", None),
    rx=("RX", None),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
