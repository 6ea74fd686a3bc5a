"""The firmware families as data: limits, behaviour and version text.

A profile holds what differs between families, except for printed lines (:mod:`.lines`) and
commands (:mod:`.commands`).
"""

from dataclasses import dataclass, field, fields, replace

from . import limits
from .families import E22, E24, E33, E41, E50, N13, N17, WIZ
from .lines import table
from .tls_families import TRAITS, Traits


@dataclass
class Timing:
    """How long things take, in seconds: far less than on a real module, so that tests are quick.

    ``escape_silence`` is the firmware's own value: ``+++`` counts only when nothing comes for
    that long before and after it. For ``escape_guard`` after it, input is lost. A host must wait
    a second before its next command; the guard is a tenth shorter, as tolerance for real clocks.

    ``peer`` is the delay of all that a peer sends, including its answers.
    """

    boot: float = 0.2
    command: float = 0.0
    join: float = 0.3
    join_timeout: float = 1.0
    scan: float = 0.3
    dns: float = 0.01
    dns_timeout: float = 1.0
    connect: float = 0.01
    connect_timeout: float = 2.0
    peer: float = 0.0
    #: How long a module waits for each packet of a TLS handshake (the firmware's own value).
    handshake_timeout: float = 10.0
    send: float = 0.002
    #: Writing to flash (AT+SYSFLASH, AT+SYSMFG); input meanwhile is answered with busy.
    flash: float = 0.002
    #: How long the whole of AT+CIUPDATE may take (the firmware's own value).
    update_timeout: float = 180.0
    ping: float = 0.02
    ping_timeout: float = 1.0
    sntp: float = 0.05
    escape_silence: float = 0.02
    escape_guard: float = 0.9


#: The names of the durations, in the order of their definition.
DURATIONS = tuple(each.name for each in fields(Timing))


@dataclass(frozen=True)
class Version:
    """The fields of AT+GMR; ``at`` is the dotted number as a tuple."""

    at: tuple
    suffix: str = ""
    commit: str = ""
    chip: str = ""
    at_date: str = ""
    at_time: str = ""
    sdk: str = ""
    bin_commit: str = ""
    bin_date: str = ""
    bin_time: str = ""
    bin: str = ""
    module: str = ""


@dataclass(frozen=True)
class Profile:
    """One family."""

    id: str
    version: Version
    #: NonOS dialect (`_CUR`/`_DEF` commands, reasons before ERROR) rather than ESP-AT.
    old: bool = False
    #: What the module echoes for the LF of a line end; the CR before it has been echoed already.
    echo_end: bytes = b"\n"
    #: NonOS looks for "AT" anywhere in a line; ESP-AT needs it at the start.
    hunts_for_at: bool = False
    #: ESP-AT accepts command names in upper and lower case (capture 06).
    any_case: bool = True
    #: A command line's limit in bytes, CRLF included.
    line_limit: int = 256
    #: The most bytes that one CIPSEND accepts.
    send_max: int = 8192
    #: The most payload bytes of one active +IPD.
    ipd_max: int = 2920
    #: How many bytes the module buffers for one link before the peer must wait.
    window: int = 5744
    #: Size of the receive buffer of the UART driver in bytes (at_uart_task.c), or, where that is
    #: not known, of the hardware's.
    uart_buffer: int = 2048
    #: Passthrough: after how many bytes they are sent without waiting for a silence, and the
    #: most bytes that are sent at a time.
    passthrough_buffer: int = 8192
    passthrough_packet: int = 2920
    #: What CIPRECVLEN shows for a link that is not open.
    no_link_length: int = -1
    #: Passive receive mode applies to UDP too.
    passive_udp: bool = True
    #: In passive mode CLOSED waits until the buffered data are read (AT+CIPRECVMODE, notes).
    #: NonOS prints it at once, and the data can still be read afterwards. The sources for this
    #: are WiFiEspAT and issue 124 of the NonOS SDK; no capture shows it.
    closed_waits: bool = True
    #: Passive receive mode exists.
    passive: bool = True
    #: What arrives on the AT port at boot: ROM text, which is sent at another baud rate.
    boot_noise: bytes = b""
    #: Wi-Fi mode after AT+RESTORE.
    wifi_mode: int = 1
    #: After how many seconds the module reconnects by itself after a join; 0 for never.
    reconnect: int = 1
    #: Default of AT+CIPSTO, seconds.
    server_timeout: int = 180
    #: AT+CIPSNTPCFG? shows the time zone even while SNTP is off (since 3.2).
    tells_zone_when_off: bool = True
    #: A server limited to one client may use passthrough (since 2.3).
    server_passthrough: bool = True
    #: Highest baud rate (at_uart_task.c; NonOS AT manual).
    fastest: int = 5_000_000
    #: Free memory in bytes when nothing is open; an invented figure.
    free_memory: int = 120_000
    #: How many optional parameters AT+CIPSTART has for TCP (UDP has one more), AT+CIPDOMAIN
    #: and AT+CIPRECVDATA; more are refused.
    start_options: int = 2
    domain_options: int = 1
    read_options: int = 0
    #: What AT+CWLAP shows unless AT+CWLAPOPT says otherwise.
    scan_mask: int = 0x7FF
    #: When CIPSTART fails, CLOSED of the link is printed after ERROR.
    closed_after_failure: bool = True
    #: Certificates, names, records: see :mod:`.tls_families`.
    tls: Traits = field(default_factory=Traits)
    lines: dict = field(default_factory=dict, repr=False, compare=False)
    timing: Timing = field(default_factory=Timing, repr=False, compare=False)


