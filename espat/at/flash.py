# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The data in the module's flash: partitions (``AT+SYSFLASH``) and, from ESP-AT 3.1 on, NVS entries
(``AT+SYSMFG``). Certificates are among them: ``espat.tls.certificates`` writes those.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read, or that ended
without its bytes); arguments out of range raise ``ValueError``, what is not bytes ``TypeError``.

What is written is read back, since the module cannot tell that a digit of the place or length was
lost on the line. If other bytes are there, that is an ``OSError``, too: EIO.
"""

from .. import calls
from ..errors import const, fail
from .args import Payload, fields, need, number, sized
from .essential import garbled, text

_OK = const(2)

_PIECE = const(4096)  # the module reads and writes through a buffer of one sector
_CHUNK = const(256)  # bytes read back at a time, so that no UART buffer overruns
_ENTRY = const(65536)  # more than any entry has: all NVS of a module is less than twice that
_FLASH_MS = const(20000)
_MOST = const(0x7FFFFFFF)
_TEXT = const(7)  # the first kind of entry that is written at a prompt


def sysflash_query(modem):
    """``AT+SYSFLASH?``: (name, type, subtype, address, size) of each partition, a list. ESP-AT.

    Source: tls-facts.md 1.
    """
    need(modem, "SYSFLASH")
    return partitions(modem.run(b"+SYSFLASH?", (), b"+SYSFLASH:"))


def partitions(lines):
    """What ``sysflash_query()`` returns, of the lines of its reply."""
    found = []
    for line in lines:
        row = fields(b"+SYSFLASH", line, "sdd")
        try:  # in MicroPython 1.20, int() reads 0x10 already, so fields() returns an int
            places = [n if isinstance(n, int) else int(n, 16) for n in row[3:5]]
        except (TypeError, ValueError):
            places = ()
        if len(places) != 2:
            raise garbled(b"+SYSFLASH", line)
        found.append(tuple(row[:3] + places))
    return found


def sysflash_erase(modem, name, offset=None, length=None):
    """``AT+SYSFLASH=0,"<name>"[,<offset>,<length>]``: erase a partition, or part of it. ESP-AT.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from its beginning; a multiple of 4096, as is ``length``; None: all
    Source: tls-facts.md 1.
    """
    need(modem, "SYSFLASH")
    args = (0, text("name", name, 1, 15))
    if offset is not None or length is not None:
        args += (number("offset", offset, 0, _MOST), number("length", length, 1, _MOST))
        if offset % 4096 or length % 4096:
            raise ValueError("offset, length: multiples of 4096")
    _changed(modem)
    modem.run(b"+SYSFLASH=", args, b"", _FLASH_MS)


def sysflash_write(modem, name, offset, data):
    """``AT+SYSFLASH=1,"<name>",<offset>,<length>``, and the bytes at the prompt. ESP-AT.

    The place that is written to must have been erased before.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from the beginning of the partition
    :param data: bytes, bytearray or memoryview of bytes: 1 to 4096; in a partition of certificates
        a multiple of four
    Source: tls-facts.md 1.
    """
    need(modem, "SYSFLASH")
    view = sized("data", data, 1, _PIECE)
    text("name", name, 1, 15)
    number("offset", offset, 0, _MOST)
    _changed(modem)
    calls.wait(modem, writing(modem, name, offset, view))


def writing(modem, name, offset, view):
    """``sysflash_write()`` in steps: see calls.py."""
    yield from giving(modem, b"+SYSFLASH=", (1, name, offset), view)
    for at in range(0, len(view), _CHUNK):
        piece = bytes(view[at : at + _CHUNK])
        args = (2, name, offset + at, len(piece))
        if (yield from fetched(modem, b"+SYSFLASH=", args)) != piece:
            raise fail("differs", name)


def sysflash_read(modem, name, offset, length):
    """``AT+SYSFLASH=2,"<name>",<offset>,<length>``: read bytes. ESP-AT.

    :param str name: 1 to 15 bytes
    :param int offset: bytes from the beginning of the partition
    :param int length: 1 to 4096
    Source: tls-facts.md 1.
    """
    need(modem, "SYSFLASH")
    args = (2, text("name", name, 1, 15), number("offset", offset, 0, _MOST))
    args += (number("length", length, 1, _PIECE),)
    return calls.wait(modem, fetched(modem, b"+SYSFLASH=", args))


def sysmfg_query(modem):
    """``AT+SYSMFG?``: the name spaces, a list of str. ESP32 ESP-AT 3.1. Source: tls-facts.md 1."""
    need(modem, "SYSMFG")
    lines = modem.run(b"+SYSMFG?", (), b"+SYSMFG:")
    return [fields(b"+SYSMFG", line, "s")[0] for line in lines]


def sysmfg_keys(modem, space):
    """``AT+SYSMFG=1,"<space>"``: (key, type) of each entry of a name space, a list.

    :param str space: 1 to 15 bytes
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, "SYSMFG")
    return entries(modem.run(b"+SYSMFG=", (1, text("space", space, 1, 15)), b"+SYSMFG:"))


