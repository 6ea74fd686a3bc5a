# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The types of ``wifi``: ``AuthMode``, ``PowerManagement`` and ``Network``; and MAC addresses.

Loaded when a radio's member returns or takes one of them, or a program asks ``wifi`` for it. It
stays loaded, since each of the constants must exist once.
"""

from .. import lazy
from ..errors import ATError, fail

STAYS = True


class _Constant:
    """A constant of one of the classes below: equal to itself only, printed by its name."""

    def __repr__(self):
        for owner in (AuthMode, PowerManagement):
            for name in dir(owner):
                if getattr(owner, name) is self:
                    return "wifi.%s.%s" % (owner.__name__, name)
        return ""


class AuthMode:
    """How a network authenticates its stations; a network has a tuple of these."""

    OPEN = _Constant()
    WEP = _Constant()
    WPA = _Constant()
    WPA2 = _Constant()
    WPA3 = _Constant()
    PSK = _Constant()
    ENTERPRISE = _Constant()


class PowerManagement:
    """How deeply the module sleeps while it is joined: see ``Radio.power_management``."""

    MIN = _Constant()
    MAX = _Constant()
    NONE = _Constant()
    UNKNOWN = _Constant()


class Network:
    """An access point that a scan found, or the one that the module is joined to.

    ``ssid`` (str; bytes where it is not UTF-8), ``bssid`` (6 bytes), ``rssi`` (dBm), ``channel``,
    ``country`` (always ``""``: modules do not report it) and ``authmode``.
    """

    country = ""

    def __init__(self, ssid, bssid, rssi, channel, security=None, modem=None):
        self.ssid = ssid
        self.bssid = packed(bssid)
        self.rssi = rssi
        self.channel = channel
        self._security = security
        self._modem = modem

    @property
    def authmode(self):
        """A tuple of ``AuthMode``. For the network of ``Radio.ap_info`` the first use scans
        (``AT+CWLAP``), which takes seconds.

        :raises OSError: EIO, the module refused the scan
        """
        if self._security is None:
            bssid = written(self.bssid)
            try:
                for row in lazy.call("at.wifi", "cwlap", self._modem, self.ssid, bssid):
                    self._security = row[0]
            except ATError as e:
                raise fail("command_refused", e)
        return authmodes(self._security)


def authmodes(security):
    """The tuple of ``AuthMode`` for a security of ``at.wifi.cwlap()``; empty if not known."""
    m = AuthMode
    known = (
        (m.OPEN,),
        (m.WEP,),
        (m.WPA, m.PSK),
        (m.WPA2, m.PSK),
        (m.WPA, m.WPA2, m.PSK),
        (m.WPA2, m.ENTERPRISE),
        (m.WPA3, m.PSK),
        (m.WPA2, m.WPA3, m.PSK),
    )
    return known[security] if security is not None and 0 <= security < len(known) else ()


def security(authmode, password):
    """The security of ``at.wifi.cwsap()`` for the ``authmode`` of ``Radio.start_ap()``.

    :raises ValueError: no soft-AP supports this combination, or it does not fit the password
    """
    wanted = set(authmode)
    if not wanted:
        return 4 if password else 0
    for number in (0, 2, 3, 4):
        if wanted == set(authmodes(number)):
            if bool(number) != bool(password):
                raise ValueError("authmode: OPEN goes with no password, and with nothing else")
            return number
    raise ValueError("authmode: OPEN alone, or PSK with WPA, WPA2 or both")


def packed(text):
    """The six bytes of a MAC address, ``"02:00:00:00:00:01"``: that it is one was checked where the
    reply was read.
    """
    return bytes([int(part, 16) for part in text.split(":")])


def written(value):
    """A MAC address of six bytes in the form of commands, ``"02:00:00:00:00:01"``.

    :raises ValueError: not six bytes
    """
    if not isinstance(value, (bytes, bytearray)) or len(value) != 6:
        raise ValueError("a MAC address has six bytes")
    return ":".join(["%02x" % b for b in value])
