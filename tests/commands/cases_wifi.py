"""The Wi-Fi commands: `dialects.md` section 4."""

import errno

from espat.at import essential, wifi
from espat_tools.commands.forms import ESPAT, OLD
from espat_tools.emulator import AccessPoint
from tests.commands.case import Case, Like, Per, cur
from tests.driver.desk import PASSWORD, SSID

MAC = "02:00:00:00:00:01"
STATION = "02:11:22:33:44:55"
RANGE = {
    "access_points": [
        AccessPoint(SSID, PASSWORD, channel=6, rssi=-40, bssid=MAC),
        AccessPoint("Käsespätzle ☕", "secret secret", rssi=-60, bssid="02:00:00:00:00:02"),
        AccessPoint("hidden", "secret secret", hidden=True, bssid="02:00:00:00:00:03"),
        AccessPoint('a","b,\\', rssi=-70, channel=11, bssid="02:00:00:00:00:04"),
        AccessPoint(b"\xff\xfe", rssi=-80, bssid="02:00:00:00:00:05"),
    ]
}
FOUND = [
    (3, SSID, -40, MAC, 6),
    (3, "Käsespätzle ☕", -60, "02:00:00:00:00:02", 1),
    (3, "", -50, "02:00:00:00:00:03", 1),
    (0, 'a","b,\\', -70, "02:00:00:00:00:04", 11),
    (0, b"\xff\xfe", -80, "02:00:00:00:00:05", 1),
]


def heads(*wanted):
    """Rows of a scan by their first five fields, in any order."""
    key = repr
    return Like(
        lambda rows: sorted((tuple(row[:5]) for row in rows), key=key) == sorted(wanted, key=key)
    )


def with_ap(desk):
    wifi.cwmode(desk.modem, 3)


def with_station(desk):
    with_ap(desk)
    desk.address = desk.module.ap_client_joins(STATION)


def left(desk):
    wifi.cwqap(desk.modem)
    desk.let(0.1)


def join(*args):
    def call(desk):
        return essential.cwjap(desk.modem, *args)

    return call


def refused(*args):
    """The errno that a join fails with."""

    def call(desk):
        try:
            essential.cwjap(desk.modem, *args)
        except OSError as e:
            return errno.errorcode[e.errno]
        return None

    return call


def failing(form, args, sent, name):
    """A join that fails: section 4, codes 1 to 4."""
    sent = cur(b"AT+CWJAP{}=" + sent)
    return Case("AT+CWJAP", form, refused(*args), sent, name, before=left, options=FAILING)


FAILING = {
    "access_points": [
        AccessPoint(SSID, PASSWORD),
        AccessPoint("silent", silent=True),
        AccessPoint("no DHCP", dhcp=False),
    ]
}

FAILURES = (
    failing("set, wrong password", (SSID, "password"), b'"espat","password"', "EACCES"),
    failing("set, no such access point", ("nobody", ""), b'"nobody",""', "ENODEV"),
    failing("set, no answer", ("silent", ""), b'"silent",""', "ETIMEDOUT"),
    failing("set, no DHCP", ("no DHCP", ""), b'"no DHCP",""', "ETIMEDOUT"),
)

SCAN = (
    Case("AT+CWLAP", "", lambda d: wifi.cwlap(d.modem), b"AT+CWLAP", heads(*FOUND), options=RANGE),
    Case(
        "AT+CWLAP",
        "set, name",
        lambda d: wifi.cwlap(d.modem, "Käsespätzle ☕"),
        b'AT+CWLAP="K\xc3\xa4sesp\xc3\xa4tzle \xe2\x98\x95"',
        heads(FOUND[1]),
        options=RANGE,
    ),
    Case(
        "AT+CWLAP",
        "set, name, BSSID, channel",
        lambda d: wifi.cwlap(d.modem, SSID, MAC, 6),
        b'AT+CWLAP="espat","02:00:00:00:00:01",6',
        heads(FOUND[0]),
        options=RANGE,
    ),
)

