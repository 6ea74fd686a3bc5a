# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Wi-Fi beyond joining, which is in essential.py: scans, the soft-AP, addresses, names, power.

Where NonOS and WizFi360 have ``_CUR`` and ``_DEF`` forms of a command, ``_CUR`` is sent, which
does not write to flash. Each function is named after its command and takes the modem first. Each
raises ``ATError`` where the module refuses the command, and ``OSError``: ETIMEDOUT (no answer),
ECONNRESET (the module restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be
read); arguments out of range raise ``ValueError``. Settings are sent again when the module has
restarted, unless noted otherwise. Source: dialects.md 4; for the commands from ``rfpower`` on,
which are not in the reference, the command set's index (dialects.md 6): they were not tested on
modules.
"""

from .. import calls
from .args import (
    address,
    ask,
    current_setting,
    fields,
    need,
    number,
    put,
    put_kept,
    setting,
    shortest,
    told,
)
from .essential import addresses, current, cwmode_query, decoded, garbled, is_mac, mac, text

_STATES = (0, 1, 2, 0, 0)  # for each state of AT+CWSTATE? the value of Modem.wifi


def cwmode(modem, mode):
    """``AT+CWMODE=<mode>`` (NonOS, WizFi360: ``CWMODE_CUR``): station, soft-AP or both.

    After a restart of the module the radio makes it a station again, and also a soft-AP if this
    function, ``wifi.cwsap()`` or ``Radio.start_ap()`` set one up. A mode without soft-AP drops the
    soft-AP's settings: they are not sent again.

    :param int mode: 0 off (only ESP-AT), 1 station, 2 soft-AP, 3 both
    All families. Source: dialects.md 4.
    """
    least = 0 if modem.has("CWMODE_OFF") else 1
    modem.run(current(modem, b"+CWMODE", b"="), (number("mode", mode, least, 3),))
    modem.softap = mode > 1
    if not mode & 1:
        modem.wifi = 0
    if mode < 2:
        for key in (b"+CWSAP=", b"+CIPAP=", b"+CIPAPMAC=", b"+CWDHCP=2", b"+CWDHCPS="):
            calls.drop(modem, key)


def is_soft_ap(modem):
    """Whether the module is a soft-AP, by ``cwmode_query()``; asked again if a reply is damaged.

    :raises OSError: EIO, both replies are damaged
    """
    for _ in range(2):
        mode = cwmode_query(modem)
        if mode is not None:
            return mode > 1
    raise garbled(b"+CWMODE", b"")


def cwqap(modem):
    """``AT+CWQAP``: leave the access point; the station's connections are lost. All families."""
    modem.run(b"+CWQAP")
    modem.wifi = 0


def cwlap(modem, ssid=None, bssid=None, channel=None):
    """``AT+CWLAP``, or ``AT+CWLAP="<ssid>"[,"<bssid>"][,<channel>]``: the access points in reach.

    It takes 2 to 5 s, at most 20 s.

    :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes: find only those of that name
    :param str bssid: ``"aa:bb:cc:dd:ee:ff"``
    :param int channel: 1 to 14
    :returns: (security, name, signal in dBm, bssid, channel, ...) for each, 64 at most. Security: 0
        open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2, 5 WPA2 Enterprise, 6 WPA3, 7 WPA2 and WPA3. The
        name is a str, ``""`` if it is hidden, bytes if it is not UTF-8
    All families.
    """
    args = shortest((ssid, bssid, channel))
    if ssid is not None:
        text("ssid", ssid, 1, 32)
    elif args:
        raise ValueError("ssid: wanted with bssid or channel")
    if bssid is not None:
        mac("bssid", bssid)
    if channel is not None:
        number("channel", channel, 1, 14)
    lines = modem.run(b"+CWLAP=" if args else b"+CWLAP", args, b"+CWLAP:", 20000)
    return list(map(_found, lines))


def _found(line):
    """Parse ``+CWLAP:(3,"name",-50,"02:00:00:00:00:01",6,...)``; the name may contain ``",``."""
    at = line.rfind(b',"')
    while at > 0 and not (line[at + 19 : at + 20] == b'"' and line[at + 4 : at + 5] == b":"):
        at = line.rfind(b',"', 0, at)
    first = line.find(b',"')
    last = line.rfind(b'",', 0, at)
    if at < 0 or not 8 < first <= last - 1 or line[-1:] != b")":
        raise garbled(b"+CWLAP", line)
    row = fields(b"+CWLAP", b":" + line[8:first] + line[last + 1 : -1], "ddsd")
    if not is_mac(row[2]):
        raise garbled(b"+CWLAP", line)
    return tuple([row[0], decoded(line[first + 2 : last])] + row[1:])


