# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What ``network`` has besides joining: scans, addresses, settings, the access point.

Loaded for each use, and forgotten. ``station`` is the only ``Station`` of network.py; ``is_ap`` is
True for the access point.
"""

from ..at.args import number, setting, told
from ..at.essential import cipsta_query, garbled, text
from ..at.essential import station as be_station
from ..at.wifi import (
    cipap,
    cipap_query,
    cipsta,
    cwdhcp,
    cwdhcp_query,
    cwlap,
    cwlif,
    cwreconncfg,
    cwreconncfg_query,
    cwsap,
    cwsap_query,
    is_soft_ap,
)
from ..members.types import PowerManagement, packed, written

_NONE = "0.0.0.0"

# For each security of cwlap(), what a scan of a Pico W returns: 1 privacy, 2 WPA, 4 WPA2 or WPA3.
_SEEN = (0, 1, 3, 5, 7, 5, 5, 5)

# The securities of cwsap() by the values of config(security=): WLAN.SEC_, and those of the docs.
_SECURITIES = {0: 0, 2: 2, 3: 3, 4: 4, 0x400004: 3, 0x400006: 4}

# The sleep mode by the lowest four bits of config(pm=), the mode of a CYW43; and the other way.
_SLEEPS = {0: PowerManagement.NONE, 1: PowerManagement.MAX, 2: PowerManagement.MIN}
_PMS = ((PowerManagement.NONE, 0x10), (PowerManagement.MAX, 0x11), (PowerManagement.MIN, 0xA11142))


def status(station, is_ap, param):
    """``WLAN.status(param)``."""
    if param == "rssi" and not is_ap:
        info = station.awake().ap_info
        return info.rssi if info else 0
    if param == "stations" and is_ap:
        modem = station.awake().modem
        rows = cwlif(modem) if modem.softap else ()
        return [(packed(row[1]),) for row in rows]
    raise ValueError("status: rssi (station) or stations (access point) is wanted")


def scan(station, is_ap, ssid, bssid):
    """``WLAN.scan()``. See network.py."""
    modem = station.awake().modem
    be_station(modem)
    if bssid is not None and ssid is None:
        wanted = written(bssid)
        rows = [row for row in cwlap(modem) if row[3] == wanted]
    else:
        rows = cwlap(modem, ssid, None if bssid is None else written(bssid))
    found = []
    for row in rows:
        name = row[1].encode() if isinstance(row[1], str) else bytes(row[1])
        seen = _SEEN[row[0]] if 0 <= row[0] < len(_SEEN) else 5
        found.append((name, packed(row[3]), row[4], row[2], seen, 1))
    return found


# -- addresses -----------------------------------------------------------------------------------


def _addresses(station, is_ap):
    """[address, gateway, mask], each a str."""
    modem = station.awake().modem
    return [found or _NONE for found in (cipap_query if is_ap else cipsta_query)(modem)]


def ifconfig(station, is_ap, config):
    """``WLAN.ifconfig()``."""
    if config is None:
        found = _addresses(station, is_ap)
        return found[0], found[2], found[1], found[0] if is_ap else _name_server(station)
    if config == "dhcp":
        _dhcp(station, is_ap, True)
        return None
    if isinstance(config, str) or len(config) != 4:
        raise ValueError("ifconfig: four addresses are wanted: address, mask, gateway, name server")
    _put(station, is_ap, config[0], config[2], config[1])
    if not is_ap:
        name_servers(station, dns=config[3])
    return None


def _put(station, is_ap, address, gateway, mask):
    modem = station.awake().modem
    if is_ap:
        cipap(modem, address, gateway, mask)
    else:
        be_station(modem)
        cipsta(modem, address, gateway, mask)


def _dhcp(station, is_ap, on):
    number("dhcp4", on, 0, 1)
    modem = station.awake().modem
    if not is_ap:
        be_station(modem)
    cwdhcp(modem, int(on), not is_ap, is_ap)


def ipconfig(station, is_ap, param=None, **names):
    """``WLAN.ipconfig()``."""
    if names and param is None:
        for name in names:
            if name not in ("dhcp4", "addr4", "gw4"):
                raise ValueError("ipconfig: unexpected key %s" % name)
        if "dhcp4" in names:
            _dhcp(station, is_ap, names["dhcp4"])
        if "addr4" in names or "gw4" in names:
            address, gateway, mask = _addresses(station, is_ap)
            if "addr4" in names:
                address, mask = _pair(names["addr4"], mask)
            gateway = names.get("gw4", gateway)
            _put(station, is_ap, address, address if gateway == _NONE else gateway, mask)
        return None
    if param == "addr4":
        found = _addresses(station, is_ap)
        return found[0], found[2]
    if param == "gw4":
        return _addresses(station, is_ap)[1]
    if param in ("dhcp4", "has_dhcp4"):
        on = cwdhcp_query(station.awake().modem)[1 if is_ap else 0]
        return on and (param == "dhcp4" or _addresses(station, is_ap)[0] != _NONE)
    if param == "addr6":
        return []
    raise ValueError("ipconfig: unexpected key %s" % param)


def _pair(value, mask):
    """(address, mask) of ``"192.168.1.9/24"``, of an address alone, or of a pair."""
    if not isinstance(value, str):
        return tuple(value)
    address, _, bits = value.partition("/")
    if bits:
        if not bits.isdigit() or int(bits) > 32:
            raise ValueError("addr4: 0 to 32 bits are wanted behind the /")
        ones = (0xFFFFFFFF << (32 - int(bits))) & 0xFFFFFFFF
        mask = "%d.%d.%d.%d" % tuple([ones >> shift & 255 for shift in (24, 16, 8, 0)])
    return address, "255.255.255.0" if mask == _NONE else mask


def _name_server(station):
    """The first name server; NonOS 1.3 does not tell one."""
    radio = station.awake()
    servers = radio.dns if radio.modem.has("DNS") else ()
    return servers[0] if servers else _NONE


def name_servers(station, param=None, **names):
    """``network.ipconfig()``: ``dns``, and ``prefer``, always 4 since the sockets are IPv4."""
    if names and param is None:
        for name, value in names.items():
            if name == "dns":
                station.awake().dns = (value,)
            elif name != "prefer" or value != 4:
                raise ValueError("ipconfig: dns, or prefer=4, is wanted")
        return None
    if param == "dns":
        return _name_server(station)
    if param == "prefer":
        return 4
    raise ValueError("ipconfig: unexpected key %s" % param)


# -- settings ------------------------------------------------------------------------------------


def hostname(station, name):
    """``network.hostname()``; a name given before the module is active is set later."""
    if name is None:
        return station.name or station.awake().hostname
    if station.active:
        station.awake().hostname = name
    else:
        station.name = name
    return None


def country(station, code):
    """``network.country()``: the code is kept and returned, but not sent to the module.

    By default, modules use the country that their access point announces (ESP-AT: the policy of
    ``AT+CWCOUNTRY`` is 0).
    """
    if code is None:
        return station.code
    if len(code) != 2:
        raise ValueError("country: two letters are wanted")
    station.code = code
    return None


def config(station, is_ap, *args, **names):
    """``WLAN.config()``.

    For both: ``mac`` (``AT+CIPSTAMAC``, ``AT+CIPAPMAC``), ``hostname``, ``pm`` (``AT+SLEEP``),
    ``txpower`` in dBm (``AT+RFPOWER``), ``ssid`` or ``essid`` and ``channel``, which are read-only
    for a station. For a station: ``reconnects`` (``AT+CWRECONNCFG``): -1 no limit, 0 none. For an
    access point: ``security``, ``hidden``, and ``key`` or ``password``, which cannot be read.
    """
    if bool(args) == bool(names) or len(args) > 1:
        raise TypeError("config: one name, or settings, are wanted")
    table = _SOFT_AP if is_ap else _STATION
    if args:
        get = _found(table, args[0])[1]
        if get is None:
            raise ValueError("config: %s can be set, not read" % args[0])
        return get(station)
    kept = {}
    for name, value in names.items():
        known, _, put = _found(table, name)
        if put is None:
            raise ValueError("config: %s can be read, not set" % name)
        if put == _KEPT:
            kept[known.split()[0]] = value
        else:
            put(station, value)
    if kept:
        _keep(station, kept)
    return None


def _found(table, name):
    for row in table:
        if name in row[0].split():
            return row
    raise ValueError("config: unknown config param %s" % name)


def _mac(station):
    return station.awake().mac_address


def _put_mac(station, value):
    station.awake().mac_address = value


def _mac_ap(station):
    return station.awake().mac_address_ap


def _put_mac_ap(station, value):
    station.awake().mac_address_ap = value


def _name(station):
    return hostname(station, None)


def _pm(station):
    now = station.awake().power_management
    for name, pm in _PMS:
        if now is name:
            return pm
    return _PMS[0][1]


def _put_pm(station, value):
    """Set the sleep mode. NonOS and WizFi360 do not have MAX, so MIN is used instead."""
    wanted = _SLEEPS.get(value & 15)
    if wanted is None:
        raise ValueError("config: pm: one of WLAN.PM_NONE, PM_PERFORMANCE, PM_POWERSAVE is wanted")
    radio = station.awake()
    if wanted is PowerManagement.MAX and not radio.modem.has("SLEEP_MAX"):
        wanted = PowerManagement.MIN
    radio.power_management = wanted


def _tx_power(station):
    line = told(station.awake().modem, b"+RFPOWER")
    quarters = line[9:].split(b",")[0]
    if not quarters.isdigit():
        raise garbled(b"+RFPOWER", line)
    return int(quarters) / 4


def _put_tx_power(station, value):
    setting(
        station.awake().modem,
        b"+RFPOWER=",
        (number("txpower", int(max(-1, min(value, 99)) * 4), 0, 84),),
    )


def _joined_to(station):
    info = station.awake().ap_info
    return info.ssid if info else ""


def _channel(station):
    info = station.awake().ap_info
    return info.channel if info else 0


def _reconnects(station):
    interval, count = cwreconncfg_query(station.awake().modem)
    return 0 if not interval else count or -1


def _put_reconnects(station, value):
    modem = station.awake().modem
    cwreconncfg(modem, 1 if value else 0, max(value, 0))


# -- the access point ----------------------------------------------------------------------------


def active(station, is_ap, on=None):
    """``WLAN.active()`` of the access point."""
    if on is None:
        return station.radio is not None and station.radio.modem.softap
    radio = station.awake()
    if on:
        _start(station, radio.modem)
    elif is_soft_ap(radio.modem):
        radio.stop_ap()
    return None


def _start(station, modem):
    """Start the access point (``AT+CWMODE=3``, ``AT+CWSAP``) with the settings of ``config()``, or,
    if there are none, with those that the module has.
    """
    before = modem.softap
    modem.softap = True
    try:
        be_station(modem)
        if station.settings:
            cwsap(modem, *_wanted(modem, station.settings))
    except BaseException:
        modem.softap = before
        raise


def _own(modem):
    """``cwsap_query()``; again if the line damaged a value, so that it is none ``cwsap()`` takes.

    :raises OSError: EIO, both replies are damaged
    """
    for _ in range(2):
        found = ssid, key, channel, security, most, hidden = cwsap_query(modem)
        try:
            text("ssid", ssid, 1, 32)
            text("key", key, 8 if security else 0, 64)
            if 1 <= channel <= 14 and security in (0, 2, 3, 4) and 1 <= most <= 10 and hidden < 2:
                return found
        except ValueError:
            pass
    raise garbled(b"+CWSAP", b"%d,%d,%d,%d" % found[2:])  # its name and key are not shown


def _wanted(modem, settings):
    """The arguments of ``cwsap()``; the module's own value for each setting that is not given."""
    ssid, key, channel, security, most, hidden = _own(modem)
    if "ssid" in settings or "key" in settings:
        key = settings.get("key", "")
        security = 3 if key else 0
    if "security" in settings:
        security = _SECURITIES[settings["security"]]
        key = key if security else ""
    ssid = settings.get("ssid", ssid)
    channel = settings.get("channel", channel)
    return ssid, key, channel, security, most, int(settings.get("hidden", hidden))


