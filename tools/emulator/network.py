"""What a module's network is: the seam between the core and the world.

Core sees a network through these methods, and channels through :class:`Channel`:

- ``connect(kind, address, port, **options)`` → a channel for a stream,
- ``datagrams(address, port, local_port)`` → a channel for UDP,
- ``open_server(kind, port, **options)`` → listener, whose ``accept()`` gives a channel or None,
- ``lookup(name, servers)``, ``time(address)``, ``ping(address)`` → :class:`~.asking.Answer`
  with an address, seconds since 1970, or True,
- ``announce(service)``: answer mDNS for a :class:`~.mdns.Service`, None for none,
- ``poll()``: let things happen; says whether anything did.
"""

import ipaddress

#: Addresses for names that are given none: TEST-NET-2 (RFC 5737), nobody's.
_FAKE = "198.51.100.{}"

CONNECTING, OPEN, FAILED = "connecting", "open", "failed"


def is_address(text):
    """Is this an IPv4 address in figures?"""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def bits(address):
    """An IPv4 address in figures as a number."""
    return int(ipaddress.IPv4Address(address))


def is_group(address):
    """Is this a multicast or the broadcast address?"""
    return address == "255.255.255.255" or ipaddress.IPv4Address(address).is_multicast


class Names:
    """The names a network knows; a name added without an address is given one."""

    def __init__(self, hosts=None):
        self.addresses = {}
        for name, address in (hosts or {}).items():
            self.addresses[name.lower()] = address

    def add(self, name):
        """The address of ``name``, new if need be; figures stay what they are."""
        if is_address(name):
            return name
        fake = _FAKE.format(len(self.addresses) + 1)
        return self.addresses.setdefault(name.lower(), fake)

    def find(self, name):
        """The address of ``name``, or None."""
        return name if is_address(name) else self.addresses.get(name.lower())


class Channel:
    """One end of a connection, as the module holds it.

    ``state`` is "connecting", "open" or "failed". ``remote`` is the peer's (address, port),
    ``source`` the sender of the datagram last received. ``ended``: the peer has closed and
    nothing is left to receive.
    """

    state = OPEN
    remote = ("0.0.0.0", 0)
    source = ("0.0.0.0", 0)
    local_port = 0
    ended = False
    #: Nothing can be sent any more.
    broken = False
    #: Bytes that came and are encrypted yet (TLS).
    hidden = 0
    #: Counts the packets of a handshake (TLS).
    progress = 0
    #: Why it failed, where the family has a number of its own for it (TLS).
    errno = None

    def receive(self, limit):
        """At most ``limit`` bytes (one datagram of UDP); b"" when there are none."""
        raise NotImplementedError

    def send(self, data, target=None):
        """Send to the peer, or a datagram to ``target``; returns how many bytes were taken."""
        raise NotImplementedError

    def close(self):
        """Close; idempotent."""
