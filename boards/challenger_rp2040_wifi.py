# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""iLabs Challenger RP2040 WiFi, and NB RP2040 WiFi: an ESP8285 on board.

``board.UART()`` is the header's, not the module's.
Source: CircuitPython's pins.c (ESP_TX and ESP_RX are the RP2040's own directions), arduino-pico.
"""

BOARD_ID = "challenger_rp2040_wifi"  # what CircuitPython calls the board
UART_ID = 1
TX = 4  # GPIO numbers, seen from the microcontroller
RX = 5
RESET = 19
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
        board.ESP_TX,
        board.ESP_RX,
        baudrate=baudrate,
        timeout=0,
        receiver_buffer_size=RX_BUFFER,
    )


def reset():
    """The pin that holds the module in reset while it is low; left high here."""
    try:
        import board
        import digitalio
    except ImportError:
        from machine import Pin

        return Pin(RESET, Pin.OUT, value=1)
    pin = digitalio.DigitalInOut(board.WIFI_RESET)
    pin.switch_to_output(True)
    return pin
