# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger RP2040 WiFi, and NB RP2040 WiFi: an ESP8285 on board.

``board.UART()`` is the header's, not the module's.
Source: CircuitPython's pins.c (ESP_TX and ESP_RX are the RP2040's own directions), arduino-pico.
"""

from espat import lazy

BOARD_ID = "challenger_rp2040_wifi"  # what CircuitPython calls the board
UART_ID = 1
TX = 4  # GPIO numbers, seen from the microcontroller
RX = 5
RESET = 19
RX_BUFFER = 2048  # bytes that may arrive while the program is busy; CircuitPython's default is 64


def uart(baudrate=115200):
    """The UART that the module is on, at ``baudrate`` bits a second."""
    return lazy.call("board", "uart", UART_ID, TX, RX, ("ESP_TX", "ESP_RX"), baudrate, RX_BUFFER)


def reset():
    """The pin that holds the module in reset while it is low; left high here."""
    return lazy.call("board", "reset", "WIFI_RESET", RESET)
