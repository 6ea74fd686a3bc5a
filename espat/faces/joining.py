# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""For ``network``: switching the station on and off, joining and leaving networks.

Loaded for each of these, and forgotten. ``station`` is the ``Station`` of network.py.
"""

from .. import held, lazy
from ..at.essential import checked, current, mac, text, wanted
from ..at.essential import station as be_station
from ..modem import compose


def start(station):
    """Make the module a station; it does not leave the network it is in."""
    radio = station.awake()
    be_station(radio.modem)
    station.active = True
    held.station = station
    if station.name:
        radio.hostname = station.name
        station.name = None


def stop(station):
    """Leave the network, and switch the module's radio off if the access point is off, too."""
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
    """Ask for a network to be joined as soon as the module is free.

    :param network: ``(ssid, key, bssid, None)``
    :raises TypeError, ValueError: one of them is not valid; nothing is begun
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

    It waits for short commands only.

    :returns: False if the module is in this network already: ``over()`` is not called then
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
    """Leave the network; if a command is under way, after its end."""
    station.network = None
    station.due = station.leaving = False
    station.failed = station.tries = 0
    if station.active:
        station.radio.network = None
        if station.radio.modem.state:
            station.leaving = True
        else:
            lazy.call("at.wifi", "cwqap", station.awake().modem)
