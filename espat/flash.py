# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What lies in the module's flash: partitions (``AT+SYSFLASH``), from ESP-AT 3.1 on NVS entries
(``AT+SYSMFG``). Certificates among them: ``espat.store`` puts those in place.

Loaded when one is needed. Every function raises ``ATError`` where the module refuses, and
``OSError``: ETIMEDOUT, ECONNRESET (the module restarted), EOPNOTSUPP (the firmware lacks it), EIO
(garbled reply), ENOMEM (all five links are in use: reading and writing borrow an idle one).
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import Place, fields, garbled, need, number, text
from .command import run
from .modem import fail

# Capabilities.
_ESPAT = const(9)
_SYSMFG = const(22)

_FREE = const(0)  # a link
_OK = const(2)  # the parser's events
_DATA = const(12)
_REFUSED = const(16)

_PIECE = const(4096)  # the module buffers what is read and written: a sector at a time
_FLASH_MS = const(20000)
_MOST = const(0x7FFFFFFF)
_TEXT = const(7)

# Numbers of errors.py.
_ERR_LINKS = const(15)
_ERR_COMMAND = const(32)


def sysflash_query(modem):
    """``AT+SYSFLASH?``: (name, type, subtype, address, size) of each partition, a list. ESP-AT.

    Source: tls-facts.md 1.
    """
    need(modem, _ESPAT, "AT+SYSFLASH")
    found = []
    for line in run(modem, b"+SYSFLASH?", (), b"+SYSFLASH:"):
        row = fields(b"+SYSFLASH", line, "sdd")
        try:  # MicroPython 1.20 takes 0x10 for a number right away
            places = [n if isinstance(n, int) else int(n, 16) for n in row[3:5]]
        except (TypeError, ValueError):
            places = ()
        if len(places) != 2:
            raise garbled(b"+SYSFLASH", line)
        found.append(tuple(row[:3] + places))
    return found


def sysflash_erase(modem, name, offset=None, length=None):
    """``AT+SYSFLASH=0,"<name>"[,<offset>,<length>]``: erase a partition, or some of it. ESP-AT.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from its beginning, with ``length`` a multiple of 4096; None: all
    Source: tls-facts.md 1.
    """
    need(modem, _ESPAT, "AT+SYSFLASH")
    args = (0, text("name", name, 1, 15))
    if offset is not None or length is not None:
        args += (number("offset", offset, 0, _MOST), number("length", length, 1, _MOST))
        if offset % 4096 or length % 4096:
            raise ValueError("offset, length: multiples of 4096")
    _forget(modem)
    run(modem, b"+SYSFLASH=", args, b"", _FLASH_MS)


def sysflash_write(modem, name, offset, data):
    """``AT+SYSFLASH=1,"<name>",<offset>,<length>``, and the bytes at the prompt. ESP-AT.

    What is written to was erased before.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from the beginning of the partition
    :param bytes data: 1 to 4096 bytes; in a partition of certificates a multiple of four
    Source: tls-facts.md 1.
    """
    need(modem, _ESPAT, "AT+SYSFLASH")
    view = _bytes(data)
    args = (1, text("name", name, 1, 15), number("offset", offset, 0, _MOST), len(view))
    _put(modem, b"+SYSFLASH=", args, view)


def sysflash_read(modem, name, offset, length):
    """``AT+SYSFLASH=2,"<name>",<offset>,<length>``: bytes. ESP-AT.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from the beginning of the partition
    :param int length: 1 to 4096
    Source: tls-facts.md 1.
    """
    need(modem, _ESPAT, "AT+SYSFLASH")
    args = (2, text("name", name, 1, 15), number("offset", offset, 0, _MOST))
    args += (number("length", length, 1, _PIECE),)
    return _get(modem, b"+SYSFLASH=", args, b"+SYSFLASH:", 1)[1]


def sysmfg_query(modem):
    """``AT+SYSMFG?``: the name spaces, a list of str. ESP32 ESP-AT 3.1. Source: tls-facts.md 1."""
    need(modem, _SYSMFG, "AT+SYSMFG")
    lines = run(modem, b"+SYSMFG?", (), b"+SYSMFG:")
    return [fields(b"+SYSMFG", line, "s")[0] for line in lines]


def sysmfg_keys(modem, space):
    """``AT+SYSMFG=1,"<space>"``: (key, type) of each entry of a name space, a list.

    :param str space: 1 to 15 bytes
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, _SYSMFG, "AT+SYSMFG")
    lines = run(modem, b"+SYSMFG=", (1, text("space", space, 1, 15)), b"+SYSMFG:")
    return [tuple(fields(b"+SYSMFG", line, "ssd")[1:3]) for line in lines]


def sysmfg_read(modem, space, key, offset=None, length=None):
    """``AT+SYSMFG=1,"<space>","<key>"[,<offset>,<length>]``: (type, bytes) of an entry.

    :param str space: 1 to 15 bytes, as ``key``
    :param int offset: bytes from its beginning; None: all of it
    :param int length: 1 to 4096; more comes at once only where no offset is given
    :returns: type: 1 to 6: u8, i8, u16, i16, u32, i32 (in bytes as digits); 7 text, 8 binary
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, _SYSMFG, "AT+SYSMFG")
    args = (1, text("space", space, 1, 15), text("key", key, 1, 15))
    if offset is not None or length is not None:
        args += (number("offset", offset, 0, _MOST), number("length", length, 1, _PIECE))
    head, data = _get(modem, b"+SYSMFG=", args, b"+SYSMFG:", 4)
    return fields(b"+SYSMFG", b":" + head, "ssdd")[2], data


