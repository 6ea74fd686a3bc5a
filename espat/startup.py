# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Start-up: take the module as it is found, and set it up.

A board restarts, its module does not: echo may be on, half a command pending, a payload owed, passthrough
on, the rate raised, links open, a server listening, the network joined. Loaded when needed, and let go of when done.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .firmware import has, identify

_OK = const(2)
_FREE = const(0)  # a link
# Capabilities.
_PASSIVE = const(0)
_TRAILER = const(2)
_SEND8K = const(3)
_SYSSTORE = const(5)
_RECONNECT = const(8)

# Where else a module may be found, the likeliest first.
_RATES = (115200, 921600, 460800, 230400, 9600, 57600, 2000000, 3000000, 74880)


def find(radio):
    """Get an answer: at the UART's own rate, at the other rates, after a reset by pin.

    :raises OSError: ETIMEDOUT, nothing answers at any rate
    """
    modem = radio.modem
    port = modem.port
    own = port.rate()
    modem.contact = 0
    for rate in (0,) + (_RATES if own else ()):
        if rate == own:
            continue
        if rate:
            port.rate(rate)
            modem.parser.reset()
        try:
            modem.turn()
            return
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
            error = e
    if own:
        port.rate(own)
    if radio.reset_pin is not None:
        pulse(radio)
        modem.turn()
        return
    raise error


def pulse(radio):
    """Hard reset: the pin low for 20 ms, then up to 3 s for ``ready``."""
    modem = radio.modem
    pin = radio.reset_pin
    if hasattr(pin, "switch_to_output"):  # digitalio
        pin.switch_to_output(False)
        wait(modem, 20)
        pin.value = True
    else:  # machine.Pin
        pin.init(pin.OUT, value=0)
        wait(modem, 20)
        pin.value(1)
    before = modem.restarts
    then = modem.port.ticks()
    while modem.restarts == before and modem.port.since(then) < 3000:
        modem.rest()


def wait(modem, ms):
    """Let so many milliseconds pass, taking in what comes."""
    then = modem.port.ticks()
    while modem.port.since(then) < ms:
        modem.rest()


def attempt(modem, name, args=()):
    """A command that some firmware refuses, or that there is no need for: True if it was done."""
    modem.turn()
    modem.begin(name, args)
    while modem.state:
        modem.rest()
    return modem.code == _OK


def start(radio):
    """Find the module and set it up: echo off, normal mode, no links, five links, passive receive."""
    modem = radio.modem
    for _ in range(3):
        find(radio)
        try:
            set_up(modem)
        except OSError as e:
            if e.errno != errno.ECONNRESET:  # it restarted under our hands: once more
                raise
            error = e
            continue
        modem.up = True
        return
    raise error


def set_up(modem):
    """The commands, in an order that works from any state."""
    attempt(modem, b"E0")
    modem.firmware = firmware = identify(modem.run(b"+GMR", (), None))
    if has(firmware, _SYSSTORE):
        attempt(modem, b"+SYSSTORE=", (0,))  # nothing of ours goes to flash
    attempt(modem, b"+CIPMODE=", (0,))
    attempt(modem, b"+CIPSERVER=", (0,))
    if not attempt(modem, b"+CIPCLOSE=", (5,)):
        attempt(modem, b"+CIPCLOSE")  # the form of single-link mode
    modem.unwanted = modem.doubt = 0
    for link in range(len(modem.links)):
        modem.links[link] = _FREE
        modem.born[link] = (modem.born[link] + 1) & 255
        modem.owners[link] = None
    modem.run(b"+CIPMUX=", (1,))
    attempt(modem, b"+CIPDINFO=", (0,))
    modem.passive = has(firmware, _PASSIVE) and attempt(modem, b"+CIPRECVMODE=", (1,))
    modem.parser.trailer = has(firmware, _TRAILER)
    modem.most = 8192 if has(firmware, _SEND8K) else 2048
    if has(firmware, _RECONNECT):
        attempt(modem, b"+CWRECONNCFG=", (1, 0))  # rejoin by itself, every second, for ever


def reset(radio):
    """Restart the module: by its pin if there is one, else by ``AT+RST``."""
    modem = radio.modem
    modem.up = False
    if radio.reset_pin is not None:
        pulse(radio)
        return
    before = modem.restarts
    attempt(modem, b"+RST")
    then = modem.port.ticks()
    while modem.restarts == before and modem.port.since(then) < 5000:
        modem.rest()
    modem.contact = 0
