# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``network``'s station switched on and off; networks joined and left.

Loaded for each of these, and forgotten. Each takes the ``Station`` of network.py.
"""

from .. import held, lazy
from ..at.essential import checked, current, mac, text, wanted
from ..at.essential import station as be_station
from ..modem import compose


def start(station):
    """Be a station; the network that the module stands in is not left."""
    radio = station.awake()
    be_station(radio.modem)
    station.active = True
    held.station = station
    if station.name:
        radio.hostname = station.name
        station.name = None


def stop(station):
    """Leave the network, and switch the module's radio off where nothing needs it."""
    radio = station.awake()
    station.active = True
    if radio.modem.softap or not radio.modem.has("CWMODE_OFF"):
        leave(station)
    else:
        station.network = radio.network = None
        station.due = False
        radio.enabled = False
    station.active = False


def join(station, network):
    """Have a network joined as soon as the module has time.

    :param network: (ssid, key, bssid, None)
    :raises TypeError, ValueError: one of them cannot be; nothing is begun
    """
    ssid, key, bssid, _ = network
    args = text("SSID", ssid, 1, 32), text("key", key, 0, 64)
    if bssid is not None:
        if len(bssid) != 6:
            raise ValueError("bssid: six bytes are wanted")
        args += (mac("bssid", ":".join(["%02x" % byte for byte in bssid])),)
    compose(b"+CWJAP_CUR=", args)
    if not station.active:
        start(station)
    station.network = network
    station.failed = station.tries = 0
    station.leaving = False
    station.due = True
    station.radio.network = None


def begin(station):
    """Begin to join the network that is wanted; ``station.over(code)`` is called at its end.

    It waits for short commands alone.

    :returns: False, the module stands in it already: ``over()`` is not called
    """
    modem = station.awake().modem
    args = wanted(modem, station.network)
    if not args:
        return False
    timeout = args[3]
    args = checked(modem, *args[:3])
    modem.wifi = 0
    modem.begin(current(modem, b"+CWJAP", b"="), args, b"+CWJAP", timeout, station)
    return True


def leave(station):
    """Leave the network; a module that is busy leaves it when that is over."""
    station.network = None
    station.due = station.leaving = False
    station.failed = station.tries = 0
    if station.active:
        station.radio.network = None
        if station.radio.modem.state:
            station.leaving = True
        else:
            lazy.call("at.wifi", "cwqap", station.awake().modem)