def cwstate_query(modem):
    """``AT+CWSTATE?``: (state, name). ESP-AT 2.2.

    :returns: state: 0 not joined yet, 1 joined without an address, 2 with one, 3 joining, 4 no
        longer joined; name: that of the access point
    """
    line = told(modem, b"+CWSTATE", "CWSTATE")
    state = line[9:10]
    if b"01234".find(state) < 0 or line[10:12] != b',"' or line[-1:] != b'"' or len(line) < 13:
        raise garbled(b"+CWSTATE", line)
    state = int(state)
    modem.wifi = _STATES[state]
    return state, decoded(line[12:-1])


def cwsap(modem, ssid, password, channel, security, most=None, hidden=None):
    """``AT+CWSAP="<ssid>","<password>",<channel>,<security>[,<most>][,<hidden>]``: the soft-AP.

    :param ssid: str or bytes, 1 to 32 bytes
    :param password: str or bytes, 8 to 64 bytes; empty with security 0
    :param int channel: 1 to 14
    :param int security: 0 open, 2 WPA, 3 WPA2, 4 both
    :param int most: the most stations, 1 to 10 (NonOS, WizFi360: to 8)
    :param int hidden: 1: the name is not broadcast
    :raises ATError: the mode is not 2 or 3: ``cwmode()`` first
    All families.
    """
    args = soft_ap(modem, ssid, password, channel, security, most, hidden)
    current_setting(modem, b"+CWSAP", args)
    modem.softap = True


def soft_ap(modem, ssid, password, channel, security, most=None, hidden=None):
    """Check and return the parameters of ``cwsap()``; nothing is sent."""
    number("security", security, 0, 4)
    if security == 1:
        raise ValueError("security: 0, 2, 3 or 4 is wanted")
    args = (
        text("ssid", ssid, 1, 32),
        text("password", password, 8 if security else 0, 64),
        number("channel", channel, 1, 14),
        security,
        most,
        hidden,
    )
    if most is not None:
        number("most", most, 1, 10 if modem.has("STATIONS_10") else 8)
    if hidden is not None:
        number("hidden", hidden, 0, 1)
        if most is None:
            raise ValueError("hidden: most must be given with it")
    return shortest(args)


def cwsap_query(modem):
    """``AT+CWSAP?``: (ssid, password, channel, security, most, hidden), as ``cwsap()`` takes them.

    All families.
    """
    name = current(modem, b"+CWSAP", b"")
    line = told(modem, name)
    first = line.find(b':"')
    end = len(line)
    numbers = ()
    while end > 0 and not (len(numbers) == 4 and b"".join(numbers).isdigit() and all(numbers)):
        end = line.rfind(b'",', 0, end)  # names may contain anything: four numbers follow them
        numbers = line[end + 2 :].split(b",")[:4]
    middle = line.rfind(b'","', 0, end)
    if not 0 < first < middle < end:
        raise garbled(name, line)
    names = [decoded(line[first + 2 : middle]), decoded(line[middle + 3 : end])]
    return tuple(names + list(map(int, numbers)))


def cwlif(modem):
    """``AT+CWLIF``: (address, MAC) of each station at the soft-AP, a list of str. All families."""
    found = []
    for line in modem.run(b"+CWLIF", (), None):
        start = 7 if line.startswith(b"+CWLIF:") else 0
        if line.startswith(b"+") and not start:
            continue  # a notice
        row = tuple(map(decoded, line[start:].split(b",")[:2]))
        if len(row) < 2 or not is_mac(row[1]):
            raise garbled(b"+CWLIF", line)
        found.append(row)
    return found


def cwdhcp(modem, on, station=True, softap=False):
    """``AT+CWDHCP=<on>,<bits>`` (NonOS, WizFi360: ``CWDHCP_CUR=<which>,<on>``): DHCP.

    :param int on: 0 or 1
    :param bool station: apply it to the station's client
    :param bool softap: apply it to the soft-AP's server
    All families.
    """
    number("on", on, 0, 1)
    if not station and not softap:
        raise ValueError("station, softap: one of them must be True")
    name = current(modem, b"+CWDHCP", b"=")
    modem.run(name, _dhcp(modem, on, station, softap))
    if station:
        if on:
            calls.drop(modem, b"+CIPSTA=")
        calls.keep(modem, name, _dhcp(modem, on, True, False), b"+CWDHCP=1")
    if softap:
        calls.keep(modem, name, _dhcp(modem, on, False, True), b"+CWDHCP=2")


def _dhcp(modem, on, station, softap):
    if modem.has("DHCP_BITS"):
        return on, (1 if station else 0) + (2 if softap else 0)
    return 2 if station and softap else 1 if station else 0, on


