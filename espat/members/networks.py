# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio``: the networks in range, the one it is joined to, and its own (soft-AP).
Loaded for each use.

Until ``stop_ap()``, the soft-AP is started again after the module has restarted. The first
parameter of every function is the radio.
"""

from ..at.args import number
from ..at.essential import decoded, garbled, is_mac, station
from ..at.wifi import cwlap, cwlif, cwmode, cwsap, is_soft_ap, soft_ap
from .types import Network, packed, security


def start_scanning_networks(radio, *, start_channel=1, stop_channel=165):
    """Scan (``AT+CWLAP``): an iterator with a ``wifi.Network`` for each access point in range.

    The module scans all its channels, which takes some seconds, and reports 64 networks at most.

    :param int start_channel: 1 to 165, as ``stop_channel``: networks on other channels are left out
    :raises ValueError: a channel outside this range
    """
    first, last = sorted(
        (
            number("start_channel", start_channel, 1, 165),
            number("stop_channel", stop_channel, 1, 165),
        )
    )
    modem = station(radio.awake())
    rows = [row for row in cwlap(modem) if first <= row[4] <= last]
    return iter([Network(row[1], row[3], row[2], row[4], row[0]) for row in rows])


def stop_scanning_networks(radio):
    """Do nothing: the scan has ended when ``start_scanning_networks()`` returns."""


def ap_info(radio):
    """The ``wifi.Network`` that the module is joined to (``AT+CWJAP?``); None while not joined."""
    if not radio.connected:
        return None
    modem = radio.up()
    lines = modem.run(b"+CWJAP?", (), b"+CWJAP")
    for line in lines:
        found = _network(modem, line)
        if found:
            return found
    if lines:
        raise garbled(b"+CWJAP", lines[0])
    return None


def _network(modem, line):
    """``+CWJAP:"name","02:00:00:00:00:01",6,-50,...`` as a ``Network``; None if it is not that."""
    first = line.find(b'"') + 1
    last = line.rfind(b'","')  # a name may contain '","', so the last one ends the name
    if not 0 < first < last <= first + 32 or line[last + 20 : last + 22] != b'",':
        return None
    numbers = line[last + 22 :].split(b",")
    try:
        channel, rssi = int(numbers[0]), int(numbers[1])
    except (IndexError, ValueError):
        return None
    bssid = decoded(line[last + 3 : last + 20])
    if not is_mac(bssid):
        return None
    return Network(decoded(line[first:last]), bssid, rssi, channel, None, modem)


def start_ap(radio, ssid, password=b"", *, channel=1, authmode=(), max_connections=4):
    """Become an access point, and stay a station, too (``AT+CWMODE=3``, ``AT+CWSAP``).

    :param ssid: 1 to 32 bytes
    :param password: 8 to 64 bytes; empty: an open network
    :param int channel: 1 to 13; while the module is joined, it uses the channel of that network
    :param authmode: of ``wifi.AuthMode``: OPEN, or PSK with WPA, WPA2 or both; empty: OPEN without
        a password, else WPA, WPA2 and PSK
    :param int max_connections: stations, 1 to 10 (NonOS: to 8)
    :raises ValueError: an argument is out of its range
    """
    number("channel", channel, 1, 13)
    how = security(authmode, password)
    modem = radio.awake()
    args = ssid, password, channel, how, max_connections
    soft_ap(modem, *args)
    before = modem.softap
    modem.softap = True
    try:
        station(modem)
        cwsap(modem, *args)
    except BaseException:
        modem.softap = before
        if modem.up and not before:  # a module that has restarted is none any more
            stop_ap(radio)
        raise


def stop_ap(radio):
    """Stop being an access point (``AT+CWMODE=1``); its address and MAC are forgotten, too."""
    cwmode(radio.awake(), 1)


def ap_active(radio):
    """Whether the soft-AP is on (``AT+CWMODE?``); NonOS starts with it on, until ``stop_ap()``."""
    return is_soft_ap(radio.awake())


def stations_ap(radio):
    """The stations of the soft-AP (``AT+CWLIF``), a list of named tuples (mac, rssi, ipv4_address).

    ``mac`` is six bytes; ``rssi`` is None, since modules do not report it; ``ipv4_address`` is None
    while the station has none.
    """
    from collections import namedtuple

    from .addresses import address

    modem = radio.awake()
    if not is_soft_ap(modem):
        return []
    row = namedtuple("Station", ("mac", "rssi", "ipv4_address"))
    found = []
    for ip, mac in cwlif(modem):
        at = None if ip == "0.0.0.0" else address(ip, b"+CWLIF")
        found.append(row(packed(mac), None, at))
    return found
