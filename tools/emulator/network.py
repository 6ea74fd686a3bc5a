"""The interface between a core and its network.

A core uses a network only through these methods, and a connection only through
:class:`Channel`:

- ``connect(kind, address, port, **options)`` → a channel for a stream,
- ``datagrams(address, port, local_port)`` → a channel for UDP,
- ``open_server(kind, port, **options)`` → listener, whose ``accept()`` gives a channel or None,
- ``lookup(name, servers)``, ``time(address)``, ``ping(address)`` → :class:`~.asking.Answer`
  with an address, seconds since 1970, or True,
- ``announce(service)``: answer mDNS queries for a :class:`~.mdns.Service`; None ends that,
- ``poll()``: do what is due; returns whether anything happened.
"""

import ipaddress

#: Addresses for names that have none of their own: TEST-NET-2 (RFC 5737), which nobody uses.
_FAKE = "198.51.100.{}"

CONNECTING, OPEN, FAILED = "connecting", "open", "failed"


def is_address(text):
    """Whether ``text`` is an IPv4 address in dotted decimal."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def bits(address):
    """A dotted decimal IPv4 address as a number."""
    return int(ipaddress.IPv4Address(address))


def is_group(address):
    """Whether this is a multicast address or the broadcast address."""
    return address == "255.255.255.255" or ipaddress.IPv4Address(address).is_multicast


class Names:
    """The names that a network knows; a name added without an address is given one."""

    def __init__(self, hosts=None):
        self.addresses = {}
        for name, address in (hosts or {}).items():
            self.addresses[name.lower()] = address

    def add(self, name):
        """The address of ``name``, which gets one if it has none; an address is returned as is."""
        if is_address(name):
            return name
        fake = _FAKE.format(len(self.addresses) + 1)
        return self.addresses.setdefault(name.lower(), fake)

    def find(self, name):
        """The address of ``name``, or None."""
        return name if is_address(name) else self.addresses.get(name.lower())


class Channel:
    """The module's end of a connection.

    ``state`` is "connecting", "open" or "failed". ``remote`` is the peer's (address, port),
    ``source`` the sender of the last datagram received. ``ended`` is true when the peer has
    closed and nothing is left to receive.
    """

    state = OPEN
    remote = ("0.0.0.0", 0)
    source = ("0.0.0.0", 0)
    local_port = 0
    ended = False
    #: True when nothing can be sent any more.
    broken = False
    #: How many received bytes are still encrypted (TLS).
    hidden = 0
    #: Counts the packets of a handshake (TLS).
    progress = 0
    #: Why the connection failed, where the family has an error number for it (TLS).
    errno = None

    def receive(self, limit):
        """Return at most ``limit`` bytes (for UDP, one datagram), or b"" if there are none."""
        raise NotImplementedError

    def send(self, data, target=None):
        """Send to the peer, or a datagram to ``target``; returns how many bytes were accepted."""
        raise NotImplementedError

    def close(self):
        """Close the connection; may be called more than once."""
