# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio that a board has, by what its user put there. Loaded once, and let go of.

Either ``espat_board.py``: a file of boards/ under that name. Or, in CircuitPython, in
settings.toml the names that ``board`` has for the pins, as the microcontroller sees them:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    ESPAT_RESET = "GP2"  # if it is wired

With these, ESPAT_RX_BUFFER: the bytes of the UART's receive buffer, if 2048 are too many. With
either, ESPAT_BAUDRATE, if the module was flashed for another rate than 115200.
"""

import os

from .command import let_go
from .radio import Radio


def radio():
    """The radio; nothing is sent yet.

    :raises ImportError: nothing tells where the module is
    """
    rate = int(_setting("BAUDRATE", 115200))
    try:
        import espat_board
    except ImportError as e:
        if "espat_board" not in str(e):
            raise
        made = _by_settings(rate)
    else:
        reset = espat_board.reset()
        made = Radio(espat_board.uart(rate), reset=reset, rx_size=espat_board.RX_BUFFER)
    from . import properties

    if properties.NEEDED:
        properties.lend(made)
    let_go("making")
    return made


def _by_settings(rate):
    tx, rx, reset = [_setting(name, None) for name in ("TX", "RX", "RESET")]
    if not tx or not rx:
        raise ImportError(
            "wifi.radio: where is the module? Copy your board's file of espat's boards/ to "
            "espat_board.py, or put ESPAT_TX and ESPAT_RX into settings.toml"
        )
    import board
    import busio

    size = int(_setting("RX_BUFFER", 2048))
    uart = busio.UART(
        getattr(board, tx),
        getattr(board, rx),
        baudrate=rate,
        timeout=0,
        receiver_buffer_size=size,
    )
    if reset:
        import digitalio

        reset = digitalio.DigitalInOut(getattr(board, reset))
        reset.switch_to_output(True)
    return Radio(uart, reset=reset or None, rx_size=size)


def _setting(name, otherwise):
    """Of settings.toml; MicroPython has none."""
    value = os.getenv("ESPAT_" + name) if hasattr(os, "getenv") else None
    return otherwise if value is None else value
