# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A module that does not answer: at another rate, after a reset by its pin. And resets."""

import errno

from .command import let_go, run

# Where else a module may be found, the likeliest first.
_RATES = (115200, 921600, 460800, 230400, 9600, 57600, 2000000, 3000000, 74880)


def search(radio, error):
    """Get an answer at other rates than the UART's own, then after a reset by pin.

    :param error: what to raise if there is none
    """
    modem = radio.modem
    port = modem.port
    own = rate_of(port.uart)
    for rate in _RATES if own else ():
        if rate == own:
            continue
        try:
            set_rate(port.uart, rate)
        except (OSError, ValueError):
            continue  # one that this UART does not have
        modem.parser.reset()
        try:
            modem.turn()
            return
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
    if own:
        set_rate(port.uart, own)
    if radio.reset_pin is None:
        raise error
    pulse(radio)
    modem.turn()
    let_go("search")


def rate_of(uart):
    """Bits a second; 0 where the UART does not tell."""
    rate = getattr(uart, "baudrate", 0)
    if isinstance(rate, int) and rate:
        return rate
    digits = ""  # machine.UART tells only in its description
    text = str(uart)
    at = text.find("baudrate=")
    for c in text[at + 9 : at + 17] if at >= 0 else "":
        if not c.isdigit():
            break
        digits += c
    return int(digits or 0)


def set_rate(uart, bps):
    """Change the host's end of the line to so many bits a second."""
    if hasattr(uart, "any") and hasattr(uart, "init"):  # machine.UART
        uart.init(baudrate=bps)
    else:
        uart.baudrate = bps


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


def restart(radio):
    """Restart the module: by its pin if there is one, else by ``AT+RST``."""
    modem = radio.modem
    modem.up = False
    if radio.reset_pin is not None:
        pulse(radio)
        return
    before = modem.restarts
    run(modem, b"+RST")
    then = modem.port.ticks()
    while modem.restarts == before and modem.port.since(then) < 5000:
        modem.rest()
    modem.contact = 0
