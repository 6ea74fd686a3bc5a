# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger+ RP2350 WiFi6/BLE5

Module: ESP32-C6, on the board
Firmware: ESP-AT 3.4 of iLabs; 115200 baud
Tested: not yet on the board itself
Source: CircuitPython's pins.c; arduino-pico; iLabs forum

``board.UART()`` is the header's, not the module's. ESP_TX and ESP_RX are named as the
microcontroller sees them.
"""

from espat.wiring import Wiring

BOARD_ID = "challenger_rp2350_wifi6_ble5"  # CircuitPython's name of the board
wiring = Wiring(
    uart=1,
    tx=("ESP_TX", 4),
    rx=("ESP_RX", 5),
    reset=("ESP_RESET", 15),
    high=(("ESP_BOOT", 14),),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
