# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Waveshare Pico-ESP8266, under a Raspberry Pi Pico

Module: ESP8266 with 4 MB, on the board
Firmware: AT firmware of Waveshare; 115200 baud
Tested: not yet on the board itself
Source: Waveshare's wiki; Blynk's notes

Reset is reached only over jumpers that are open as shipped, EN to GP14 and RST to GP15: with the
second closed, add ``reset=("GP15", 15)``.
"""

from espat.wiring import Wiring

BOARD_ID = "raspberry_pi_pico"  # CircuitPython's name of the board
wiring = Wiring(
    uart=0,
    tx=("GP0", 0),
    rx=("GP1", 1),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
