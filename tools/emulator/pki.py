"""The stores of certificates and keys in a module: partitions, key-value pairs, or sectors.

:func:`store_of` gives the one that a family has. ``item(name, index)`` of each returns the bytes
of the certificate, key or CA that the firmware uses as, for example, ``client_ca`` number 0.
"""

import struct

from .families import E22, E24, ESPAT
from .pki_demo import demo

PAGE = 4096
_EMPTY = b"\xff"

_MAGIC = 0xF1F1
_HEAD = struct.Struct("<HHI")
_ITEM = struct.Struct("<BBH")

#: The type in the header of an item of a container; the firmware ignores it.
CONTAINER_TYPES = {"ca": 1, "cert": 2, "key": 3}


def pack(kind, files):
    """A container of ``files``, all of one kind: "ca", "cert" or "key"."""
    body = b""
    for number, data in enumerate(files):
        body += _ITEM.pack(CONTAINER_TYPES[kind], number, len(data)) + data
        body += _EMPTY * (-len(data) % 4)
    return _HEAD.pack(_MAGIC, len(files), len(body)) + body


def unpack(data):
    """The items of a container as the firmware finds them: by position, whatever their type.

    Only the magic number and the length are checked; returns None if they are wrong.
    """
    magic, count, length = _HEAD.unpack_from(data)
    if magic != _MAGIC or length > len(data) - _HEAD.size:
        return None
    items, at = [], _HEAD.size
    while len(items) < count and at + _ITEM.size <= _HEAD.size + length:
        size = _ITEM.unpack_from(data, at)[2]
        at += _ITEM.size
        items.append(bytes(data[at : at + size]))
        at += size + -size % 4
    return items


class Partition:
    """A partition of flash that AT+SYSFLASH can access."""

    def __init__(self, kind, subtype, offset, size, content=None):
        self.kind = kind
        self.subtype = subtype
        self.offset = offset
        self.size = size
        self._content = content
        self._data = None

    @property
    def data(self):
        """The content; created on first use."""
        if self._data is None:
            content = self._content() if self._content else b""
            self._data = bytearray(content.ljust(self.size, _EMPTY))
        return self._data

    @property
    def kept(self):
        """The content up to the last byte written; None if :attr:`data` has not been used yet."""
        return None if self._data is None else bytes(self._data).rstrip(_EMPTY)

    def restore(self, data):
        """Set the content to ``data``, and erase the rest."""
        self._data = bytearray(_EMPTY * self.size)
        self._data[: len(data)] = data[: self.size]

    def holds(self, offset, length):
        """Whether ``length`` bytes from ``offset`` on are inside the partition."""
        return 0 <= offset <= offset + length <= self.size

    def erase(self, offset, length):
        """Set bytes to 0xFF."""
        self.data[offset : offset + length] = _EMPTY * length

    def write(self, offset, data):
        """Write as flash does: bits can be cleared, but only erasing sets them again."""
        for at, byte in enumerate(data, offset):
            self.data[at] &= byte


class Store:
    """The base class of stores, and the store of NonOS: sectors that only a flash tool writes.

    ``burn`` stands for that flash tool.
    """

    def __init__(self):
        self.partitions = {}
        #: {name space: {key: (type, value)}} of AT+SYSMFG, None without that command.
        self.spaces = None
        self._burned = {}

    def item(self, name, index):
        """The file ``name`` number ``index``, or None."""
        return self._burned.get(name) if index == 0 else None

    def burn(self, name, data):
        """Write a file as a flash tool does: "client_ca", "client_cert" or "client_key"."""
        self._burned[name] = bytes(data)

    def kept(self):
        """The content that may differ from the factory's, for :meth:`restore`: {kind: {...}}."""
        parts = {name: part.kept for name, part in self.partitions.items() if part.kept is not None}
        return {"burned": dict(self._burned), "partitions": parts}

    def restore(self, kept):
        """Take over what :meth:`kept` returned for a store of the same family."""
        self._burned.update(kept.get("burned", {}))
        for name, data in kept.get("partitions", {}).items():
            if name in self.partitions:
                self.partitions[name].restore(data)


def _container(name, sets):
    kind = name.rpartition("_")[2]
    return lambda: pack(kind, [demo(name, number) for number in range(sets)])


class PartitionStore(Store):
    """Partitions that hold one container each (before 3.1)."""

    def __init__(self, rows):
        super().__init__()
        for name, kind, subtype, offset, size in rows:
            content = None
            if name.endswith(("_cert", "_key", "_ca")):
                content = _container(
                    name if not name.startswith("wpa2") else name.replace("wpa2", "client"),
                    2 if name.startswith("client") else 1,
                )
            self.partitions[name] = Partition(kind, subtype, offset, size, content)

    def item(self, name, index):
        partition = self.partitions.get(name)
        items = partition and unpack(partition.data)
        return items[index] if items and index < len(items) else None

    def burn(self, name, data):
        """Make ``data`` the only file in the partition ``name``."""
        partition = self.partitions[name]
        partition.erase(0, partition.size)
        partition.write(0, pack(name.rpartition("_")[2], [data]))


