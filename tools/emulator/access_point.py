"""Access points in range of an emulated module."""

from . import limits


class AccessPoint:
    """A Wi-Fi network that a module may find and join.

    ``security`` is the ``<ecn>`` of AT+CWLAP (0 open, 3 WPA2-PSK); ``rssi`` is in dBm; ``ip`` is
    the address that its DHCP server gives to the station. With ``dhcp=False`` a station
    associates but gets no address; with ``silent=True`` it never gets an answer (a join times
    out). Raises ValueError for impossible values.
    """

    def __init__(
        self,
        ssid,
        password="",
        *,
        channel=1,
        rssi=-50,
        security=3,
        hidden=False,
        dhcp=True,
        silent=False,
        ip="192.168.1.50",
        gateway=None,
        netmask="255.255.255.0",
        bssid="02:00:00:00:00:01",
    ):
        self.ssid = limits.text("name", ssid, 1, 32)
        self.password = limits.text("password", password, 0, 64)
        self.channel = limits.number("channel", channel)
        self.rssi = limits.number("rssi", rssi)
        self.security = limits.number("security", security) if self.password else 0
        self.hidden = hidden
        self.dhcp = dhcp
        self.silent = silent
        self.ip = limits.address("ip", ip)
        self.gateway = limits.address("gateway", gateway or ip.rsplit(".", 1)[0] + ".1")
        self.netmask = limits.address("netmask", netmask)
        self.bssid = limits.mac("bssid", bssid)
        #: Whether it is in range.
        self.present = True

    def __repr__(self):
        return f"AccessPoint({self.ssid!r}, channel={self.channel}, rssi={self.rssi})"
