# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Ping, name servers, the time of day. Loaded when one is needed; ``cipdomain`` is in tcpip.py.

Every function raises ``ATError`` where the module refuses it, and ``OSError``: ETIMEDOUT,
ECONNRESET (the module restarted), EOPNOTSUPP (the firmware lacks it), EIO (garbled reply).
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .asking import address, ask, current, decoded, fields, garbled, need, number, text, told
from .command import run
from .modem import ATError

# Capabilities.
_CUR = const(4)
_SERVICES = const(11)
_TCPOPT = const(13)

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAYS = "MonTueWedThuFriSatSun"


def ping(modem, host):
    """``AT+PING="<host>"``: how long the answer took, milliseconds. All families.

    :param str host: name or address, 1 to 64 bytes
    :raises OSError: ETIMEDOUT, it did not answer
    :raises ATError: the name is not known, or the module is not joined
    Source: reference, PING; dialects.md 1, row 29.
    """
    text("host", host, 1, 64)
    try:
        lines = run(modem, b"+PING=", (host,), b"+", 20000)
    except ATError:
        for line in modem.lines:
            if b"TIMEOUT" in line.upper():
                raise OSError(errno.ETIMEDOUT, "no answer to a ping from %s" % host)
        raise
    for line in lines:
        digits = line[line.find(b":") + 1 :] if line.startswith(b"+PING:") else line[1:]
        if digits.isdigit():
            return int(digits)
    raise garbled(b"+PING", lines[0] if lines else b"")


def cipdns(modem, on, *servers):
    """``AT+CIPDNS=<on>[,"<server>"...]`` (NonOS: ``CIPDNS_CUR``): who tells addresses of names.

    :param int on: 0: whom DHCP names; 1: these
    :param str servers: up to three addresses (NonOS: two), no two the same; none: 208.67.222.222
    NonOS 1.6, ESP-AT. Source: reference, CIPDNS; dialects.md 1, row 30.
    """
    need(modem, _SERVICES, "AT+CIPDNS")
    number("on", on, 0, 1)
    most = 2 if modem.can >> _CUR & 1 else 3
    if len(servers) > most:
        raise ValueError("servers out of 0..%d" % most)
    for i in range(len(servers)):
        if address("server", servers[i]) in servers[:i]:
            raise ValueError("servers: two are the same")
    run(modem, current(modem, b"+CIPDNS", b"="), (on,) + servers)


def cipdns_query(modem):
    """``AT+CIPDNS?`` (NonOS: ``CIPDNS_CUR?``): (on, servers), as ``cipdns()`` takes them.

    :returns: on: None where the firmware does not tell (NonOS, ESP32 before 2.1); servers: a tuple
    NonOS 1.6, ESP-AT. Source: reference, CIPDNS; dialects.md 1, row 30.
    """
    need(modem, _SERVICES, "AT+CIPDNS")
    name = current(modem, b"+CIPDNS", b"")
    on = None
    servers = []
    for line in run(modem, name + b"?", (), b"+CIPDNS"):
        row = fields(name, line)
        if isinstance(row[0], int):
            on = row.pop(0)
        servers += [s for s in row if isinstance(s, str)]
    if on is None and not servers:
        raise garbled(name, b"")
    return on, tuple(servers)


def cipsntpcfg(modem, on, zone=0, *servers):
    """``AT+CIPSNTPCFG=<on>,<zone>[,"<server>"...]``: whether the module asks for the time.

    :param int on: 0 or 1
    :param int zone: hours east of UTC, -12 to 14 (NonOS: -11 to 13); or hours and minutes, ``530``
        or ``-330``: ESP-AT 2.1
    :param str servers: up to three names, 1 to 64 bytes; none: the firmware's own
    NonOS 1.6, ESP-AT. Source: reference, CIPSNTPCFG; dialects.md 1, row 15.
    """
    need(modem, _SERVICES, "AT+CIPSNTPCFG")
    number("on", on, 0, 1)
    if modem.can >> _CUR & 1 and -100 < zone < 100:
        number("zone", zone, -11, 13)
    elif -100 < zone < 100:
        number("zone", zone, -12, 14)
    else:
        need(modem, _TCPOPT, "a zone of hours and minutes")
        number("zone", zone, -1259, 1459)
        if abs(zone) % 100 > 59:
            raise ValueError("zone: minutes out of 0..59")
    if len(servers) > 3:
        raise ValueError("servers out of 0..3")
    for server in servers:
        text("server", server, 1, 64)
    run(modem, b"+CIPSNTPCFG=", (on, zone) + servers)


def cipsntpcfg_query(modem):
    """``AT+CIPSNTPCFG?``: (on, zone, servers), as ``cipsntpcfg()`` takes them. NonOS 1.6, ESP-AT.

    Zone is None where the firmware does not tell. Source: as ``cipsntpcfg``.
    """
    need(modem, _SERVICES, "AT+CIPSNTPCFG")
    row = ask(modem, b"+CIPSNTPCFG", "d")
    servers = tuple([s for s in row[2:] if isinstance(s, str)])
    return row[0], row[1] if len(row) > 1 else None, servers


def cipsntptime_query(modem):
    """``AT+CIPSNTPTIME?``: the time in the zone of ``cipsntpcfg()``; None: not known yet.

    :returns: (year, month, day, hour, minute, second, weekday), Monday is 0
    NonOS 1.6, ESP-AT. Source: reference, CIPSNTPTIME; dialects.md 1, row 16 (1970: not known).
    """
    need(modem, _SERVICES, "AT+CIPSNTPTIME")
    line = told(modem, b"+CIPSNTPTIME")
    when = _when(decoded(line[13:]))
    if when is None:
        raise garbled(b"+CIPSNTPTIME", line)
    return when if when[0] > 1970 else None


def cipsntptime_wait(modem, timeout=15):
    """Ask for the time till the module has it: twice a second, with ``AT+CIPSNTPTIME?``.

    :param timeout: seconds
    :returns: as ``cipsntptime_query()``
    :raises OSError: ETIMEDOUT, no time server has answered
    NonOS 1.6, ESP-AT.
    """
    port = modem.port
    start = port.ticks()
    while True:
        asked = port.ticks()
        when = cipsntptime_query(modem)
        if when:
            return when
        while port.since(asked) < 500:
            modem.rest()
        if port.since(start) >= timeout * 1000:
            raise OSError(errno.ETIMEDOUT, "no time server answered in %d s" % timeout)


def _when(value):
    """``Thu Jan  1 00:02:08 1970``: as a tuple, None if it is not like that."""
    parts = value.split() if isinstance(value, str) else ()
    if len(parts) < 5 or parts[1] not in _MONTHS or parts[0] not in _DAYS:
        return None
    clock = parts[3].split(":")
    numbers = [parts[4], parts[2]] + clock
    if len(clock) != 3 or not all(n.isdigit() for n in numbers):
        return None
    year, day, hour, minute, second = [int(n) for n in numbers]
    month = _MONTHS.find(parts[1]) // 3 + 1
    return year, month, day, hour, minute, second, _DAYS.find(parts[0]) // 3
