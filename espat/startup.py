# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Start-up: take the module as it is found, and set it up.

A board restarts, its module does not: echo may be on, half a command pending, a payload owed,
passthrough on, the rate raised, links open, a server listening, the network joined. Loaded when
needed, and let go of when done.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go
from .modem import fail

_LOST_RESTART = const(4)


def ready(radio):
    """Set the module up and join again, as far as that is due: see ``Radio.up()``."""
    modem = radio.modem
    if not modem.up:
        start(radio)
    if radio.network and modem.wifi < 2:
        from .wifi import join

        join(modem, radio.network)


def start(radio):
    """Get an answer, then echo off, normal mode, no links, five links, passive receive."""
    modem = radio.modem
    for _ in range(3):
        modem.contact = 0
        try:
            modem.turn()
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
            from .search import search

            search(radio, e)
        from .setup import set_up

        before = modem.restarts
        try:
            set_up(modem)
            modem.step()
        except OSError as e:
            if e.errno != errno.ECONNRESET:
                raise
        let_go("setup", "firmware")
        if modem.restarts == before:
            modem.up = True
            break
        # It restarted under our hands: once more.
    let_go("startup")
    if not modem.up:
        raise fail(_LOST_RESTART)
    if hasattr(modem, "kept"):
        from .kept import again

        again(modem)
    if not hasattr(object, "__setattr__"):  # CircuitPython
        from .properties import lend

        lend(radio)


def use(radio, _):
    """``radio.connect``: what to call."""
    return lambda *args, **names: connect(radio, *args, **names)


def connect(radio, ssid, password=b"", *, channel=0, bssid=None, timeout=None):
    """Join a network; nothing is done if the module already stands in it.

    :param ssid: str, or bytes if it is not UTF-8
    :param password: str or bytes; empty for an open network
    :param int channel: for the sake of ``wifi.Radio``; the module finds the channel itself
    :param bssid: ``"aa:bb:cc:dd:ee:ff"`` or six bytes, where several access points share a name
    :param timeout: seconds; None: 20
    :raises ConnectionError: (OSError where there is no such thing) and why: wrong password
        (EACCES), no such access point (ENODEV), no answer or no DHCP (ETIMEDOUT)
    """
    global ready, start
    radio.network = None
    modem = radio.up()
    let_go("startup")
    ready = start = None  # joining needs the heap that they take, and this module is done for
    network = (ssid, password, bssid, timeout)
    from .wifi import join

    join(modem, network)
    radio.network = network