def cwdhcp_query(modem):
    """``AT+CWDHCP?`` (NonOS, WizFi360: ``CWDHCP_CUR?``): (station, softap), True if DHCP is on.

    All families.
    """
    bits = ask(modem, current(modem, b"+CWDHCP", b""))[0]
    pair = bool(bits & 1), bool(bits & 2)
    return pair if modem.has("DHCP_BITS") else (pair[1], pair[0])


def cwhostname(modem, name):
    """``AT+CWHOSTNAME="<name>"``: the name that is sent to DHCP servers. ESP-AT, NonOS 1.6.

    :param str name: 1 to 32 bytes
    :raises ATError: the mode is not 1 or 3
    """
    put_kept(modem, b"+CWHOSTNAME", (text("name", name, 1, 32),), "HOSTNAME")


def cwhostname_query(modem):
    """``AT+CWHOSTNAME?``: the name, a str. ESP-AT, NonOS 1.6."""
    return decoded(told(modem, b"+CWHOSTNAME", "HOSTNAME")[12:])


def cwautoconn(modem, on):
    """``AT+CWAUTOCONN=<on>``: whether the module joins by itself when it starts. All families.

    It is saved in flash, so that a restart does not lose it.

    :param int on: 0 or 1
    """
    put(modem, b"+CWAUTOCONN", (number("on", on, 0, 1),))


def cwautoconn_query(modem):
    """``AT+CWAUTOCONN?``: 0 or 1. All families."""
    return ask(modem, b"+CWAUTOCONN")[0]


def cwreconncfg(modem, interval, count):
    """``AT+CWRECONNCFG=<interval>,<count>``: how the module joins again by itself. ESP-AT 2.2.

    The radio sets (1, 0) unless this function was called.

    :param int interval: seconds between tries, 0 to 7200; 0: never
    :param int count: tries, 0 to 1000; 0: for ever
    """
    args = number("interval", interval, 0, 7200), number("count", count, 0, 1000)
    put_kept(modem, b"+CWRECONNCFG", args, "RECONNECT")


def cwreconncfg_query(modem):
    """``AT+CWRECONNCFG?``: (interval, count), as ``cwreconncfg()`` takes them. ESP-AT 2.2."""
    return tuple(ask(modem, b"+CWRECONNCFG", "dd", "RECONNECT")[:2])


def cipsta(modem, ip, gateway=None, netmask=None):
    """``AT+CIPSTA="<ip>"[,"<gateway>","<netmask>"]``: the station's address; turns DHCP off.

    ``cipsta_query()`` is in essential.py.

    :param str ip: like ``"192.168.1.9"``, as are ``gateway`` and ``netmask``: give both or none
    All families.
    """
    _set_addresses(modem, b"+CIPSTA", ip, gateway, netmask)
    calls.drop(modem, b"+CWDHCP=1")


def cipap(modem, ip, gateway=None, netmask=None):
    """``AT+CIPAP="<ip>"[,"<gateway>","<netmask>"]``: the soft-AP's address, as ``cipsta()``.

    All families.
    """
    _set_addresses(modem, b"+CIPAP", ip, gateway, netmask)


def _set_addresses(modem, name, ip, gateway, netmask):
    args = (address("ip", ip),)
    if (gateway is None) != (netmask is None):
        raise ValueError("gateway, netmask: both or none")
    if gateway is not None:
        args += (address("gateway", gateway), address("netmask", netmask))
    current_setting(modem, name, args)


def cipap_query(modem):
    """``AT+CIPAP?``: (address, gateway, netmask) of the soft-AP, each a str, or None if not told.

    All families.
    """
    return addresses(modem, b"+CIPAP")


def cipstamac(modem, value):
    """``AT+CIPSTAMAC="<mac>"``: the station's MAC, ``"02:00:00:00:00:01"``. All families.

    :raises ATError: wrong mode, or a group address (whose first byte is odd)
    """
    current_setting(modem, b"+CIPSTAMAC", (mac("mac", value),))


def cipstamac_query(modem):
    """``AT+CIPSTAMAC?``: the station's MAC, a str. All families."""
    return _mac(modem, b"+CIPSTAMAC")


def cipapmac(modem, value):
    """``AT+CIPAPMAC="<mac>"``: the soft-AP's MAC, as ``cipstamac()``. All families."""
    current_setting(modem, b"+CIPAPMAC", (mac("mac", value),))


def cipapmac_query(modem):
    """``AT+CIPAPMAC?``: the soft-AP's MAC, a str. All families."""
    return _mac(modem, b"+CIPAPMAC")


