# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the command functions share: arguments checked, replies taken apart."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import run

_CUR = const(4)  # a capability


def number(what, value, least, most):
    """An argument that is an int within a range.

    :raises TypeError: it is no int
    :raises ValueError: it is out of the range, which the message names
    """
    if not isinstance(value, int):
        raise TypeError("%s: an int is wanted" % what)
    if not least <= value <= most:
        raise ValueError("%s out of %d..%d" % (what, least, most))
    return value


def text(what, value, least, most):
    """An argument that is a str, or bytes, of a number of bytes.

    :raises TypeError: it is neither
    :raises ValueError: too short or too long; the message names the range
    """
    if not isinstance(value, (str, bytes, bytearray)):
        raise TypeError("%s: a str is wanted" % what)
    if not least <= len(value.encode() if isinstance(value, str) else value) <= most:
        raise ValueError("%s out of %d..%d bytes" % (what, least, most))
    return value


def address(what, value):
    """An argument that is an IPv4 address, ``"192.168.1.9"``."""
    text(what, value, 7, 15)
    parts = value.split(".") if isinstance(value, str) else ()
    if len(parts) != 4 or not all(p.isdigit() and int(p) < 256 for p in parts):
        raise ValueError("%s: an address like 192.168.1.9 is wanted" % what)
    return value


def mac(what, value):
    """An argument that is a MAC address, ``"02:00:00:00:00:01"``."""
    text(what, value, 17, 17)
    try:
        parts = [int(p, 16) for p in value.split(":") if len(p) == 2]
    except (TypeError, ValueError):
        parts = ()
    if len(parts) != 6:
        raise ValueError("%s: an address like 02:00:00:00:00:01 is wanted" % what)
    return value


def link_first(link, args, most=4):
    """The parameters of a command that names a link; None: single-link mode, it names none."""
    if link is None:
        return args
    return (number("link", link, 0, most),) + args


def shortest(args):
    """Parameters without the last ones, if not given: older parsers refuse surplus commas."""
    n = len(args)
    while n and args[n - 1] is None:
        n -= 1
    return tuple(args[:n])


def need(modem, row, name):
    """Raise unless the firmware has what a row of the table in firmware.py stands for.

    :raises OSError: EOPNOTSUPP, and which firmware has it
    """
    if not modem.can >> row & 1:
        from .lacking import lacking

        raise lacking(modem, row, name)


def current(modem, name, tail):
    """NonOS and WizFi360 write to flash unless a command ends in _CUR."""
    return name + (b"_CUR" if modem.can >> _CUR & 1 else b"") + tail


def decoded(value):
    """A name as str, or as it is where it is not UTF-8."""
    try:
        return str(value, "utf-8")
    except (UnicodeError, ValueError):
        return bytes(value)


def garbled(name, line):
    """The exception for a reply that cannot be read."""
    from .lacking import garbled

    return garbled(name, line)


def ask(modem, name, kinds, tail=b"?", args=(), timeout=5000):
    """A query's one line of reply, as a list: what ``kinds`` say it begins with, and more.

    :param bytes name: the command, with what its reply begins with too
    :param str kinds: ``d`` for each int and ``s`` for each str that there must be
    :raises OSError: EIO, the reply is not like that
    """
    return fields(name, told(modem, name, tail, args, timeout), kinds)


def told(modem, name, tail=b"?", args=(), timeout=5000):
    """A query's one line of reply. A notice may have run into it: then it is asked once more.

    :raises OSError: EIO, there was none
    """
    reply = name[:-4] if name[-4:] == b"_CUR" else name
    for _ in range(2):
        lines = run(modem, name + tail, args, reply, timeout)
        if lines:
            return lines[0]
    raise garbled(name, b"")


def fields(name, line, kinds=""):
    """What stands behind the colon of a reply line: ints, str for the rest, None for nothing.

    A name in quotes may not hold ``",``: where names may, their line is read in another way.
    """
    found = []
    i = line.find(b":") + 1
    if not i:
        raise garbled(name, line)
    while i <= len(line):
        if line[i : i + 1] == b'"':
            end = line.find(b'",', i + 1)
            if end < 0:
                end = len(line) - 1
                if end <= i or line[end] != 34:
                    raise garbled(name, line)
            found.append(decoded(line[i + 1 : end]))
            i = end + 2
        else:
            end = line.find(b",", i)
            if end < 0:
                end = len(line)
            found.append(_word(line[i:end]))
            i = end + 1
    for i in range(len(kinds)):
        if i >= len(found) or isinstance(found[i], int) != (kinds[i] == "d") or found[i] is None:
            raise garbled(name, line)
    return found


def _word(value):
    """A field without quotes."""
    value = value.strip()
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        return decoded(value)


class Place:
    """Where a payload goes, made when its length is known; one that nobody's socket owns."""

    def __init__(self, parser):
        self.parser = parser
        self.buf = b""
        self.n = 0

    def place(self):
        if not self.buf:
            self.buf = bytearray(self.parser.length)
        return memoryview(self.buf)[self.n :] if self.n < len(self.buf) else None

    def placed(self, n):
        self.n += n
