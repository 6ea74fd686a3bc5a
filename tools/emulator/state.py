"""What a module remembers across resets (flash), and until the next reset (session)."""

from dataclasses import dataclass, field

from .tls_client import LinkSettings


@dataclass
class Settings:
    """Settings that a module keeps in flash; it works with a copy in memory."""

    wifi_mode: int = 1
    ssid: bytes = b""
    password: bytes = field(default=b"", repr=False)
    auto_connect: bool = True
    reconnect: tuple = (0, 0)
    baud: int | None = None
    flow_control: int | None = None
    sysmsg: int = 0
    dhcp_station: bool = True
    dhcp_ap: bool = True
    station_ip: tuple | None = None
    ap_ip: tuple = ("192.168.4.1", "192.168.4.1", "255.255.255.0")
    ap_ssid: bytes = b""
    ap_password: bytes = field(default=b"", repr=False)
    ap_channel: int = 1
    ap_security: int = 0
    ap_clients: int = 4
    ap_hidden: int = 0
    dns: tuple | None = None
    station_mac: str = "02:00:00:45:53:50"
    ap_mac: str = "02:00:00:45:53:51"
    reconnect_interval: int = 1
    #: AT+SAVETRANSLINK: type, host, port, keep-alive in s, local port.
    saved_link: tuple | None = None
    #: AT+CWDHCPS: lease in minutes, first and last address of the soft-AP; None: the defaults.
    dhcps: tuple | None = None
    #: AT+CWCOUNTRY: policy, code, first channel, how many channels.
    country: tuple = (0, b"CN", 1, 13)
    ipv6: int = 0
    #: AT+SAVETRANSLINK=3: port, type, CA and interface of a server with one client.
    saved_server: tuple | None = None
    #: AT+SAVETRANSLINK=2: role, its services and characteristics, the peer's address.
    saved_bluetooth: tuple | None = None
    #: AT+CIPSSLCCONF, by link: <auth_mode>, <pki_number>, <ca_number>.
    tls_conf: tuple = ((0, 0, 0),) * 5
    #: The version, as four numbers, that AT+CIUPDATE wrote; it runs after the next restart.
    firmware: tuple | None = None
    #: Certificates and keys (:mod:`.pki`); AT+RESTORE does not change them.
    store: object = field(default=None, repr=False, compare=False)


@dataclass
class Session:
    """Settings that are lost by a reset; the defaults are the firmware's."""

    echo: bool = True
    mux: int = 0
    passthrough_mode: int = 0
    dinfo: int = 0
    passive: list = field(default_factory=lambda: [0] * 5)
    store: int = 1
    syslog: int = 0
    lap_mask: int = 0x7FF
    lap_sort: int = 0
    lap_rssi: int = -100
    lap_modes: int = 0xFFFF
    sleep: int = 0
    hostname: bytes = b""
    #: AT+CWINIT: 1 if the Wi-Fi driver is initialised.
    wifi: int = 1
    #: AT+RFPOWER: the power of Wi-Fi in 0.25 dBm, and the numbers of Bluetooth's power levels.
    power: int = 80
    ble_power: tuple = (0, 0, 0)
    #: AT+TRANSINTVL, in ms.
    interval: int = 20
    server_timeout: int = 180
    server_clients: int = 5
    tcp_options: list = field(default_factory=lambda: [[-1, 0, 0, 0] for _ in range(5)])
    sntp: tuple | None = None
    sendl: tuple = (1024, 2920)
    #: How far AT+CIUPDATE came, and whether an update is running in the background.
    update: int = 0
    updating: bool = False
    #: AT+CIPSSLSIZE of NonOS: the most bytes of a record; 0 if there is no such limit.
    tls_size: int = 0
    #: The settings of AT+CIPSSLCCN, CIPSSLCSNI, CIPSSLCALPN, CIPSSLCPSK and others, by link.
    tls: list = field(default_factory=lambda: [LinkSettings() for _ in range(5)])
