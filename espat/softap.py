# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Of ``Radio``: the module as an access point. Loaded for each use.

It is made again when the module has restarted, until ``stop_ap()``.
"""

from .asking import number
from .kept import SOFTAP, drop, keep
from .station import awake
from .wifi import cwmode_query, station
from .wlan import cwlif


def start_ap(radio, ssid, password=b"", *, channel=1, authmode=(), max_connections=4):
    """``AT+CWMODE=3``, ``AT+CWSAP``: be an access point, beside being in a network.

    :param ssid: 1 to 32 bytes
    :param password: 8 to 64 bytes; empty: an open network
    :param int channel: 1 to 13; that of the network it is in, if it is in one
    :param authmode: of ``wifi.AuthMode``: OPEN, or PSK with WPA, WPA2 or both; none given: OPEN
        without a password, else WPA, WPA2 and PSK
    :param int max_connections: 1 to 10 (NonOS: to 8)
    """
    number("channel", channel, 1, 13)
    from .kinds import security

    how = security(authmode, password)
    modem = awake(radio)
    before = getattr(modem, "kept", {}).get(SOFTAP)
    modem.softap = True
    station(modem)
    try:
        args = ssid, password, channel, how, max_connections
        keep(modem, SOFTAP, "wlan", "cwsap", *args)
    except BaseException:
        if not before:
            stop_ap(radio)
        raise


def stop_ap(radio):
    """``AT+CWMODE=1``: be no access point any more."""
    modem = awake(radio)
    drop(modem, SOFTAP)
    modem.softap = False
    station(modem)


def ap_active(radio):
    """Whether the module is an access point. Older ones are from the start: ``stop_ap()``."""
    return bool(cwmode_query(awake(radio)) & 2)


def stations_ap(radio):
    """``AT+CWLIF``: who is at the access point, a list of (mac, rssi, ipv4_address).

    Each is a named tuple: six bytes, None (modules do not tell it), the address.
    """
    from collections import namedtuple

    from .ipconfig import address

    if not ap_active(radio):
        return []
    row = namedtuple("Station", ("mac", "rssi", "ipv4_address"))
    found = []
    for ip, mac in cwlif(radio.modem):
        packed = bytes([int(part, 16) for part in mac.split(":")])
        found.append(row(packed, None, address(None if ip == "0.0.0.0" else ip)))
    return found
