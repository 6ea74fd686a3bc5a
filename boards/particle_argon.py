# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Particle Argon

Module: ESP32, on the board
Firmware: not known
Tested: not yet on the board itself
Source: CircuitPython's pins.c; an example of ESP_ATcontrol

The pins are named as the module sees them, so ESP_RX is the board's TX, and ESP_CTS its RTS.
"""

from espat.wiring import Wiring

BOARD_ID = "particle_argon"  # CircuitPython's name of the board
wiring = Wiring(
    uart=None,
    tx=("ESP_RX", None),
    rx=("ESP_TX", None),
    reset=("ESP_WIFI_EN", None),
    high=(("ESP_BOOT_MODE", None),),
    rts=("ESP_CTS", None),
    cts=("ESP_RTS", None),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
