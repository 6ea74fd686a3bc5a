# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Raspberry Pi Pico (and Pico 2) with any ESP-AT module.

Wire GP0 to the module's RX, GP1 to its TX, 3V3 and GND. On an ESP8266 with ESP-AT 2.x the AT UART
is GPIO13 (RX) and GPIO15 (TX), not the pins marked RX and TX.
"""

from espat import lazy

BOARD_ID = "raspberry_pi_pico"  # what CircuitPython calls the board
UART_ID = 0
TX = 0  # GPIO numbers, seen from the microcontroller
RX = 1
RX_BUFFER = 2048  # bytes that may arrive while the program is busy; CircuitPython's default is 64


def uart(baudrate=115200):
    """The UART that the module is on, at ``baudrate`` bits a second."""
    return lazy.call("board", "uart", UART_ID, TX, RX, ("GP0", "GP1"), baudrate, RX_BUFFER)


def reset():
    """None: no reset is wired. Pass a pin of yours to ``espat.Radio(reset=...)`` if one is."""
    return
