# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Settings that a restart of the module loses, to be made again. Loaded for what sets one.

``modem.kept`` is there once there is one: by their order, (module, function, arguments) of each.
"""

try:
    from micropython import const
except ImportError:
    const = int

# The order in which they are made again.
SOFTAP = const(0)
SOFTAP_IP = const(1)
SOFTAP_DHCP = const(2)
SOFTAP_MAC = const(3)
HOSTNAME = const(4)
MAC = const(5)
IP = const(6)
DNS = const(7)
SLEEP = const(8)


def keep(modem, what, module, function, *args):
    """Call a command function, and again after each restart of the module."""
    _call(modem, module, function, args)
    if not hasattr(modem, "kept"):
        modem.kept = {}
    modem.kept[what] = module, function, args


def drop(modem, what):
    """Keep a setting no longer."""
    getattr(modem, "kept", {}).pop(what, None)


def again(modem):
    """Make them all again: the module has restarted."""
    from .wifi import station

    station(modem)
    for what in sorted(modem.kept):
        _call(modem, *modem.kept[what])
    from .command import let_go

    let_go("kept", "wifi", "wlan", "services", "basic", "asking", "device")


def _call(modem, module, function, args):
    package = __name__[: __name__.rfind(".") + 1]
    getattr(__import__(package + module, None, None, (function,)), function)(modem, *args)
