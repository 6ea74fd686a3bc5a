# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio: a module on a UART, with the members that ``wifi.Radio`` has in CircuitPython.

What most programs use stands in the class. The other members are functions in the rooms of
members/, loaded for each use and forgotten: members/table.py says which is where.
"""

import sys

from . import lazy
from .modem import Modem
from .port import Port

# What a radio itself consists of, and may assign.
_FIELDS = " modem rx_size reset_pin network looked "

# What a radio inherits. Only on MicroPython are __getattr__ and __setattr__ all that it takes;
# CircuitPython has no __setattr__ of classes.
_Members = object
if sys.implementation.name == "cpython" or not hasattr(object, "__setattr__"):
    from .members.attributes import made

    _Members = made()


class Radio(_Members):
    """An ESP-AT module.

    Nothing is sent before it is needed. A module that restarts is set up again on the next use, and
    joins the network that it was joined to. A radio and its sockets are for one thread.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, at the rate that the module
        was flashed for
    :param reset: the module's reset pin, low is reset: a ``digitalio.DigitalInOut`` or
        ``machine.Pin``; used when nothing answers, and by ``reset()``
    :param int rx_size: the UART's receive buffer in bytes, 128 or more if you can. The module is
        never asked for more at once than fits it together with a header, the end and a notice, so
        that no byte is lost however long the program pauses
    :param idle: called without arguments over and over while a call waits: feed the watchdog in it
    :param debug: True prints the conversation, secrets masked; or a function of ``"->"`` or
        ``"<-"`` and a line
    :param rates: bits a second: rates besides the usual ones at which start-up looks for the module
    :param int pause: ms between a result and the next command, for modules that are deaf for a
        while after each result (some ESP-01: 50)
    :param int fast: bits a second: start-up raises the line to that rate, if it carries a pattern
        there; it goes back, and says so, where bytes are lost, and with ``deinit()``
    """

    def __init__(
        self, uart, reset=None, rx_size=576, idle=None, debug=None, rates=(), pause=0, fast=0
    ):
        port = uart if hasattr(uart, "pause") else Port(uart)
        if debug:
            from .debug import ShownModem

            modem = ShownModem(port, idle, _rescue, debug)
        else:
            modem = Modem(port, idle, _rescue)
        if rates or pause or fast or not hasattr(uart, "write"):
            lazy.call("start.search", "check", modem, rates, pause, fast)
        self.modem = modem
        self.rx_size = rx_size
        self.reset_pin = reset
        self.network = None  # what to join again: the arguments of connect()
        self.looked = -1  # modem.restarts when the module was asked whether it is joined

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()

    def up(self):
        """The ``Modem``, set up, and joined to the network of ``connect()`` if there was one.

        Whatever uses the network begins with it.

        :raises OSError: ETIMEDOUT, the module does not answer; else as ``connect()``
        """
        modem = self.awake()
        if self.network and modem.wifi < 2:
            lazy.call("at.essential", "join", modem, self.network)
        return modem

    def awake(self):
        """The ``Modem``, set up; unlike after ``up()`` it may not be joined.

        :raises OSError: ETIMEDOUT, the module does not answer
        """
        modem = self.modem
        modem.step()
        if not modem.up:
            lazy.call("start.setup", "start", self)
        return modem

    def connect(self, ssid, password=b"", *, channel=0, bssid=None, timeout=None):
        """Join a network (``AT+CWJAP``); nothing is done if the module already stands in it. Then
        the password is not looked at: after ``stop_station()`` it is.

        :param ssid: 1 to 32 bytes; str, or bytes if it is not UTF-8
        :param password: str or bytes, 8 to 64 bytes; empty for an open network
        :param int channel: accepted as ``wifi.Radio`` does; the module finds the channel itself
        :param bssid: ``"aa:bb:cc:dd:ee:ff"`` or six bytes, where several access points share a name
        :param timeout: seconds; None: 20
        :raises ConnectionError: (MicroPython: OSError) and why: wrong password (EACCES), no such
            access point (ENODEV), no answer or no DHCP (ETIMEDOUT)
        :raises OSError: EIO, the module refused a command; ETIMEDOUT, it does not answer
        :raises ValueError: an argument is out of its range
        """
        self.network = None
        modem = self.awake()
        network = (ssid, password, bssid, timeout)
        lazy.call("at.essential", "join", modem, network)
        self.network = network

    def __getattr__(self, name):
        """Any other member: members/table.py knows where it is."""
        call, is_method = lazy.call("members.table", "reader", self, name)
        return call if is_method else call()

    def __setattr__(self, name, value):
        """A setting is made on the module at once; the other members cannot be set."""
        write = (
            None
            if " " + name + " " in _FIELDS
            else lazy.call("members.table", "writer", self, name)
        )
        if write:
            write(value)
        else:
            object.__setattr__(self, name, value)


def _rescue(what, modem):
    """What the modem itself has no means for: see ``Modem``, start/answer.py, start/recheck.py."""
    room = "start.recheck" if what in ("modes", "station") else "start.answer"
    lazy.call(room, what, modem)
