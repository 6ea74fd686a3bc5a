# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio: a module on a UART, with the members that ``wifi.Radio`` has in CircuitPython.

The class itself has what most programs use. The other members are functions in the rooms of
members/, loaded for each use, then forgotten: members/table.py lists them.
"""

import sys

from . import lazy
from .modem import Modem
from .port import Port

# The attributes that a radio really has, and may assign.
_FIELDS = " modem rx_size reset_pin network looked "

# The base class. On MicroPython __getattr__ and __setattr__ are enough for the other members;
# CircuitPython does not call the __setattr__ of a class.
_Members = object
if sys.implementation.name == "cpython" or not hasattr(object, "__setattr__"):
    from .members.attributes import made

    _Members = made()


class Radio(_Members):
    """An ESP-AT module.

    Nothing is sent to the module before it is needed. A module that restarts is set up again on the
    next use, and joins its network again. A radio and its sockets must be used by one thread only.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, at the rate that the module
        was flashed for
    :param reset: the module's reset pin, low is reset: a ``digitalio.DigitalInOut`` or
        ``machine.Pin``; used when nothing answers, and by ``reset()``
    :param int rx_size: the size of the UART's receive buffer in bytes, 128 or more if possible. The
        module is never asked for more at once than fits into it together with a header, the end
        and a notice, so that no byte is lost however long the program pauses
    :param idle: called without arguments again and again while a call waits, for instance to feed a
        watchdog
    :param debug: True prints the conversation, with secrets masked; or a function that is called
        with ``"->"`` or ``"<-"`` and a line
    :param rates: bits per second: rates at which start-up looks for the module, besides the usual
        ones
    :param int pause: ms between a result and the next command, for modules that miss commands for
        a while after each result (some ESP-01: 50)
    :param int fast: bits per second: start-up raises the line to that rate, if a test pattern comes
        through; the rate is lowered again, with a message, when bytes are lost, and by ``deinit()``
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
        self.looked = -1  # modem.restarts when the module was last asked whether it is joined

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()

    def up(self):
        """Return the ``Modem``, set up, and joined to the network of ``connect()``, if any.

        Everything that uses the network calls this first.

        :raises OSError: ETIMEDOUT, the module does not answer; else as ``connect()``
        """
        modem = self.awake()
        if self.network and modem.wifi < 2:
            lazy.call("at.essential", "join", modem, self.network)
        return modem

    def awake(self):
        """Return the ``Modem``, set up; unlike with ``up()``, it may not be joined to a network.

        :raises OSError: ETIMEDOUT, the module does not answer
        """
        modem = self.modem
        modem.step()
        if not modem.up:
            lazy.call("start.setup", "start", self)
        return modem

    def connect(self, ssid, password=b"", *, channel=0, bssid=None, timeout=None):
        """Join a network (``AT+CWJAP``). If the module is already joined to it, nothing is done and
        the password is not checked; after ``stop_station()`` it is.

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
        """Get any other member: members/table.py knows where it is."""
        call, is_method = lazy.call("members.table", "reader", self, name)
        return call if is_method else call()

    def __setattr__(self, name, value):
        """Set a member: the module gets the setting at once. Other members cannot be set."""
        if " " + name + " " not in _FIELDS:
            write = lazy.call("members.table", "writer", self, name)
            if write:
                write(value)
                return
        object.__setattr__(self, name, value)


def _rescue(what, modem):
    """The ``rescue`` of ``Modem``: its functions are in start/answer.py and start/recheck.py."""
    room = "start.recheck" if what in ("modes", "station") else "start.answer"
    lazy.call(room, what, modem)
