"""Wi-Fi commands: mode, station, addresses."""

from ..families import ALL, ESPAT, OLD, OLD_17, SINCE_33
from ..outcome import ERROR, FAIL
from ..params import LENGTH, Refused
from ..station import NEVER


def mac(text):
    """The six numbers of a MAC address."""
    return [int(byte, 16) for byte in text.split(":")]


def ip(text):
    """The four numbers of an IPv4 address."""
    return [int(byte) for byte in text.split(".")]


def need_ap(core):
    """Refuse the command if the Wi-Fi mode has no soft-AP."""
    if not core.settings.wifi_mode & 2:
        raise Refused


def suffixed(name, families, with_suffix, *handlers):
    """The rows for a command and for its ``_CUR`` and ``_DEF`` forms in the NonOS dialect."""
    rows = [(name, families, *handlers)]
    rows += [(name + suffix, with_suffix, *handlers) for suffix in ("_CUR", "_DEF")]
    return tuple(rows)


# -- mode --------------------------------------------------------------------------------------


def query_mode(call):
    """AT+CWMODE?"""
    call.say("cwmode", call.core.settings.wifi_mode)


def set_mode(call):
    """AT+CWMODE"""
    core = call.core
    call.args.count(1, 1 if core.profile.old else 2)
    mode = call.args.integer(0, 1 if core.profile.old else 0, 3)
    connect = call.args.integer(1, 0, 1, default=1)
    had_station = core.station.enabled
    call.set(wifi_mode=mode)
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
    common = (point.ssid, *mac(point.bssid), point.channel, point.rssi)
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
    call.set(ssid=ssid, password=password)
    return _join(core, limit, bssid.decode() if bssid else None)


def join_again(call):
    """AT+CWJAP: with the last configuration"""
    core = call.core
    ssid, password = core.station.ssid, core.station.password
    if not ssid:
        ssid, password = core.settings.ssid, core.settings.password
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
    """AT+CWQAP: ESP-AT prints the notice before OK (capture 28), NonOS after it"""
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
    """The arguments of ``%.*s`` for a string: its length, and the string."""
    return len(text), text


def query_reconnect(call):
    """AT+CWRECONNCFG?"""
    call.say("cwreconncfg", *call.core.station.reconnect)


def set_reconnect(call):
    """AT+CWRECONNCFG=<interval in s>,<repeat>"""
    call.args.count(2, 2)
    value = (call.args.integer(0, 0, 7200), call.args.integer(1, 0, 1000))
    call.core.station.reconnect = value
    call.set(reconnect=value)


def query_auto(call):
    """AT+CWAUTOCONN?"""
    call.say("cwautoconn", int(call.core.settings.auto_connect))


def set_auto(call):
    """AT+CWAUTOCONN"""
    call.args.count(1, 1)
    call.set(always=True, auto_connect=bool(call.args.integer(0, 0, 1)))


# -- driver and country ------------------------------------------------------------------------


def query_driver(call):
    """AT+CWINIT?"""
    call.say("cwinit", call.core.session.wifi)


def set_driver(call):
    """AT+CWINIT=<0 or 1>: without the driver there is no Wi-Fi, and its commands are refused"""
    core = call.core
    call.args.count(1, 1)
    wanted = call.args.integer(0, 0, 1)
    if wanted == core.session.wifi:
        return
    core.session.wifi = wanted
    core.station.leave()
    core.links.drop_all()
    core.links.stop_server()
    core.soft_ap.clients.clear()
    core.settings.wifi_mode = core.flash.wifi_mode if wanted else 0
    if wanted:
        core.afterwards.append(core.station.start)


def query_country(call):
    """AT+CWCOUNTRY?, and AT+CWCOUNTRY_CUR? of NonOS"""
    call.say("cwcountry", *call.core.settings.country)


def set_country(call):
    """AT+CWCOUNTRY=<0 the access point's, 1 this>,<code>,<first channel>,<how many>"""
    args = call.args
    args.count(4, 4)
    policy, code = args.integer(0, 0, 1), args.text(1, 3)
    if len(code) < 2:
        raise args.wrong(1, LENGTH)
    country = (policy, code, args.integer(2, 1, 14), args.integer(3, 1, 14))
    # ESP-AT never writes it to flash, whatever AT+SYSSTORE says.
    if call.core.profile.old:
        call.set(country=country)
    else:
        call.core.settings.country = country


# fmt: off
COMMANDS = (
    # name           families  query            set            execute
    *suffixed("+CWMODE", ALL, OLD, query_mode,  set_mode,      None),
    ("+CWJAP",       ALL,      query_join,      set_join,      join_again),
    ("+CWJAP_CUR",   OLD,      query_join,      set_join,      None),
    ("+CWJAP_DEF",   OLD,      query_join,      set_join,      None),
    ("+CWQAP",       ALL,      None,            None,          leave),
    ("+CWSTATE",     ESPAT,    query_state,     None,          None),
    ("+CWRECONNCFG", ESPAT,    query_reconnect, set_reconnect, None),
    ("+CWINIT",      SINCE_33, query_driver,    set_driver,    None),
    ("+CWCOUNTRY",   ESPAT,    query_country,   set_country,   None),
    ("+CWCOUNTRY_CUR", OLD_17, query_country,   set_country,   None),
    ("+CWCOUNTRY_DEF", OLD_17, query_country,   set_country,   None),
    ("+CWAUTOCONN",  ALL,      query_auto,      set_auto,      None),
)
# fmt: on
