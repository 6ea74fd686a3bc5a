# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""BDMICRO VINA-D51, with an ESP-01 in its socket

Module: ESP-01, in a socket
Firmware: what the ESP-01 came with; 115200 baud
Tested: not yet on the board itself
Source: CircuitPython's pins.c

ESP01_TX and ESP01_RX are named as the microcontroller sees them.
"""

from espat.wiring import Wiring

BOARD_ID = "bdmicro_vina_d51"  # CircuitPython's name of the board
wiring = Wiring(
    uart=None,
    tx=("ESP01_TX", None),
    rx=("ESP01_RX", None),
    reset=("ESP01_RESET", None),
    high=(("ESP01_CH_PD", None), ("ESP01_GPIO0", None)),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
