"""Access points in range of an emulated module."""


class AccessPoint:
    """A Wi-Fi network that a module may find and join.

    ``security`` is the ``<ecn>`` of AT+CWLAP (0 open, 3 WPA2-PSK); ``rssi`` is in dBm; ``ip`` is
    the address its DHCP server gives to the station. With ``dhcp=False`` a station associates
    and gets no address; with ``silent=True`` it never gets an answer (a join times out).
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
        self.ssid = ssid.encode() if isinstance(ssid, str) else bytes(ssid)
        self.password = password.encode() if isinstance(password, str) else bytes(password)
        self.channel = channel
        self.rssi = rssi
        self.security = security if self.password else 0
        self.hidden = hidden
        self.dhcp = dhcp
        self.silent = silent
        self.ip = ip
        self.gateway = gateway or ip.rsplit(".", 1)[0] + ".1"
        self.netmask = netmask
        self.bssid = bssid
        #: Out of range while false.
        self.present = True

    def __repr__(self):
        return f"AccessPoint({self.ssid!r}, channel={self.channel}, rssi={self.rssi})"
