# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger RP2040 WiFi6/BLE

Module: ESP32-C6, on the board
Firmware: ESP-AT of iLabs; 115200 baud
Tested: not yet on the board itself
Source: arduino-pico
"""

from espat.wiring import Wiring

BOARD_ID = None  # CircuitPython is not known to run on it
wiring = Wiring(
    uart=1,
    tx=(None, 4),
    rx=(None, 5),
    reset=(None, 19),
    high=((None, 24),),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
