# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the files of boards/ share: the pins of a module, and the UART and reset pin made from them.

A file of boards/ is copied to the board as ``espat_board.py`` and offers ``uart``, ``reset`` and
``RX_BUFFER``, from which ``espat.board`` creates the radio. Pins are created by pins.py, which is
loaded for that, then forgotten.
"""

from . import lazy


class Wiring:
    """The pins between a board and its module, all named as the board sees them.

    A pin is a pair: its name in CircuitPython's ``board``, and the number that MicroPython's
    ``machine.Pin`` takes. None instead of one: that runtime is not known to run on the board.

    :param int uart: MicroPython's number of the UART
    :param tx: the board's output, wired to the module's RX
    :param rx: the board's input, wired to the module's TX
    :param reset: the output to the module's RST or EN, low is off; None: not wired
    :param high: outputs that must be high for the module to run its firmware: mode, enable
    :param rts: the board's output, wired to the module's CTS
    :param cts: the board's input, wired to the module's RTS
    :param int rx_buffer: bytes that may arrive while the program is busy; CircuitPython's own
        default of 64 is too few
    """

    def __init__(self, uart, tx, rx, reset=None, high=(), rts=None, cts=None, rx_buffer=2048):
        self.number = uart
        self.tx = tx
        self.rx = rx
        self.rts = rts
        self.cts = cts
        self.off = reset
        self.high = high
        self.RX_BUFFER = rx_buffer
        self.held = None  # the pins that reset() has made, which keep their level

    def uart(self, baudrate=115200, flow=False):
        """Create the UART that the module is on.

        :param int baudrate: bits per second
        :param bool flow: use RTS and CTS: only if the module does too, ``AT+UART_CUR=...,3``
        :raises ValueError: RTS and CTS are not wired
        :raises RuntimeError: this runtime is not known to run on the board
        """
        return lazy.call("pins", "uart", self, baudrate, flow)

    def reset(self):
        """Return the pin that holds the module in reset while it is low. It is set high, and so are
        the pins of ``high``. None: it is not wired.
        """
        if self.held is None:
            self.held = lazy.call("pins", "high", self.high + (self.off,))
        return self.held[-1]
