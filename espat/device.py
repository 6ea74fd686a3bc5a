# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Of ``Radio``: the module itself: on and off, its names, sleep, ping. Loaded for each use.

What is set is set again when the module has restarted, but for ``enabled``.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .asking import ask, current, mac
from .basic import sleep_query
from .command import run
from .kept import HOSTNAME, MAC, SLEEP, SOFTAP, SOFTAP_MAC, drop, keep
from .kinds import PowerManagement
from .modem import ATError
from .station import awake
from .wifi import cwmode, cwmode_query, station
from .wlan import cipstamac_query, cwhostname_query, cwqap

_CUR = const(4)  # a capability
_LOST_WIFI = const(5)  # the modem's (a test compares them)
_TIMEOUT = const(0)


def enabled(radio):
    """``AT+CWMODE?``: whether the module's radio is on."""
    return cwmode_query(awake(radio)) != 0


def put_enabled(radio, on):
    """``AT+CWMODE=0``: off, all sockets are lost; True: on, joined to nothing.

    :raises NotImplementedError: NonOS and WizFi360 cannot: ``stop_station()``, ``stop_ap()``
    """
    modem = awake(radio)
    if on:
        if not cwmode_query(modem):
            station(modem)
        return
    if modem.can >> _CUR & 1:
        raise NotImplementedError("enabled: this firmware cannot; stop_station() leaves a network")
    radio.network = None
    modem.softap = False
    drop(modem, SOFTAP)
    cwmode(modem, 0)
    modem.wifi = 0
    modem.lose(-1, _LOST_WIFI)


def start_station(radio):
    """``AT+CWMODE=1`` (3 beside a soft-AP): be able to join; ``connect()`` does this too."""
    station(awake(radio))


def stop_station(radio):
    """``AT+CWQAP``: leave the network, and do not join it again."""
    radio.network = None
    cwqap(awake(radio))


def hostname(radio):
    """``AT+CWHOSTNAME?``: what the network's DHCP server is told."""
    modem = awake(radio)
    station(modem)
    return cwhostname_query(modem)


def put_hostname(radio, name):
    """``AT+CWHOSTNAME``: 1 to 32 letters, digits, ``-`` and ``.``; counts from the next join on."""
    name = name if isinstance(name, str) else str(name, "ascii")
    for part in name.split("."):
        letters = part.replace("-", "0")
        plain = all("0" <= c <= "9" or "a" <= c <= "z" or "A" <= c <= "Z" for c in letters)
        if not part or part[0] == "-" or not plain:
            raise ValueError("hostname: letters, digits, - and . are wanted")
    modem = awake(radio)
    station(modem)
    keep(modem, HOSTNAME, "wlan", "cwhostname", name)


def mac_address(radio):
    """``AT+CIPSTAMAC?``: six bytes."""
    return _packed(cipstamac_query(awake(radio)))


def put_mac_address(radio, value):
    """``AT+CIPSTAMAC``: six bytes; the module may have to join again."""
    modem = awake(radio)
    station(modem)
    keep(modem, MAC, "wlan", "cipstamac", _written(value))


def mac_address_ap(radio):
    """``AT+CIPAPMAC?``: six bytes."""
    modem = awake(radio)
    return _packed(ask(modem, current(modem, b"+CIPAPMAC", b""), "s")[0])


def put_mac_address_ap(radio, value):
    """``AT+CIPAPMAC``: six bytes; the module must be an access point.

    :raises ATError: it is none
    """
    keep(awake(radio), SOFTAP_MAC, "device", "cipapmac", _written(value))


def cipapmac(modem, value):
    """The soft-AP's MAC, ``"02:00:00:00:00:01"``: ``AT+CIPAPMAC="<mac>"``."""
    run(modem, current(modem, b"+CIPAPMAC", b"="), (mac("mac", value),))


def _packed(text):
    return bytes([int(part, 16) for part in text.split(":")])


def _written(value):
    if len(value) != 6:
        raise ValueError("a MAC address has six bytes")
    return ":".join(["%02x" % b for b in value])


def tx_power(radio):
    """Not there: how strongly a module sends is not among the commands that espat knows."""
    raise AttributeError("tx_power: not known of a module")


def put_tx_power(radio, _):
    """Not there."""
    tx_power(radio)


def _sleeps(modem):
    """The modes of ``AT+SLEEP`` for NONE, MIN and MAX; ESP-AT and NonOS count differently."""
    m = PowerManagement
    if modem.can >> _CUR & 1:
        return ((0, m.NONE), (2, m.MIN))
    return ((0, m.NONE), (1, m.MIN), (3, m.MAX))


def power_management(radio):
    """``AT+SLEEP?``: a ``wifi.PowerManagement``; UNKNOWN for sleep that endangers the UART."""
    modem = awake(radio)
    now = sleep_query(modem)
    for mode, name in _sleeps(modem):
        if mode == now:
            return name
    return PowerManagement.UNKNOWN


def put_power_management(radio, wanted):
    """``AT+SLEEP``: NONE, MIN (wake for each DTIM) or MAX (for each listen interval; not NonOS).

    :raises ValueError: none of these, or not on this firmware
    """
    modem = awake(radio)
    for mode, name in _sleeps(modem):
        if name is wanted:
            return keep(modem, SLEEP, "basic", "sleep", mode)
    raise ValueError("power_management: this module does not have %s" % wanted)


def ping(radio, ip, *, timeout=0.5):
    """``AT+PING``: seconds that the answer took; None: there was none, or it took longer.

    The call takes as long as the module waits, whatever the time-out.
    :param ip: an ``IPv4Address``, or a str; a name too
    """
    modem = awake(radio)
    try:
        radio.up()
    except OSError:
        if not modem.up:
            raise
    from .services import ping as command

    try:
        took = command(modem, str(ip)) / 1000
    except ATError:
        return None
    except OSError as e:
        if modem.code == _TIMEOUT or e.errno != errno.ETIMEDOUT:
            raise
        return None
    return took if timeout is None or took <= timeout else None
