"""A network for tests: deterministic, without sockets, with Python objects as peers."""

import collections

from .asking import Answer
from .network import CONNECTING, FAILED, OPEN, Channel, Names, is_address, is_group


class Peer:
    """The far end of a module's TCP connection in a :class:`MemoryNetwork`."""

    def __init__(self, network, channel, handler):
        self._network = network
        self._channel = channel
        self._handler = handler
        #: Bytes sent that the module has not taken yet, for example because its window is full.
        self.unread = bytearray()
        #: How many more bytes this peer accepts; None for no limit.
        self.room = None
        self.closed = False
        #: Everything that the module sent.
        self.data = bytearray()
        #: (address, port) of the module's end.
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
        """Close at once; data that the module has not taken are lost (RST)."""
        self.unread.clear()
        self.closed = True
        self._channel.broken = True

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
        if not self.peer.closed:
            return self.peer._take(data)
        # As with TCP: the first data sent to a closed peer are accepted, then its RST comes.
        taken = 0 if self.broken else len(data)
        self.broken = True
        return taken

    def close(self):
        if not self._closed and self.state == OPEN and not self.peer.closed:
            self.peer._left()
        self._closed = True


class DatagramPeer:
    """A UDP peer in a :class:`MemoryNetwork`."""

    def __init__(self, network, place, handler):
        self._network = network
        self._handler = handler
        #: (address, port)
        self.place = place
        #: The datagrams received: (source, data), oldest first.
        self.inbox = []

    def send(self, data, target):
        """Send a datagram to ``target``, an (address, port)."""
        self._network._carry(bytes(data), self.place, target)

    def _arrived(self, source, data):
        self.inbox.append((source, data))
        if self._handler:
            self._handler(self, source, data)


class MemoryDatagrams(Channel):
    """The module's end of UDP."""

    #: The station's address as peers see it.
    ADDRESS = "192.168.1.50"

    def __init__(self, network, remote, local_port):
        self._network = network
        self.remote = self.source = remote
        self.local_port = local_port
        self.here = (self.ADDRESS, local_port)
        self.waiting = collections.deque()

    def receive(self, limit):
        if not self.waiting:
            return b""
        self.source, data = self.waiting.popleft()
        return data[:limit]

    def send(self, data, target=None):
        self._network._carry(bytes(data), self.here, target or self.remote)
        return len(data)

    def close(self):
        if self in self._network._datagram_ends:
            self._network._datagram_ends.remove(self)


class MemoryListener:
    """A server of the module; :meth:`MemoryNetwork.dial` connects to it."""

    def __init__(self, network, kind, port):
        self._network = network
        self.kind = kind
        self.port = port
        self.waiting = collections.deque()

    def accept(self):
        """The next client's channel, or None."""
        if not self.waiting:
            return None
        channel = self.waiting.popleft()
        channel.state = OPEN
        channel.peer._opened()
        return channel

    def close(self):
        """Stop listening."""
        self._network.listeners.pop(self.port, None)


class MemoryNetwork:
    """A network whose peers are Python objects; connections open in ``poll``, in a fixed order.

    ``hosts`` maps names to addresses. These names, and those given to :meth:`listen`, are found
    even if the module is told DNS servers (AT+CIPDNS). With ``strict_dns`` only those servers are
    asked then. A host on which nobody listens refuses connections; one given to :meth:`blackhole`
    never answers.
    """

    def __init__(self, hosts=None, *, strict_dns=False):
        self.names = Names(hosts)
        self._strict_dns = strict_dns
        self._handlers = {}
        self._blackholes = set()
        self._opening = []
        self.listeners = {}
        self._next_port = 49152
        #: {address of a DNS server: {name: address}}
        self.name_servers = {}
        #: {address of a time server: seconds since 1970}
        self.time_servers = {}
        #: The :class:`~.mdns.Service` that AT+MDNS announces, or None.
        self.announced = None
        self._datagram_peers = {}
        self._datagram_ends = []
        #: Every TCP peer so far, oldest first.
        self.peers = []

    # -- for tests ---------------------------------------------------------------------------

    def listen(self, host, port, handler):
        """Let ``handler`` serve connections to ``host``:``port``; returns the address.

        A handler has the methods ``connected(peer)``, ``received(peer, data)`` and
        ``closed(peer)``; each may be missing. If ``handler`` is a class or a function, it is called
        to make a handler for each connection.
        """
        address = self.names.add(host)
        self._handlers[address, port] = handler
        return address

    def refuse(self, host, port=None):
        """Stop serving ``host`` (one port, or all): connections are refused."""
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

    def serve_time(self, host, seconds):
        """Let ``host`` answer SNTP with ``seconds`` since 1970; returns its address."""
        address = self.names.add(host)
        self.time_servers[address] = seconds
        return address

    def udp(self, host, port, handler=None):
        """Add a UDP peer at ``host``:``port``; ``handler(peer, source, data)`` gets datagrams."""
        place = (self.names.add(host), port)
        self._datagram_peers[place] = DatagramPeer(self, place, handler)
        return self._datagram_peers[place]

    def _carry(self, data, source, target):
        """Deliver a datagram to peers and to the module; one for a group to all at its port."""
        address, port = target
        many = is_group(address)
        for place, peer in list(self._datagram_peers.items()):
            if place[1] == port and place != source and (place[0] == address or many):
                peer._arrived(source, data)
        for end in self._datagram_ends:
            if end.local_port == port and end.here != source and (many or address == end.here[0]):
                end.waiting.append((source, data))

    def _port(self):
        self._next_port += 1
        return self._next_port - 1

    def announce(self, service):
        """Keep what AT+MDNS announces in :attr:`announced`."""
        self.announced = service

    # -- for the module ----------------------------------------------------------------------

    def lookup(self, name, servers=None):
        """Look up a name in the network's own table, then in the DNS ``servers``, if any."""
        if is_address(name):
            return Answer(name)
        known = self.names.find(name)
        if servers is None or (known and not self._strict_dns):
            return Answer(known)
        tables = [self.name_servers.get(server, {}) for server in servers]
        found = [table[name] for table in tables if name in table]
        return Answer(found[0] if found else None)

    def time(self, address):
        """The answer that :meth:`serve_time` set for ``address``; without one, it never comes."""
        value = self.time_servers.get(address)
        return Answer(value, done=value is not None)

    def ping(self, address):
        """The answer is True for every host that has a name or listens; else it never comes."""
        known = {key[0] for key in self._handlers} | set(self.names.addresses.values())
        known -= self._blackholes
        there = address in known
        return Answer(there or None, done=there)

    def connect(self, kind, address, port, local_port=0, **options):
        """Start a connection; it opens in the next ``poll``, or has failed if nobody listens."""
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

    def datagrams(self, address, port, local_port=0):
        """Make a UDP end for the module; returns None if the port is taken."""
        taken = {end.local_port for end in self._datagram_ends}
        if local_port in taken:
            return None
        end = MemoryDatagrams(self, (address, port), local_port or self._port())
        self._datagram_ends.append(end)
        return end

    def open_server(self, kind, port, **options):
        """Start a server of the module; returns None if the port is taken."""
        if port in self.listeners:
            return None
        self.listeners[port] = MemoryListener(self, kind, port)
        return self.listeners[port]

    def poll(self):
        """Open the connections that were started; returns whether there were any."""
        opening, self._opening = self._opening, []
        for channel in opening:
            channel.state = OPEN
            channel.peer._opened()
        return bool(opening)

    def close(self):
        """Do nothing: there is nothing to free."""
