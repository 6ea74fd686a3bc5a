# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Names, name servers, ping, the time of day, mDNS.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read); arguments out of
range raise ``ValueError``. Settings are sent again when the module has restarted.
"""

from .. import calls
from ..errors import ATError, fail
from .args import (
    address,
    ask,
    current_setting,
    fields,
    need,
    number,
    put_kept,
    setting,
    shortest,
    told,
)
from .essential import current, garbled, is_address, text

_MONTHS = b"JanFebMarAprMayJunJulAugSepOctNovDec"
_DAYS = b"MonTueWedThuFriSatSun"


def ping(modem, host):
    """``AT+PING="<host>"``: how many milliseconds the answer took. All families.

    :param str host: name or address, 1 to 64 bytes
    :raises OSError: ETIMEDOUT, it did not answer
    :raises ATError: the name is not known, or the module is not joined
    Source: reference, PING; dialects.md 1, row 29.
    """
    text("host", host, 1, 64)
    try:
        lines = modem.run(b"+PING=", (host,), b"+", 20000)
    except ATError:
        for line in modem.lines:
            if b"TIMEOUT" in line.upper():
                raise fail("no_ping", host)
        raise
    for line in lines:
        digits = line[line.find(b":") + 1 :] if line.startswith(b"+PING:") else line[1:]
        if digits.isdigit():
            return int(digits)
    raise garbled(b"+PING", b"".join(lines))


def cipdomain(modem, host, timeout=20000):
    """``AT+CIPDOMAIN="<host>"``: the address of a name, a str such as ``"93.184.216.34"``.

    :param str host: 1 to 64 bytes
    :param int timeout: ms
    :raises OSError: (-2, message), the name is not known or no server answers; ETIMEDOUT
    All families. Source: reference, CIPDOMAIN; the reply is in quotes from ESP-AT 2.2 on
    (dialects.md 1, row 2).
    """
    return calls.wait(modem, address_of(modem, host, timeout))


def address_of(modem, host, timeout=20000):
    """``cipdomain()`` in steps: see stepwise.py."""
    text("host", host, 1, 64)
    name = b"+CIPDOMAIN"
    line = b""
    try:
        for _ in range(2):
            for line in (yield from calls.ask(modem, name + b"=", (host,), name, timeout)):
                value = line[11:].strip(b'" ')
                if value == b"0.0.0.0":
                    raise ATError
                if is_address(value):
                    return str(value, "ascii")
    except ATError:
        raise fail("no_such_name", host)
    raise garbled(name, line)


def cipdns(modem, on, *servers):
    """``AT+CIPDNS=<on>[,"<server>"...]`` (NonOS: ``CIPDNS_CUR``): which DNS servers to use.

    :param int on: 0: those that DHCP names; 1: these
    :param str servers: up to three addresses (NonOS, WizFi360: two), all different; none:
        208.67.222.222
    NonOS 1.6, ESP-AT. Source: reference, CIPDNS; dialects.md 1, row 30.
    """
    need(modem, "DNS", b"+CIPDNS")
    number("on", on, 0, 1)
    most = 3 if modem.has("DNS_3") else 2
    if len(servers) > most:
        raise ValueError("servers out of 0..%d" % most)
    for i in range(len(servers)):
        if address("server", servers[i]) in servers[:i]:
            raise ValueError("servers: two are the same")
    current_setting(modem, b"+CIPDNS", (on,) + servers)


def cipdns_query(modem):
    """``AT+CIPDNS?`` (NonOS: ``CIPDNS_CUR?``): (on, servers), as ``cipdns()`` takes them.

    :returns: on: None if the firmware does not tell it (NonOS, ESP32 before 2.1); servers: a tuple
    NonOS 1.6, ESP-AT. Source: reference, CIPDNS; dialects.md 1, row 30.
    """
    need(modem, "DNS", b"+CIPDNS")
    name = current(modem, b"+CIPDNS", b"")
    on = None
    servers = []
    for line in modem.run(name + b"?", (), b"+CIPDNS"):
        row = fields(name, line)
        if isinstance(row[0], int):
            on = row.pop(0)
        servers += [s for s in row if isinstance(s, str)]
    if on is None and not servers:
        raise garbled(name, b"")
    return on, tuple(servers)


def cipsntpcfg(modem, on, zone=0, *servers):
    """``AT+CIPSNTPCFG=<on>,<zone>[,"<server>"...]``: whether the module gets the time by SNTP.

    :param int on: 0 or 1
    :param int zone: hours east of UTC, -12 to 14 (NonOS, WizFi360: -11 to 13); or hours and
        minutes, ``530`` or ``-330``: ESP-AT 2.1
    :param str servers: up to three names, 1 to 64 bytes; none: the firmware's own
    NonOS 1.6, ESP-AT. Source: reference, CIPSNTPCFG; dialects.md 1, row 15.
    """
    number("on", on, 0, 1)
    if not isinstance(zone, int) or -100 < zone < 100:
        least, most = (-12, 14) if modem.has("ZONES") else (-11, 13)
        number("zone", zone, least, most)
    else:
        need(modem, "ZONES_HHMM", "a zone of hours and minutes")
        number("zone", zone, -1259, 1459)
        if abs(zone) % 100 > 59:
            raise ValueError("zone: minutes out of 0..59")
    if len(servers) > 3:
        raise ValueError("servers out of 0..3")
    for server in servers:
        text("server", server, 1, 64)
    put_kept(modem, b"+CIPSNTPCFG", (on, zone) + servers, "SNTP")


def cipsntpcfg_query(modem):
    """``AT+CIPSNTPCFG?``: (on, zone, servers), as ``cipsntpcfg()`` takes them. NonOS 1.6, ESP-AT.

    Zone is None if the firmware does not tell it. Source: as ``cipsntpcfg()``.
    """
    row = ask(modem, b"+CIPSNTPCFG", "d", "SNTP")
    servers = tuple([s for s in row[2:] if isinstance(s, str)])
    return row[0], row[1] if len(row) > 1 else None, servers


def cipsntptime_query(modem):
    """``AT+CIPSNTPTIME?``: the time in the zone of ``cipsntpcfg()``; None: not known yet.

    :returns: (year, month, day, hour, minute, second, weekday); Monday is 0
    NonOS 1.6, ESP-AT. Source: reference, CIPSNTPTIME; dialects.md 1, row 16 (1970: not known).
    """
    line = told(modem, b"+CIPSNTPTIME", "SNTP")
    when = _when(line[13:].split())
    if when is None:
        raise garbled(b"+CIPSNTPTIME", line)
    return when if when[0] > 1970 else None


def cipsntptime_wait(modem, timeout=15):
    """Wait until the module knows the time: ask twice a second, with ``AT+CIPSNTPTIME?``.

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
        if port.since(start) >= timeout * 1000:
            raise fail("no_time", timeout)
        while port.since(asked) < 500:
            modem.rest()


