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

All that is not for programs is done in steps: see stepwise.py.
"""

from .. import lazy
from ..at.flash import entries, fetched, giving, partitions, writing
from ..calls import ask, wait
from ..errors import ATError, const, fail
from .state import state_of

MARK = b"# espat ca\n"
"""The first line of the roots that contexts without a CA trust; PEM allows lines of other text."""

_CHUNK = const(256)  # bytes read at a time, so that no UART buffer overruns
_WRITE = const(1024)  # bytes written at a time
_LATE = const(32)  # bytes at a container's start, written last; flash encryption needs such steps
_VALUE = const(8192)  # bytes of the largest NVS entry that is tried
_BINARY = const(8)  # the type of an NVS entry
_FLASH_MS = const(20000)  # how long the module may take to write or erase


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
    store, number = wait(modem, _place_of_roots(modem))
    known = state_of(modem).known
    wait(modem, _put(store, known, ("client_ca",), number, (MARK + data,)))
    known["client_ca", number] = MARK
    return data.count(b"-----BEGIN ")


def installed_roots(radio):
    """The roots that are in the module, as PEM (bytes); None if there are none.

    :raises OSError: EOPNOTSUPP, the firmware keeps no certificates
    :raises ATError: the module refused to read
    """
    modem = radio.up()
    number = wait(modem, roots(modem))
    if number is None:
        return None
    store = wait(modem, opened(modem, "client_ca"))
    found = []
    at = len(MARK)
    while True:
        piece = wait(modem, store.read("client_ca", number, at, _CHUNK))
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
    modem = radio.up()
    store, number = wait(modem, _place_of_roots(modem))
    return number, wait(modem, store.space("client_ca", number)) - len(MARK)


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
        number = wait(modem, roots(modem))
        if number is None:
            return removed
        state_of(modem).known.pop(("client_ca", number), None)
        store = wait(modem, opened(modem, "client_ca"))
        wait(modem, store.drop("client_ca", number))
        removed = True


def roots(modem, needed=False):
    """The number of the roots; None if there are none and they are not needed.

    :raises OSError: EINVAL, there are none but they are needed; EOPNOTSUPP, no place for them
    """
    known = state_of(modem).known
    for place in known:
        if known[place] == MARK:
            return place[1]
    store = yield from opened(modem, "client_ca")
    for number in sorted((yield from store.files("client_ca"))):
        if (yield from store.read("client_ca", number, 0, len(MARK))) == MARK:
            known["client_ca", number] = MARK
            return number
    if needed:
        raise fail("no_roots")
    return None


def _place_of_roots(modem):
    """``(store, number of the roots in it, or the number that they would get)``."""
    number = yield from roots(modem)
    store = yield from opened(modem, "client_ca")
    if number is None:
        number = min(len((yield from store.files("client_ca"))), 1)
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
        yield from _put((yield from opened(modem, spaces[0])), known, spaces, 0, data)
    except ATError:
        raise fail("flash_full", spaces[0])


def provide(modem, data, *spaces):
    """Make sure that the module has what a client presents or trusts; returns its number.

    :param data: PEM, or (PEM, PEM) for two spaces; an int: the number under which it is there
    :raises OSError: EOPNOTSUPP, no place for it; EIO, the flash is full, or reading back returned
        other bytes
    :raises ValueError: too large for the space
    """
    if isinstance(data, int):
        return data
    if len(spaces) < 2:
        data = (data,)
    known = state_of(modem).known
    for space, number in known:
        if space == spaces[0] and _all_known(known, spaces, number, data):
            return number
    store = yield from opened(modem, spaces[0])
    for number in sorted((yield from store.files(spaces[0]))):
        if not (yield from _differ(store, spaces, number, data)):
            break
    else:
        number = yield from _free(store, known, spaces)
    try:
        yield from _put(store, known, spaces, number, data)
        return number
    except ATError:
        pass
    wrong = yield from _differ(store, spaces, number, data)
    for i in range(len(spaces)):  # do not leave half of a pair
        if i not in wrong:
            yield from store.drop(spaces[i], number)
    raise fail("flash_full", spaces[0])


def _all_known(known, spaces, number, data):
    """Whether all of the data are known to be in the module under one number."""
    for i in range(len(spaces)):
        if known.get((spaces[i], number)) != data[i]:
            return False
    return True


def _differ(store, spaces, number, data):
    """For which of the spaces the module has not these data under a number: their indexes."""
    wrong = []
    for i in range(len(spaces)):
        if not (yield from store.same(spaces[i], number, data[i])):
            wrong.append(i)
    return wrong


def _free(store, known, spaces):
    """The lowest number that neither another context nor the roots use; 0 only if it is empty."""
    number = 1
    for space in spaces:
        kept = yield from store.files(space)
        number = min(number, len(kept))
    while (spaces[0], number) in known or (
        space == "client_ca"
        and number in kept
        and (yield from store.read(space, number, 0, len(MARK))) == MARK
    ):
        number += 1
    return number


def _put(store, known, spaces, number, data):
    """Write what is not there yet. If not all of it fits, nothing is changed."""
    wanted = yield from _differ(store, spaces, number, data)
    for i in wanted:
        room = yield from store.space(spaces[i], number)
        if len(data[i]) > room:
            raise fail("too_large", spaces[i], len(data[i]), room)
    for i in wanted:
        known.pop((spaces[i], number), None)
        yield from store.write(spaces[i], number, data[i])
        if not (yield from store.finished(spaces[i], number, data[i])):
            raise fail("differs", spaces[i])
    for i in range(len(spaces)):
        known[spaces[i], number] = data[i]


# Where they are stored


def opened(modem, space):
    """The store of a module, whose files have the name of a space and a number.

    :param str space: ``"client_ca"``, ``"client_cert"``, ``"client_key"``, ``"server_..."``
    :raises OSError: EOPNOTSUPP, the firmware has no place for that space
    """
    if not modem.has("SYSFLASH"):
        raise fail("no_place", space)
    sizes = {}
    for row in partitions((yield from ask(modem, b"+SYSFLASH?", (), b"+SYSFLASH:"))):
        sizes[row[0]] = row[4]
    if "client_ca" in sizes or not modem.has("SYSMFG"):
        if space not in sizes:
            raise fail("no_place", space)
        store = Partitions(modem, sizes)
        yield from store.finished()
        return store
    return Nvs(modem)


class Store:
    """What both kinds of stores have. All methods are done in steps: see stepwise.py."""

    def __init__(self, modem, sizes=None):
        self.modem = modem
        self.sizes = sizes  # the size of each partition in bytes, by name
        self._seen = {}

    def same(self, space, number, data):
        """Whether a file is these bytes, and no more."""
        at = 0
        while True:
            piece = data[at : at + _CHUNK]
            if (yield from self.read(space, number, at, len(piece) or 1)) != piece:
                return False
            if not piece:
                return True
            at += len(piece)


class Nvs(Store):
    """A store in NVS, with an entry for each file."""

    def files(self, space):
        """The type of each file's entry, by the file's number."""
        found = {}
        try:
            lines = yield from ask(self.modem, b"+SYSMFG=", (1, space), b"+SYSMFG:")
        except ATError:
            lines = ()
        for key, kind in entries(lines):
            at = key.rfind(".")
            if key[:at] == space and key[at + 1 :].isdigit():
                found[int(key[at + 1 :])] = kind
            elif key == space:
                found[0] = kind
        return found

    def read(self, space, number, offset, length):
        """Bytes of a file; fewer, or none, at its end."""
        args = (1, space, _key(space, number), offset, length)
        try:
            return (yield from fetched(self.modem, b"+SYSMFG=", args, []))
        except ATError:
            return b""

    finished = Store.same

    def space(self, space, number):
        """How many bytes a file may have."""
        return _VALUE
        yield  # this makes it a generator, as in the other kind of store

    def write(self, space, number, data):
        """Write a file, replacing an earlier one; the caller checks it with ``finished()``."""
        kinds = list((yield from self.files(space)).values())
        kind = kinds[0] if kinds else _BINARY  # the type of the files that are there
        args = (2, space, _key(space, number), kind)
        yield from giving(self.modem, b"+SYSMFG=", args, memoryview(data))

    def drop(self, space, number):
        """Remove a file; the others keep their numbers."""
        return ask(self.modem, b"+SYSMFG=", (0, space, _key(space, number)), b"", _FLASH_MS)


def _key(space, number):
    return space if space[:6] == "server" else "%s.%d" % (space, number)


class Partitions(Store):
    """A store in partitions, one for each space, each with a container: u16 0xF1F1, u16 count, u32
    length of the rest; for each file u8 type, u8 number, u16 length, and its bytes, padded with
    0xFF to a multiple of four. All numbers are little-endian.
    """

    def _bytes(self, space, offset, length):
        """Bytes of a partition, at most _CHUNK."""
        return fetched(self.modem, b"+SYSFLASH=", (2, space, offset, length))

    def files(self, space):
        """``(where it begins, its length)`` of each file, by its number."""
        if space in self._seen:
            return self._seen[space]
        size = self.sizes.get(space)
        if size is None:
            raise fail("no_place", space)
        found = {}
        head = yield from self._bytes(space, 0, 8)
        end = 8 + int.from_bytes(head[4:8], "little")
        if head[:2] == b"\xf1\xf1" and end <= size:
            at = 8
            for number in range(int.from_bytes(head[2:4], "little")):
                if at + 4 > end:
                    break
                head = yield from self._bytes(space, at, 4)
                length = int.from_bytes(head[2:4], "little")
                found[number] = (at + 4, length)
                at += 4 + (length + 3 & ~3)
        self._seen[space] = found
        return found

    def read(self, space, number, offset, length):
        """Bytes of a file; fewer, or none, at its end."""
        items = yield from self.files(space)
        start, size = items.get(number, (0, 0))
        length = min(length, size - offset)
        return (yield from self._bytes(space, start + offset, length)) if length > 0 else b""

    def space(self, space, number):
        """How many bytes a file may have."""
        taken = 12
        items = yield from self.files(space)
        for each in items:
            if each != number:
                taken += 4 + (items[each][1] + 3 & ~3)
        return self.sizes[space] - taken

    def write(self, space, number, data):
        """Plan to write a file. The whole container has to be written again, since a partition is
        erased as a whole; ``finished()`` does that.
        """
        parts = yield from self._parts(space)
        kind = parts[0][0] if parts else ("ca", "cert", "key").index(space.split("_")[1]) + 1
        item = bytes([kind, number]) + len(data).to_bytes(2, "little") + data
        parts[number : number + 1] = [item + b"\xff" * (-len(data) % 4)]
        self._plan(space, parts)

    def drop(self, space, number):
        """Remove a file. An empty file stays in its place, so that those after it keep their
        numbers.
        """
        parts = yield from self._parts(space)
        parts[number] = parts[number][:2] + b"\0\0"
        while parts and len(parts[-1]) == 4:
            parts.pop()
        self._plan(space, parts)
        yield from self.finished()

    def _plan(self, space, parts):
        """Compose the container that ``finished()`` will write."""
        image = b"".join(parts)
        head = b"\xf1\xf1" + len(parts).to_bytes(2, "little") + len(image).to_bytes(4, "little")
        self.modem.unwritten = (space, head + image)

    def finished(self, *_):
        """Write the planned container, if there is one. If a restart or Ctrl-C cuts the write off,
        the next call begins it again.

        :returns: True
        :raises OSError: EIO, reading back returned other bytes
        """
        if self.modem.unwritten is None:
            return True
        space, image = self.modem.unwritten
        self._seen.clear()
        yield from ask(self.modem, b"+SYSFLASH=", (0, space), b"", _FLASH_MS)
        for at in range(_LATE, len(image), _WRITE):
            view = memoryview(image)[at : at + _WRITE]
            yield from writing(self.modem, space, at, view)
        yield from writing(self.modem, space, 0, memoryview(image)[:_LATE])
        self.modem.unwritten = None
        return True

    def _parts(self, space):
        """The files of a partition, each with its head and padding."""
        items = yield from self.files(space)
        parts = []
        for each in range(len(items)):
            start, length = items[each]
            end = start + (length + 3 & ~3)
            part = b""
            for at in range(start - 4, end, _CHUNK):
                part += yield from self._bytes(space, at, min(_CHUNK, end - at))
            parts.append(part)
        return parts
