# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""WIZnet WizFi360-EVB-Pico: a WizFi360 on board.

RTS is GP6 and CTS is GP7, unused here. It runs CircuitPython's build for the Raspberry Pi Pico.
Source: WIZnet's documentation.
"""

from espat import lazy

BOARD_ID = "raspberry_pi_pico"  # what CircuitPython calls the board
UART_ID = 1
TX = 4  # GPIO numbers, seen from the microcontroller
RX = 5
RESET = 20
RX_BUFFER = 2048  # bytes that may arrive while the program is busy; CircuitPython's default is 64


def uart(baudrate=115200):
    """The UART that the module is on, at ``baudrate`` bits a second."""
    return lazy.call("board", "uart", UART_ID, TX, RX, ("GP4", "GP5"), baudrate, RX_BUFFER)


def reset():
    """The pin that holds the module in reset while it is low; left high here."""
    return lazy.call("board", "reset", "GP20", RESET)
