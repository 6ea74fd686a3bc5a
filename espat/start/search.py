# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Finding a module that did not answer because it is at another rate, or is stuck; and finding out
which firmware it runs if it does not tell. Loaded on demand. What waits is done in steps: see
stepwise.py.
"""

from ..calls import outcome, wait
from ..parser import const
from ..rates import RATES, answers, pause, rate_of, set_rate

_TIMEOUT = const(0)
_OK = const(2)
_BOOT_MS = const(5000)  # how long a restart may take


def check(modem, rates, gap, fast):
    """Check these arguments of ``Radio``, and set them in its modem.

    :raises ValueError, TypeError: a rate out of 80..5000000, a pause out of 0..10000 ms; no UART
    """
    from ..at.args import number

    uart = modem.port.uart
    if not hasattr(uart, "write"):
        hint = ": use serial.Serial(name, 115200)" if isinstance(uart, str) else ""
        raise TypeError("uart: an open UART is wanted, not %r%s" % (uart, hint))
    if isinstance(rates, int):
        rates = (rates,)
    for rate in rates:
        number("rates", rate, 80, 5000000)
    number("pause", gap, 0, 10000)
    if fast:
        number("fast", fast, 9600, 5000000)
    modem.rates = ((fast,) if fast else ()) + tuple(rates)
    modem.gap = gap
    modem.fast = fast


def search(radio, error):
    """Get an answer from a module that gave none: by a restart if it is always busy, or restarts
    again and again; else at other rates, then after a reset by its pin.

    One question at each rate finds a module that answers quickly. A slow one, or one that needs
    "+++" first, is found when all rates are tried a second time.

    :param error: the exception to raise if there is no answer
    """
    modem = radio.modem
    uart = modem.port.uart
    own = rate_of(uart)
    if own not in modem.rates + RATES:
        modem.rates += (own,)  # a restart of the module may bring it back to this one
    if modem.stuck:
        yield from _force(radio)
        if (yield from answers(modem)):
            return
        if modem.stuck:
            raise error  # what it says can be read: so this is its rate
    rates = [rate for rate in modem.rates + RATES if own and rate != own]
    try:
        for quick in (True, False):
            for rate in rates if quick else [own] + rates + [own]:  # "+++" may get lost
                if (yield from _is_at(modem, rate, quick)):
                    own = 0
                    return
    finally:
        if own:
            set_rate(uart, own)
    if radio.reset_pin is None:
        raise error
    yield from _force(radio)
    while modem.chores():
        yield


def _is_at(modem, rate, quick):
    """Whether the module answers at a rate; ``quick``: to a single question, at once."""
    try:
        set_rate(modem.port.uart, rate)
    except ValueError:
        return False  # this UART does not have the rate
    modem.owed = b"+++"  # answers() then begins with "+++": AT alone has been tried already
    if quick:
        modem.parser.reset()
        # The time that an answer takes on the line, and 50 ms.
        modem.follow(b"", (), b"", 50 + 200000 // rate, None)
        while modem.state:
            yield
        if not modem.code and not modem.busied:
            return False
        modem.streak = 0
        modem.owed = b""
    return (yield from answers(modem))


def restart(radio):
    """Restart the module, and wait for that: by its pin if there is one, else by ``AT+RST``, which
    it accepts even when it answers "busy" to all other commands.
    """
    modem = radio.modem
    stream = modem.owner(0)
    if hasattr(stream, "release"):
        stream.release()  # it was in passthrough
    modem.up = False
    if radio.reset_pin is None:
        try:
            modem.turn()  # let the command under way end first
        except OSError:
            pass
    wait(modem, _force(radio))
    modem.contact = 0


def _force(radio):
    """Restart the module, whatever it is doing, and wait for ``ready``. If there is a reset pin, it
    is set low for 20 ms.
    """
    modem = radio.modem
    pin = radio.reset_pin
    if pin is None:
        if modem.state:
            modem.end(_TIMEOUT)
        modem.write(b"AT+RST\r\n")
        yield from pause(modem, _BOOT_MS, modem.restarts)
        return
    if hasattr(pin, "switch_to_output"):  # digitalio
        pin.switch_to_output(False)
        yield from pause(modem, 20)
        pin.value = True
    else:  # machine.Pin
        pin.init(pin.OUT, value=0)
        yield from pause(modem, 20)
        pin.value(1)
    yield from pause(modem, 3000, modem.restarts)


def probe(modem):
    """Find out the firmware by the commands it accepts, in steps: (family, lowest version that has
    them).
    """
    passive = (yield from outcome(modem, b"+CIPRECVMODE?")) == _OK
    if (yield from outcome(modem, b"+CWMODE_CUR?")) == _OK:
        return 0, 0x17 if passive else 0x13
    if passive:
        bluetooth = (yield from outcome(modem, b"+BLEINIT?")) == _OK
        return 2 if bluetooth else 1, 0x21
    return 0, 0x09