def _keep(station, kept):
    """Keep settings of the access point, and apply them at once if it is on."""
    if "ssid" in kept:
        text("ssid", kept["ssid"], 1, 32)
    if kept.get("key"):
        text("key", kept["key"], 8, 64)
    if "channel" in kept:
        number("channel", kept["channel"], 1, 14)
    if kept.get("security", 0) not in _SECURITIES:
        raise ValueError("config: security: SEC_OPEN, or SEC_WPA_WPA2; no soft-AP has WPA3")
    station.settings.update(kept)
    if active(station, True):
        _start(station, station.awake().modem)


def _soft_ap(name, at):
    """A function that reads a setting of the access point: the kept one, or the module's."""

    def get(station):
        if name in station.settings:
            return station.settings[name]
        return _own(station.awake().modem)[at]

    return get


_KEPT = "kept"  # set when the access point is started

# (names, function that reads it, function that sets it); None: that is not possible.
_STATION = (
    ("mac", _mac, _put_mac),
    ("hostname", _name, hostname),
    ("pm", _pm, _put_pm),
    ("txpower", _tx_power, _put_tx_power),
    ("ssid essid", _joined_to, None),
    ("channel", _channel, None),
    ("reconnects", _reconnects, _put_reconnects),
)
_SOFT_AP = (
    ("mac", _mac_ap, _put_mac_ap),
    ("hostname", _name, hostname),
    ("pm", _pm, _put_pm),
    ("txpower", _tx_power, _put_tx_power),
    ("ssid essid", _soft_ap("ssid", 0), _KEPT),
    ("key password", None, _KEPT),
    ("channel", _soft_ap("channel", 2), _KEPT),
    ("security", _soft_ap("security", 3), _KEPT),
    ("hidden", _soft_ap("hidden", 5), _KEPT),
)
