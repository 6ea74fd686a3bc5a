# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger NB RP2040 WiFi

Module: ESP8285, on the board
Firmware: ESP-AT for ESP8266, flashed by iLabs; 115200 baud
Tested: not yet on the board itself
Source: CircuitPython's pins.c; arduino-pico

``board.UART()`` is the header's, not the module's. ESP_TX and ESP_RX are named as the
microcontroller sees them.
"""

from espat.wiring import Wiring

BOARD_ID = "challenger_nb_rp2040_wifi"  # CircuitPython's name of the board
wiring = Wiring(
    uart=1,
    tx=("ESP_TX", 4),
    rx=("ESP_RX", 5),
    reset=("WIFI_RESET", 19),
    high=(("WIFI_MODE", 13),),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