def _when(words):
    """Turn the words of ``Thu Jan  1 00:02:08 1970`` into a tuple; None: they have another form."""
    if len(words) < 5:
        return None
    weekday = _index(_DAYS, words[0])
    month = _index(_MONTHS, words[1]) + 1
    numbers = [words[4], words[2]] + words[3].split(b":")
    if weekday < 0 or not month or len(numbers) != 5:
        return None
    for i in range(5):
        word = numbers[i]
        if not word.isdigit() or int(word) > (9999, 31, 23, 59, 60)[i]:
            return None
        numbers[i] = int(word)
    year, day, hour, minute, second = numbers
    return year, month, day, hour, minute, second, weekday


def _index(names, word):
    """Return the index of a word in names of three letters each; -1 if it is none of them."""
    at = names.find(word)
    return at // 3 if len(word) == 3 and at >= 0 and not at % 3 else -1


def mdns(modem, host, service, port, instance=None, protocol=None, texts=()):
    """``AT+MDNS=1,"<host>","<service>",<port>[,"<instance>","<protocol>",<n>,"<key>","<value>"...]``.

    While it is joined, the module answers queries for ``<host>.local`` and for one service.

    :param str host: 1 to 63 bytes without dots, as are ``service``, such as ``"_http"``, and
        ``instance``
    :param int port: 1 to 65535
    :param str instance: the service's name for people. ESP-AT 4.1, as ``protocol`` and ``texts``
    :param str protocol: ``"_tcp"`` (the default) or ``"_udp"``
    :param texts: up to ten pairs (key, value)
    :raises ATError: the module is not a station
    :raises ValueError: out of range, or a command over 256 bytes
    NonOS, ESP-AT; not WizFi360. Source: doc-sessions.md, M; the form before 4.1 is unproven.
    """
    args = (1, _label("host", host), _label("service", service), number("port", port, 1, 65535))
    args += (None if instance is None else _label("instance", instance), protocol)
    if protocol not in (None, "_tcp", "_udp"):
        raise ValueError("protocol: _tcp or _udp is wanted")
    if len(texts) > 10:
        raise ValueError("texts out of 0..10")
    if texts:
        args += (len(texts),)
    for key, value in texts:
        args += (text("key", key, 1, 255), text("value", value, 0, 255))
    args = shortest(args)
    need(modem, b"\x10\x20\x10\xff", "AT+MDNS")
    if len(args) > 4:
        need(modem, b"\xff\xff\x41\xff", "an instance, protocol or texts in AT+MDNS")
    setting(modem, b"+MDNS=", args)


def _label(what, value):
    """Check an argument that must be a label of a DNS name; return it."""
    if "." in text(what, value, 1, 63):
        raise ValueError("%s: a label without dots is wanted" % what)
    return value


def mdns_off(modem):
    """``AT+MDNS=0``: stop answering. NonOS, ESP-AT; not WizFi360. Source: as ``mdns()``."""
    need(modem, b"\x10\x20\x10\xff", "AT+MDNS")
    modem.run(b"+MDNS=", (0,))
    calls.drop(modem, b"+MDNS=")
