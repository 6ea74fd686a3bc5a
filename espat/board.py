# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Finding the module on this board: its UART and its reset pin. Loaded once, and forgotten.

``radio()`` makes the radio, ``shared()`` has it made once, by what the user put on the board.
Either ``espat_board.py``, which is a file of boards/ under that name. Or, in CircuitPython,
settings.toml names the pins by the names that ``board`` has for them, as the microcontroller sees
them:

    ESPAT_TX = "GP0"
    ESPAT_RX = "GP1"
    ESPAT_RESET = "GP2"  # if it is wired

With these, ESPAT_RX_BUFFER: bytes of the UART's receive buffer, if 2048 are too many. With either,
ESPAT_BAUDRATE, if the module was flashed for another rate than 115200, and ESPAT_PAUSE, which is
``pause`` of ``Radio``.
"""

import os
import sys

from . import held
from .radio import Radio


def shared():
    """The board's radio, made when first asked for, and the same one ever after.

    :raises ImportError: nothing tells where the module is
    """
    if held.radio is None:
        held.radio = radio()
    return held.radio


def radio():
    """The board's radio; nothing is sent yet.

    :raises ImportError: nothing tells where the module is
    """
    rate = int(_setting("BAUDRATE", 115200))
    try:
        import espat_board as here
    except ImportError as e:
        if "espat_board" not in str(e):
            raise
        here = _Settings()
    return Radio(
        here.uart(rate),
        reset=here.reset(),
        rx_size=here.RX_BUFFER,
        rates=(rate,) + tuple(getattr(here, "RATES", ())),
        pause=int(_setting("PAUSE", 0)),
    )


class _Settings:
    """What a file of boards/ has, by settings.toml."""

    def __init__(self):
        self.RX_BUFFER = int(_setting("RX_BUFFER", 2048))
        self._tx, self._rx, self._reset = [_setting(name) for name in ("TX", "RX", "RESET")]
        if not self._tx or not self._rx:
            raise ImportError(
                "wifi.radio: where is the module? Copy your board's file of espat's boards/ to "
                "espat_board.py, or put ESPAT_TX and ESPAT_RX into settings.toml"
            )

    def uart(self, baudrate):
        return _circuitpython_uart(self._tx, self._rx, baudrate, self.RX_BUFFER)

    def reset(self):
        return reset(self._reset) if self._reset else None


def _setting(name, default=None):
    """ESPAT_<name> of settings.toml; MicroPython has no such file."""
    value = os.getenv("ESPAT_" + name) if hasattr(os, "getenv") else None
    return default if value is None else value


def uart(number, tx, rx, names, baudrate, rx_buffer):
    """The UART that the module is on, for a file of boards/.

    :param int number: which UART, for MicroPython
    :param int tx: GPIO number, seen from the microcontroller, as ``rx``; for MicroPython
    :param names: what ``board`` calls TX and RX, for CircuitPython
    :param int baudrate: bits a second
    :param int rx_buffer: bytes that may arrive while the program is busy
    """
    try:
        return _circuitpython_uart(names[0], names[1], baudrate, rx_buffer)
    except ImportError:
        from machine import UART, Pin

        return UART(number, baudrate=baudrate, tx=Pin(tx), rx=Pin(rx), rxbuf=rx_buffer)


def _circuitpython_uart(tx, rx, baudrate, rx_buffer):
    import board
    import busio

    return busio.UART(
        getattr(board, tx),
        getattr(board, rx),
        baudrate=baudrate,
        timeout=0,
        receiver_buffer_size=rx_buffer,
    )


def reset(name, pin=None):
    """The pin that holds the module in reset while it is low; it is left high here.

    :param str name: what ``board`` calls it, for CircuitPython
    :param int pin: its GPIO number, for MicroPython
    """
    try:
        import board
        import digitalio
    except ImportError:
        from machine import Pin

        return Pin(pin, Pin.OUT, value=1)
    found = digitalio.DigitalInOut(getattr(board, name))
    found.switch_to_output(True)
    return found


def note(name, *others):
    """Say so where a file of lib/ lies on a board that has such modules built in; no more.

    :param str name: of the file
    :param others: the modules that a board with Wi-Fi of its own has
    """
    for other in others:
        try:
            module = __import__(other)
        except ImportError:
            continue
        if not hasattr(module, "__file__"):
            print(
                "%s: this board has a %s of its own, which cannot use the module on its UART: "
                "lib/%s.py is for boards without" % (name, other, name),
                file=sys.stderr,
            )
