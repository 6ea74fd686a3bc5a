# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Certificates in the module's flash: found, compared, and written only where they differ.

Up to 3.0 they stand in partitions, each a container of numbered items (``AT+SYSFLASH``), from 3.1
on in NVS, an entry each (``AT+SYSMFG``); which it is, the list of partitions tells. Number 0 keeps
what the module came with; a context's take the next number that no other context uses, and that is
not the roots of ``espat ca``: these begin with the line ``# espat ca``.

Sizes are checked before anything is erased, a container's head is written last, and all that was
written is read back. Loaded for a connect, and let go of.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .flash import (
    sysflash_erase,
    sysflash_read,
    sysflash_write,
    sysmfg_erase,
    sysmfg_keys,
    sysmfg_read,
    sysmfg_write,
)
from .handshake import this_run
from .modem import ATError, fail

MARK = b"# espat ca\n"
"""The first line of roots that contexts without a CA trust; PEM may have lines of other text."""

_ESPAT = const(9)  # capabilities
_SYSMFG = const(22)
_PIECE = const(256)  # bytes read at a time, so that no UART buffer overruns
_WRITE = const(1024)
_HEAD = const(32)  # what is written last of a container; flash encryption wants such steps
_VALUE = const(8192)  # the largest NVS entry that is tried
_BINARY = const(8)

# Numbers of tlserrors.py.
_ERR_NO_PLACE = const(87)
_ERR_TOO_LARGE = const(88)
_ERR_FULL = const(91)
_ERR_WORN = const(89)


def done():
    """This is needed no more."""
    let_go("store", "flash", "asking")


class _Nvs:
    """Entries of NVS: a value each."""

    def __init__(self, modem):
        self.modem = modem

    def kept(self, space):
        """The numbers that are taken."""
        found = []
        try:
            entries = sysmfg_keys(self.modem, space)
        except ATError:
            entries = ()
        for key, self.kind in entries:
            at = key.rfind(".")
            if key[:at] == space and key[at + 1 :].isdigit():
                found.append(int(key[at + 1 :]))
            elif key == space:
                found.append(0)
        return found

    def read(self, space, number, offset, length):
        """Bytes of one; fewer, or none, at its end."""
        try:
            return sysmfg_read(self.modem, space, _key(space, number), offset, length)[1]
        except ATError:
            return b""

    def same(self, space, number, data):
        """Whether one is these bytes, and no more."""
        key = _key(space, number)
        at = 0
        try:
            while at < len(data):
                piece = data[at : at + _PIECE]
                if sysmfg_read(self.modem, space, key, at, len(piece))[1] != piece:
                    return False
                at += _PIECE
            return sysmfg_read(self.modem, space, key, len(data), 1)[1] == b""
        except ATError:  # it ends here
            return at >= len(data)

    def room(self, space, number):
        """How many bytes there may be."""
        return _VALUE

    def write(self, space, number, data):
        """Put it there, over what there was; ``stands()`` follows."""
        kind = _BINARY if not self.kept(space) else self.kind  # as its neighbours are
        sysmfg_write(self.modem, space, _key(space, number), kind, data)

    stands = same

    def drop(self, space, number):
        """Take one away; the others keep their numbers."""
        sysmfg_erase(self.modem, space, _key(space, number))


def _key(space, number):
    return space if space[:6] == "server" else "%s.%d" % (space, number)


