# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Waveshare Pico-ESP8266 under a Raspberry Pi Pico.

The module's reset is reached only over a jumper to GP15 that is open as shipped.
Source: Waveshare wiki.
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
    """None: the jumper is open as shipped. Closed, pass GP15 to ``espat.Radio(reset=...)``."""
    return
