# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio``: the module as an access point (soft-AP). Loaded for each use.

Until ``stop_ap()``, the soft-AP is started again after the module has restarted. The first
parameter of every function is the radio.
"""

from ..at.args import number
from ..at.essential import station
from ..at.wifi import cwlif, cwmode, cwsap
from .addresses import address, is_soft_ap
from .types import packed, security


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
    before = modem.softap
    modem.softap = True
    try:
        station(modem)
        cwsap(modem, ssid, password, channel, how, max_connections)
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

    modem = radio.awake()
    if not is_soft_ap(modem):
        return []
    row = namedtuple("Station", ("mac", "rssi", "ipv4_address"))
    found = []
    for ip, mac in cwlif(modem):
        at = None if ip == "0.0.0.0" else address(ip, b"+CWLIF")
        found.append(row(packed(b"+CWLIF", mac), None, at))
    return found
