# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Of ``Radio``: the networks in reach, and the one that it is in. Loaded for each use."""

from .asking import garbled, number
from .command import run
from .kinds import Network
from .station import awake
from .wifi import station
from .wlan import cwlap


def start_scanning_networks(radio, *, start_channel=1, stop_channel=165):
    """``AT+CWLAP``: an iterator over a ``wifi.Network`` for each access point in reach.

    The module scans all its channels, some seconds, and tells 64 networks at most.
    :raises ValueError: a channel out of 1..165
    """
    first, last = sorted(
        (
            number("start_channel", start_channel, 1, 165),
            number("stop_channel", stop_channel, 1, 165),
        )
    )
    modem = awake(radio)
    station(modem)
    rows = cwlap(modem)
    return (Network(r[1], r[3], r[2], r[4], r[0]) for r in rows if first <= r[4] <= last)


def stop_scanning_networks(radio):
    """Nothing: a scan is over when ``start_scanning_networks()`` returns."""


def ap_info(radio):
    """``AT+CWJAP?``: the ``wifi.Network`` that the radio is in, None if in none."""
    if not radio.connected:
        return None
    modem = radio.up()
    line = b""
    for line in run(modem, b"+CWJAP?", (), b"+CWJAP"):
        first = line.find(b'"') + 1
        last = line.rfind(b'","')  # the name may hold anything: behind it are MAC and numbers
        if first and line[last + 20 : last + 22] == b'",':
            ssid = line[first:last]
            try:
                ssid = str(ssid, "utf-8")
            except (UnicodeError, ValueError):
                ssid = bytes(ssid)
            numbers = line[last + 22 :].split(b",")
            bssid = str(line[last + 3 : last + 20], "ascii")
            return Network(ssid, bssid, int(numbers[1]), int(numbers[0]), None, modem)
    if line:
        raise garbled(b"+CWJAP", line)
    return None
