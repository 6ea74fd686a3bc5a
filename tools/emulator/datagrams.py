"""UDP over real sockets, with multicast and broadcast, on loopback or beyond."""

import selectors
import socket

from .network import Channel, is_group

_BROADCAST = "255.255.255.255"

#: The broadcast address of the loopback interface, used instead of 255.255.255.255.
_LOOPBACK_BROADCAST = "127.255.255.255"
_LOOPBACK = "127.0.0.1"


class SocketDatagrams(Channel):
    """The module's end of UDP, over a non-blocking socket."""

    def __init__(self, network, remote, local_port, everywhere):
        self._network = network
        self._everywhere = everywhere
        self.remote = self.source = remote
        self._readable = False
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        try:
            self._bind(remote[0], local_port)
        except OSError:
            self.sock.close()
            raise
        self.local_port = self.sock.getsockname()[1]
        network.selector.register(self.sock, selectors.EVENT_READ, self)

    def _bind(self, address, local_port):
        """Bind the socket: for groups and broadcast to any address, else to loopback only.

        If the network reaches everywhere, it is always any address.
        """
        here = "" if self._everywhere or is_group(address) else _LOOPBACK
        if is_group(address):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.sock.bind((here, local_port))
        if is_group(address) and address != _BROADCAST:
            self._join(address)

    def _join(self, group):
        interface = socket.inet_aton("0.0.0.0" if self._everywhere else _LOOPBACK)
        membership = socket.inet_aton(group) + interface
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)

    def ready(self, events):
        """Called by the selector: a datagram waits."""
        self._readable = True
        self._network.selector.unregister(self.sock)

    def receive(self, limit):
        if not self._readable or not self.sock:
            return b""
        try:
            data, place = self.sock.recvfrom(limit)
        except BlockingIOError:
            self._readable = False
            self._network.selector.register(self.sock, selectors.EVENT_READ, self)
            return b""
        except OSError:
            return b""
        self.source = self._network.seen(place)
        return data

    def send(self, data, target=None):
        """Send a datagram. One that cannot be delivered is lost without an error."""
        if not self.sock:
            return 0
        address, port = self._network.real(*(target or self.remote))
        if not self._network.reachable(address, port):
            return len(data)
        if address == _BROADCAST and not self._everywhere:
            address = _LOOPBACK_BROADCAST
        try:
            self.sock.sendto(data, (address, port))
        except OSError:
            pass
        return len(data)

    def close(self):
        if self.sock:
            if not self._readable:
                self._network.selector.unregister(self.sock)
            self.sock.close()
        self.sock = None
