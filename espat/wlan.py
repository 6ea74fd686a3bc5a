# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Wi-Fi beyond joining (wifi.py): scans, the soft-AP, addresses. Loaded when it is needed.

Where NonOS has ``_CUR`` and ``_DEF`` forms of a command ``_CUR`` is sent: nothing to flash.
Every function raises ``ATError`` where the module refuses it, and ``OSError``: ETIMEDOUT,
ECONNRESET (the module restarted), EOPNOTSUPP (the firmware lacks it), EIO (garbled reply).
Source: dialects.md 4.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import address, ask, current, decoded, fields, garbled, mac, need, number, text, told
from .command import run

# Capabilities.
_CUR = const(4)
_CWSTATE = const(6)
_RECONNECT = const(8)
_SERVICES = const(11)


def cwqap(modem):
    """``AT+CWQAP``: leave the access point; all connections are lost. All families."""
    run(modem, b"+CWQAP")
    modem.wifi = 0


def cwlap(modem, ssid=None, bssid=None, channel=None):
    """``AT+CWLAP``, or ``AT+CWLAP="<ssid>"[,"<bssid>"][,<channel>]``: the access points in reach.

    :param ssid: str, or bytes if it is not UTF-8; 1 to 32 bytes: only those of that name
    :param str bssid: ``"aa:bb:cc:dd:ee:ff"``
    :param int channel: 1 to 14
    :returns: (security, name, signal in dBm, bssid, channel, ...) for each, 64 at most; security: 0
        open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA and WPA2, 5 WPA2 Enterprise, 6 WPA3, 7 WPA2 and WPA3; the
        name is a str, ``""`` where it is hidden, bytes where it is not UTF-8
    All families.
    """
    args = ()
    if ssid is not None:
        args = (text("ssid", ssid, 1, 32),)
        if bssid is not None:
            args += (mac("bssid", bssid),)
        if channel is not None:
            args += (() if bssid is not None else (None,)) + (number("channel", channel, 1, 14),)
    elif bssid is not None or channel is not None:
        raise ValueError("ssid: it must be given with bssid or channel")
    lines = run(modem, b"+CWLAP=" if args else b"+CWLAP", args, b"+CWLAP:", 20000)
    return [_found(line) for line in lines]


def _found(line):
    """``+CWLAP:(3,"name",-50,"02:00:00:00:00:01",6,...)``: the name may hold ``",`` too."""
    at = line.rfind(b',"')
    while at > 0 and not (line[at + 19 : at + 20] == b'"' and line[at + 4 : at + 5] == b":"):
        at = line.rfind(b',"', 0, at)
    first = line.find(b',"')
    last = line.rfind(b'",', 0, at)
    if at < 0 or not 8 < first <= last - 1 or line[-1:] != b")":
        raise garbled(b"+CWLAP", line)
    head = b":" + line[8:first] + line[last + 1 : -1]
    row = fields(b"+CWLAP", head, "ddsd")
    return tuple([row[0], decoded(line[first + 2 : last])] + row[1:])


def cwstate_query(modem):
    """``AT+CWSTATE?``: (state, name). ESP-AT 2.2.

    :returns: state: 0 not joined yet, 1 joined without an address, 2 with one, 3 joining, 4 no
        longer joined; name: of the access point
    """
    need(modem, _CWSTATE, "AT+CWSTATE")
    line = told(modem, b"+CWSTATE")
    if not line[9:10].isdigit() or line[10:12] != b',"' or line[-1:] != b'"' or len(line) < 13:
        raise garbled(b"+CWSTATE", line)
    return line[9] - 48, decoded(line[12:-1])


def cwsap(modem, ssid, password, channel, security, most=None, hidden=None):
    """``AT+CWSAP="<ssid>","<password>",<channel>,<security>[,<most>][,<hidden>]``: the soft-AP.

    :param ssid: 1 to 32 bytes
    :param password: 8 to 64 bytes; empty with security 0
    :param int channel: 1 to 14
    :param int security: 0 open, 2 WPA, 3 WPA2, 4 both
    :param int most: stations, 1 to 10 (NonOS: to 8)
    :param int hidden: 1: its name is not told
    :raises ATError: the mode is not 2 or 3: ``cwmode()`` first
    All families.
    """
    number("security", security, 0, 4)
    if security == 1:
        raise ValueError("security: 0, 2, 3 or 4 is wanted")
    args = (
        text("ssid", ssid, 1, 32),
        text("password", password, 8 if security else 0, 64),
        number("channel", channel, 1, 14),
        security,
    )
    if most is not None:
        args += (number("most", most, 1, 8 if modem.can >> _CUR & 1 else 10),)
    if hidden is not None:
        if most is None:
            raise ValueError("hidden: most must be given with it")
        args += (number("hidden", hidden, 0, 1),)
    run(modem, current(modem, b"+CWSAP", b"="), args)


def cwsap_query(modem):
    """``AT+CWSAP?``: (ssid, password, channel, security, most, hidden) of ``cwsap()``.

    All families.
    """
    name = current(modem, b"+CWSAP", b"")
    line = told(modem, name)
    first = line.find(b':"')
    end = len(line)
    numbers = ()
    while end > 0 and not (len(numbers) == 4 and all(n.isdigit() for n in numbers)):
        end = line.rfind(b'",', 0, end)  # names may hold anything: four numbers follow them
        numbers = line[end + 2 :].split(b",")[:4]
    middle = line.rfind(b'","', 0, end)
    if not 0 < first < middle < end:
        raise garbled(name, line)
    names = [decoded(line[first + 2 : middle]), decoded(line[middle + 3 : end])]
    return tuple(names + [int(n) for n in numbers])


