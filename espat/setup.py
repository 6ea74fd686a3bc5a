# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The commands that set a module up, in an order that works from any state. Let go of when done."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import run
from .firmware import capabilities, identify

_OK = const(2)
_FREE = const(0)  # a link
# Capabilities.
_PASSIVE = const(0)
_TRAILER = const(2)
_SYSSTORE = const(5)
_RECONNECT = const(8)


def attempt(modem, name, args=()):
    """A command that some firmware refuses, or that there is no need for: True if it was done."""
    modem.turn()
    modem.begin(name, args)
    while modem.state:
        modem.rest()
    return modem.code == _OK


def set_up(modem):
    """The commands, in an order that works from any state."""
    attempt(modem, b"E0")
    modem.firmware = identify(run(modem, b"+GMR", (), None))
    modem.can = can = capabilities(modem.firmware)
    if can >> _SYSSTORE & 1:
        attempt(modem, b"+SYSSTORE=", (0,))  # nothing of ours goes to flash
    attempt(modem, b"+CIPMODE=", (0,))
    attempt(modem, b"+CIPSERVER=", (0,))
    modem.server = None  # server.py listens again
    if not attempt(modem, b"+CIPCLOSE=", (5,)):
        attempt(modem, b"+CIPCLOSE")  # the form of single-link mode
    modem.unwanted = modem.doubt = 0
    for link in range(5):
        modem.links[link] = _FREE
        modem.links[link + 5] = (modem.links[link + 5] + 1) & 255
        modem.owners[link] = None
    run(modem, b"+CIPMUX=", (1,))
    attempt(modem, b"+CIPDINFO=", (0,))
    modem.parser.remote = False
    modem.passive = bool(can >> _PASSIVE & 1) and attempt(modem, b"+CIPRECVMODE=", (1,))
    modem.parser.trailer = bool(can >> _TRAILER & 1)
    if can >> _RECONNECT & 1:
        attempt(modem, b"+CWRECONNCFG=", (1, 0))  # rejoin by itself, every second, for ever