class _Partitions:
    """A partition for each kind, in it a container: u16 0xF1F1, u16 count, u32 length of the rest;
    for each item u8 type, u8 number, u16 length, its bytes, filled up to four with 0xFF.
    """

    def __init__(self, modem, sizes):
        self.modem = modem
        self.sizes = sizes
        self._seen = {}

    def _items(self, space):
        """(where it begins, its length, its type) of each item."""
        if space in self._seen:
            return self._seen[space]
        self._seen[space] = found = []
        size = self.sizes.get(space)
        if size is None:
            raise fail(_ERR_NO_PLACE, space)
        head = sysflash_read(self.modem, space, 0, 8)
        end = 8 + _number(head, 4, 4)
        if head[:2] != b"\xf1\xf1" or end > size:
            return found
        at = 8
        for _ in range(_number(head, 2, 2)):
            if at + 4 > end:
                break
            head = sysflash_read(self.modem, space, at, 4)
            length = _number(head, 2, 2)
            found.append((at + 4, length, head[0]))
            at += 4 + (length + 3 & ~3)
        return found

    def kept(self, space):
        return range(len(self._items(space)))

    def read(self, space, number, offset, length):
        items = self._items(space)
        if number >= len(items):
            return b""
        start, size, _ = items[number]
        length = min(length, size - offset)
        return sysflash_read(self.modem, space, start + offset, length) if length > 0 else b""

    def same(self, space, number, data):
        items = self._items(space)
        if number >= len(items) or items[number][1] != len(data):
            return False
        return self._stands(space, items[number][0], data)

    def _stands(self, space, start, data):
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            if sysflash_read(self.modem, space, start + at, len(piece)) != piece:
                return False
        return True

    def room(self, space, number):
        taken = 12
        for i, item in enumerate(self._items(space)):
            if i != number:
                taken += 4 + (item[1] + 3 & ~3)
        return self.sizes[space] - taken

    def write(self, space, number, data):
        """All of the container anew, for a partition is erased as a whole: ``stands()`` does it."""
        items = self._items(space)
        parts = []
        for item in items:  # no comprehension: see _put()
            parts.append(self._whole(space, item))
        kind = items[0][2] if items else ("ca", "cert", "key").index(space.split("_")[1]) + 1
        item = bytes([kind, number]) + _little(len(data), 2) + data
        parts[number : number + 1] = [item + b"\xff" * (-len(data) % 4)]
        self._anew(space, parts)

    def drop(self, space, number):
        """Take one away; others behind it keep their numbers: an item of no bytes stays."""
        parts = [self._whole(space, item) for item in self._items(space)]
        parts[number] = parts[number][:2] + b"\0\0"
        while parts and len(parts[-1]) == 4:
            parts.pop()
        self._anew(space, parts)
        self.finish()

    def _anew(self, space, parts):
        length = sum([len(part) for part in parts])
        image = b"\xf1\xf1" + _little(len(parts), 2) + _little(length, 4) + b"".join(parts)
        self.modem.unwritten = (space, image)

    def stands(self, *_):
        """Whether it stands there whole."""
        self.finish()
        return True

    def finish(self):
        """Write what is to be written; what a restart or Ctrl-C cut off is begun again."""
        unwritten = getattr(self.modem, "unwritten", None)
        if unwritten is None:
            return
        space, image = unwritten
        self._seen.clear()
        sysflash_erase(self.modem, space)
        for at in range(_HEAD, len(image), _WRITE):
            sysflash_write(self.modem, space, at, image[at : at + _WRITE])
        sysflash_write(self.modem, space, 0, image[:_HEAD])
        if not self._stands(space, 0, image):
            raise fail(_ERR_WORN, space)
        self.modem.unwritten = None

    def _whole(self, space, item):
        """An item as it stands, head and filling too."""
        start, length, _ = item
        start -= 4
        end = start + 4 + (length + 3 & ~3)
        pieces = []
        for at in range(start, end, _PIECE):
            pieces.append(sysflash_read(self.modem, space, at, min(_PIECE, end - at)))
        return b"".join(pieces)


def _number(data, at, size):
    """An unsigned number, its lowest byte first."""
    found = 0
    for byte in reversed(bytes(data[at : at + size])):
        found = found << 8 | byte
    return found


def _little(value, size):
    return bytes([value >> 8 * i & 255 for i in range(size)])


def opened(modem, space):
    """Where this module has such things."""
    if not modem.can >> _ESPAT & 1:
        raise fail(_ERR_NO_PLACE, space)
    sizes = {}
    for line in run(modem, b"+SYSFLASH?", (), b"+SYSFLASH:"):
        row = line.split(b",")
        if len(row) > 4:
            sizes[str(row[0][10:].strip(b'"'), "ascii")] = int(str(row[4], "ascii"), 16)
    if "client_ca" in sizes or not modem.can >> _SYSMFG & 1:
        if space not in sizes:
            raise fail(_ERR_NO_PLACE, space)
        store = _Partitions(modem, sizes)
        store.finish()
        return store
    return _Nvs(modem)


def _known(modem):
    """What is known to stand where, since the module started: {(space, number): bytes}."""
    now = this_run(modem)
    if "known" not in now:
        now["known"] = {}
    return now["known"]


def roots(modem):
    """The number of the CA that ``espat ca`` put into the module, None if there is none."""
    known = _known(modem)
    for place in known:
        if known[place] == MARK:
            return place[1]
    store = opened(modem, "client_ca")
    for number in store.kept("client_ca"):
        if store.read("client_ca", number, 0, len(MARK)) == MARK:
            known["client_ca", number] = MARK
            return number
    return None


