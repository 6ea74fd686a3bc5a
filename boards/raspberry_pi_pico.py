# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Raspberry Pi Pico (and Pico 2) with any ESP-AT module.

Wire GP0 to the module's RX, GP1 to its TX, 3V3 and GND. On an ESP8266 with ESP-AT 2.x the AT UART
is GPIO13 (RX) and GPIO15 (TX), not the pins marked RX and TX.
"""

BOARD_ID = "raspberry_pi_pico"  # what CircuitPython calls the board
UART_ID = 0
TX = 0  # GPIO numbers, seen from the microcontroller
RX = 1
RX_BUFFER = 2048  # bytes that may arrive while the program is busy; CircuitPython's default is 64


def uart(baudrate=115200):
    """The UART that the module is on, at ``baudrate`` bits a second."""
    try:
        import board
        import busio
    except ImportError:
        from machine import UART, Pin

        return UART(UART_ID, baudrate=baudrate, tx=Pin(TX), rx=Pin(RX), rxbuf=RX_BUFFER)
    return busio.UART(
        board.GP0,
        board.GP1,
        baudrate=baudrate,
        timeout=0,
        receiver_buffer_size=RX_BUFFER,
    )


def reset():
    """None: no reset is wired. Pass a pin of yours to ``espat.Radio(reset=...)`` if one is."""
    return
