# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""WIZnet WizFi360-EVB-Pico

Module: WizFi360, on the board
Firmware: WizFi360 1.1.1; 115200 baud
Tested: not yet on the board itself
Source: WIZnet's documentation; arduino-pico for TX and RX

It runs CircuitPython's build for the Raspberry Pi Pico. WIZnet's RTS and CTS are the module's: its
RTS is wired to GP6, which is the UART's CTS.
"""

from espat.wiring import Wiring

BOARD_ID = "raspberry_pi_pico"  # CircuitPython's name of the board
wiring = Wiring(
    uart=1,
    tx=("GP4", 4),
    rx=("GP5", 5),
    reset=("GP20", 20),
    rts=("GP7", 7),
    cts=("GP6", 6),
)
uart = wiring.uart
reset = wiring.reset
RX_BUFFER = wiring.RX_BUFFER

import espat.names  # wifi, network ...: the names that programs import, where there are none