def sysmfg_erase(modem, space, key=None):
    """``AT+SYSMFG=0,"<space>"[,"<key>"]``: erase an entry, or a whole name space.

    :param str space: 1 to 15 bytes, as ``key``
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, _SYSMFG, "AT+SYSMFG")
    args = (0, text("space", space, 1, 15))
    if key is not None:
        args += (text("key", key, 1, 15),)
    _forget(modem)
    run(modem, b"+SYSMFG=", args, b"", _FLASH_MS)


def sysmfg_write(modem, space, key, kind, value):
    """``AT+SYSMFG=2,"<space>","<key>",<kind>,<value>``; text and bytes go out at a prompt.

    An entry of that name is overwritten.

    :param str space: 1 to 15 bytes, as ``key``
    :param int kind: 1 to 8, as ``sysmfg_read()`` tells
    :param value: an int; for 7 and 8 bytes, from 1 on
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, _SYSMFG, "AT+SYSMFG")
    args = (2, text("space", space, 1, 15), text("key", key, 1, 15), number("kind", kind, 1, 8))
    if kind < _TEXT:
        bits = 8 << (kind - 1 >> 1)
        least, most = (0, (1 << bits) - 1) if kind & 1 else (-(1 << bits - 1), (1 << bits - 1) - 1)
        run(modem, b"+SYSMFG=", args + (number("value", value, least, most),), b"", _FLASH_MS)
    else:
        view = _bytes(value, _MOST)
        _put(modem, b"+SYSMFG=", args + (len(view),), view)


def _forget(modem):
    """What store.py knew to stand there may be another's now."""
    now = getattr(modem, "tls", None)
    if now:
        now.pop("known", None)


def _bytes(data, most=_PIECE):
    if isinstance(data, str):
        raise TypeError("bytes are wanted")
    view = memoryview(data)
    if not 1 <= len(view) <= most:
        raise ValueError("data out of 1..%d bytes" % most)
    return view


def _idle(modem):
    """A link that is not in use: a payload goes by its number, and what goes wrong hits nobody."""
    for link in range(4, -1, -1):
        if modem.links[link] == _FREE:
            return link
    raise fail(_ERR_LINKS)


def _check(modem, name):
    if modem.code != _OK:
        raise fail(_ERR_COMMAND, name, modem.code, modem.words, modem.limit)


class _Payload:
    """What goes out at a prompt that no ``Recv n bytes`` follows.

    It is not called off when the wait is cut short: the module would take the next command for the
    rest of it.
    """

    def __init__(self, modem, view):
        self.modem = modem
        self.view = view

    def __len__(self):
        return max(513, len(self.view))  # more than one piece, so that slices are asked for

    def __getitem__(self, piece):
        self.modem._received = True
        return self.view[piece]


def _put(modem, name, args, view):
    _forget(modem)
    modem.turn()
    link = _idle(modem)
    modem.begin(name, args, b"", _FLASH_MS)
    modem.link = link
    modem.payload = _Payload(modem, view)
    modem.parser.prompt = True
    while modem.state:
        modem.rest()
    _check(modem, name)


def _get(modem, name, args, head, commas):
    """(the reply's header behind its name, the bytes that it counts)."""
    modem.turn()
    link = _idle(modem)
    parser = modem.parser
    place = Place(parser)
    owner = modem.owners[link]
    found = []
    _teach(parser, link, head, commas, found)
    try:
        modem.begin(name, args, b"", _FLASH_MS)
        modem.owners[link] = place
        modem.link = link
        parser.asked = _MOST
        while modem.state:
            modem.rest()
        _check(modem, name)
    finally:
        parser.asked = 0
        parser._token = None  # MicroPython keeps alive what is deleted, and this module with it
        del parser._token
        modem.owners[link] = owner
    if not found or place.n != len(place.buf):
        raise garbled(name[:-1], found[0] if found else b"")
    return found[0], bytes(place.buf)


def _teach(parser, link, head, commas, found):
    """Let a parser know one more header of counted bytes: ``head``, ``commas`` - 1 fields, and
    their number with a comma behind it.
    """
    plain = parser._token

    def header(r, w):
        buf = parser._buf
        stop = buf.find(b"\n", r, w)
        start = -1 if found else buf.find(head, r, w if stop < 0 else stop)
        if start < 0:
            return None
        i = start = start + len(head)
        left = commas
        quoted = False
        while left:
            if i == w:
                return 0 if w - r < 160 else None
            c = buf[i]
            if c == 34:
                quoted = not quoted
            elif c == 10:
                return None
            elif c == 44 and not quoted:
                left -= 1
            i += 1
        line = bytes(parser._view[start : i - 1])
        digits = line[line.rfind(b",") + 1 :]
        if not digits.isdigit():
            return None
        found.append(line)
        parser.r = i
        parser._seen = 0
        parser._long = False
        parser.tail = 1
        parser.link = link
        parser.left = parser.length = int(digits)
        parser._sink = None
        if parser.length > 65536:
            parser.left = -1
            return _REFUSED
        return _DATA

    def token(r, w):  # a frame as small as can be: see _put() of store.py
        event = header(r, w)
        return plain(r, w) if event is None else event

    parser._token = token
