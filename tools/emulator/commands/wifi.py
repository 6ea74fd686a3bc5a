"""Wi-Fi commands: mode, station, addresses."""

from ..families import ALL, ESPAT, OLD
from ..outcome import ERROR, FAIL
from ..params import Refused
from ..station import NEVER


def _mac(text):
    return [int(byte, 16) for byte in text.split(":")]


def _ip(text):
    return [int(byte) for byte in text.split(".")]


# -- mode --------------------------------------------------------------------------------------


def query_mode(call):
    """AT+CWMODE?"""
    call.say("cwmode", call.core.session.wifi_mode)


def set_mode(call):
    """AT+CWMODE"""
    core = call.core
    call.args.count(1, 1 if core.profile.old else 2)
    mode = call.args.integer(0, 1 if core.profile.old else 0, 3)
    connect = call.args.integer(1, 0, 1, default=1)
    had_station = core.station.enabled
    core.session.wifi_mode = mode
    if call.persist:
        core.flash.wifi_mode = mode
    if had_station and not mode & 1:
        core.station.leave()
    elif not had_station and mode & 1 and connect:
        core.afterwards.append(core.station.start)


# -- joining -----------------------------------------------------------------------------------


def query_join(call):
    """AT+CWJAP?"""
    core = call.core
    if not core.station.access_point:
        core.say("no ap")
        return
    point = core.station.access_point
    common = (point.ssid, *_mac(point.bssid), point.channel, point.rssi)
    call.say("cwjap", *common, *_JOIN_FIELDS.get(core.profile.id, _join_fields(core)))


#: The fields after <rssi>: none on NonOS 1.3, <pci_en> on 1.7.
_JOIN_FIELDS = {"nonos-1.3": (), "nonos-1.7.4": (0,), "wizfi360": (0,)}


def _join_fields(core):
    """<pci_en>,<reconn_interval>,<listen_interval>,<scan_mode>,<pmf>"""
    return (0, core.station.reconnect[0], 3, 0, 1)


def set_join(call):
    """AT+CWJAP=…"""
    core, args = call.core, call.args
    args.count(2, 4 if core.profile.old else 9)
    ssid = args.text(0, 32)
    password = args.text(1, 64)
    bssid = args.text(2, 17, default=None)
    limit = args.integer(7, 3, 600, default=15)
    if not core.station.enabled:
        raise Refused
    core.station.leave()
    core.station.ssid, core.station.password = ssid, password
    if not core.profile.old:
        core.station.reconnect = (args.integer(4, 0, 7200, default=1), core.station.reconnect[1])
    if call.persist:
        core.flash.ssid, core.flash.password = ssid, password
    return _join(core, limit, bssid.decode() if bssid else None)


def join_again(call):
    """AT+CWJAP: with the last configuration"""
    core = call.core
    ssid, password = core.station.ssid, core.station.password
    if not ssid:
        ssid, password = core.flash.ssid, core.flash.password
    if not ssid or not core.station.enabled:
        raise Refused
    core.station.leave()
    core.station.ssid, core.station.password = ssid, password
    return _join(core, 15)


def _join(core, limit, bssid=None):
    code = yield from core.station.join(min(limit, core.timing.join_timeout), bssid)
    if not code:
        return None
    core.say("cwjap code", code)
    return FAIL if core.profile.old else ERROR


def leave(call):
    """AT+CWQAP: ESP-AT tells of it before OK (capture 28), NonOS after"""
    core = call.core
    if core.profile.old:
        core.afterwards.append(core.station.leave)
    else:
        core.station.leave()


def query_state(call):
    """AT+CWSTATE?"""
    station = call.core.station
    if station.state == NEVER:
        call.say("cwstate none", NEVER)
        return
    ssid = (station.ssid,) if call.core.profile.id == "esp8266-2.2.1" else _counted(station.ssid)
    call.say("cwstate", station.state, *ssid)


def _counted(text):
    """A string with its length before it, as ``%.*s`` takes it."""
    return len(text), text


def query_reconnect(call):
    """AT+CWRECONNCFG?"""
    call.say("cwreconncfg", *call.core.station.reconnect)


def set_reconnect(call):
    """AT+CWRECONNCFG=<interval in s>,<repeat>"""
    call.args.count(2, 2)
    value = (call.args.integer(0, 0, 7200), call.args.integer(1, 0, 1000))
    call.core.station.reconnect = value
    if call.persist:
        call.core.flash.reconnect = value


def query_auto(call):
    """AT+CWAUTOCONN?"""
    call.say("cwautoconn", int(call.core.flash.auto_connect))


def set_auto(call):
    """AT+CWAUTOCONN"""
    call.args.count(1, 1)
    call.core.flash.auto_connect = bool(call.args.integer(0, 0, 1))


# -- addresses ---------------------------------------------------------------------------------


def query_dhcp(call):
    """AT+CWDHCP?: bit 0 station, bit 1 soft-AP (NonOS: bit 0 soft-AP, bit 1 station)"""
    flash = call.core.flash
    bits = (
        (flash.dhcp_ap, flash.dhcp_station)
        if call.core.profile.old
        else (flash.dhcp_station, flash.dhcp_ap)
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
    flash = call.core.flash
    if station:
        flash.dhcp_station = enable
        flash.station_ip = None if enable else flash.station_ip
    if ap:
        flash.dhcp_ap = enable


_PARTS = ("ip", "gateway", "netmask")


def query_station(call):
    """AT+CIPSTA?"""
    for name, address in zip(_PARTS, call.core.station.addresses, strict=True):
        call.say(f"cipsta {name}", *_ip(address))


def query_station_mac(call):
    """AT+CIPSTAMAC?"""
    call.say("mac", *_mac(call.core.flash.station_mac))


def addresses(call):
    """AT+CIFSR"""
    core = call.core
    mode = core.session.wifi_mode
    if mode & 2:
        call.say("cifsr apip", *_ip(core.flash.ap_ip[0]))
        call.say("cifsr apmac", *_mac(core.flash.ap_mac))
    if mode & 1:
        call.say("cifsr staip", *_ip(core.station.addresses[0]))
        call.say("cifsr stamac", *_mac(core.flash.station_mac))


def _suffixed(name, families, *handlers):
    """A NonOS command comes in three spellings."""
    return tuple((name + suffix, families, *handlers) for suffix in ("_CUR", "_DEF"))


# fmt: off
COMMANDS = (
    # name           families  query              set            execute
    ("+CWMODE",      ALL,      query_mode,        set_mode,      None),
    ("+CWJAP",       ALL,      query_join,        set_join,      join_again),
    ("+CWQAP",       ALL,      None,              None,          leave),
    ("+CWSTATE",     ESPAT,    query_state,       None,          None),
    ("+CWRECONNCFG", ESPAT,    query_reconnect,   set_reconnect, None),
    ("+CWAUTOCONN",  ALL,      query_auto,        set_auto,      None),
    ("+CWDHCP",      ALL,      query_dhcp,        set_dhcp,      None),
    ("+CIPSTA",      ALL,      query_station,     None,          None),
    ("+CIPSTAMAC",   ALL,      query_station_mac, None,          None),
    ("+CIFSR",       ALL,      None,              None,          addresses),
    *_suffixed("+CWMODE", OLD, query_mode, set_mode, None),
    *_suffixed("+CWJAP", OLD, query_join, set_join, None),
    *_suffixed("+CWDHCP", OLD, query_dhcp, set_dhcp, None),
    *_suffixed("+CIPSTA", OLD, query_station, None, None),
    *_suffixed("+CIPSTAMAC", OLD, query_station_mac, None, None),
)
# fmt: on