class SpaceStore(Store):
    """One partition of key-value pairs (since 3.1); files are stored without a container."""

    #: The types of a string and of a file in AT+SYSMFG.
    STRING, BINARY = 7, 8

    def __init__(self, rows):
        super().__init__()
        for name, kind, subtype, offset, size in rows:
            self.partitions[name] = Partition(kind, subtype, offset, size)
        self._spaces = None

    @property
    def spaces(self):
        """The name spaces; created on first use."""
        if self._spaces is None:
            spaces = {}
            for name, copies in _SPACES.items():
                keys = [f"{name}.{number}" for number in range(copies)] if copies else [name]
                source = name if name.startswith(("client", "server", "mqtt")) else None
                source = source or "client_" + name.rpartition("_")[2]
                spaces[name] = {
                    key: (self.BINARY, demo(source, number)) for number, key in enumerate(keys)
                }
            self._spaces = spaces
        return self._spaces

    @spaces.setter
    def spaces(self, value):
        self._spaces = value

    def kept(self):
        pairs = {}
        for name, space in (self._spaces or {}).items():
            pairs[name] = {key: list(pair) for key, pair in space.items()}
        return super().kept() | ({} if self._spaces is None else {"pairs": pairs})

    def restore(self, kept):
        super().restore(kept)
        if "pairs" in kept:
            self._spaces = {
                name: {key: tuple(pair) for key, pair in space.items()}
                for name, space in kept["pairs"].items()
            }

    @property
    def room(self):
        """How many bytes the pairs may use: one page is kept free, and each page has a header."""
        return self.partitions["mfg_nvs"].size * 31 // 32 - PAGE

    @property
    def used(self):
        """How many bytes the pairs use."""
        return sum(
            len(value) if isinstance(value, bytes) else 0
            for pairs in self.spaces.values()
            for _, value in pairs.values()
        )

    def item(self, name, index):
        key = f"{name}.{index}" if _SPACES.get(name) else name
        kind, value = self.spaces.get(name, {}).get(key, (None, None))
        if kind not in (self.STRING, self.BINARY) or (index and not _SPACES.get(name)):
            return None
        return value

    def burn(self, name, data):
        """Make ``data`` the file ``name`` number 0."""
        key = f"{name}.0" if _SPACES.get(name) else name
        self.spaces.setdefault(name, {})[key] = (self.BINARY, bytes(data))


#: {name space: number of numbered keys}; 0 means one key, which has the name of the space.
_SPACES = {
    "client_cert": 2, "client_key": 2, "client_ca": 2,
    "server_cert": 0, "server_key": 0, "server_ca": 0,
    "mqtt_cert": 0, "mqtt_key": 0, "mqtt_ca": 0,
    "wpa2_cert": 0, "wpa2_key": 0, "wpa2_ca": 0,
    "https_cert": 2, "https_key": 2, "https_ca": 2,
    "wss_cert": 2, "wss_key": 2, "wss_ca": 2,
}  # fmt: skip

#: at_customize.csv of each build: name, type, subtype, offset, size.
_ESP8266_1MB = (
    ("factory_param", 64, 8, 0x19000, 0x1000),
    ("client_cert", 64, 5, 0x1A000, 0x1000),
    ("client_key", 64, 6, 0x1B000, 0x1000),
    ("client_ca", 64, 7, 0x1C000, 0x1000),
    ("mqtt_cert", 64, 11, 0x1D000, 0x1000),
    ("mqtt_key", 64, 12, 0x1E000, 0x1000),
    ("mqtt_ca", 64, 13, 0x1F000, 0x1000),
)
_ESP32 = (
    ("ble_data", 64, 1, 0x21000, 0x3000),
    ("server_cert", 64, 2, 0x24000, 0x2000),
    ("server_key", 64, 3, 0x26000, 0x2000),
    ("server_ca", 64, 4, 0x28000, 0x2000),
    ("client_cert", 64, 5, 0x2A000, 0x2000),
    ("client_key", 64, 6, 0x2C000, 0x2000),
    ("client_ca", 64, 7, 0x2E000, 0x2000),
    ("factory_param", 64, 8, 0x30000, 0x1000),
    ("wpa2_cert", 64, 9, 0x31000, 0x2000),
    ("wpa2_key", 64, 10, 0x33000, 0x2000),
    ("wpa2_ca", 64, 11, 0x35000, 0x2000),
    ("mqtt_cert", 64, 12, 0x37000, 0x2000),
    ("mqtt_key", 64, 13, 0x39000, 0x2000),
    ("mqtt_ca", 64, 14, 0x3B000, 0x2000),
    ("fatfs", 1, 129, 0x70000, 0x90000),
)
_NVS = (
    ("mfg_nvs", 1, 2, 0x1F000, 0x1F000),
    ("fatfs", 1, 129, 0x47000, 0x19000),
)


def store_of(family):
    """A new store for a family, with the content from the factory."""
    if family == E22:
        return PartitionStore(_ESP8266_1MB)
    if family == E24:
        return PartitionStore(_ESP32)
    return SpaceStore(_NVS) if family in ESPAT else Store()