def _mac(modem, name):
    name = current(modem, name, b"")
    found = ask(modem, name, "s")[0]
    if not is_mac(found):
        raise garbled(name, str(found).encode())
    return found


def rfpower(modem, power, *bluetooth):
    """``AT+RFPOWER=<power>[,<advertising>,<scanning>,<connected>]``: set the transmit power.

    :param int power: in 0.25 dBm; ESP32 40 to 84, ESP8266 40 to 82, NonOS 0 to 82. The module uses
        the next lower step that it has
    :param int bluetooth: nothing, or three power levels, 0 to 15. ESP32
    ESP-AT, NonOS; not WizFi360.
    """
    need(modem, b"\x10\x20\x10\xff", b"+RFPOWER")
    family = modem.firmware[0]
    number("power", power, 40 if family else 0, 84 if family == 2 else 82)
    if bluetooth:
        need(modem, b"\xff\xff\x10\xff", "Bluetooth's power in AT+RFPOWER")
        if len(bluetooth) != 3:
            raise ValueError("bluetooth: three steps are wanted")
    for step in bluetooth:
        number("bluetooth", step, 0, 15)
    setting(modem, b"+RFPOWER=", (power,) + bluetooth)


def rfpower_query(modem):
    """``AT+RFPOWER?``: (power in 0.25 dBm, and on ESP32 three levels of Bluetooth). ESP-AT."""
    return tuple(ask(modem, b"+RFPOWER", "d", b"\xff\x20\x10\xff"))


def cwcountry(modem, policy, code, first, count):
    """``AT+CWCOUNTRY=<policy>,"<code>",<first>,<count>`` (NonOS, WizFi360: ``CWCOUNTRY_CUR``).

    :param int policy: 0: the access point's country is used; 1: this one
    :param str code: 2 or 3 letters, such as ``"DE"``
    :param int first: channel, 1 to 14
    :param int count: how many channels, 1 to 14
    ESP-AT, NonOS 1.7.
    """
    number("policy", policy, 0, 1)
    if not text("code", code, 2, 3).isalpha():
        raise ValueError("code: letters are wanted")
    args = policy, code, number("first", first, 1, 14), number("count", count, 1, 14)
    need(modem, b"\x17\x20\x10\x10", b"+CWCOUNTRY")
    current_setting(modem, b"+CWCOUNTRY", args)


def cwcountry_query(modem):
    """``AT+CWCOUNTRY?`` (NonOS, WizFi360: ``_CUR``): (policy, code, first, count).

    ESP-AT, NonOS 1.7.
    """
    name = current(modem, b"+CWCOUNTRY", b"")
    return tuple(ask(modem, name, "dsdd", b"\x17\x20\x10\x10")[:4])


def cwinit(modem, on):
    """``AT+CWINIT=<on>``: start or stop the Wi-Fi driver. 0 ends all Wi-Fi and frees its memory.

    After a restart of the module it runs again.

    :param int on: 0 or 1
    ESP-AT 3.2, not ESP8266.
    """
    number("on", on, 0, 1)
    need(modem, b"\xff\xff\x32\xff", b"+CWINIT")
    modem.run(b"+CWINIT=", (on,))
    if not on:
        modem.wifi = 0
        modem.lose(-1, 5)  # Wi-Fi went away


def cwinit_query(modem):
    """``AT+CWINIT?``: 0 or 1. ESP-AT 3.2, not ESP8266."""
    return ask(modem, b"+CWINIT", "d", b"\xff\xff\x32\xff")[0]


def cwdhcps(modem, on, minutes=None, first=None, last=None):
    """``AT+CWDHCPS=1,<minutes>,"<first>","<last>"`` or ``=0`` (NonOS, WizFi360: ``CWDHCPS_CUR``).

    Set which addresses the soft-AP assigns to stations; after ``cwsap()``, in mode 2 or 3.

    :param int on: 1: these; 0: the firmware's own
    :param int minutes: how long a station keeps its address, 1 to 2880
    :param str first: an address in the soft-AP's network, as is ``last``, which must not be lower
    All families.
    """
    args = (number("on", on, 0, 1),)
    if on:
        if minutes is None or first is None or last is None:
            raise ValueError("minutes, first, last: all three")
        args += (number("minutes", minutes, 1, 2880),)
        args += (address("first", first), address("last", last))
    current_setting(modem, b"+CWDHCPS", args)


def cwdhcps_query(modem):
    """``AT+CWDHCPS?`` (NonOS, WizFi360: ``_CUR``): (minutes, first, last). All families."""
    return tuple(ask(modem, current(modem, b"+CWDHCPS", b""), "dss")[:3])
