# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Certificates in the module's flash: find and compare them, and write those that differ.

A board puts roots, for contexts that have no CA of their own, into the module like this:

    from espat.tls import certificates
    certificates.install_roots(radio, "/roots.pem")

Up to ESP-AT 3.0 certificates are in partitions, each with a container of numbered items
(``AT+SYSFLASH``); from 3.1 on each is an entry in NVS (``AT+SYSMFG``). The list of partitions shows
which it is. Number 0 keeps what the module came with. The certificates of a context get the next
number that is used neither by another context nor by the roots, which begin with the line
``# espat ca``.

Sizes are checked before anything is erased, the head of a container is written last, and all that
was written is read back. Loaded for a connect, and forgotten. Source: tls-facts.md 1.
"""

from .. import lazy
from ..at.flash import (
    sysflash_erase,
    sysflash_query,
    sysflash_read,
    sysflash_write,
    sysmfg_erase,
    sysmfg_keys,
    sysmfg_read,
    sysmfg_write,
)
from ..errors import ATError, fail
from ..parser import const
from .state import state_of

MARK = b"# espat ca\n"
"""The first line of the roots that contexts without a CA trust; PEM allows lines of other text."""

_CHUNK = const(256)  # bytes read at a time, so that no UART buffer overruns
_WRITE = const(1024)  # bytes written at a time
_LATE = const(32)  # bytes at a container's start, written last; flash encryption needs such steps
_VALUE = const(8192)  # bytes of the largest NVS entry that is tried
_BINARY = const(8)  # the type of an NVS entry


# Roots, from a board


def install_roots(radio, cafile):
    """Put the certificates of a file into the module, replacing the roots that are there.

    They are read back; nothing is written if they are there already.

    :param cafile: path of a PEM or DER file; or bytes, the data themselves
    :returns: how many certificates
    :raises ValueError: no certificate in it, a bad one, or too many for the space: nothing has
        been changed then
    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates; EIO, reading back returned
        other bytes
    :raises ATError: the module refused to read, erase or write: its flash may be full
    """
    data = lazy.call("tls.pem", "certificates", cafile)
    modem = radio.up()
    store, number = _place_of_roots(modem)
    known = state_of(modem).known
    _put(store, known, ("client_ca",), number, (MARK + data,))
    known["client_ca", number] = MARK
    return data.count(b"-----BEGIN ")


def installed_roots(radio):
    """The roots that are in the module, as PEM (bytes); None if there are none.

    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates
    :raises ATError: the module refused to read
    """
    modem = radio.up()
    number = roots(modem)
    if number is None:
        return None
    store = opened(modem, "client_ca")
    found = []
    at = len(MARK)
    while True:
        piece = store.read("client_ca", number, at, _CHUNK)
        if not piece:
            return b"".join(found)
        found.append(piece)
        at += len(piece)


def place_of_roots(radio):
    """Where the roots are or would be: ``(number, bytes of PEM that fit)``.

    The number is what ``AT+CIPSSLCCONF`` takes for a CA.

    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates
    :raises ATError: the module refused to read
    """
    store, number = _place_of_roots(radio.up())
    return number, store.room("client_ca", number) - len(MARK)


def remove_roots(radio):
    """Remove the roots from the module; all other certificates keep their numbers.

    :returns: whether there were any
    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates; EIO, reading back returned
        other bytes
    :raises ATError: the module refused to read or erase
    """
    modem = radio.up()
    removed = False
    while True:
        number = roots(modem)
        if number is None:
            return removed
        state_of(modem).known.pop(("client_ca", number), None)
        opened(modem, "client_ca").drop("client_ca", number)
        removed = True


def roots(modem, needed=False):
    """The number of the roots; None if there are none and they are not needed.

    :raises OSError: EINVAL, there are none but they are needed; EOPNOTSUPP, no place for them
    """
    known = state_of(modem).known
    for place in known:
        if known[place] == MARK:
            return place[1]
    store = opened(modem, "client_ca")
    for number in sorted(store.files("client_ca")):
        if store.read("client_ca", number, 0, len(MARK)) == MARK:
            known["client_ca", number] = MARK
            return number
    if needed:
        raise fail("roots_missing")
    return None


def _place_of_roots(modem):
    """``(store, number of the roots in it, or the number that they would get)``."""
    number = roots(modem)
    store = opened(modem, "client_ca")
    if number is None:
        number = min(len(store.files("client_ca")), 1)
        while ("client_ca", number) in state_of(modem).known:
            number += 1
    return store, number


# What contexts bring


def provide_server(modem, context, verify):
    """Make sure that the module has what its server presents and, if it verifies clients, trusts.
    These have number 0.
    """
    spaces, data = (), ()
    if not isinstance(context.pki, int):
        spaces, data = ("server_cert", "server_key"), context.pki
    if verify and not isinstance(context.ca, int):
        spaces, data = spaces + ("server_ca",), data + (context.ca,)
    known = state_of(modem).known
    if _all_known(known, spaces, 0, data):
        return
    try:
        _put(opened(modem, spaces[0]), known, spaces, 0, data)
    except ATError:
        raise fail("flash_is_full", spaces[0])


def provide(modem, wants, what):
    """Make sure that the module has what a client presents or trusts, and put its number into
    ``wants``.

    CircuitPython has a stack of 1.5 or 2 KB. Under adafruit_requests this is the deepest point of
    the driver, so it calls few functions.

    :param wants: see connect.py. Its ``pki`` is (PEM, PEM), its ``ca`` is PEM; an int instead of
        either is the number under which it is in the module already
    :param int what: 1: a certificate and its key; 2: the CAs that it trusts
    :raises OSError: EOPNOTSUPP, no place for it; EIO, the flash is full, or reading back returned
        other bytes
    :raises ValueError: too large for the space
    """
    if what == 1:
        spaces = ("client_cert", "client_key")
        data = wants.pki
    else:
        spaces = ("client_ca",)
        data = wants.ca
    if isinstance(data, int):
        return
    if what == 2:
        data = (data,)
    known = state_of(modem).known
    for space, number in known:
        if space == spaces[0] and _all_known(known, spaces, number, data):
            break
    else:
        store = opened(modem, spaces[0])
        for number in sorted(store.files(spaces[0])):
            for i in range(len(spaces)):
                if not store.same(spaces[i], number, data[i]):
                    break
            else:
                break
        else:
            number = _free(store, known, spaces)
        try:
            _put(store, known, spaces, number, data)
        except ATError:
            for i in range(len(spaces)):  # do not leave half of a pair
                if store.same(spaces[i], number, data[i]):
                    store.drop(spaces[i], number)
            store = None
        if store is None:
            raise fail("flash_is_full", spaces[0])
    if what == 1:
        wants.pki = number
    else:
        wants.ca = number


def _all_known(known, spaces, number, data):
    """Whether all of the data are known to be in the module under one number."""
    for i in range(len(spaces)):
        if known.get((spaces[i], number)) != data[i]:
            return False
    return True


def _free(store, known, spaces):
    """The lowest number that neither another context nor the roots use; 0 only if it is empty."""
    number = 1
    for space in spaces:
        number = min(number, len(store.files(space)))
    kept = store.files("client_ca") if spaces[0] == "client_ca" else ()
    while (spaces[0], number) in known or (
        number in kept and store.read("client_ca", number, 0, len(MARK)) == MARK
    ):
        number += 1
    return number


def _put(store, known, spaces, number, data):
    """Write what is not there yet. If not all of it fits, nothing is changed."""
    wanted = []
    for i in range(len(spaces)):
        if not store.same(spaces[i], number, data[i]):
            room = store.room(spaces[i], number)
            if len(data[i]) > room:
                raise fail("cert_too_large", spaces[i], len(data[i]), room)
            wanted.append(i)
    for i in wanted:
        known.pop((spaces[i], number), None)
        store.write(spaces[i], number, data[i])
        if not store.stands(spaces[i], number, data[i]):
            raise fail("flash_differs", spaces[i])
    for i in range(len(spaces)):
        known[spaces[i], number] = data[i]
    store.modem.tls.known = known  # at/flash.py has emptied it, as on any write


# Where they are stored


def opened(modem, space):
    """The store of a module, whose files have the name of a space and a number.

    :param str space: ``"client_ca"``, ``"client_cert"``, ``"client_key"``, ``"server_..."``
    :raises OSError: EOPNOTSUPP, the firmware has no place for that space
    """
    if not modem.has("SYSFLASH"):
        raise fail("no_such_place", space)
    sizes = {}
    for row in sysflash_query(modem):
        sizes[row[0]] = row[4]
    if "client_ca" in sizes or not modem.has("SYSMFG"):
        if space not in sizes:
            raise fail("no_such_place", space)
        store = Partitions(modem, sizes)
        store.finish()
        return store
    return Nvs(modem)


class Nvs:
    """A store in NVS, with an entry for each file."""

    def __init__(self, modem):
        self.modem = modem

    def files(self, space):
        """The type of each file's entry, by the file's number."""
        found = {}
        try:
            entries = sysmfg_keys(self.modem, space)
        except ATError:
            entries = ()
        for key, kind in entries:
            at = key.rfind(".")
            if key[:at] == space and key[at + 1 :].isdigit():
                found[int(key[at + 1 :])] = kind
            elif key == space:
                found[0] = kind
        return found

    def read(self, space, number, offset, length):
        """Bytes of a file; fewer, or none, at its end."""
        try:
            return sysmfg_read(self.modem, space, _key(space, number), offset, length)[1]
        except ATError:
            return b""

    def same(self, space, number, data):
        """Whether a file is these bytes, and no more."""
        key = _key(space, number)
        at = 0
        try:
            while at < len(data):
                piece = data[at : at + _CHUNK]
                if sysmfg_read(self.modem, space, key, at, len(piece))[1] != piece:
                    return False
                at += _CHUNK
            return sysmfg_read(self.modem, space, key, len(data), 1)[1] == b""
        except ATError:  # the file ends here
            return at >= len(data)

    stands = same

    def room(self, space, number):
        """How many bytes a file may have."""
        return _VALUE

    def write(self, space, number, data):
        """Write a file, replacing an earlier one; the caller checks it with ``stands()``."""
        kinds = list(self.files(space).values())
        kind = kinds[0] if kinds else _BINARY  # the type of the files that are there
        sysmfg_write(self.modem, space, _key(space, number), kind, data)

    def drop(self, space, number):
        """Remove a file; the others keep their numbers."""
        sysmfg_erase(self.modem, space, _key(space, number))


def _key(space, number):
    return space if space[:6] == "server" else "%s.%d" % (space, number)


class Partitions:
    """A store in partitions, one for each space, each with a container: u16 0xF1F1, u16 count, u32
    length of the rest; for each file u8 type, u8 number, u16 length, and its bytes, padded with
    0xFF to a multiple of four. All numbers are little-endian.
    """

    def __init__(self, modem, sizes):
        self.modem = modem
        self.sizes = sizes  # the size of each partition in bytes, by name
        self._seen = {}

    def files(self, space):
        """``(where it begins, its length, its type)`` of each file, by its number."""
        if space in self._seen:
            return self._seen[space]
        size = self.sizes.get(space)
        if size is None:
            raise fail("no_such_place", space)
        found = {}
        head = sysflash_read(self.modem, space, 0, 8)
        end = 8 + int.from_bytes(head[4:8], "little")
        if head[:2] == b"\xf1\xf1" and end <= size:
            at = 8
            for number in range(int.from_bytes(head[2:4], "little")):
                if at + 4 > end:
                    break
                head = sysflash_read(self.modem, space, at, 4)
                length = int.from_bytes(head[2:4], "little")
                found[number] = (at + 4, length, head[0])
                at += 4 + (length + 3 & ~3)
        self._seen[space] = found
        return found

    def read(self, space, number, offset, length):
        """Bytes of a file; fewer, or none, at its end."""
        items = self.files(space)
        if number not in items:
            return b""
        start, size, _ = items[number]
        length = min(length, size - offset)
        return sysflash_read(self.modem, space, start + offset, length) if length > 0 else b""

    def same(self, space, number, data):
        """Whether a file is these bytes, and no more."""
        items = self.files(space)
        if number not in items or items[number][1] != len(data):
            return False
        return self._reads(space, items[number][0], data)

    def _reads(self, space, start, data):
        """Whether a partition has these bytes at an offset."""
        for at in range(0, len(data), _CHUNK):
            piece = data[at : at + _CHUNK]
            if sysflash_read(self.modem, space, start + at, len(piece)) != piece:
                return False
        return True

    def room(self, space, number):
        """How many bytes a file may have."""
        taken = 12
        items = self.files(space)
        for each in items:
            if each != number:
                taken += 4 + (items[each][1] + 3 & ~3)
        return self.sizes[space] - taken

    def write(self, space, number, data):
        """Plan to write a file. The whole container has to be written again, since a partition is
        erased as a whole; ``stands()`` does that.
        """
        items = self.files(space)
        parts = []
        for each in range(len(items)):  # a comprehension would take more stack: see provide()
            parts.append(self._whole(space, items[each]))
        kind = items[0][2] if items else ("ca", "cert", "key").index(space.split("_")[1]) + 1
        item = bytes([kind, number]) + len(data).to_bytes(2, "little") + data
        parts[number : number + 1] = [item + b"\xff" * (-len(data) % 4)]
        self._plan(space, parts)

    def drop(self, space, number):
        """Remove a file. An empty file stays in its place, so that those after it keep their
        numbers.
        """
        items = self.files(space)
        parts = [self._whole(space, items[each]) for each in range(len(items))]
        parts[number] = parts[number][:2] + b"\0\0"
        while parts and len(parts[-1]) == 4:
            parts.pop()
        self._plan(space, parts)
        self.finish()

    def _plan(self, space, parts):
        """Compose the container that ``finish()`` will write."""
        length = sum([len(part) for part in parts])
        head = b"\xf1\xf1" + len(parts).to_bytes(2, "little") + length.to_bytes(4, "little")
        image = head + b"".join(parts)
        self.modem.unwritten = (space, image)

    def finish(self, *_):
        """Write the planned container, if there is one. If a restart or Ctrl-C cuts the write off,
        the next call begins it again.

        :returns: True
        :raises OSError: EIO, reading back returned other bytes
        """
        if self.modem.unwritten is None:
            return True
        space, image = self.modem.unwritten
        self._seen.clear()
        sysflash_erase(self.modem, space)
        for at in range(_LATE, len(image), _WRITE):
            sysflash_write(self.modem, space, at, image[at : at + _WRITE])
        sysflash_write(self.modem, space, 0, image[:_LATE])
        if not self._reads(space, 0, image):
            raise fail("flash_differs", space)
        self.modem.unwritten = None
        return True

    stands = finish

    def _whole(self, space, item):
        """A file as it is in the partition, with its head and padding."""
        start, length, _ = item
        start -= 4
        end = start + 4 + (length + 3 & ~3)
        pieces = []
        for at in range(start, end, _CHUNK):
            pieces.append(sysflash_read(self.modem, space, at, min(_CHUNK, end - at)))
        return b"".join(pieces)
