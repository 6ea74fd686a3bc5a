# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio: a module on a UART, as ``wifi.radio`` is on a board with Wi-Fi of its own.

What is seldom used of it is in station.py.
"""

from .modem import Modem
from .port import Port


class Radio:
    """An ESP-AT module.

    Nothing is sent before it is needed. A module that restarts is set up again on the next use, and
    joins the network it was joined to.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, at the rate the module was
        flashed for
    :param reset: its reset pin, low is reset: a ``digitalio.DigitalInOut`` or ``machine.Pin``;
        used when nothing answers and by ``reset()``
    :param int rx_size: the UART's receive buffer in bytes, 128 or more if you can; never is
        more asked of the module at once than fits it, header, end and a notice included, so that a
        pause of the program overruns nothing
    :param idle: called with no arguments over and over while a call waits: feed the watchdog in it
    :param debug: True prints the conversation, secrets masked; or a function of ``"->"`` or
        ``"<-"`` and a line
    """

    def __init__(self, uart, reset=None, rx_size=576, idle=None, debug=None):
        port = uart if hasattr(uart, "pause") else Port(uart)
        if debug:
            from .debug import Shown

            self.modem = Shown(port, idle, debug)
        else:
            self.modem = Modem(port, idle)
        self.rx_size = rx_size
        self.reset_pin = reset
        self.network = None  # what to join again

    def __getattr__(self, name):
        """What is seldom used is loaded for its use: ``connect``, and what station.py has."""
        if name == "connect":
            from .startup import use
        else:
            from .station import use
        return use(self, name)

    def __setattr__(self, name, value):
        """What of ``wifi.Radio`` can be set is set on the module: ``hostname``, ``enabled``, ..."""
        if name in ("modem", "rx_size", "reset_pin", "network"):
            object.__setattr__(self, name, value)
        else:
            from .station import put

            put(self, name, value)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()

    def up(self):
        """The modem, set up and joined as far as that was asked for: what every use begins with."""
        modem = self.modem
        modem.step()
        if not modem.up or (self.network and modem.wifi < 2):
            from .startup import ready

            ready(self)
        return modem
