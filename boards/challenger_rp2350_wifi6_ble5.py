# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger+ RP2350 WiFi6/BLE5: an ESP32-C6 on board.

``board.UART()`` is the header's, not the module's.
Source: CircuitPython's pins.c; shipped with ESP-AT 3.4 (iLabs forum).
"""

from espat import lazy

BOARD_ID = "challenger_rp2350_wifi6_ble5"  # what CircuitPython calls the board
UART_ID = 1
TX = 4  # GPIO numbers, seen from the microcontroller
RX = 5
RESET = 15
RX_BUFFER = 2048  # bytes that may arrive while the program is busy; CircuitPython's default is 64


def uart(baudrate=115200):
    """The UART that the module is on, at ``baudrate`` bits a second."""
    return lazy.call("board", "uart", UART_ID, TX, RX, ("ESP_TX", "ESP_RX"), baudrate, RX_BUFFER)


def reset():
    """The pin that holds the module in reset while it is low; left high here."""
    return lazy.call("board", "reset", "ESP_RESET", RESET)
