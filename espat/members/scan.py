# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Members of ``Radio``: the networks in range, and the one it is joined to. Loaded for each use.

The first parameter of every function is the radio.
"""

from ..at.args import number
from ..at.essential import decoded, garbled, station
from ..at.wifi import cwlap
from .types import Network


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
        bssid = str(line[last + 3 : last + 20], "ascii")
    except (IndexError, ValueError):  # a UnicodeError is a ValueError on every runtime
        return None
    return Network(decoded(line[first:last]), bssid, rssi, channel, None, modem)