#: The boot ROM of the ESP8266 prints at 74880 baud. Read at 115200, this is noise that contains
#: NUL, CRLF and ``>`` (captures 13, 21; field notes). This text is invented and always the same.
ROM_NOISE = b"\x00\xe0\x8c\r\n~?\x80\x06\xfcl>\x1c\xc3\x00\r\n\x8e\x0c\xe2\x82n\xf3> \xff\x00\x1e"

_OLD = {
    "old": True,
    "echo_end": b"\r\n",
    "hunts_for_at": True,
    "any_case": False,
    "send_max": 2048,
    "ipd_max": 1460,
    "window": 2920,
    "uart_buffer": 128,
    "passthrough_buffer": 2048,
    "passthrough_packet": 1460,
    "no_link_length": 0,
    "passive_udp": False,
    "closed_waits": False,
    "boot_noise": ROM_NOISE,
    "wifi_mode": 2,
    "tells_zone_when_off": False,
    "server_passthrough": False,
    "start_options": 1,
    "domain_options": 0,
    "fastest": 4_608_000,
    "free_memory": 30_000,
}

_PROFILES = (
    Profile(
        id=N13,
        version=Version(
            (1, 3, 0, 0),
            at_date="Jul 14 2016",
            at_time="18:54:01",
            sdk="2.0.0(5a875ba)",
            bin_date="Jul 27 2016",
            bin_time="12:08:11",
        ),
        **{**_OLD, "passive": False, "scan_mask": 0x7F},
    ),
    Profile(
        id=N17,
        version=Version(
            (1, 7, 4, 0),
            at_date="May 11 2020",
            at_time="19:13:04",
            sdk="3.0.4(9532ceb)",
            bin_date="May 27 2020",
            bin_time="10:12:17",
            bin="1.7.4",
        ),
        **_OLD,
    ),
    Profile(
        id=WIZ,
        version=Version(
            (1, 1, 1, 7),
            at_date="May  4 2021",
            at_time="15:14:59",
            sdk="3.2.0(a0ffff9f)",
            bin_date="May  4 2021",
            bin_time="15:14:59",
        ),
        **{**_OLD, "echo_end": b"\n", "boot_noise": b""},
    ),
    Profile(
        id=E22,
        version=Version(
            (2, 2, 1, 0),
            "",
            "c0ffee1",
            "ESP8266",
            "Jul 20 2021",
            "12:01:03",
            "v3.4-22-g967752e2",
            "6800286",
            "Aug  6 2021",
            "17:31:14",
            "2.2.1",
            "ESP8266_1MB",
        ),
        send_max=2048,
        uart_buffer=1024,
        passthrough_buffer=2048,
        passthrough_packet=1460,
        boot_noise=ROM_NOISE,
        tells_zone_when_off=False,
        server_passthrough=False,
        fastest=4_500_000,
        free_memory=45_000,
    ),
    Profile(
        id=E24,
        version=Version(
            (2, 4, 0, 0),
            "",
            "c0ffee2",
            "ESP32",
            "Apr 29 2022",
            "08:03:11",
            "v4.3.2-221-gd7f2b4f",
            "4f7a962",
            "May 10 2022",
            "10:02:37",
            "2.4.0",
            "WROOM-32",
        ),
        tells_zone_when_off=False,
    ),
    Profile(
        id=E33,
        version=Version(
            (3, 3, 0, 0),
            "",
            "3b13d04",
            "ESP32C3",
            "May  8 2024",
            "08:21:54",
            "v5.0.6-dirty",
            "dc8c2b5",
            "May  9 2024",
            "12:46:11",
            "v3.3.0.0",
            "MINI-1",
        ),
    ),
    Profile(
        id=E41,
        version=Version(
            (4, 1, 1, 0),
            "",
            "c0ffee4",
            "ESP32C6",
            "Dec  6 2024",
            "05:40:29",
            "v5.1.4",
            "3dd1f1f",
            "Dec  9 2024",
            "08:15:40",
            "v4.1.1.0",
            "ESP32C6-4MB",
        ),
        window=5760,
        start_options=3,
        domain_options=2,
        read_options=1,
    ),
    Profile(
        id=E50,
        version=Version(
            (5, 0, 1, 0),
            "",
            "c0ffee5",
            "ESP32C6",
            "Jun 18 2025",
            "07:11:25",
            "v5.4.1",
            "7a1b2c9",
            "Jun 20 2025",
            "09:02:13",
            "v5.0.1.0",
            "ESP32C6-4MB",
        ),
        window=5760,
        start_options=3,
        domain_options=3,
        read_options=1,
    ),
)

PROFILES = {one.id: replace(one, tls=TRAITS[one.id]) for one in _PROFILES}


def load(profile, timing=None):
    """A copy of a profile, given by id or as a Profile, with its lines and its own timing.

    ``timing`` overrides single durations: ``{"join": 2.5}`` or ``{"join": "2.5 s"}``.
    """
    if not isinstance(profile, Profile):
        if profile not in PROFILES:
            raise ValueError(f"no profile {profile!r}; there are {', '.join(sorted(PROFILES))}")
        profile = PROFILES[profile]
    lines = profile.lines or table(profile.id)
    durations = limits.durations(timing or {}, DURATIONS)
    return replace(profile, lines=lines, timing=replace(profile.timing, **durations))