def cwlif(modem):
    """``AT+CWLIF``: (address, MAC) of each station at the soft-AP, a list. All families."""
    found = []
    for line in run(modem, b"+CWLIF", (), None):
        if line.startswith(b"+") and not line.startswith(b"+CWLIF:"):
            continue  # some notice
        row = (line[7:] if line.startswith(b"+") else line).split(b",")
        if len(row) < 2 or len(row[1]) != 17:
            raise garbled(b"+CWLIF", line)
        found.append((decoded(row[0]), decoded(row[1])))
    return found


def cwdhcp(modem, on, station=True, softap=False):
    """``AT+CWDHCP=<on>,<bits>`` (NonOS: ``CWDHCP_CUR=<which>,<on>``): DHCP of either side.

    All families.

    :param int on: 0 or 1
    :param bool station: the station's client; this is meant
    :param bool softap: the soft-AP's server is meant
    """
    number("on", on, 0, 1)
    if not station and not softap:
        raise ValueError("station, softap: one of them must be True")
    if modem.can >> _CUR & 1:
        args = (2 if station and softap else 1 if station else 0, on)
    else:
        args = (on, (1 if station else 0) + (2 if softap else 0))
    run(modem, current(modem, b"+CWDHCP", b"="), args)


def cwdhcp_query(modem):
    """``AT+CWDHCP?`` (NonOS: ``CWDHCP_CUR?``): (station, softap), True where DHCP is on.

    All families.
    """
    bits = ask(modem, current(modem, b"+CWDHCP", b""), "d")[0]
    pair = bool(bits & 1), bool(bits & 2)
    return (pair[1], pair[0]) if modem.can >> _CUR & 1 else pair


def cwhostname(modem, name):
    """``AT+CWHOSTNAME="<name>"``: 1 to 32 bytes. ESP-AT, NonOS 1.6.

    :raises ATError: the mode is not 1 or 3
    """
    need(modem, _SERVICES, "AT+CWHOSTNAME")
    run(modem, b"+CWHOSTNAME=", (text("name", name, 1, 32),))


def cwhostname_query(modem):
    """``AT+CWHOSTNAME?``: the name, a str. ESP-AT, NonOS 1.6."""
    need(modem, _SERVICES, "AT+CWHOSTNAME")
    return decoded(told(modem, b"+CWHOSTNAME")[12:])


def cwautoconn(modem, on):
    """``AT+CWAUTOCONN=<0|1>``: whether the module joins by itself when it starts; to flash.

    All families.
    """
    run(modem, b"+CWAUTOCONN=", (number("on", on, 0, 1),))


def cwautoconn_query(modem):
    """``AT+CWAUTOCONN?``: 0 or 1. All families."""
    return ask(modem, b"+CWAUTOCONN", "d")[0]


def cwreconncfg(modem, interval, count):
    """``AT+CWRECONNCFG=<interval>,<count>``: how the module joins again. ESP-AT 2.2.

    :param int interval: seconds between tries, 0 to 7200; 0: never
    :param int count: tries, 0 to 1000; 0: for ever
    """
    need(modem, _RECONNECT, "AT+CWRECONNCFG")
    args = number("interval", interval, 0, 7200), number("count", count, 0, 1000)
    run(modem, b"+CWRECONNCFG=", args)


def cwreconncfg_query(modem):
    """``AT+CWRECONNCFG?``: (interval, count) of ``cwreconncfg()``. ESP-AT 2.2."""
    need(modem, _RECONNECT, "AT+CWRECONNCFG")
    return tuple(ask(modem, b"+CWRECONNCFG", "dd")[:2])


def cipsta(modem, ip, gateway=None, netmask=None):
    """``AT+CIPSTA="<ip>"[,"<gateway>","<netmask>"]``: the station's address, DHCP off.

    All families.

    ``cipsta_query()`` is in wifi.py.
    """
    _addresses(modem, b"+CIPSTA", ip, gateway, netmask)


def cipap(modem, ip, gateway=None, netmask=None):
    """``AT+CIPAP="<ip>"[,"<gateway>","<netmask>"]``: the soft-AP's address. All families."""
    _addresses(modem, b"+CIPAP", ip, gateway, netmask)


def _addresses(modem, name, ip, gateway, netmask):
    args = (address("ip", ip),)
    if (gateway is None) != (netmask is None):
        raise ValueError("gateway, netmask: both or none")
    if gateway is not None:
        args += (address("gateway", gateway), address("netmask", netmask))
    run(modem, current(modem, name, b"="), args)


def cipap_query(modem):
    """``AT+CIPAP?``: (address, gateway, netmask), each a str, or None if not told. All families."""
    found = [None, None, None]
    for line in run(modem, current(modem, b"+CIPAP", b"?"), (), b"+CIPAP"):
        for i in range(3):
            name = (b":ip:", b":gateway:", b":netmask:")[i]
            at = line.find(name)
            if at > 0:
                found[i] = decoded(line[at + len(name) :].strip(b'"'))
    return tuple(found)


def cipstamac(modem, value):
    """``AT+CIPSTAMAC="<mac>"``: the station's MAC, ``"02:00:00:00:00:01"``. All families.

    :raises ATError: not in this mode, or an address that is for groups (first byte odd)
    """
    run(modem, current(modem, b"+CIPSTAMAC", b"="), (mac("mac", value),))


def cipstamac_query(modem):
    """``AT+CIPSTAMAC?``: the station's MAC, a str. All families."""
    return ask(modem, current(modem, b"+CIPSTAMAC", b""), "s")[0]
