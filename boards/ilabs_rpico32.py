# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs RPICO32

Module: ESP8285, on the board
Firmware: ESP-AT for ESP8266, flashed by iLabs; 115200 baud
Tested: not yet on the board itself
Source: arduino-pico
"""

from espat.wiring import Wiring

BOARD_ID = None  # CircuitPython is not known to run on it
wiring = Wiring(
    uart=0,
    tx=(None, 0),
    rx=(None, 1),
    reset=(None, 2),
    high=((None, 3),),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
