# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The basic commands: restart, sleep, memory, what there is. Loaded when one is needed.

Each function is named after its command. Sources: dialects.md section 4, where no other is named.
Every one raises ``ATError`` where the module refuses it, and ``OSError``: ETIMEDOUT (no answer),
ECONNRESET (the module restarted), EOPNOTSUPP (the firmware does not have it), EIO (garbled reply).
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import ask, current, decoded, fields, garbled, need, number
from .command import run

_SYSSTORE = const(5)
_STARTEX = const(10)
_SERVICES = const(11)
_SYSMSG = const(12)
_CMD = const(14)


def at(modem):
    """``AT``: does it listen? All families."""
    run(modem, b"")


def ate(modem, on):
    """``ATE0``, ``ATE1``: echo. The driver works with either. All families.

    :param int on: 0 or 1
    """
    run(modem, b"E1" if number("on", on, 0, 1) else b"E0")


def gmr(modem):
    """``AT+GMR``: the lines that tell the versions, a tuple of str. All families.

    Only ``AT version:`` is in all of them.
    """
    return tuple([decoded(line) for line in run(modem, b"+GMR", (), None)])


def rst(modem):
    """``AT+RST``: restart; all connections are lost, and the radio sets it up on its next use.

    :returns: whether ``ready`` came within 5 s: at another rate than the module was flashed for it
        cannot be heard
    All families.
    """
    return _restart(modem, b"+RST")


def restore(modem):
    """``AT+RESTORE``: factory settings, all that was saved is lost, and restart. All families.

    :returns: whether ``ready`` came within 5 s
    """
    return _restart(modem, b"+RESTORE")


def _restart(modem, name):
    before = modem.restarts
    modem.up = False
    run(modem, name)
    then = modem.port.ticks()
    while modem.restarts == before and modem.port.since(then) < 5000:
        modem.rest()
    modem.contact = 0
    return modem.restarts != before


def sleep(modem, mode):
    """``AT+SLEEP=<mode>``: 0 none, 1 modem sleep by DTIM, 2 light sleep.

    3 is modem sleep by listen interval; NonOS: 1 light, 2 modem sleep. All families.
    """
    run(modem, b"+SLEEP=", (number("mode", mode, 0, 3),))


def sleep_query(modem):
    """``AT+SLEEP?``: the mode, an int from 0 to 3. All families."""
    return ask(modem, b"+SLEEP", "d")[0]


def gslp(modem, ms):
    """``AT+GSLP=<ms>``: deep sleep, which ends in a restart, where the wake pin is wired to reset.

    :param int ms: 0 to 2147483647 milliseconds
    :returns: the milliseconds that the module confirms
    All families.
    """
    lines = run(modem, b"+GSLP=", (number("ms", ms, 0, 0x7FFFFFFF),), None)
    modem.up = False
    modem.contact = 0
    for line in lines:
        if line.isdigit():
            return int(line)
    raise garbled(b"+GSLP", lines[0] if lines else b"")


def sysstore(modem, on):
    """``AT+SYSSTORE=<0|1>``: whether settings are written to flash. The radio sets 0. ESP-AT 2.1.

    NonOS has none: there the driver sends the commands that end in ``_CUR``.
    """
    need(modem, _SYSSTORE, "AT+SYSSTORE")
    run(modem, b"+SYSSTORE=", (number("on", on, 0, 1),))


def sysstore_query(modem):
    """``AT+SYSSTORE?``: 1 if settings are written to flash. ESP-AT 2.1."""
    need(modem, _SYSSTORE, "AT+SYSSTORE")
    return ask(modem, b"+SYSSTORE", "d")[0]


def sysmsg(modem, bits):
    """``AT+SYSMSG=<bits>`` (NonOS: ``SYSMSG_CUR``): which notices come. ESP-AT 1.2, NonOS 1.7.

    :param int bits: 0 to 7. 1: ``+QUITT`` when passthrough ends; 2: ``+LINK_CONN`` for ``CONNECT``;
        4: notices of Wi-Fi and links in passthrough
    """
    need(modem, _SYSMSG, "AT+SYSMSG")
    run(modem, current(modem, b"+SYSMSG", b"="), (number("bits", bits, 0, 7),))


def sysmsg_query(modem):
    """``AT+SYSMSG?`` (NonOS: ``SYSMSG_CUR?``): the bits of ``sysmsg()``. ESP-AT 1.2, NonOS 1.7."""
    need(modem, _SYSMSG, "AT+SYSMSG")
    return ask(modem, current(modem, b"+SYSMSG", b""), "d")[0]


def sysram_query(modem):
    """``AT+SYSRAM?``: (free bytes of the module's heap, the least there ever were).

    ESP-AT, NonOS 1.6. The second is None on NonOS and before ESP-AT 2.2.
    """
    need(modem, _SERVICES, "AT+SYSRAM")
    found = ask(modem, b"+SYSRAM", "d")
    return found[0], found[1] if len(found) > 1 else None


def systimestamp(modem, seconds):
    """``AT+SYSTIMESTAMP=<seconds>``: set the module's clock. ESP-AT 2.0.

    :param int seconds: since 1970, UTC: 0 to 2147483647
    """
    need(modem, _STARTEX, "AT+SYSTIMESTAMP")
    run(modem, b"+SYSTIMESTAMP=", (number("seconds", seconds, 0, 0x7FFFFFFF),))


def systimestamp_query(modem):
    """``AT+SYSTIMESTAMP?``: seconds since 1970, by the module's clock. ESP-AT 2.0."""
    need(modem, _STARTEX, "AT+SYSTIMESTAMP")
    return ask(modem, b"+SYSTIMESTAMP", "d")[0]


def cmd_query(modem, name=None):
    """``AT+CMD?``: which commands there are, and in which forms. ESP-AT 2.2.

    :param str name: of one command, ``"AT+CIPSTATE"``; None: all, over a hundred
    :returns: (name, test, query, set, execute) for each, the forms as 0 or 1: a list; with a
        name the one, or None if there is no such command
    """
    need(modem, _CMD, "AT+CMD")
    found = []
    modem.turn()
    modem.begin(b"+CMD?", (), b"+CMD:")
    while modem.state:
        modem.rest()
        _sift(modem.lines, name, found)  # as they come: the modem keeps 64
    _over(modem, b"+CMD?")
    _sift(modem.lines, name, found)
    return found if name is None else found[0] if found else None


def _over(modem, name):
    """Raise if the command that was waited for by hand did not end with OK."""
    if modem.code != 2:
        from .modem import fail

        raise fail(32, name, modem.code, modem.words, modem.limit)


def _sift(lines, name, found):
    for line in lines:
        row = fields(b"+CMD", line, "dsdddd")[1:6]
        if name is None or name == row[0]:
            found.append(tuple(row))
    lines.clear()
