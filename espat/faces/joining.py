# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""For ``network``: switching the station on and off, joining and leaving networks.

Loaded for each of these, and forgotten. ``station`` is the ``Station`` of network.py.
"""

from .. import held, lazy
from ..at.essential import checked, current, decoded, network_in, text
from ..at.essential import station as be_station
from ..calls import ask, outcome
from ..errors import ATError
from ..modem import compose
from ..parser import const

_OK = const(2)  # an event
_JOIN_MS = const(20000)  # the module itself gives up after 15 s


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
    station.cancel()
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
    _args(network)
    if not station.active:
        start(station)
    station.network = network
    station.failed = station.tries = 0
    station.fault = None
    station.leaving = False
    station.due = True
    station.radio.network = None


def _args(network):
    """The parameters of CWJAP, checked."""
    ssid, key, bssid, _ = network
    text("key", key, 0, 64)  # the name that programs know it by
    if bssid is not None and len(bssid) != 6:
        raise ValueError("bssid: six bytes are wanted")
    args = checked(ssid, key, bssid)
    compose(b"+CWJAP_CUR=", args)
    return args


def steps(station):
    """Join the network that is wanted, unless the module is in it: in steps, see stepwise.py.

    ``station.result`` is the event that ended the command.
    """
    modem = station.modem
    station.result = _OK
    args = _args(station.network)
    if (yield from _is_in(modem, args[0])):
        return
    yield from lazy.call("start.recheck", "to_station", modem)
    modem.wifi = 0
    station.told = True
    name = current(modem, b"+CWJAP", b"=")
    station.result = yield from outcome(modem, name, args, b"+CWJAP", _JOIN_MS)


def _is_in(modem, ssid):
    """Whether the module is in a network, and has an address; then it is noted."""
    try:
        for _ in range(2):
            lines = yield from ask(modem, current(modem, b"+CWJAP", b"?"), (), b"+CWJAP")
            name = network_in(lines)
            if name is not None or modem.wifi < 2:
                break
        if name != (ssid if isinstance(ssid, str) else decoded(ssid)):
            return False
        modem.wifi = max(modem.wifi, 1)  # if the network is lost before the next step, it is lower
        for line in (yield from ask(modem, current(modem, b"+CIPSTA", b"?"), (), b"+CIPSTA")):
            if b':ip:"' in line and b'"0.0.0.0"' not in line and modem.wifi > 0:
                modem.wifi = 2
                # It may be a soft-AP, too, from before the board restarted: not known.
                modem.softap = modem.softap or None
                return True
    except ATError:
        pass  # it is no station
    return False


def leave(station):
    """Leave the network; if a command is under way, after its end."""
    station.network = None
    station.due = station.leaving = False
    station.failed = station.tries = 0
    if station.active:
        station.cancel()
        station.radio.network = None
        if station.modem.state:
            station.leaving = True
        else:
            lazy.call("at.wifi", "cwqap", station.awake().modem)
