# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio: a module on a UART, as ``wifi.radio`` is on a board with Wi-Fi of its own."""

import sys

from .modem import Modem
from .port import Port


class Radio:
    """An ESP-AT module.

    Nothing is sent before it is needed. A module that restarts is set up again on the next use, and
    joins the network it was joined to.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, at the rate the module was flashed for
    :param reset: its reset pin, low is reset: a ``digitalio.DigitalInOut`` or ``machine.Pin``; used when
        nothing answers and by ``reset()``
    :param int rx_size: the UART's receive buffer in bytes; never is more than that asked of the module at
        once, so that a pause of the program overruns nothing
    :param idle: called with no arguments over and over while a call waits: feed the watchdog in it
    :param debug: True prints the conversation, secrets masked; or a function of ``"->"`` or ``"<-"`` and
        a line
    """

    def __init__(self, uart, *, reset=None, rx_size=512, idle=None, debug=None):
        port = uart if hasattr(uart, "pause") else Port(uart)
        if debug:
            from .debug import printer

            debug = printer(print if debug is True else debug)
        self.modem = Modem(port, idle, debug)
        self.rx_size = rx_size
        self.reset_pin = reset
        self._network = None  # what to join again
        self._modules = len(sys.modules)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()

    def deinit(self):
        """Give the UART back. The module goes on as it is: it may stay joined."""
        self.modem.up = False
        self.modem.port.deinit()

    def up(self):
        """The modem, set up and joined as far as that was asked for: what every use begins with."""
        modem = self.modem
        if not modem.up:
            from .startup import start

            start(self)
        if self._network and modem.wifi < 2:
            from .wifi import join

            join(modem, self._network)
        if len(sys.modules) > self._modules:
            self._let_go()
        return modem

    def _let_go(self):
        """What served once gives its heap back; it is loaded again when it is needed again."""
        package = __name__[: __name__.rfind(".")]
        for name in ("startup", "sync", "wifi", "firmware"):
            if sys.modules.pop(package + "." + name, None):
                delattr(sys.modules[package], name)
        self._modules = len(sys.modules)

    def connect(self, ssid, password=b"", *, channel=0, bssid=None, timeout=None):
        """Join a network; nothing is done if the module already stands in it.

        :param ssid: str, or bytes if it is not UTF-8
        :param password: str or bytes; empty for an open network
        :param int channel: accepted for the sake of ``wifi.Radio``; the module finds the channel itself
        :param bssid: ``"aa:bb:cc:dd:ee:ff"`` or six bytes, where several access points share a name
        :param timeout: seconds; None: 20
        :raises ConnectionError: (OSError where there is no such thing) and why: wrong password (EACCES),
            no such access point (ENODEV), no answer or no DHCP (ETIMEDOUT)
        """
        if isinstance(bssid, (bytes, bytearray)) and len(bssid) == 6:
            bssid = ":".join(["%02x" % b for b in bssid])
        self._network = None
        self.up()
        self._network = (ssid, password, bssid, 20000 if timeout is None else int(timeout * 1000))
        try:
            self.up()
        except BaseException:
            self._network = None
            raise

    @property
    def connected(self):
        """Whether the module is joined and has an address, as far as its notices tell."""
        self.modem.step()
        return self.modem.wifi == 2

    @property
    def ipv4_address(self):
        """The module's address on the network, None if it has none."""
        if not self.connected:
            return None
        from .wifi import cipsta_query

        return cipsta_query(self.up())[0]

    def reset(self):
        """Restart the module: by its pin if there is one, else by ``AT+RST``. Connections are lost."""
        from .startup import reset

        reset(self)

    def command(self, line, timeout=5):
        """Any command, whole: ``radio.command("AT+CIPSTATUS")``.

        :param str line: ASCII, beginning with AT, without CRLF, quoted and escaped by you
        :param timeout: seconds
        :returns: the reply lines, bytes
        :raises ATError: the module refused it
        :raises ValueError: a line break, NUL, or not a command
        """
        name = line.encode()
        if name[:2] != b"AT" or b"\r" in name or b"\n" in name or b"\0" in name:
            raise ValueError("not one AT command")
        return self.up().run(name[2:], (), None, int(timeout * 1000))
