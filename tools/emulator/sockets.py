"""A module's network made of real sockets, by default limited to this machine."""

import ipaddress
import logging
import selectors
import socket
import weakref

from . import limits, names
from .asking import Answer, Echo, Question, Resolved
from .datagrams import SocketDatagrams
from .mdns import Announcer
from .network import CONNECTING, FAILED, OPEN, Channel, Names, is_address, is_group
from .recent import Recent

#: Segment size of Ethernet, and a receive buffer of only a few segments, in bytes. If the module
#: does not read, the peer is soon slowed down, as by the small window of a real module.
_SEGMENT = 1460
_BUFFER = 16384

#: About how many bytes the list of refused connections may use.
_REFUSED = 1 << 20

_LOG = logging.getLogger("espat_tools.emulator")
_UNREACHABLE = (
    "the emulated network ends at loopback: %s port %d refused "
    "(SocketNetwork(reach='any') reaches further)"
)


class SocketChannel(Channel):
    """A TCP connection over a non-blocking socket."""

    def __init__(self, network, sock, remote, state):
        self._network = network
        self.sock = sock
        self.remote = self.source = remote
        self.state = state
        self._readable = False
        self._end = False
        self._watched = 0

    @property
    def local_port(self):
        return self.sock.getsockname()[1] if self.sock else 0

    @property
    def ended(self):
        return self._end

    def watch(self, events):
        """Register ``events`` with the network's selector (0: none)."""
        if events == self._watched or not self.sock:
            return
        selector = self._network.selector
        if not self._watched:
            selector.register(self.sock, events, self)
        elif events:
            selector.modify(self.sock, events, self)
        else:
            selector.unregister(self.sock)
        self._watched = events

    def ready(self, events):
        """Called by the selector: connected, refused, or data to read."""
        self.watch(0)
        if self.state == CONNECTING:
            error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self.state = FAILED if error else OPEN
            if self.state == OPEN:
                self.watch(selectors.EVENT_READ)
        else:
            self._readable = True

    def receive(self, limit):
        if not self._readable or limit <= 0 or not self.sock:
            return b""
        try:
            data = self.sock.recv(limit)
        except BlockingIOError:
            data = None
        except OSError:
            data = b""
        if data == b"":
            self._end = True
        if not data or len(data) < limit:
            self._readable = False
            if not self._end:
                self.watch(selectors.EVENT_READ)
        return data or b""

    def send(self, data, target=None):
        if not self.sock:
            return 0
        try:
            return self.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._end = self.broken = True
            return 0

    def close(self):
        self.watch(0)
        if self.sock:
            self.sock.close()
        self.sock = None
        self._end = True


class SocketListener:
    """A TCP server of the module, on a real port of this machine."""

    def __init__(self, network, kind, sock):
        self._network = network
        self._sock = sock
        self._ready = False
        self.kind = kind
        #: The real port; it differs from the module's where the network maps ports.
        self.port = sock.getsockname()[1]
        network.selector.register(sock, selectors.EVENT_READ, self)

    def ready(self, events):
        """Called by the selector: a client waits to be accepted."""
        self._ready = True
        self._network.selector.unregister(self._sock)

    def accept(self):
        """The next client's channel, or None."""
        if not self._ready:
            return None
        try:
            sock, remote = self._sock.accept()
        except OSError:
            self._ready = False
            self._network.selector.register(self._sock, selectors.EVENT_READ, self)
            return None
        return self._network.adopt(sock, remote)

    def close(self):
        """Stop listening."""
        if not self._ready:
            self._network.selector.unregister(self._sock)
        self._sock.close()


class _EveryPort(dict):
    """A port map that maps every port to the same real one."""

    def __init__(self, real):
        super().__init__()
        self._real = real

    def get(self, port, default=None):
        """The real port."""
        return self._real


