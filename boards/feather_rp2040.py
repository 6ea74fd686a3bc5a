# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Adafruit Feather RP2040, with a module on TX and RX

Module: any, wired by you
Firmware: the module's; 115200 baud
Tested: not yet on the board itself
Source: circuitpython-stubs, which has CircuitPython's pins.c

Wire TX to the module's RX, RX to its TX, 3V and GND: boards/README.md shows which pins of which
module. Is its reset wired too, say to D5? Then add ``reset=("D5", 7)``.
"""

from espat.wiring import Wiring

BOARD_ID = "adafruit_feather_rp2040"  # CircuitPython's name of the board
wiring = Wiring(
    uart=0,
    tx=("TX", 0),
    rx=("RX", 1),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
