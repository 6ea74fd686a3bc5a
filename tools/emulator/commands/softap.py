"""Commands about the module's own access point."""

from ..families import ALL, ESPAT, OLD
from ..network import bits
from ..params import LENGTH, Refused
from .addresses import mac_argument
from .wifi import ip, mac, need_ap, suffixed


def query_ap(call):
    """AT+CWSAP?"""
    settings = call.core.settings
    need_ap(call.core)
    texts = (settings.ap_ssid, settings.ap_password)
    if "%.*s" in call.core.profile.lines["cwsap"].form:
        texts = (len(texts[0]), texts[0], len(texts[1]), texts[1])
    call.say(
        "cwsap",
        *texts,
        settings.ap_channel,
        settings.ap_security,
        settings.ap_clients,
        settings.ap_hidden,
    )


def set_ap(call):
    """AT+CWSAP=<ssid>,<password>,<channel>,<security>[,<most clients>[,<hidden>]]"""
    core, args = call.core, call.args
    args.count(4, 6)
    need_ap(core)
    ssid = args.text(0, 32)
    password = args.text(1, 64)
    channel = args.integer(2, 1, 14)
    security = args.integer(3, 0, 4)
    most = args.integer(4, 1, 8 if core.profile.old else 10, default=4)
    hidden = args.integer(5, 0, 1, default=0)
    if security == 1 or not ssid:
        raise args.wrong(3 if ssid else 0)
    if security and len(password) < 8:
        raise args.wrong(1, LENGTH)
    call.set(
        ap_ssid=ssid,
        ap_password=password if security else b"",
        ap_channel=channel,
        ap_security=security,
        ap_clients=most,
        ap_hidden=hidden,
    )


def list_clients(call):
    """AT+CWLIF"""
    for client, address in call.core.soft_ap.clients.items():
        call.say("cwlif", *ip(address), *mac(client))


def drop_clients(call):
    """AT+CWQIF, AT+CWQIF=<mac>"""
    soft_ap = call.core.soft_ap
    if not call.args.values:
        for client in list(soft_ap.clients):
            soft_ap.leave(client)
        return
    client = mac_argument(call)
    if client not in soft_ap.clients:
        raise Refused
    soft_ap.leave(client)


def query_range(call):
    """AT+CWDHCPS?: lease in minutes, first and last address"""
    lease, first, last = call.core.soft_ap.range
    call.say("cwdhcps", lease, *ip(first), *ip(last))


def set_range(call):
    """AT+CWDHCPS=<0 or 1>[,<lease in minutes>,<first address>,<last address>]"""
    core, args = call.core, call.args
    need_ap(core)
    if not core.settings.dhcp_ap:
        raise Refused
    if not args.integer(0, 0, 1):
        args.count(1, 1)
        call.set(dhcps=None)
        return
    args.count(4, 4)
    lease = args.integer(1, 1, 2880)
    first, last = (args.text(n, 15).decode("latin-1") for n in (2, 3))
    for index, address in ((2, first), (3, last)):
        if not core.soft_ap.gives(address):
            raise args.wrong(index)
    if bits(first) > bits(last):
        raise args.wrong(3)
    call.set(dhcps=(lease, first, last))


# fmt: off
COMMANDS = (
    # name      families          query     set           execute
    *suffixed("+CWSAP", ALL, OLD, query_ap, set_ap,       None),
    ("+CWDHCPS", ESPAT,           query_range, set_range,  None),
    ("+CWDHCPS_CUR", OLD,         query_range, set_range,  None),
    ("+CWDHCPS_DEF", OLD,         query_range, set_range,  None),
    ("+CWLIF",  ALL,              None,     None,         list_clients),
    ("+CWQIF",  ESPAT,            None,     drop_clients, drop_clients),
)
# fmt: on
