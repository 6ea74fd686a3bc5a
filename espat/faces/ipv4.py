# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ipaddress`` as CircuitPython has it: IPv4 addresses, for boards that lack the module."""


def ip_address(obj):
    """An ``IPv4Address`` from a str, an int or an address.

    :raises ValueError: it is not an address
    """
    if isinstance(obj, (bytes, bytearray)):
        raise ValueError("an int or a str like 192.168.1.9 is wanted")
    return IPv4Address(obj)


class IPv4Address:
    """An IPv4 address; it compares, sorts and hashes by its value.

    :param address: ``"192.168.1.9"``, an int (the first number is its highest byte), or four bytes
    :raises ValueError: it is not an address
    """

    version = 4

    def __init__(self, address):
        if isinstance(address, IPv4Address):
            address = address.packed
        elif isinstance(address, str):
            address = _parsed(address)
        elif isinstance(address, int):
            if not 0 <= address < 1 << 32:
                raise ValueError("an address out of 0..2**32-1")
            address = bytes([address >> shift & 255 for shift in (24, 16, 8, 0)])
        address = bytes(address)
        if len(address) != 4:
            raise ValueError("an address of %d bytes, not 4" % len(address))
        self._packed = address

    @property
    def packed(self):
        """Its four bytes, the first number first."""
        return self._packed

    def __str__(self):
        return "%d.%d.%d.%d" % tuple(self._packed)

    def __repr__(self):
        return "IPv4Address('%s')" % self

    def __int__(self):
        return int.from_bytes(self._packed, "big")

    def __eq__(self, other):
        return isinstance(other, IPv4Address) and self._packed == other.packed

    def __lt__(self, other):
        return self._packed < _packed(other)

    def __le__(self, other):
        return self._packed <= _packed(other)

    def __gt__(self, other):
        return self._packed > _packed(other)

    def __ge__(self, other):
        return self._packed >= _packed(other)

    def __hash__(self):
        return hash(self._packed)


def _packed(other):
    """The bytes that an address is compared by; TypeError if it is none."""
    if not isinstance(other, IPv4Address):
        raise TypeError("an IPv4Address compares with another alone")
    return other.packed


def _parsed(text):
    """The four bytes of a text with four numbers, without signs, spaces and leading zeros."""
    parts = text.split(".")
    if len(parts) == 4:
        for part in parts:
            plain = 0 < len(part) < 4 and all("0" <= c <= "9" for c in part)
            if not plain or int(part) > 255 or (part[0] == "0" and part != "0"):
                break
        else:
            return bytes([int(part) for part in parts])
    raise ValueError("%s is no address like 192.168.1.9" % text)
