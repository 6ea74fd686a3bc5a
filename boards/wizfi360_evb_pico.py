# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""WIZnet WizFi360-EVB-Pico: a WizFi360 on board.

RTS is GP6 and CTS is GP7, unused here. It runs CircuitPython's build for the Raspberry Pi Pico.
Source: WIZnet's documentation.
"""

BOARD_ID = "raspberry_pi_pico"  # what CircuitPython calls the board
UART_ID = 1
TX = 4  # GPIO numbers, seen from the microcontroller
RX = 5
RESET = 20
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
        board.GP4,
        board.GP5,
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
    pin = digitalio.DigitalInOut(board.GP20)
    pin.switch_to_output(True)
    return pin
