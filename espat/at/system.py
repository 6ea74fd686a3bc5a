# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module itself: restart, sleep, memory, its commands, the serial line's rate, new firmware.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read); arguments out of
range raise ``ValueError``. ``sleep``, ``sysmsg`` and ``uart_cur`` are sent again when the module
has restarted. Source, unless another is named: dialects.md 4.

**New firmware.** ``ciupdate()`` raises ``ATError`` if the update fails: its ``words`` are the last
step that was reported, and the old firmware stays. The steps are those of +CIPUPDATE: 1 the server
was found, 2 connected, 3 its version is known, 4 updating. A module that loses power while it
writes may have to be flashed by cable. Espressif advises ``restore()`` after an update. Source:
reference, CIUPDATE; dialects.md 1, row 17.
"""

import errno

from .. import calls, lazy
from ..errors import ATError, const, fail
from ..rates import RATES, answers, pause, rate_of, set_rate
from .args import ask, current_setting, fields, need, number, put, put_kept, shortest
from .essential import current, decoded, garbled, text

_OK = const(2)  # events
_READY = const(22)
_WIZFI360 = const(3)  # a family

_READY_MS = const(5000)  # how long a module may take to say "ready" after its OK to a restart
_SWITCH_MS = const(20)  # how long it may take to change its rate after its OK
_UPDATE_MS = const(200000)  # how long an update may take: the firmware gives up after 180 s,
_RESTART_MS = const(10000)  # and how long the restart that follows
_LAST = const(4)  # the step of an update that only the restart follows
_MOST = const(0x7FFFFFFF)


def at(modem):
    """``AT``: check that the module answers. All families."""
    modem.run(b"")


def ate(modem, on):
    """``ATE0``, ``ATE1``: echo. The driver works with both; the radio sets 0, also after a restart
    of the module. All families.

    :param int on: 0 or 1
    """
    modem.run(b"E1" if number("on", on, 0, 1) else b"E0")


def gmr(modem):
    """``AT+GMR``: the lines with the versions, a tuple of str. All families.

    Only ``AT version:`` is always among them, except in NonOS 0.9, which says ``0018000902-AI03``.
    """
    return tuple(map(decoded, modem.run(b"+GMR", (), None)))


def rst(modem):
    """``AT+RST``: restart. All connections are lost; the radio sets the module up at its next use.

    :returns: whether ``ready`` came within 5 s: it cannot be received if the line is at another
        rate than the module was flashed for
    All families.
    """
    return _restart(modem, b"+RST")


def restore(modem):
    """``AT+RESTORE``: restore factory settings, erasing saved ones, and restart. All families.

    :returns: whether ``ready`` came within 5 s
    """
    return _restart(modem, b"+RESTORE")


def _restart(modem, name):
    before = modem.restarts
    modem.up = False
    modem.run(name)
    gone(modem)
    ready = calls.wait(modem, pause(modem, _READY_MS, before))
    modem.contact = 0
    return ready


def gone(modem):
    """Record that the module restarts, whether or not its "ready" is received."""
    modem.contact = 0
    lazy.call("mishaps", "restarted", modem)


def sleep(modem, mode):
    """``AT+SLEEP=<mode>``: how deeply the module sleeps between packets. All families.

    :param int mode: 0 to 3: 0 not at all; 1 modem sleep by DTIM; 2 light sleep; 3 modem sleep by
        listen interval. NonOS, WizFi360: 1 light sleep, 2 modem sleep
    """
    put_kept(modem, b"+SLEEP", (number("mode", mode, 0, 3),))


def sleep_query(modem):
    """``AT+SLEEP?``: the mode, 0 to 3, as ``sleep()`` takes it. All families."""
    return ask(modem, b"+SLEEP")[0]


def gslp(modem, ms):
    """``AT+GSLP=<ms>``: deep sleep, which ends in a restart if the wake pin is wired to reset.

    :param int ms: 0 to 2147483647 milliseconds
    :returns: the milliseconds that the module confirms
    All families.
    """
    lines = modem.run(b"+GSLP=", (number("ms", ms, 0, _MOST),), None)
    gone(modem)
    for line in lines:
        if line.isdigit():
            return int(line)
    raise garbled(b"+GSLP", b"".join(lines))


def sysstore(modem, on):
    """``AT+SYSSTORE=<on>``: whether settings are written to flash. ESP-AT 2.1.

    The radio sets 0, also when the module has restarted, so that its settings do not wear the
    flash. NonOS has no such command: there the driver sends the commands that end in ``_CUR``.

    :param int on: 0 or 1
    """
    put(modem, b"+SYSSTORE", (number("on", on, 0, 1),), "SYSSTORE")


def sysstore_query(modem):
    """``AT+SYSSTORE?``: 1 if settings are written to flash. ESP-AT 2.1."""
    return ask(modem, b"+SYSSTORE", "d", "SYSSTORE")[0]


def sysmsg(modem, bits):
    """``AT+SYSMSG=<bits>`` (NonOS: ``SYSMSG_CUR``): which notices come. ESP-AT 1.2, NonOS 1.7.

    :param int bits: 0 to 7. 1: ``+QUITT`` when passthrough ends; 2: ``+LINK_CONN`` for ``CONNECT``;
        4: notices of Wi-Fi and links in passthrough
    """
    need(modem, "SYSMSG")
    current_setting(modem, b"+SYSMSG", (number("bits", bits, 0, 7),))


def sysmsg_query(modem):
    """``AT+SYSMSG?`` (NonOS: ``SYSMSG_CUR?``): the bits of ``sysmsg()``. ESP-AT 1.2, NonOS 1.7."""
    return ask(modem, current(modem, b"+SYSMSG", b""), "d", "SYSMSG")[0]


def sysram_query(modem):
    """``AT+SYSRAM?``: (free bytes of the module's heap, the lowest number of them so far).

    ESP-AT, NonOS 1.6. The second is None on NonOS and before ESP-AT 2.2.
    """
    found = ask(modem, b"+SYSRAM", "d", "SYSRAM")
    return found[0], found[1] if len(found) > 1 else None


def systimestamp(modem, seconds):
    """``AT+SYSTIMESTAMP=<seconds>``: set the module's clock. ESP-AT 2.0.

    A restart loses it. The driver does not set it again: the time would be an old one.

    :param int seconds: since 1970, UTC: 0 to 2147483647
    """
    put(modem, b"+SYSTIMESTAMP", (number("seconds", seconds, 0, _MOST),), "TIMESTAMP")


def systimestamp_query(modem):
    """``AT+SYSTIMESTAMP?``: seconds since 1970, by the module's clock. ESP-AT 2.0."""
    return ask(modem, b"+SYSTIMESTAMP", "d", "TIMESTAMP")[0]


def cmd_query(modem, name=None):
    """``AT+CMD?``: which commands the firmware has, and in which forms. ESP-AT 2.2.

    :param str name: the name of one command, ``"AT+CIPSTATE"``; None: all, over a hundred
    :returns: a list of (name, test, query, set, execute), each form as 0 or 1; with a name only
        its tuple, or None if there is no such command
    """
    need(modem, "CMD")
    command = b"+CMD?"
    found = []
    unread = None
    up = modem.up
    for line in _lines(modem, command, (), b"+CMD:", 5000):
        try:
            row = fields(b"+CMD", line, "dsdddd")[1:6]
        except OSError as e:
            unread = e
        else:
            if name is None or name == row[0]:
                found.append(tuple(row))
    modem.ended(up, command, _OK, 5000)
    if unread:
        raise unread
    return found if name is None else found[0] if found else None


def _lines(modem, name, args, reply, timeout):
    """Run a command to its end, and give each line of its reply when it comes; the modem keeps at
    most 64.
    """
    modem.turn()
    modem.begin(name, args, reply, timeout)
    while True:
        while modem.lines:
            yield modem.lines.pop(0)
        if not modem.state:
            break
        modem.rest()


def uart_cur(modem, baud, flow=0, data=8, stop=1, parity=0):
    """``AT+UART_CUR=<baud>,<data>,<stop>,<parity>,<flow>``: the rate of both ends of the line.

    If nothing answers at the new rate, both ends go back to the old one. A restart of the module
    loses it; the radio then sets it again. If the board restarts, the module keeps the rate, and
    start-up looks for it at the usual rates and those in ``modem.rates``.

    :param int baud: 80 to 5000000 bits per second, a usual rate or one of ``modem.rates``. The
        host's UART must have it, too, and its buffer must hold what comes: above 115200 RTS/CTS is
        advisable
    :param int flow: 0 none, 1 RTS, 2 CTS, 3 both, as the module's pins are wired
    :param int data: bits, 5 to 8; the host's end is not changed
    :param int stop: 1: one, 2: one and a half, 3: two
    :param int parity: 0 none, 1 odd, 2 even
    :raises ValueError: out of range, a rate that start-up would not find, or one that the host's
        UART does not have
    :raises OSError: EIO, the new rate does not work and the old one does again; ETIMEDOUT, nothing
        answers at either: the module needs a reset; EINVAL, the host's UART does not tell its rate
    All families. Source: dialects.md 4.
    """
    args = (
        number("baud", baud, 80, 5000000),
        number("data", data, 5, 8),
        number("stop", stop, 1, 3),
        number("parity", parity, 0, 2),
        number("flow", flow, 0, 3),
    )
    calls.wait(modem, change_rate(modem, args))
    calls.keep(modem, b"+UART_CUR=", args)


def change_rate(modem, args):
    """``uart_cur()`` in steps, but the rate is not set again when the module restarts.

    :param args: (baud, data, stop, parity, flow), as for ``uart_cur()``; it raises the same errors
    """
    baud = args[0]
    uart = modem.port.uart
    old = rate_of(uart)
    if not old:
        raise fail("no_rate")
    if old not in modem.rates + RATES:
        modem.rates += (old,)  # perhaps the one it was flashed for, to which a restart brings it
    if baud != old and baud not in modem.rates + RATES:
        raise fail("odd_rate", baud, baud)
    while modem.chores():
        yield
    try:
        set_rate(uart, baud)
    finally:
        set_rate(uart, old)
    yield from calls.ask(modem, b"+UART_CUR=", args)
    yield from pause(modem, _SWITCH_MS)
    set_rate(uart, baud)
    if not (yield from answers(modem)):
        yield from back(modem, uart, baud, old)


def uart_again(modem, args):
    """After a restart of the module: ``change_rate()`` with the parameters kept, in steps.

    A rate that does not work now is skipped.
    """
    try:
        yield from change_rate(modem, args)
    except ATError:
        pass
    except OSError as e:
        if e.errno != errno.EIO:
            raise


def uart_cur_query(modem):
    """``AT+UART_CUR?``: (baud, data, stop, parity, flow) of the module's end.

    All families. The rate is the actual one, slightly different from the one that was set.
    """
    return tuple(ask(modem, b"+UART_CUR", "ddddd")[:5])


def back(modem, uart, baud, old):
    """Put the module back to the old rate, and raise, in steps. It may receive what is sent, though
    nothing comes from it, as with flow control that is not wired.

    :raises OSError: EIO, the old rate works again; ETIMEDOUT, it does not
    """
    try:
        modem.write(memoryview(b"\r\nAT+UART_CUR=%d,8,1,0,0\r\n" % old))
        yield from pause(modem, 50)
    except OSError:
        pass
    set_rate(uart, old)
    if not (yield from answers(modem)):
        modem.up = False
        raise fail("rate_lost", baud, old)
    raise fail("rate_failed", baud, old)


def ciupdate(modem, tls=None, version=None, name=None, background=False, progress=None):
    """``AT+CIUPDATE``, or ``AT+CIUPDATE=<tls>[,"<version>"[,"<name>"[,1]]]``: update, and restart.

    It takes up to three minutes, during which the idle hook is called. Afterwards all connections
    are lost, and the radio sets the module up again at its next use.

    :param int tls: 0: without TLS; 1: with it; None: the firmware's own choice. ESP-AT
    :param str version: ``"v2.2.0.0"``, 1 to 32 bytes; None: the latest. ESP-AT
    :param str name: what to update, ``"ota"``, ``"mqtt_ca"``...: 1 to 32 bytes. ESP-AT
    :param bool background: return at once; ``ciupdate_query()`` tells the progress, and a restart
        of the module (``rst()``) ends the update. ESP-AT 2.2
    :param progress: called with the number of each step that the module reports
    :returns: whether the module said ``ready`` within 10 s after its restart
    NonOS, ESP-AT, WizFi360 (where only ``ciupdate_url()`` works).
    """
    args = shortest((tls, version, name, 1 if background else None))
    if version is not None:
        text("version", version, 1, 32)
    if name is not None:
        text("name", name, 1, 32)
    if tls is not None:
        number("tls", tls, 0, 1)
        need(modem, b"\xff\x22\x22\xff" if background else b"\xff\x20\x10\xff", b"+CIUPDATE=")
    elif args:
        raise ValueError("tls: wanted with version, name or background")
    return _update(modem, args, progress, background)


def ciupdate_url(modem, url, progress=None):
    """``AT+CIUPDATE="<url>"``: update from a URL, and restart. WizFi360, not ESP-AT or NonOS.

    :param str url: ``"http://host[:port]/path"``, 1 to 128 bytes
    :param progress: as for ``ciupdate()``
    :returns: as ``ciupdate()``. If the module restarts too early, that looks the same as a finished
        update: check ``gmr()``
    """
    if not text("url", url, 1, 128).startswith("http://"):
        raise ValueError("url: http://host/path is wanted")
    need(modem, b"\xff\xff\xff\x10", "AT+CIUPDATE by URL")
    return _update(modem, (url,), progress, False)


def _update(modem, args, progress, background):
    name = b"+CIUPDATE=" if args else b"+CIUPDATE"
    up = modem.up
    step = 0
    for line in _lines(modem, name, args, b"+CIPUPDATE:", _UPDATE_MS):
        digits = line[11:]
        if digits.isdigit():
            step = int(digits)
            modem.words = line
            if progress:
                progress(step)
    restarted = modem.code == _READY and step == _LAST and modem.firmware[0] == _WIZFI360
    if not restarted:  # WizFi360 restarts without an OK
        modem.ended(up, name, _OK, _UPDATE_MS)
    if background:
        return False
    gone(modem)
    return calls.wait(modem, pause(modem, _RESTART_MS, modem.restarts - restarted))


def ciupdate_query(modem):
    """``AT+CIUPDATE?``: the last step of an update; 0: there was none; -1: it failed. ESP-AT."""
    need(modem, b"\xff\x20\x10\xff", b"+CIUPDATE?")
    for line in modem.run(b"+CIUPDATE?", (), b"+CIPUPDATE:"):
        return fields(b"+CIUPDATE", line, "d")[0]
    raise garbled(b"+CIUPDATE", b"")


def cipfwver_query(modem):
    """``AT+CIPFWVER?``: the version that the server has, a str such as ``"v3.4.0.0"``.

    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, row 17; unproven.
    """
    need(modem, b"\xff\xff\x32\xff", b"+CIPFWVER")
    return ask(modem, b"+CIPFWVER", "s", timeout=30000)[0]
