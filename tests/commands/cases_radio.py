"""The radio's power, country and driver, mDNS: the command set's index, `dialects.md` section 6."""

from espat.at import services, wifi
from espat_tools.commands.forms import E22, SINCE_24
from espat_tools.emulator.mdns import Service
from tests.commands.case import Case, Per, cur

RANGE = "192.168.4.10", "192.168.4.20"


def softap(desk):
    wifi.cwmode(desk.modem, 3)


def ranged(desk):
    softap(desk)
    wifi.cwdhcps(desk.modem, 1, 60, *RANGE)


def stations(desk, *args):
    """The address that the next station at the soft-AP gets."""
    wifi.cwdhcps(desk.modem, *args)
    return desk.module.ap_client_joins("02:00:00:00:00:01")


def off(desk):
    wifi.cwinit(desk.modem, 0)
    return desk.module.core.station.joined, desk.modem.wifi


def announce(*args):
    def call(desk):
        services.mdns(desk.modem, *args)
        return desk.network.announced

    return call


CASES = (
    Case(
        "AT+RFPOWER",
        "set",
        lambda d: (wifi.rfpower(d.modem, 60), d.module.core.session.power)[1],
        b"AT+RFPOWER=60",
        60,
    ),
    Case(
        "AT+RFPOWER",
        "set, Bluetooth",
        lambda d: (wifi.rfpower(d.modem, 72, 1, 2, 3), d.module.core.session.ble_power)[1],
        b"AT+RFPOWER=72,1,2,3",
        (1, 2, 3),
    ),
    Case(
        "AT+RFPOWER",
        "query",
        lambda d: wifi.rfpower_query(d.modem),
        b"AT+RFPOWER?",
        Per(((E22,), (82,)), (SINCE_24, (80, 0, 0, 0))),
    ),
    Case(
        "AT+CWCOUNTRY",
        "set",
        lambda d: wifi.cwcountry(d.modem, 1, "DE", 1, 13),
        cur(b'AT+CWCOUNTRY{}=1,"DE",1,13'),
    ),
    Case(
        "AT+CWCOUNTRY",
        "query",
        lambda d: wifi.cwcountry_query(d.modem),
        cur(b"AT+CWCOUNTRY{}?"),
        (1, "US", 1, 11),
        before=lambda d: wifi.cwcountry(d.modem, 1, "US", 1, 11),
    ),
    Case("AT+CWINIT", "set", off, b"AT+CWINIT=0", (False, 0)),
    Case("AT+CWINIT", "query", lambda d: wifi.cwinit_query(d.modem), b"AT+CWINIT?", 1),
    Case(
        "AT+CWDHCPS",
        "set",
        lambda d: stations(d, 1, 60, *RANGE),
        cur(b'AT+CWDHCPS{}=1,60,"192.168.4.10","192.168.4.20"'),
        "192.168.4.10",
        before=softap,
    ),
    Case(
        "AT+CWDHCPS",
        "set, the firmware's own",
        lambda d: stations(d, 0),
        cur(b"AT+CWDHCPS{}=0"),
        "192.168.4.2",
        before=ranged,
    ),
    Case(
        "AT+CWDHCPS",
        "query",
        lambda d: wifi.cwdhcps_query(d.modem),
        cur(b"AT+CWDHCPS{}?"),
        (60, *RANGE),
        before=ranged,
    ),
    Case(
        "AT+MDNS",
        "set",
        announce("espat", "_http", 8080),
        b'AT+MDNS=1,"espat","_http",8080',
        Service("espat", "_http", 8080, "espat"),
    ),
    Case(
        "AT+MDNS",
        "set, instance, protocol, texts",
        announce("espat", "_iot", 80, "In, here", "_udp", (("key", "value"), ("empty", ""))),
        b'AT+MDNS=1,"espat","_iot",80,"In\\, here","_udp",2,"key","value","empty",""',
        Service(
            *("espat", "_iot", 80, "In, here", "_udp"),
            ((b"key", b"value"), (b"empty", b"")),
        ),
    ),
    Case(
        "AT+MDNS",
        "off",
        lambda d: (services.mdns_off(d.modem), d.network.announced)[1],
        b"AT+MDNS=0",
        None,
        before=announce("espat", "_http", 80),
    ),
)