class SocketNetwork:
    """A network of real non-blocking sockets.

    ``hosts`` maps names to places. A place is an address, or ``(address, {port: real port})`` if
    a server on this machine replaces one on a low port, or ``(address, real port)`` if it
    replaces every port. For the last two, the module sees an address that belongs to the name
    alone. ``reach`` is "loopback", or "any" for the whole network.
    The names of ``hosts`` are found even if a program sets DNS servers (AT+CIPDNS). With
    ``strict_dns`` only those servers are asked then, as a real module does.
    ``server_ports`` maps ports that the module listens on to real ones (0: any free one).
    """

    def __init__(self, hosts=None, *, reach="loopback", server_ports=None, strict_dns=False):
        self.selector = selectors.DefaultSelector()
        self.names = Names({"localhost": "127.0.0.1"})
        self._mapped = {}
        self._found = {}
        if reach not in ("loopback", "any"):
            raise ValueError(f"reach is {reach!r}, and loopback or any is meant")
        self._reach = reach
        self._server_ports = server_ports or {}
        self._strict_dns = strict_dns
        self._announcers = []
        self._datagram_ends = weakref.WeakSet()
        #: (address, port) of the latest connections refused because they lead off this machine.
        self.refused = Recent(_REFUSED, len)
        for name, place in (hosts or {}).items():
            self.add_host(name, place)

    def add_host(self, name, place):
        """Add a name for an address, an (address, port map), or an (address, real port)."""
        if isinstance(place, str):
            self.names.addresses[name.lower()] = limits.address("a host", place)
        else:
            address, ports = place
            limits.address("a host", address)
            for port in [ports] if isinstance(ports, int) else [*ports, *ports.values()]:
                limits.number("port of a host", port)
            ports = _EveryPort(ports) if isinstance(ports, int) else dict(ports)
            self._mapped[self.names.add(name)] = (address, ports)
            for port in ports:
                self.real(self.names.add(name), port)

    # -- for the module ----------------------------------------------------------------------

    def lookup(self, name, servers=None):
        """Look up a name in the network's own table, then by DNS.

        ``servers`` are the DNS servers to ask, None for those of the system.
        """
        known = None if servers and self._strict_dns else self.names.find(name)
        if is_address(name):
            return Answer(name)
        if known or (servers is None and self._reach != "any"):
            return Answer(known)
        if servers is None:
            return Resolved(name)
        return self._ask(names.dns_question(name), servers, names.DNS_PORT)

    def time(self, address):
        """Ask the time server at ``address``."""
        return self._ask(names.ntp_question(), [address], names.NTP_PORT)

    def _ask(self, question, addresses, port):
        places = [self.real(address, port) for address in addresses]
        return Question(self, [p for p in places if self.reachable(*p)], *question)

    def ping(self, address):
        """Send an ICMP echo. Loopback counts as alive even where no echo may be sent."""
        place = self.real(address, 0)
        if not self.reachable(*place):
            return Answer()
        asked = Question(self, [place], Echo(), Echo.read)
        if asked.done and ipaddress.ip_address(place[0]).is_loopback:
            return Answer(True)
        return asked

    def announce(self, service):
        """Answer mDNS queries for ``service`` on the loopback interface; None ends that."""
        if self._announcers:
            self._announcers[-1].withdraw()
        if service:
            port = self._server_ports.get(service.port, service.port)
            self._announcers.append(Announcer(service, port))

    def watch(self, sock, owner):
        """Call ``owner.ready`` when ``sock`` is readable."""
        self.selector.register(sock, selectors.EVENT_READ, owner)

    def unwatch(self, sock):
        """Stop watching ``sock``."""
        self.selector.unregister(sock)

    def real(self, address, port):
        """The real place of the (address, port) that the module sees."""
        real, ports = self._mapped.get(address, (address, {}))
        place = (real, ports.get(port, port))
        if place != (address, port):
            self._found[place] = (address, port)
        return place

    def seen(self, place):
        """The (address, port) under which the module sees the real ``place``."""
        return self._found.get(place, place)

    def reachable(self, address, port):
        """Whether the module may go there. If not, this is logged, and added to ``refused``."""
        if self._reach == "any" or ipaddress.ip_address(address).is_loopback or is_group(address):
            return True
        _LOG.warning(_UNREACHABLE, address, port)
        self.refused.append((address, port))
        return False

    def connect(self, kind, address, port, keep_alive=0, **options):
        """Start a TCP connection."""
        real = self.real(address, port)
        if not self.reachable(*real):
            return SocketChannel(self, None, (address, port), FAILED)
        sock = _stream()
        _keep_alive(sock, keep_alive)
        channel = SocketChannel(self, sock, (address, port), CONNECTING)
        try:
            sock.connect(real)
        except BlockingIOError:
            pass
        except OSError:
            channel.state = FAILED
            return channel
        channel.watch(selectors.EVENT_WRITE)
        return channel

    def datagrams(self, address, port, local_port=0):
        """A channel for UDP, or None if its port is taken.

        A module shares its ports with nobody. If another program on this machine has the port, a
        link to one peer gets a free one in its place, which the peer sees. A link that waits for
        whoever comes first is refused: its peers would not find it.
        """
        remote = address, port
        everywhere = self._reach == "any"
        try:
            end = SocketDatagrams(self, remote, local_port, everywhere)
        except OSError:
            ours = [end for end in self._datagram_ends if end.sock and end.local_port == local_port]
            if ours or address == "0.0.0.0" or is_group(address):
                return None
            end = SocketDatagrams(self, remote, 0, everywhere)
            end.local_port = local_port
        self._datagram_ends.add(end)
        return end

    def adopt(self, sock, remote):
        """Make a channel for an accepted connection."""
        sock.setblocking(False)
        _keep_alive(sock, 0)
        channel = SocketChannel(self, sock, remote, OPEN)
        channel.watch(selectors.EVENT_READ)
        return channel

    def open_server(self, kind, port, **options):
        """Start a server on loopback; returns None if the port is taken."""
        sock = _stream()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", self._server_ports.get(port, port)))
            sock.listen(5)
        except OSError:
            sock.close()
            return None
        return SocketListener(self, kind, sock)

    def poll(self):
        """Tell the owners of ready sockets; returns whether there were any."""
        if not self.selector.get_map():
            return False
        events = self.selector.select(0)
        for key, mask in events:
            key.data.ready(mask)
        return bool(events)

    def close(self):
        """Free the selector and the announcers; the module closes the channels itself."""
        for announcer in self._announcers:
            announcer.close()
        self.selector.close()


def _stream():
    """A non-blocking TCP socket with a small window like a module's."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    if hasattr(socket, "TCP_MAXSEG"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
    return sock


def _keep_alive(sock, seconds):
    """Set keep-alive as AT+CIPSTART's <keep_alive> (in seconds; 0: off), and TCP_NODELAY."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not seconds:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", seconds), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
