"""What a module's network is, and the network of tests: deterministic, without sockets.

Core sees a network through these four methods, and channels through :class:`Channel`:

- ``lookup(name, servers)`` → :class:`Lookup`,
- ``connect(kind, address, port, **options)`` → channel,
- ``open_server(kind, port, **options)`` → listener, whose ``accept()`` gives a channel or None,
- ``poll()``: let things happen; says whether anything did.
"""

import collections
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


class Lookup:
    """A name being looked up; ``address`` is None when ``done`` without success."""

    def __init__(self, address=None, done=True):
        self.address = address
        self.done = done


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

    def receive(self, limit):
        """At most ``limit`` bytes (one datagram of UDP); b"" when there are none."""
        raise NotImplementedError

    def send(self, data, target=None):
        """Send to the peer, or a datagram to ``target``; returns how many bytes were taken."""
        raise NotImplementedError

    def close(self):
        """Close; idempotent."""


class Peer:
    """The far end of a module's TCP connection in a :class:`MemoryNetwork`."""

    def __init__(self, network, channel, handler):
        self._network = network
        self._channel = channel
        self._handler = handler
        #: Bytes sent and not yet taken by the module: its window is full, or it does not look.
        self.unread = bytearray()
        #: How many more bytes this peer takes; None for no limit.
        self.room = None
        self.closed = False
        #: Everything the module sent.
        self.data = bytearray()
        #: The module's end: (address, port).
        self.address = ("192.168.1.50", channel.local_port)

    def send(self, data):
        """Send to the module. What does not fit its window waits in ``unread``."""
        if self.closed:
            raise BrokenPipeError("closed")
        self.unread += data

    def close(self):
        """Close after what was sent (FIN)."""
        self.closed = True

    def reset(self):
        """Close at once; what was sent and not taken is lost (RST)."""
        self.unread.clear()
        self.closed = True

    def _call(self, name, *args):
        method = getattr(self._handler, name, None)
        if method:
            method(self, *args)

    def _opened(self):
        self._call("connected")

    def _take(self, data):
        count = len(data) if self.room is None else min(self.room, len(data))
        if self.room is not None:
            self.room -= count
        if count:
            self.data += data[:count]
            self._call("received", bytes(data[:count]))
        return count

    def _left(self):
        self.closed = True
        self._call("closed")


class MemoryChannel(Channel):
    """The module's end of a connection to a :class:`Peer`."""

    def __init__(self, network, remote, handler, local_port, state=CONNECTING):
        self.remote = self.source = remote
        self.local_port = local_port
        self.state = state
        self._closed = False
        self.peer = Peer(network, self, handler)

    @property
    def ended(self):
        return self.peer.closed and not self.peer.unread

    def receive(self, limit):
        data = bytes(self.peer.unread[:limit])
        del self.peer.unread[: len(data)]
        return data

    def send(self, data, target=None):
        return 0 if self.peer.closed else self.peer._take(data)

    def close(self):
        if not self._closed and self.state == OPEN and not self.peer.closed:
            self.peer._left()
        self._closed = True


class MemoryListener:
    """A server of the module; :meth:`MemoryNetwork.dial` connects to it."""

    def __init__(self, network, kind, port):
        self._network = network
        self.kind = kind
        self.port = port
        self.waiting = collections.deque()

    def accept(self):
        """The next client's channel, or None."""
        while self.waiting:
            channel = self.waiting.popleft()
            if not channel.peer.closed or channel.peer.unread:
                channel.state = OPEN
                channel.peer._opened()
                return channel
        return None

    def close(self):
        """Listen no more."""
        self._network.listeners.pop(self.port, None)


class MemoryNetwork:
    """Peers as Python objects; everything happens in ``poll``, in a fixed order.

    ``hosts`` maps names to addresses. A host that nobody listens on refuses connections;
    :meth:`blackhole` makes one that never answers.
    """

    def __init__(self, hosts=None):
        self.names = Names(hosts)
        self._handlers = {}
        self._blackholes = set()
        self._opening = []
        self.listeners = {}
        self._next_port = 49152
        #: Every peer that ever was, oldest first.
        self.peers = []

    # -- for tests ---------------------------------------------------------------------------

    def listen(self, host, port, handler):
        """Let ``handler`` serve connections to ``host``:``port``; returns the address.

        A handler has ``connected(peer)``, ``received(peer, data)`` and ``closed(peer)``, each
        of which may be missing. A class or function is called for each connection to make one.
        """
        address = self.names.add(host)
        self._handlers[address, port] = handler
        return address

    def refuse(self, host, port=None):
        """Serve ``host`` no more (one port, or all): connections are refused."""
        address = self.names.add(host)
        for key in list(self._handlers):
            if key[0] == address and port in (None, key[1]):
                del self._handlers[key]

    def blackhole(self, host):
        """Never answer connections to ``host``."""
        self._blackholes.add(self.names.add(host))

    def dial(self, port, handler=None, address="192.168.1.77"):
        """Connect to the module's server on ``port``; returns the client as a peer."""
        if port not in self.listeners:
            raise ConnectionRefusedError(port)
        channel = MemoryChannel(self, (address, self._port()), handler, port)
        self.listeners[port].waiting.append(channel)
        self.peers.append(channel.peer)
        return channel.peer

    def _port(self):
        self._next_port += 1
        return self._next_port - 1

    # -- for the module ----------------------------------------------------------------------

    def lookup(self, name, servers=None):
        """Look a name up."""
        return Lookup(self.names.find(name))

    def connect(self, kind, address, port, local_port=0, **options):
        """Start a connection; it opens, or fails, in the next ``poll``."""
        handler = self._handlers.get((address, port))
        if isinstance(handler, type) or (callable(handler) and not hasattr(handler, "received")):
            handler = handler()
        channel = MemoryChannel(self, (address, port), handler, local_port or self._port())
        if address in self._blackholes:
            return channel
        if handler is None:
            channel.state = FAILED
        else:
            self._opening.append(channel)
            self.peers.append(channel.peer)
        return channel

    def open_server(self, kind, port, **options):
        """Start a server of the module; None if the port is taken."""
        if port in self.listeners:
            return None
        self.listeners[port] = MemoryListener(self, kind, port)
        return self.listeners[port]

    def poll(self):
        """Open what is opening."""
        opening, self._opening = self._opening, []
        for channel in opening:
            channel.state = OPEN
            channel.peer._opened()
        return bool(opening)

    def close(self):
        """Nothing to free."""