JOINING = (
    Case("AT+CWMODE", "set", lambda d: wifi.cwmode(d.modem, 3), cur(b"AT+CWMODE{}=3")),
    Case("AT+CWMODE", "query", lambda d: essential.cwmode_query(d.modem), cur(b"AT+CWMODE{}?"), 1),
    Case(
        "AT+CWJAP",
        "set",
        join(SSID, PASSWORD),
        cur(b'AT+CWJAP{}="espat","correct horse"'),
        before=left,
    ),
    Case(
        "AT+CWJAP",
        "set, BSSID",
        join(SSID, PASSWORD, MAC),
        cur(b'AT+CWJAP{}="espat","correct horse","02:00:00:00:00:01"'),
        before=left,
        options=RANGE,
    ),
    Case("AT+CWJAP", "query", lambda d: essential.cwjap_query(d.modem), cur(b"AT+CWJAP{}?"), SSID),
    Case(
        "AT+CWJAP",
        "query, not joined",
        lambda d: essential.cwjap_query(d.modem),
        cur(b"AT+CWJAP{}?"),
        before=left,
    ),
    Case("AT+CWQAP", "", lambda d: wifi.cwqap(d.modem), b"AT+CWQAP"),
    Case("AT+CWSTATE", "query", lambda d: wifi.cwstate_query(d.modem), b"AT+CWSTATE?", (2, SSID)),
    Case("AT+CWAUTOCONN", "set", lambda d: wifi.cwautoconn(d.modem, 0), b"AT+CWAUTOCONN=0"),
    Case(
        "AT+CWAUTOCONN",
        "query",
        lambda d: wifi.cwautoconn_query(d.modem),
        b"AT+CWAUTOCONN?",
        0,
        before=lambda d: wifi.cwautoconn(d.modem, 0),
    ),
    Case(
        "AT+CWRECONNCFG",
        "set",
        lambda d: wifi.cwreconncfg(d.modem, 2, 100),
        b"AT+CWRECONNCFG=2,100",
    ),
    Case(
        "AT+CWRECONNCFG",
        "query",
        lambda d: wifi.cwreconncfg_query(d.modem),
        b"AT+CWRECONNCFG?",
        (7200, 1000),
        before=lambda d: wifi.cwreconncfg(d.modem, 7200, 1000),
    ),
)

_AP = ("Küche, „1“", 'pass,word\\"', 5, 3)
_AP_SENT = 'AT+CWSAP{}="Küche\\, „1“","pass\\,word\\\\\\"",5,3'.encode()

SOFT_AP = (
    Case("AT+CWSAP", "set", lambda d: wifi.cwsap(d.modem, *_AP), cur(_AP_SENT), before=with_ap),
    Case(
        "AT+CWSAP",
        "set, stations, hidden",
        lambda d: wifi.cwsap(d.modem, *_AP, 2, 1),
        cur(_AP_SENT + b",2,1"),
        before=with_ap,
    ),
    Case(
        "AT+CWSAP",
        "query",
        lambda d: wifi.cwsap_query(d.modem),
        cur(b"AT+CWSAP{}?"),
        (*_AP, 2, 1),
        before=lambda d: (with_ap(d), wifi.cwsap(d.modem, *_AP, 2, 1)),
    ),
    Case(
        "AT+CWLIF",
        "",
        lambda d: wifi.cwlif(d.modem),
        b"AT+CWLIF",
        lambda d: [(d.address, STATION)],
        before=with_station,
    ),
)

