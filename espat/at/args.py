# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What the command functions share: checking arguments and parsing replies.

The functions that joining a network needs are in essential.py; other rooms get them from here.
"""

from .. import calls, lazy
from ..links import octets
from .essential import current, decoded, garbled, is_address, text

# Arguments


def number(what, value, least, most):
    """Check an argument that must be an int from ``least`` to ``most``; return it.

    :raises TypeError: it is no int
    :raises ValueError: it is out of the range, which the message names
    """
    if not isinstance(value, int):
        raise TypeError("%s: an int is wanted" % what)
    if not least <= value <= most:
        raise ValueError("%s out of %d..%d" % (what, least, most))
    return value


def sized(what, data, least, most):
    """Check an argument that must be ``least`` to ``most`` bytes; return a memoryview of it.

    :raises TypeError: it is not bytes, a bytearray or a memoryview of bytes
    :raises ValueError: too few or too many; the message names the range
    """
    view = octets(what, data)
    if not least <= len(view) <= most:
        raise ValueError("%s out of %d..%d bytes" % (what, least, most))
    return view


def address(what, value):
    """Check an argument that must be an IPv4 address, ``"192.168.1.9"``; return it."""
    text(what, value, 7, 15)
    if not isinstance(value, str) or not is_address(value):
        raise ValueError("%s: an address like 192.168.1.9 is wanted" % what)
    return value


def peer(host, port):
    """Check the arguments that say who the peer is; return both."""
    return text("host", host, 1, 64), number("port", port, 1, 65535)


def link_first(link, args, most=4):
    """Put the link's number before other parameters; None: single-link mode, which has none."""
    if link is None:
        return args
    return (number("link", link, 0, most),) + args


def shortest(args):
    """Drop the parameters at the end that are None: older firmware refuses surplus commas."""
    n = len(args)
    while n and args[n - 1] is None:
        n -= 1
    return tuple(args[:n])


# Commands


def need(modem, capability, what=None):
    """Raise an error unless the firmware has a capability.

    :param capability: its name in firmware.py; or, for what few programs use, bytes: for each
        family the first version that has it, 0xMm; 0xFF: none
    :param what: for the message: the command's name, bytes; or a description, str; None: the
        capability is named as its command
    :raises OSError: EOPNOTSUPP; the message names the firmware that has it
    """
    family, version = modem.firmware
    if isinstance(capability, str):
        has = modem.has(capability)
    else:
        has = capability[family] <= min(version, 0xFE)
    if not has:
        raise lazy.call("texts", "lacking", modem.firmware, capability, what)


def insist(modem, name, args, steps=None):
    """Send a setting that the driver must know for certain: again if its OK was lost.

    :param bytes name: the command with its ``=``
    :param steps: those that send it, if they do more than ``calls.sure()``: see stepwise.py
    """
    if not calls.wait(modem, steps or calls.sure(modem, name, args)):
        raise calls.refusal(modem, name, modem.code, 5000)


def put(modem, name, args, needs=None):
    """Send ``AT<name>=<args>``.

    :param needs: the capability that the firmware must have: see ``need()``
    """
    if needs:
        need(modem, needs, name)
    modem.run(name + b"=", args)


def put_kept(modem, name, args, needs=None):
    """``put()``, and send the setting again whenever the module has restarted."""
    put(modem, name, args, needs)
    calls.keep(modem, name + b"=", args)


def setting(modem, name, args, key=None):
    """Send a setting, and send it again whenever the module has restarted.

    :param bytes name: the command with its ``=``
    :param bytes key: a later setting with the same key replaces this one; None: the name
    """
    modem.run(name, args)
    calls.keep(modem, name, args, key)


def current_setting(modem, name, args):
    """``setting()`` in the form that does not write to flash. Its key is the name with ``=``."""
    setting(modem, current(modem, name, b"="), args, name + b"=")


def keep_for_link(modem, name, link, args):
    """Keep a setting of one link, 0 to 4, or of all of them, 5: see ``calls.keep()``."""
    if link == 5:
        for each in range(5):
            calls.drop(modem, name + b"%d" % each)
    calls.keep(modem, name + b"=", args, name if link is None else name + b"%d" % link)


# Replies


def ask(modem, name, kinds="d", needs=None, timeout=5000):
    """Send a query whose reply is one line. Returns its fields, a list.

    :param bytes name: the command's name, with which its reply begins, too
    :param str kinds: the types of the first fields: ``d`` for an int, ``s`` for a str
    :param needs: the capability that the firmware must have: see ``need()``
    :raises OSError: EIO, the reply has other fields
    """
    return fields(name, told(modem, name, needs, timeout), kinds)


def told(modem, name, needs=None, timeout=5000):
    """Send a query whose reply is one line. Returns that line. If there was none, as a notice has
    mixed with it, the query is sent once more.

    :raises OSError: EIO, there was no reply
    """
    if needs:
        need(modem, needs, name)
    reply = name[:-4] if name[-4:] == b"_CUR" else name
    for _ in range(2):
        lines = modem.run(name + b"?", (), reply, timeout)
        if lines:
            return lines[0]
    raise garbled(name, b"")


def rows(modem, name, kinds, most, needs=None):
    """Send a query. Returns its reply lines, a list of tuples: see ``row()``."""
    if needs:
        need(modem, needs, name)
    return [row(name, line, kinds, most) for line in modem.run(name + b"?", (), name + b":")]


def row(name, line, kinds, most):
    """``fields()`` as a tuple of ``most`` items: surplus ones are dropped, missing ones None."""
    found = fields(name, line, kinds)[:most]
    return tuple(found + [None] * (most - len(found)))


def fields(name, line, kinds=""):
    """Return the fields after the colon of a reply line: int, str, or None if a field is empty.

    A quoted name must not contain ``",``. Lines whose names may contain it are not read by this.
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
    """Return the value of a field without quotes."""
    value = value.strip()
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        return decoded(value)


class Payload:
    """A receiver for ``calls.fetch()``: ``data()`` returns what came."""

    def __init__(self, modem):
        self._parser = modem.parser
        self._buf = b""
        self._n = 0

    def place(self):
        """Return the space for the next bytes; None: full. It is allocated at the first call, when
        the length is known.
        """
        if not self._buf:
            self._buf = bytearray(self._parser.length)
        return memoryview(self._buf)[self._n :] if self._n < len(self._buf) else None

    def placed(self, n):
        """``n`` bytes have come into that space."""
        self._n += n

    def finished(self, whole):
        """No more will come. ``fetch()`` raises an error if the payload is not whole."""

    def data(self):
        """Return the bytes that have come."""
        return bytes(memoryview(self._buf)[: self._n])
