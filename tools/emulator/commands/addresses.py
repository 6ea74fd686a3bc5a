"""Commands that show the module's addresses, and set them by hand or by DHCP."""

import re

from ..families import ALL, N13, OLD
from ..network import is_address
from ..params import Refused
from .wifi import ip, mac, need_ap, suffixed

_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}")


# -- shown -------------------------------------------------------------------------------------


def query_dhcp(call):
    """AT+CWDHCP?: bit 0 station, bit 1 soft-AP (NonOS: bit 0 soft-AP, bit 1 station)"""
    settings = call.core.settings
    bits = (
        (settings.dhcp_ap, settings.dhcp_station)
        if call.core.profile.old
        else (settings.dhcp_station, settings.dhcp_ap)
    )
    call.say("cwdhcp", bits[0] | bits[1] << 1)


def set_dhcp(call):
    """ESP-AT <enable>,<1 station + 2 AP>; NonOS <0 AP, 1 station, 2 both>,<enable>"""
    call.args.count(2, 2)
    if call.core.profile.old:
        which = call.args.integer(0, 0, 2)
        station, ap = which in (1, 2), which in (0, 2)
        enable = bool(call.args.integer(1, 0, 1))
    else:
        enable = bool(call.args.integer(0, 0, 1))
        bits = call.args.integer(1, 1, 3)
        station, ap = bool(bits & 1), bool(bits & 2)
    if station:
        fixed = None if enable else call.core.settings.station_ip
        call.set(dhcp_station=enable, station_ip=fixed)
    if ap:
        call.set(dhcp_ap=enable)


_PARTS = ("ip", "gateway", "netmask")


def query_station(call):
    """AT+CIPSTA?"""
    for name, address in zip(_PARTS, call.core.station.addresses, strict=True):
        call.say(f"cipsta {name}", *ip(address))


def query_station_mac(call):
    """AT+CIPSTAMAC?"""
    call.say("mac", *mac(call.core.settings.station_mac))


def addresses(call):
    """AT+CIFSR"""
    core = call.core
    mode = core.settings.wifi_mode
    if mode & 2:
        call.say("cifsr apip", *ip(core.settings.ap_ip[0]))
        call.say("cifsr apmac", *mac(core.settings.ap_mac))
    if mode & 1:
        call.say("cifsr staip", *ip(core.station.addresses[0]))
        call.say("cifsr stamac", *mac(core.settings.station_mac))


# -- set ---------------------------------------------------------------------------------------


def _ip_arguments(call):
    """<ip>[,<gateway>,<netmask>]; the defaults are x.x.x.1 and 255.255.255.0."""
    call.args.count(1, 3)
    address = call.args.text(0, 15).decode("latin-1")
    gateway = call.args.text(1, 15, default=b"").decode("latin-1")
    netmask = call.args.text(2, 15, default=b"").decode("latin-1")
    gateway = gateway or address.rsplit(".", 1)[0] + ".1"
    values = (address, gateway, netmask or "255.255.255.0")
    for index, value in enumerate(values):
        if not is_address(value):
            raise call.args.wrong(index, reason="ip error")
    return values


def set_station_ip(call):
    """AT+CIPSTA=…: a static address, and no DHCP"""
    if not call.core.station.enabled:
        raise Refused
    call.set(station_ip=_ip_arguments(call), dhcp_station=False)


def query_ap_ip(call):
    """AT+CIPAP?"""
    need_ap(call.core)
    for name, address in zip(_PARTS, call.core.settings.ap_ip, strict=True):
        call.say(f"cipsta {name}", *ip(address))


def set_ap_ip(call):
    """AT+CIPAP=…"""
    need_ap(call.core)
    call.set(ap_ip=_ip_arguments(call))


def mac_argument(call):
    """A MAC address for an interface: neither a group address nor all zeros."""
    call.args.count(1, 1)
    value = call.args.text(0, 17)
    if not _HEX.fullmatch(value) or int(value[:2], 16) & 1 or not int(value.replace(b":", b""), 16):
        raise call.args.wrong(0)
    return value.decode().lower()


def set_station_mac(call):
    """AT+CIPSTAMAC=<mac>: neither a group address nor all zeros"""
    call.set(station_mac=mac_argument(call))


def query_ap_mac(call):
    """AT+CIPAPMAC?"""
    call.say("mac", *mac(call.core.settings.ap_mac))


def set_ap_mac(call):
    """AT+CIPAPMAC=<mac>"""
    call.set(ap_mac=mac_argument(call))


def query_hostname(call):
    """AT+CWHOSTNAME?"""
    call.say("cwhostname", call.core.session.hostname or call.core.settings.ap_ssid)


def set_hostname(call):
    """AT+CWHOSTNAME=<at most 32 bytes>, in station mode"""
    call.args.count(1, 1)
    if not call.core.station.enabled:
        raise Refused
    call.core.session.hostname = call.args.text(0, 32)


# fmt: off
COMMANDS = (
    # name                           query              set              execute
    *suffixed("+CWDHCP",   ALL, OLD, query_dhcp,        set_dhcp,        None),
    *suffixed("+CIPSTA",   ALL, OLD, query_station,     set_station_ip,  None),
    *suffixed("+CIPSTAMAC", ALL, OLD, query_station_mac, set_station_mac, None),
    *suffixed("+CIPAP",    ALL, OLD, query_ap_ip,       set_ap_ip,       None),
    *suffixed("+CIPAPMAC", ALL, OLD, query_ap_mac,      set_ap_mac,      None),
    ("+CIFSR",       ALL,            None,              None,            addresses),
    ("+CWHOSTNAME",  ALL - {N13},    query_hostname,    set_hostname,    None),
)
# fmt: on
