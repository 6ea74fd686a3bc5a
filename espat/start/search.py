# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Getting an answer all the same, and what firmware it is that does not tell. Loaded for it.

A module may be at another rate, or be stuck.
"""

import errno

from .. import calls
from ..parser import const
from ..rates import RATES, rate_of, set_rate

_TIMEOUT = const(0)
_OK = const(2)
_BOOT_MS = const(5000)  # how long a restart may take


def check(modem, rates, pause, fast):
    """The arguments of a radio, for its modem.

    :raises ValueError, TypeError: a rate out of 80..5000000, a pause out of 0..10000 ms; no UART
    """
    uart = modem.port.uart
    if not hasattr(uart, "write"):
        hint = ": serial.Serial(name, 115200) opens a port" if isinstance(uart, str) else ""
        raise TypeError("uart: an open UART is wanted, not %s%s" % (repr(uart), hint))
    told = [("rates", rate, 80, 5000000) for rate in rates] + [("pause", pause, 0, 10000)]
    if fast:
        told.append(("fast", fast, 9600, 5000000))
    for what, value, least, most in told:
        if not isinstance(value, int):
            raise TypeError("%s: whole numbers are wanted" % what)
        if not least <= value <= most:
            raise ValueError("%s: %d is out of %d to %d" % (what, value, least, most))
    modem.rates = ((fast,) if fast else ()) + tuple(rates)
    modem.gap = pause
    modem.fast = fast


def search(radio, error):
    """Get an answer all the same: by a restart where the module is only busy, at other rates, and
    after a reset by pin.

    :param error: what to raise if there is none
    """
    modem = radio.modem
    port = modem.port
    own = rate_of(port.uart)
    if modem.stuck:
        force(modem)
        if _answers(modem):
            return
    for rate in modem.rates + RATES if own else ():  # at its own once more: "+++" may get lost
        try:
            set_rate(port.uart, rate)
        except (OSError, ValueError):
            continue  # one that this UART does not have
        modem.parser.reset()
        if _answers(modem):
            return
    if own:
        set_rate(port.uart, own)
    if radio.reset_pin is None:
        raise error
    pulse(radio)
    modem.turn()


def _answers(modem):
    """Whether the module answers at the present rate."""
    try:
        modem.turn()
    except OSError as e:
        if e.errno != errno.ETIMEDOUT:
            raise
        return False
    return True


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
    ready(modem, modem.restarts, 3000)


def wait(modem, ms):
    """Let so many milliseconds pass, taking in what comes."""
    then = modem.port.ticks()
    while modem.port.since(then) < ms:
        modem.rest()


def ready(modem, before, ms):
    """Wait for ``ready``, up to so many milliseconds: whether it came."""
    then = modem.port.ticks()
    while modem.restarts == before and modem.port.since(then) < ms:
        modem.rest()
    return modem.restarts != before


def restart(radio):
    """Restart the module: by its pin if there is one, else by ``AT+RST``, which it takes even where
    it answers "busy" to all else.
    """
    modem = radio.modem
    stream = modem.owner(0)
    if hasattr(stream, "release"):
        stream.release()  # it was in passthrough
    modem.up = False
    if radio.reset_pin is not None:
        pulse(radio)
    else:
        _answers(modem)
        force(modem)
    modem.contact = 0


def force(modem):
    """``AT+RST``, whatever the module is at: whether ``ready`` came."""
    before = modem.restarts
    if modem.state:
        modem.end(_TIMEOUT)
    modem.write(b"AT+RST\r\n")
    return ready(modem, before, _BOOT_MS)


def probe(modem):
    """Which firmware it is, by what it accepts: (family, version), the least that is certain."""
    passive = takes(modem, b"+CIPRECVMODE?")
    if takes(modem, b"+CWMODE_CUR?"):
        return 0, 0x17 if passive else 0x13
    if passive:
        return 2 if takes(modem, b"+BLEINIT?") else 1, 0x21
    return 0, 0x09


def takes(modem, name):
    """Whether the module takes a command."""
    return calls.outcome(modem, name) == _OK
