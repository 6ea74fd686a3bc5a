# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Start-up: set the module up, in whatever state it is found.

When a board restarts, its module does not: echo or passthrough may be on, half a command pending,
a payload unfinished, the rate raised, links open, a server listening, the network joined. Loaded
on demand, then forgotten.
"""

import errno

from .. import firmware, lazy
from ..errors import const, fail
from ..stepwise import outcome, sure, wait

_OK = const(2)
_FREE = const(0)  # a link
_AFRESH_MS = const(80000)  # start-up that is called again within this time goes on with its minute


def start(radio):
    """Do ``steps()``, and wait for them."""
    wait(radio.modem, steps(radio))


def steps(radio):
    """Get an answer; then set echo off, normal mode, no open links, five links, passive receive.
    This is done in steps: see stepwise.py.

    Settings that commands have made since the radio was created are made again.

    All of it has one minute, also if it fails and is called again at once.

    :raises OSError: ETIMEDOUT, nothing answers, or the minute was not enough: see
        ``mishaps.overdue()``; EIO, the module refuses what espat needs;
        ECONNRESET, it restarts over and over
    :raises TypeError: the radio was made with a wrong ``rx_size`` or ``idle``
    """
    modem = radio.modem
    if not isinstance(radio.rx_size, int) or (modem.idle and not callable(modem.idle)):
        raise TypeError("Radio: rx_size is an int, idle a function")
    port = modem.port
    if modem.began is None or port.since(modem.began) > _AFRESH_MS:
        modem.began = port.ticks()
    for _ in range(3):
        modem.contact = 0
        try:
            while modem.chores():
                yield
        except OSError as e:
            if e.errno != errno.ETIMEDOUT:
                raise
            yield from lazy.call("start.search", "search", radio, e)
        before = modem.restarts
        try:
            yield from set_up(modem)
            modem.step()
        except OSError as e:
            if e.errno != errno.ECONNRESET:
                raise
        if modem.restarts == before:
            modem.up = True
            if modem.kept or modem.fast:
                yield from lazy.call("start.recheck", "replay", modem)
            if modem.up:
                modem.began = None
                return
        # The module has restarted meanwhile: start again.
    raise fail("restarted")


def set_up(modem):
    """Send the commands of the set-up, in steps; their order works from any state."""
    yield from outcome(modem, b"E0")
    yield from identify(modem)
    has = modem.has
    if has("SYSSTORE"):
        yield from sure(modem, b"+SYSSTORE=", (0,))  # no setting of espat's is written to flash
    yield from outcome(modem, b"+CIPMODE=", (0,))
    yield from outcome(modem, b"+CIPSERVER=", (0,))
    if modem.listener is not None:
        modem.listener.stopped()  # it listens again when the program next asks for a client
    if (yield from outcome(modem, b"+CIPCLOSE=", (5,))) != _OK:
        yield from outcome(modem, b"+CIPCLOSE")  # the form of single-link mode
    modem.doubt = 0
    for link in range(5):
        modem.take(link, None, _FREE)
    if not (yield from sure(modem, b"+CIPMUX=", (1,))):
        raise fail("unset", b"+CIPMUX=", modem.words or b"ERROR")
    yield from sure(modem, b"+CIPDINFO=", (0,))
    modem.single = modem.parser.remote = False
    modem.passive = has("PASSIVE") and (yield from sure(modem, b"+CIPRECVMODE=", (1,)))
    modem.parser.trailer = has("TRAILER")
    modem.largest = 8192 if has("SEND8K") else 2048
    if has("RECONNECT"):
        yield from sure(modem, b"+CWRECONNCFG=", (1, 0))  # rejoin by itself, every second, for ever


def identify(modem):
    """Find out the firmware by ``AT+GMR``, sent again if its reply was damaged; else by trying out
    commands.

    :raises OSError: ETIMEDOUT, it does not answer
    """
    for _ in range(3):
        found = (0, 0)
        if (yield from sure(modem, b"+GMR", (), None)):
            found = firmware.identify(modem.lines)
        if found[1]:
            break
    else:
        found = yield from lazy.call("start.search", "probe", modem)
    modem.firmware = found
    modem.capabilities = firmware.capabilities(found)
