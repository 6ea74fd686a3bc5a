# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi.AuthMode``, ``wifi.PowerManagement`` and ``wifi.Network``. Stays when loaded."""


class _Member:
    """One of the names below: it is itself and nothing else, and prints as its name."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name


class AuthMode:
    """How a network keeps others out: a network has a tuple of these."""

    OPEN = _Member("wifi.AuthMode.OPEN")
    WEP = _Member("wifi.AuthMode.WEP")
    WPA = _Member("wifi.AuthMode.WPA")
    WPA2 = _Member("wifi.AuthMode.WPA2")
    WPA3 = _Member("wifi.AuthMode.WPA3")
    PSK = _Member("wifi.AuthMode.PSK")
    ENTERPRISE = _Member("wifi.AuthMode.ENTERPRISE")


class PowerManagement:
    """How much the module sleeps while joined: see ``Radio.power_management``."""

    MIN = _Member("wifi.PowerManagement.MIN")
    MAX = _Member("wifi.PowerManagement.MAX")
    NONE = _Member("wifi.PowerManagement.NONE")
    UNKNOWN = _Member("wifi.PowerManagement.UNKNOWN")


class Network:
    """A network that was found.

    ``ssid`` (str, bytes where it is not UTF-8), ``bssid`` (6 bytes), ``rssi`` (dBm), ``channel``,
    ``country`` (``""``: modules do not tell it) and ``authmode``.
    """

    country = ""

    def __init__(self, ssid, bssid, rssi, channel, security=None, modem=None):
        self.ssid = ssid
        self.bssid = bytes([int(part, 16) for part in bssid.split(":")])
        self.rssi = rssi
        self.channel = channel
        self._security = security
        self._modem = modem

    @property
    def authmode(self):
        """A tuple of ``AuthMode``. For the network that one is in it takes a scan, some seconds."""
        if self._security is None:
            from .wlan import cwlap

            bssid = ":".join(["%02x" % b for b in self.bssid])
            for row in cwlap(self._modem, self.ssid, bssid):
                self._security = row[0]
        return authmodes(self._security)


def authmodes(security):
    """What a security of ``wlan.cwlap()`` stands for, a tuple; empty if it is not known."""
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
    return known[security] if security is not None and security < len(known) else ()


def security(authmode, password):
    """What ``wlan.cwsap()`` is told for the authmodes of ``Radio.start_ap()``.

    :raises ValueError: they do not go together, or no soft-AP has them
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
