# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``network`` as MicroPython has it on a Pico W, for boards whose Wi-Fi is an ESP-AT module.

``WLAN.connect()`` does not wait for the network: ``status()`` and ``isconnected()`` move it on, and
so does everything that uses the module. What most programs use stands here; the rest is in wlan.py,
loaded for each use and forgotten. The radio is that of board.shared(), as for ``socket``.

``OSError``, ETIMEDOUT: the module does not answer; EIO: it refused a command, or a reply was
garbled. Any call but ``status()`` and ``isconnected()`` of a network that stands may raise them.
"""

from .. import lazy
from ..errors import ATError, fail
from ..parser import const

STAYS = True

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_GOT_IP = 3
STAT_CONNECT_FAIL = -1
STAT_NO_AP_FOUND = -2
STAT_WRONG_PASSWORD = -3

_NO_IP = const(2)  # of status(): the network took the module in, and gave no address yet

# The parser's events that may end a command.
_TIMEOUT = const(0)
_OK = const(2)
_READY = const(22)

_TRIES = const(3)  # of a join that a restart of the module, or a lost answer, cut short
_AGAIN_MS = const(15000)  # how long a module may take to be back in a network that it lost,
_RETRY_MS = const(5000)  # and how long is waited between tries for one that does not look for it


class Station:
    """The module as a station, and what else its ``WLAN`` objects share.

    It is the client of the command that joins a network: ``look()`` sends it, ``over()`` ends it.
    """

    def __init__(self):
        self.radio = None
        self.active = False
        self.name = None  # what hostname() was given before the module was active
        self.code = "XX"  # of the country
        self.settings = {}  # of the access point: what config() was given
        self.network = None  # what connect() was given: (ssid, key, bssid, None)
        self.due = False  # it is to be joined when the module has time
        self.joining = False  # AT+CWJAP is under way
        self.leaving = False  # a network is to be left that disconnect() could not leave yet
        self.failed = 0  # how the last join ended: a STAT_ below 0
        self.tries = 0  # since connect(), or since the network was lost
        self.tried = 0  # when it was tried last

    def awake(self):
        """The ``Radio``; its module answers and is set up."""
        if self.radio is None:
            self.radio = lazy.call("board", "shared")
        self.radio.awake()
        return self.radio

    def look(self):
        """Take in what came, and begin what is due. It waits for short commands alone.

        :raises OSError: ETIMEDOUT, the module does not answer
        """
        if not self.active:
            return
        modem = self.radio.modem
        modem.step()
        if modem.state:
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
            modem.chores()  # the module said nothing at all: is it there?

    def _lost(self, modem):
        """The network is gone. ESP-AT joins it again by itself; a module that does not, or that has
        restarted, is told to; and so is each, every now and then.
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
        """Join the network: its short commands now; nobody waits for the long one."""
        radio = self.radio
        self.due = self.leaving = False
        self.tries += 1
        self.tried = radio.modem.port.ticks()
        self.failed = 0 if radio.network else STAT_CONNECT_FAIL  # if one of them raises
        radio.awake()  # here, so that the rooms for it are not loaded beside those for joining
        self.joining = call("faces.joining", "begin", self)
        self.failed = 0
        if not self.joining:
            self._joined()

    def _joined(self):
        self.tries = 0
        self.radio.modem.wifi = 2
        self.radio.network = self.network

    def over(self, code):
        """The command that joins a network has ended."""
        self.joining = False
        if self.due or self.leaving:
            return  # something else is wanted by now
        modem = self.radio.modem
        if code == _OK and not modem.probed:
            self._joined()
        elif code == _READY or code == _OK:  # a restart; or its own answer was lost
            self.due = self.tries < _TRIES
            self.failed = 0 if self.due else STAT_CONNECT_FAIL
        elif code == _TIMEOUT:
            self.failed = STAT_CONNECT_FAIL
        else:
            why = lazy.call("at.essential", "reason", modem)
            self.failed = {2: STAT_WRONG_PASSWORD, 3: STAT_NO_AP_FOUND}.get(why, STAT_CONNECT_FAIL)
        if self.radio.network:  # it had been joined, and was lost: it is tried for ever
            self.failed = 0

    def status(self):
        """A ``STAT_``, or 2."""
        self.look()
        if not self.active:
            return STAT_IDLE
        radio = self.radio
        modem = radio.modem
        if modem.wifi == 2 and not self.due:
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
    """``lazy.call()`` for which a refused command is an OSError."""
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

        The module stays in the network it stands in. Off: it leaves it (``AT+CWQAP``); where
        neither interface is on, its radio is switched off (``AT+CWMODE=0``; not NonOS, WizFi360).
        """
        if self.is_ap:
            return self._wlan("active", is_active)
        if is_active is None:
            return _station.active
        _station.awake()
        call("faces.joining", "start" if is_active else "stop", _station)
        return None

    def connect(self, ssid, key=None, *, auth=-1, security=-1, bssid=None, channel=-1):
        """Begin to join a network (``AT+CWJAP``): ``status()`` tells how it goes.

        It takes as long as some short commands. If the module is busy with a command of another
        socket it begins later, when ``status()`` or ``isconnected()`` are asked. Nothing is done
        where the module already stands in that network: another password is not noticed then,
        ``disconnect()`` first has it checked.

        :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes
        :param key: 8 to 64 bytes; None or empty: an open network
        :param bssid: six bytes, where several access points share a name
        :param auth: accepted, as ``security`` and ``channel``: the module finds them out itself
        :raises OSError: ETIMEDOUT, the module does not answer; EIO, it refused a command
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

    def disconnect(self):
        """Leave the network (``AT+CWQAP``), and do not join it again."""
        if self.is_ap:
            raise ValueError("disconnect: STA required")
        call("faces.joining", "leave", _station)

    def isconnected(self):
        """Whether the station is in a network and has an address; whether the access point is on.

        The module is asked once, since it may have stayed joined while the board restarted; from
        then on its notices tell.
        """
        return self.status() == STAT_GOT_IP

    def status(self, param=None):
        """The state of the link, or what ``param`` names.

        0 idle, 1 connecting, 2 connected without an address yet, 3 got an address; -1 failed, -2 no
        such access point, -3 wrong password. The access point: 3 if it is on, else 0.

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
        """The access points in reach (``AT+CWLAP``), after some seconds; 64 at most.

        A list of (ssid, bssid, channel, RSSI, security, 1): the first two are bytes, RSSI is in
        dBm, security a sum of 1 (WEP, or any of the next), 2 (WPA) and 4 (WPA2, WPA3); 0: open. The
        last, on a Pico W how often it was seen, is always 1.

        :param passive: accepted: the module does as it is set
        :param ssid: only those of this name; ``essid`` is the same
        :param bssid: six bytes: only this one
        """
        return self._wlan("scan", ssid or essid, bssid)

    def ifconfig(self, config=None):
        """(address, mask, gateway, name server), each a str; or set them.

        :param config: four str (``AT+CIPSTA``, ``AT+CIPDNS``; ``AT+CIPAP``), or ``"dhcp"``
        """
        return self._wlan("ifconfig", config)

    def ipconfig(self, *args, **names):
        """``ipconfig("addr4")``: (address, mask); ``"gw4"``; ``"dhcp4"``, ``"has_dhcp4"``: bool.

        Or set them: ``ipconfig(dhcp4=True)``, ``ipconfig(addr4="10.0.0.9/24", gw4="10.0.0.1")``.
        """
        return self._wlan("ipconfig", *args, **names)

    def config(self, *args, **names):
        """``config("mac")``: what it is set to; ``config(pm=WLAN.PM_NONE)`` sets it. See wlan.py.

        :raises ValueError: there is no such parameter, or it cannot have that value
        """
        return self._wlan("config", *args, **names)

    def _wlan(self, function, *args, **names):
        return call("faces.wlan", function, _station, self.is_ap, *args, **names)


def hostname(name=None):
    """The name that the network's DHCP server is told; or set it (``AT+CWHOSTNAME``)."""
    return call("faces.wlan", "hostname", _station, name)


def country(code=None):
    """The two letters of a country; or set them. The module is not told: see wlan.py."""
    return lazy.call("faces.wlan", "country", _station, code)


def ipconfig(*args, **names):
    """``ipconfig("dns")``, ``ipconfig(dns="9.9.9.9")`` (``AT+CIPDNS``); ``prefer`` is 4."""
    return call("faces.wlan", "name_servers", _station, *args, **names)