ADDRESSES = (
    Case(
        "AT+CWDHCP",
        "set",
        lambda d: wifi.cwdhcp(d.modem, 0),
        Per((OLD, b"AT+CWDHCP_CUR=1,0"), (ESPAT, b"AT+CWDHCP=0,1")),
    ),
    Case(
        "AT+CWDHCP",
        "query",
        lambda d: wifi.cwdhcp_query(d.modem),
        cur(b"AT+CWDHCP{}?"),
        (False, True),
        before=lambda d: (with_ap(d), wifi.cwdhcp(d.modem, 0)),
    ),
    Case(
        "AT+CWHOSTNAME",
        "set",
        lambda d: wifi.cwhostname(d.modem, "pico-9"),
        b'AT+CWHOSTNAME="pico-9"',
    ),
    Case(
        "AT+CWHOSTNAME",
        "query",
        lambda d: wifi.cwhostname_query(d.modem),
        b"AT+CWHOSTNAME?",
        "pico-9",
        before=lambda d: wifi.cwhostname(d.modem, "pico-9"),
    ),
    Case(
        "AT+CIPSTA",
        "set",
        lambda d: (wifi.cipsta(d.modem, "192.168.1.9"), d.modem.wifi)[0],
        cur(b'AT+CIPSTA{}="192.168.1.9"'),
    ),
    Case(
        "AT+CIPSTA",
        "set, gateway, netmask",
        lambda d: wifi.cipsta(d.modem, "192.168.7.9", "192.168.7.1", "255.255.255.0"),
        cur(b'AT+CIPSTA{}="192.168.7.9","192.168.7.1","255.255.255.0"'),
    ),
    Case(
        "AT+CIPSTA",
        "query",
        lambda d: essential.cipsta_query(d.modem),
        cur(b"AT+CIPSTA{}?"),
        ("192.168.7.9", "192.168.7.1", "255.255.255.0"),
        before=lambda d: wifi.cipsta(d.modem, "192.168.7.9", "192.168.7.1", "255.255.255.0"),
    ),
    Case(
        "AT+CIPAP",
        "set",
        lambda d: wifi.cipap(d.modem, "10.0.0.1"),
        cur(b'AT+CIPAP{}="10.0.0.1"'),
        before=with_ap,
    ),
    Case(
        "AT+CIPAP",
        "set, gateway, netmask",
        lambda d: wifi.cipap(d.modem, "10.0.0.1", "10.0.0.1", "255.255.255.0"),
        cur(b'AT+CIPAP{}="10.0.0.1","10.0.0.1","255.255.255.0"'),
        before=with_ap,
    ),
    Case(
        "AT+CIPAP",
        "query",
        lambda d: wifi.cipap_query(d.modem),
        cur(b"AT+CIPAP{}?"),
        ("10.0.0.1", "10.0.0.1", "255.255.255.0"),
        before=lambda d: (with_ap(d), wifi.cipap(d.modem, "10.0.0.1", "10.0.0.1", "255.255.255.0")),
    ),
    Case(
        "AT+CIPSTAMAC",
        "set",
        lambda d: wifi.cipstamac(d.modem, STATION),
        cur(b'AT+CIPSTAMAC{}="02:11:22:33:44:55"'),
    ),
    Case(
        "AT+CIPSTAMAC",
        "query",
        lambda d: wifi.cipstamac_query(d.modem),
        cur(b"AT+CIPSTAMAC{}?"),
        STATION,
        before=lambda d: wifi.cipstamac(d.modem, STATION),
    ),
    Case(
        "AT+CIPAPMAC",
        "set",
        lambda d: wifi.cipapmac(d.modem, STATION),
        cur(b'AT+CIPAPMAC{}="02:11:22:33:44:55"'),
        before=with_ap,
    ),
    Case(
        "AT+CIPAPMAC",
        "query",
        lambda d: wifi.cipapmac_query(d.modem),
        cur(b"AT+CIPAPMAC{}?"),
        STATION,
        before=lambda d: (with_ap(d), wifi.cipapmac(d.modem, STATION)),
    ),
)

CASES = FAILURES + SCAN + JOINING + SOFT_AP + ADDRESSES
