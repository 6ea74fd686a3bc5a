# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Espruino WiFi

Module: ESP8266, on the board
Firmware: not known
Tested: not yet on the board itself
Source: CircuitPython's pins.c

ESP_RX and ESP_TX are named as the module sees them, so ESP_RX is the board's TX.
"""

from espat.wiring import Wiring

BOARD_ID = "espruino_wifi"  # CircuitPython's name of the board
wiring = Wiring(
    uart=None,
    tx=("ESP_RX", None),
    rx=("ESP_TX", None),
    reset=("ESP_CHPD", None),
    high=(("ESP_GPIO0", None),),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