def entries(lines):
    """What ``sysmfg_keys()`` returns, of the lines of its reply."""
    return [tuple(fields(b"+SYSMFG", line, "ssd")[1:3]) for line in lines]


def sysmfg_read(modem, space, key, offset=None, length=None):
    """``AT+SYSMFG=1,"<space>","<key>"[,<offset>,<length>]``: (type, bytes) of an entry.

    :param str space: 1 to 15 bytes, as ``key``
    :param int offset: bytes from its beginning; None: all of it
    :param int length: 1 to 4096; without an offset, more can be read at once
    :returns: type: 1 to 6: u8, i8, u16, i16, u32, i32 (the bytes are digits); 7 text, 8 binary
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, "SYSMFG")
    args = (1, text("space", space, 1, 15), text("key", key, 1, 15))
    if offset is not None or length is not None:
        args += (number("offset", offset, 0, _MOST), number("length", length, 1, _PIECE))
    head = []
    data = calls.wait(modem, fetched(modem, b"+SYSMFG=", args, head))
    return fields(b"+SYSMFG", head[0], "ssdd")[2], data


def fetched(modem, name, args, head=None):
    """The bytes of a partition or an entry, in steps: see stepwise.py.

    :param args: those of the command; the last of four or more is the most bytes to read
    :param list head: gets the header of an entry; None: of a partition, there is no need
    """
    payload = Payload(modem)
    most = args[-1] if len(args) > 3 else _ENTRY
    counted = _counted(1, []) if head is None else _counted(4, head)
    yield from calls.fetch(modem, name, args, payload, most, counted)
    data = payload.data()
    if head is None and len(data) != most:  # a digit of the length was lost on the line
        raise garbled(name, data)
    return data


def sysmfg_erase(modem, space, key=None):
    """``AT+SYSMFG=0,"<space>"[,"<key>"]``: erase an entry, or a whole name space.

    :param str space: 1 to 15 bytes, as ``key``
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, "SYSMFG")
    args = (0, text("space", space, 1, 15))
    if key is not None:
        args += (text("key", key, 1, 15),)
    _changed(modem)
    modem.run(b"+SYSMFG=", args, b"", _FLASH_MS)


def sysmfg_write(modem, space, key, kind, value):
    """``AT+SYSMFG=2,"<space>","<key>",<kind>,<value>``; text and bytes are sent at a prompt.

    An existing entry of that name is overwritten.

    :param str space: 1 to 15 bytes, as ``key``
    :param int kind: 1 to 8, the type of ``sysmfg_read()``
    :param value: an int; for 7 and 8 bytes, bytearray or memoryview of bytes, 1 or more
    ESP32 ESP-AT 3.1. Source: tls-facts.md 1.
    """
    need(modem, "SYSMFG")
    name = b"+SYSMFG="
    args = (2, text("space", space, 1, 15), text("key", key, 1, 15), number("kind", kind, 1, 8))
    if kind < _TEXT:
        bits = 8 << (kind - 1 >> 1)
        least, most = (0, (1 << bits) - 1) if kind & 1 else (-(1 << bits - 1), (1 << bits - 1) - 1)
        number("value", value, least, most)
        _changed(modem)
        modem.run(name, args + (value,), b"", _FLASH_MS)
        value = b"%d" % value
    else:
        value = sized("value", value, 1, _MOST)
        _changed(modem)
        calls.wait(modem, giving(modem, name, args, value))
    for at in range(0, len(value), _CHUNK):
        piece = bytes(value[at : at + _CHUNK])
        part = (at, len(piece)) if len(value) > _CHUNK else ()
        if sysmfg_read(modem, space, key, *part) != (kind, piece):
            raise fail("differs", space)


def giving(modem, name, args, view):
    """Write bytes at a prompt, in steps; the last parameter is their number."""
    args += (len(view),)
    return calls.giving(modem, name, args, view, -1, _OK, b"", _FLASH_MS)


def _counted(commas, head):
    """Return a function for ``Parser.counted``. It reads a header of ``commas`` fields, each ended
    by a comma; the last is the count. It puts the header, without its last comma, into ``head``.
    """

    def read(parser, at, w):
        """Read the header at index ``at`` of ``parser.buf``, whose bytes end at index ``w``."""
        buf = parser.buf
        i = buf.find(b":", at, w) + 1
        left = commas
        quoted = False
        while left:
            if i == w:
                return 0
            c = buf[i]
            if c == 34:
                quoted = not quoted
            elif c == 10:
                return -1
            elif c == 44 and not quoted:
                left -= 1
            i += 1
        line = bytes(memoryview(buf)[at : i - 1])
        digits = line[max(line.rfind(b","), line.find(b":")) + 1 :]
        if not digits.isdigit():
            return -1
        head[:] = (line,)
        parser.link = -1
        parser.length = int(digits)
        return i

    return read


def _changed(modem):
    """Forget what espat.tls knows about the flash: it may be different now."""
    if modem.tls is not None:
        modem.tls.known = {}