def keep_roots(modem, pem):
    """Have roots in the module, in place of those before: see roots.py."""
    store, number = _for_roots(modem)
    known = _known(modem)
    _put(modem, store, known, ("client_ca",), number, (MARK + pem,))
    known["client_ca", number] = MARK


def _for_roots(modem):
    """(store, the number that roots have in it, or would get)."""
    number = roots(modem)
    store = opened(modem, "client_ca")
    if number is None:
        number = min(len(store.kept("client_ca")), 1)
        while ("client_ca", number) in _known(modem):
            number += 1
    return store, number


def place_of_roots(modem):
    """(the number that roots have, or would get, how many bytes there is room for)."""
    store, number = _for_roots(modem)
    return number, store.room("client_ca", number) - len(MARK)


def drop_roots(modem):
    """Take them away: whether there were any."""
    dropped = False
    while True:
        number = roots(modem)
        if number is None:
            return dropped
        opened(modem, "client_ca").drop("client_ca", number)
        dropped = True


def read_roots(modem):
    """The roots as they stand there, without their first line; None if there are none."""
    number = roots(modem)
    if number is None:
        return None
    store = opened(modem, "client_ca")
    found = []
    at = len(MARK)
    while True:
        piece = store.read("client_ca", number, at, _PIECE)
        if not piece:
            return b"".join(found)
        found.append(piece)
        at += len(piece)


def keep(modem, spaces, data):
    """Have a CA, or a certificate and its key, in the module: their number, which is one."""
    known = _known(modem)
    for space, number in known:
        if space == spaces[0] and _all(known, spaces, number, data):
            return number
    store = opened(modem, spaces[0])
    number = _place(store, known, spaces, data)
    try:
        _put(modem, store, known, spaces, number, data)
    except ATError:
        for i in range(len(spaces)):  # no half of a pair is left behind
            if store.same(spaces[i], number, data[i]):
                store.drop(spaces[i], number)
    else:
        return number
    raise fail(_ERR_FULL, spaces[0])


def keep_server(modem, pair, ca):
    """Have what a server shows, and the CA of its clients if not None, where servers have it."""
    spaces, data = ("server_cert", "server_key"), tuple(pair)
    if ca is not None:
        spaces, data = spaces + ("server_ca",), data + (ca,)
    known = _known(modem)
    if _all(known, spaces, 0, data):
        return
    store = opened(modem, spaces[0])
    _put(modem, store, known, spaces, 0, data)


def _all(known, spaces, number, data):
    """Whether all of it is known to stand under one number."""
    for i in range(len(spaces)):
        if known.get((spaces[i], number)) != data[i]:
            return False
    return True


def _place(store, known, spaces, data):
    """The number under which it stands, or may be written."""
    kept = []
    for space in spaces:
        kept.append(store.kept(space))
    for number in kept[0]:
        if _same(store, spaces, number, data):
            return number
    number = min([len(numbers) for numbers in kept] + [1])
    while _taken(store, known, spaces[0], number, kept[0]):
        number += 1
    return number


def _same(store, spaces, number, data):
    for i in range(len(spaces)):
        if not store.same(spaces[i], number, data[i]):
            return False
    return True


def _taken(store, known, space, number, kept):
    """Whether another context, or ``espat ca``, has a number in use."""
    if (space, number) in known:
        return True
    if space != "client_ca" or number not in kept:
        return False
    return store.read(space, number, 0, len(MARK)) == MARK


def _put(modem, store, known, spaces, number, data):
    """Write what is not there: all of it fits, or nothing is touched.

    CircuitPython keeps frames in 2 KB, or 1.5 KB: under adafruit_requests this is its deepest part.
    """
    wanted = []
    for i in range(len(spaces)):
        if not store.same(spaces[i], number, data[i]):
            room = store.room(spaces[i], number)
            if len(data[i]) > room:
                raise fail(_ERR_TOO_LARGE, spaces[i], len(data[i]), room)
            wanted.append(i)
    for i in wanted:
        known.pop((spaces[i], number), None)
        store.write(spaces[i], number, data[i])
        if not store.stands(spaces[i], number, data[i]):
            raise fail(_ERR_WORN, spaces[i])
    for i in range(len(spaces)):
        known[spaces[i], number] = data[i]
    this_run(modem)["known"] = known
