# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``network`` as MicroPython has it on a Pico W, for boards whose Wi-Fi is an ESP-AT module.

``WLAN.connect()`` does not wait for the network: ``status()`` and ``isconnected()`` continue the
join, and so does every use of a socket. This room has what most programs use; the rest is
in wlan.py, loaded for each use and forgotten. The radio is that of board.shared(), as for
``socket``.

Calls may raise ``OSError``: ETIMEDOUT, the module does not answer; EIO, it refused a command, or a
reply was damaged. ``status()`` and ``isconnected()`` do not raise while joined.
"""

import errno

from .. import lazy
from ..errors import ATError, fail
from ..parser import const
from . import turns

STAYS = True

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_GOT_IP = 3
STAT_CONNECT_FAIL = -1
STAT_NO_AP_FOUND = -2
STAT_WRONG_PASSWORD = -3

_NO_IP = const(2)  # a result of status(): joined, but without an address yet

# The parser's events that may end a command.
_TIMEOUT = const(0)
_OK = const(2)
_READY = const(22)

_TRIES = const(3)  # how often a join is tried that a restart or a lost answer has cut short
_AGAIN_MS = const(15000)  # pause between tries for a module that rejoins by itself,
_RETRY_MS = const(5000)  # and for one that does not
_HURRY_MS = const(500)  # how long connect() waits for short commands


class Station:
    """The state of the module as a station, and what else all ``WLAN`` objects share.

    Joining a network, after setting the module up if it has restarted, is done in steps, among the
    sockets that wait for their turn: see turns.py.
    """

    # Of its steps:
    alone = True  # they allow no command of a socket between them
    last = shut = False
    passed = -1

    def __init__(self):
        self.radio = None
        self.modem = None
        self.steps = self.kept = None
        self.doing = 0
        self.looking = False  # look() is continuing the steps
        self.told = False  # the steps have sent AT+CWJAP
        self.result = _OK  # the event that ended that; OK, too, if the module had joined before
        self.fault = None  # an error of the steps: raised by status()
        self.active = False
        self.name = None  # the name given to hostname() before the module was active
        self.code = "XX"  # the country
        self.settings = {}  # the access point's settings given to config()
        self.network = None  # the network given to connect(): (ssid, key, bssid, None)
        self.due = False  # it must be joined as soon as the module is free
        self.joining = False  # the steps are under way
        self.leaving = False  # disconnect() was called while the module was busy: leave later
        self.failed = 0  # why the last join failed: a STAT_ below 0
        self.tries = 0  # tries since connect(), or since the network was lost
        self.tried = 0  # when the last try was, ticks

    def awake(self):
        """The ``Radio``, after making sure that its module answers and is set up."""
        if self.modem is None:  # it is set last: Ctrl-C may come in between
            self.radio = lazy.call("board", "shared")
            self.modem = self.radio.modem
        turns.finish(self.modem)
        self.radio.awake()
        return self.radio

    def look(self):
        """Handle what has come, and begin or continue what is due. It does not wait.

        :raises OSError: ETIMEDOUT, the module does not answer; EIO, it refused a command
        """
        if not self.active:
            return
        modem = self.modem
        modem.step()
        if self.joining and not self.looking:
            try:
                self.looking = True
                turns.advance(modem)
            finally:
                self.looking = False
        fault = self.fault
        if fault is not None:
            self.fault = None
            raise fault
        if modem.state or self.joining:
            return
        if self.network and not self.due and not self.failed:
            if modem.wifi == 2:
                self.tries = 0
            else:
                self._lost(modem)
        if self.due:
            self._begin()
        elif self.leaving:
            call("faces.joining", "leave", self)
        elif self.failed and modem.contact < 1:
            modem.chores()  # the last command had no answer: find out whether the module answers

    def _lost(self, modem):
        """The network is lost. ESP-AT rejoins it by itself; another module, or one that restarted,
        is told to join at once. After that each is told to from time to time.
        """
        if not modem.up:
            self.due = True
        elif not self.tries:
            self.tries = 1
            self.tried = modem.port.ticks()
            self.due = not modem.has("RECONNECT")
        else:
            pause = _AGAIN_MS if modem.has("RECONNECT") else _RETRY_MS
            self.due = modem.port.since(self.tried) > pause

    def _begin(self):
        """Begin to join the network."""
        self.due = self.leaving = False
        self.tries += 1
        self.tried = self.modem.port.ticks()
        self.failed = 0
        self.joining = True
        self.told = False
        turns.begin(self, turns.set_up(self, lazy.call("faces.joining", "steps", self)))
        turns.advance(self.modem)

    def hurry(self):
        """Wait until the module is told to join, as programs may sleep then: that takes some short
        commands. If the module is busy, or must be set up first, the rest is left to ``look()``.
        """
        began = self.modem.port.ticks()
        while self.joining and not self.told and self.modem.port.since(began) < _HURRY_MS:
            self.modem.rest()
            self.look()

    def send_on(self):
        """Do the next step. Called by turns.py, as all below."""
        turns.go_on(self)

    def over(self, code):
        """A command of the steps has ended."""
        modem = self.modem
        if self.told and code == _OK and not modem.probed:
            modem.wifi = 2  # at once: the loss of the network may be reported before the next step
        turns.keep(self)

    def give_up(self, error):
        """The steps cannot go on."""
        self.cancel()
        self.stepped(error)

    def cancel(self):
        """Drop the steps."""
        self.joining = False
        turns.cancel(self)

    def stepped(self, error):
        """The steps have ended."""
        self.joining = False
        if self.due or self.leaving:
            return  # meanwhile connect() or disconnect() was called
        modem = self.modem
        code = self.result
        if getattr(error, "errno", 0) == errno.ECONNRESET:
            code = _READY
        elif error is not None:
            code = _TIMEOUT
            if not modem.up or getattr(error, "errno", 0) != errno.ETIMEDOUT:
                self.fault = error  # else look() finds out whether the module answers at all
        if code == _OK and not modem.probed:
            self.tries = 0
            self.radio.network = self.network
        elif code == _READY or code == _OK:  # a restart; or its own result was lost
            self.due = self.tries < _TRIES
            self.failed = 0 if self.due else STAT_CONNECT_FAIL
        elif code == _TIMEOUT:
            self.failed = STAT_CONNECT_FAIL
        else:
            why = lazy.call("at.essential", "reason", modem)
            self.failed = {2: STAT_WRONG_PASSWORD, 3: STAT_NO_AP_FOUND}.get(why, STAT_CONNECT_FAIL)
        if self.radio.network:  # a network that was joined and lost: try without end
            self.failed = 0

    def status(self):
        """The state of the station: a ``STAT_`` constant, or 2: joined without an address."""
        self.look()
        if not self.active:
            return STAT_IDLE
        radio = self.radio
        modem = self.modem
        if modem.wifi == 2 and not self.due and not self.joining:
            return STAT_GOT_IP
        if self.failed:
            return self.failed
        if self.network:
            return _NO_IP if modem.wifi == 1 else STAT_CONNECTING
        if radio.looked != modem.restarts and not modem.state and radio.connected:
            return STAT_GOT_IP  # it was joined before the program began
        return STAT_IDLE


_station = Station()


def call(room, function, *args, **names):
    """As ``lazy.call()``, but a refused command raises OSError instead of ATError."""
    try:
        return lazy.call(room, function, *args, **names)
    except ATError as e:
        refused = str(e)
    raise fail("command_refused", refused)


class WLAN:
    """The module's station, or its access point.

    :param int interface_id: ``WLAN.IF_STA`` or ``WLAN.IF_AP``
    :raises ValueError: it is neither
    """

    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WPA_WPA2 = 0x400006
    SEC_WPA3 = 0x1000004
    SEC_WPA2_WPA3 = 0x1400004
    PM_NONE = 0x10
    PM_PERFORMANCE = 0xA11142
    PM_POWERSAVE = 0x11

    def __init__(self, interface_id=STA_IF):
        if interface_id not in (STA_IF, AP_IF):
            raise ValueError("WLAN: IF_STA or IF_AP is wanted")
        self.is_ap = bool(interface_id)

    def __repr__(self):
        names = {-3: "badauth", -2: "nonet", -1: "fail", 0: "down", 1: "join", 2: "join", 3: "up"}
        return "<WLAN %s %s>" % ("AP" if self.is_ap else "STA", names[self.status()])

    def active(self, is_active=None):
        """Whether the interface is on; or switch it on (``AT+CWMODE``) or off.

        Switching it on does not make the module leave its network; switching it off does
        (``AT+CWQAP``). If the access point is off, too, its radio is switched off (``AT+CWMODE=0``;
        not NonOS, WizFi360).
        """
        if self.is_ap:
            return self._wlan("active", is_active)
        if is_active is None:
            return _station.active
        _station.awake()
        call("faces.joining", "start" if is_active else "stop", _station)
        return None

    def connect(self, ssid, key=None, *, auth=-1, security=-1, bssid=None, channel=-1):
        """Begin to join a network (``AT+CWJAP``): ``status()`` returns the progress.

        It takes as long as a few short commands, 0.5 s at most; if the interface is not active, it
        is switched on first. If the module is busy meanwhile, the join is begun later, when
        ``status()`` or ``isconnected()`` is called, or a socket is polled, read or written. If the
        module is in
        that network already, nothing is done: a different password is not noticed then; call
        ``disconnect()`` first to have it checked.

        :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes
        :param key: 8 to 64 bytes; None or empty: an open network
        :param bssid: six bytes, to choose among access points of the same name
        :param auth: ignored, like ``security`` and ``channel``: the module finds these itself
        :raises OSError: ETIMEDOUT, the module does not answer; EIO, it refused a command: raised by
            ``status()`` if the interface was active
        :raises ValueError: an argument is out of its range
        """
        if self.is_ap:
            raise ValueError("connect: STA required")
        network = (ssid, key or b"", bssid, None)
        s = _station
        if not s.joining or s.leaving or network != s.network:
            if not s.active:
                s.awake()
            call("faces.joining", "join", s, network)
            s.look()
            s.hurry()

    def disconnect(self):
        """Leave the network (``AT+CWQAP``), and do not join it again."""
        if self.is_ap:
            raise ValueError("disconnect: STA required")
        call("faces.joining", "leave", _station)

    def isconnected(self):
        """Whether the station is in a network and has an address; whether the access point is on.

        The module is asked once, since it may have stayed joined while the board restarted; after
        that, its notices keep this up to date.
        """
        return self.status() == STAT_GOT_IP

    def status(self, param=None):
        """The state of the interface, or the value that ``param`` names.

        A station: 0 idle, 1 connecting, 2 connected without an address yet, 3 got an address; -1
        failed, -2 no such access point, -3 wrong password. The access point: 3 if it is on, else 0.

        :param str param: ``"rssi"`` (station): dBm (``AT+CWJAP?``); ``"stations"`` (access point):
            a list of tuples, each with the six bytes of a MAC (``AT+CWLIF``)
        """
        if param is not None:
            return self._wlan("status", param)
        if self.is_ap:
            return STAT_GOT_IP if self._wlan("active") else STAT_IDLE
        return _station.status()

    def deinit(self):
        """Switch both interfaces off."""
        call("faces.wlan", "active", _station, True, False)
        call("faces.joining", "stop", _station)

    def scan(self, *, passive=False, ssid=None, essid=None, bssid=None):
        """Scan for access points in range (``AT+CWLAP``), which takes seconds; 64 at most.

        Returns a list of (ssid, bssid, channel, RSSI, security, 1): the first two are bytes, RSSI
        is in dBm, security is a sum of 1 (WEP, or any of the next), 2 (WPA) and 4 (WPA2, WPA3); 0:
        open. The last item, on a Pico W how often it was seen, is always 1.

        :param passive: ignored: the module scans as it is configured
        :param ssid: only those of this name; ``essid`` is the same
        :param bssid: six bytes: only this one
        """
        return self._wlan("scan", ssid or essid, bssid)

    def ifconfig(self, config=None):
        """Return ``(address, mask, gateway, name server)``, each a str; or set them.

        :param config: four str (``AT+CIPSTA``, ``AT+CIPDNS``; ``AT+CIPAP``), or ``"dhcp"``
        """
        return self._wlan("ifconfig", config)

    def ipconfig(self, *args, **names):
        """Read a parameter: ``ipconfig("addr4")``: (address, mask); ``"gw4"``; ``"dhcp4"`` and
        ``"has_dhcp4"``: bool.

        Or set some: ``ipconfig(dhcp4=True)``, ``ipconfig(addr4="10.0.0.9/24", gw4="10.0.0.1")``.
        """
        return self._wlan("ipconfig", *args, **names)

    def config(self, *args, **names):
        """Read a parameter, ``config("mac")``, or set some, ``config(pm=WLAN.PM_NONE)``: see
        wlan.py.

        :raises ValueError: there is no such parameter, or it cannot have that value
        """
        return self._wlan("config", *args, **names)

    def _wlan(self, function, *args, **names):
        return call("faces.wlan", function, _station, self.is_ap, *args, **names)


def hostname(name=None):
    """The module's name for the network's DHCP server; or set it (``AT+CWHOSTNAME``)."""
    return call("faces.wlan", "hostname", _station, name)


def country(code=None):
    """The two letters of the country; or set them. They are not sent to the module: see wlan.py."""
    return lazy.call("faces.wlan", "country", _station, code)


def ipconfig(*args, **names):
    """Read ``ipconfig("dns")``, or set it: ``ipconfig(dns="9.9.9.9")`` (``AT+CIPDNS``).

    ``prefer`` is 4.
    """
    return call("faces.wlan", "name_servers", _station, *args, **names)
