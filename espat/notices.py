# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Notices in which the module reports its own state or that of Wi-Fi. Loaded for each, then
forgotten.

Notices that name a link are handled in modem.py, which also calls the functions registered in
``modem.handlers``.
"""

from . import lazy
from .parser import const

# The parser's events.
_WAITING = const(18)
_CONNECT_FAIL = const(21)
_READY = const(22)
_WIFI_CONNECTED = const(24)
_GOT_IP = const(25)
_WIFI_DISCONNECT = const(26)

_SYNC = const(4)  # a ``state`` of the modem

# The states of a link.
_LOST_WIFI = const(5)

_ASK_STATION = const(2)  # for `recheck`


def heard(modem, event):
    """Handle a notice that names no link."""
    # In five-link mode, a CONNECT, CLOSED or +IPD of which the beginning was lost.
    headless = _WAITING <= event <= _CONNECT_FAIL and not modem.single
    modem.settle(event != _READY and not headless)
    if headless:
        lazy.call("mishaps", "hole", modem, -1)
    elif event == _READY:  # the module has lost all its state
        modem.noise = False
        modem.restarts += 1
        modem.contact = modem.recheck = 0
        lazy.call("mishaps", "restarted", modem)
        if modem.state == _SYNC:
            modem.sync.heard(event)
        elif modem.state:
            modem.end(event)
    elif event == _WIFI_CONNECTED:
        if modem.wifi == 2:
            modem.recheck |= _ASK_STATION  # perhaps the WIFI DISCONNECT before this was lost
        modem.wifi = 1
    elif event == _GOT_IP:
        modem.wifi = 2
    elif event == _WIFI_DISCONNECT:
        modem.wifi = -1 if modem.wifi == 1 else 0
        if modem.softap is not False:
            modem.recheck |= _ASK_STATION  # connections of the soft-AP's stations still exist
        else:
            modem.lose(-1, _LOST_WIFI)
