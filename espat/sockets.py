# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sockets on a module's links: the pool, and TCP sockets whole.

Nothing waits past its time-out, and a hole in a stream raises.
"""

try:
    from micropython import const
except ImportError:
    const = int

from . import lazy
from .errors import fail
from .sock.base import is_name
from .sock.stream import StreamSocket

_LINGER_MS = const(100)  # how long a client may take to close, after the last that it was sent

# What a link is.
_OPEN = const(2)

# Events.
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)

# What a socket is doing.
_NOTHING = const(0)
_CONNECTING = const(1)
_CHECKING = const(2)
_RECEIVING = const(3)
_SENDING = const(4)
_ASKING = const(5)


class Socket(StreamSocket):
    """A TCP socket: a client, or the module's server. Made by ``SocketPool.socket()``."""

    def __init__(self, radio):
        StreamSocket.__init__(self, radio)
        self.peer = None  # (host, port) of connect()
        self.stood = False  # that the connection stands was told
        self.words = b""  # what the module said when it refused it
        self.port = 0  # what bind() chose
        self.served = False  # it came from the module's server
        self.server = None  # sock/server.py, while it listens

    # Connecting

    def connect(self, address):
        """``AT+CIPSTART=<link>,"TCP","<host>",<port>``.

        :param address: ``(host, port)``; the module resolves the name
        :raises OSError: ENOMEM, all five links are in use; ECONNREFUSED, no connection came about;
            ENOTCONN, not joined; -2, name not found; ETIMEDOUT; EINPROGRESS if it must not wait,
            then EALREADY until it stands; EISCONN, it stands
        """
        modem = self.modem
        since = modem.port.ticks()
        if self.doing:  # since an earlier call
            modem.step()
        elif self.shut:
            raise fail("closed")
        elif self.link >= 0 and self.stood:
            raise fail("connected")
        elif self.link < 0 and self.peer is None:
            host, port = address[0], address[1]
            if self.port or self.left:
                raise fail("used_before")
            if not (0 < port < 65536 and 0 < len(host) <= 64):
                raise fail("bad_address")
            self._open(host, port)
            if self.timeout == 0:
                raise fail("connect_started")
        self._await_connection(since)

    def _open(self, host, port):
        """Begin the connection."""
        self.radio.up()
        self.turn(self.modem.port.ticks())
        lazy.call("sock.opening", "dial", self, "TCP", host, port)

    def _await_connection(self, since):
        """Wait until what ``_open()`` began has ended: here, or in another socket's call."""
        while self.doing:
            if self.timeout == 0:
                raise fail("connecting")
            self.rest(since, "the connection")
        if self.link < 0:
            host, port = self.peer or ("", 0)
            self.peer = None
            raise self._refusal(host, port)
        self.stood = True

    def _refusal(self, host, port):
        """Why no connection came about: the exception to raise."""
        return lazy.call("sock.repair", "refusal", self, host, port)

    def over(self, code):
        """What this socket had begun has ended. Called from ``step()``: begins at most."""
        doing = self.doing
        if doing == _CONNECTING or doing == _CHECKING:
            self.doing = _NOTHING
            lazy.call("sock.opening", "over", self, doing, code)
        else:
            StreamSocket.over(self, code)

    def close(self):
        """Send what is held back, then ``AT+CIPCLOSE=<link>`` if it still stands. Idempotent.

        A server's client that was just sent something may close first, in 100 ms: most do at the
        end of an answer, and a CIPCLOSE that crosses their CLOSED would hit the client that waited
        for a link, and got this one. A socket that must not wait closes at once.
        """
        if self.shut:
            return
        modem = self.modem
        try:
            self.flush()
            if self.served and self.code == _SEND_OK and self.timeout != 0:
                since = modem.port.ticks()
                while self.is_ours() and modem.links[self.link] == _OPEN:
                    if modem.port.since(since) > _LINGER_MS:
                        break
                    modem.rest()
        finally:
            self.shut = True
            self.ring = None
            if self.server is not None:
                self.server.close()
            elif self.is_ours():
                # Where the module refused something of it, or connects yet, it may stand there.
                doubtful = self.doing == _CONNECTING or self.doing == _CHECKING
                modem.give(self.link, _OPEN if doubtful or self.code == _ERROR else 0)
                try:
                    if self.timeout == 0 or doubtful:
                        modem.chores()  # begins to close it, if nothing is under way
                    else:
                        modem.turn()
                except OSError:
                    pass  # the next command will say that nothing answers

    # Serving

    def bind(self, address):
        """Choose the port to listen on. Nothing is sent yet.

        :param address: ``(host, port)``; the module listens on all its addresses, whatever the host
        :raises ValueError: a port out of 1..65535
        """
        if self.shut:
            raise fail("closed")
        if self.link >= 0:
            raise fail("not_bound")
        if not 0 < address[1] < 65536:
            raise fail("bad_address")
        self.port = address[1]

    def listen(self, backlog=1):
        """``AT+CIPSERVERMAXCONN=5`` (NonOS 1.6, ESP-AT) and ``AT+CIPSERVER=1,<port>``.

        :param int backlog: how many clients may wait to be accepted: 5, or up to 16 of which most
            have gone again; as everywhere it does not bound how many are served, which the five
            links do
        :raises OSError: EADDRINUSE, another socket listens: a module has one server; EINVAL, not
            bound
        """
        if self.shut:
            raise fail("closed")
        if not self.port or self.link >= 0:
            raise fail("not_bound")
        if self.server is None:
            self.server = lazy.call("sock.server", "Server", self, backlog, type(self))

    def accept(self):
        """The next client: ``(socket, (address, port))``. The socket starts with waits for ever.

        After a restart of the module it listens again. While Wi-Fi is away nobody comes; a module
        that does not rejoin by itself is told to, which takes up to 20 seconds even where this must
        not wait. A client that has gone again has the address ``("0.0.0.0", 0)``.

        :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``; EINVAL, this socket does not
            listen; EADDRINUSE, the module does not let it listen again
        """
        if self.shut:
            raise fail("closed")
        if self.server is None:
            raise fail("not_bound")
        return self.server.accept()

    def setsockopt(self, level, option, value):
        """SO_REUSEADDR and TCP_NODELAY are taken, and change nothing: so the module is anyway.

        :raises OSError: EOPNOTSUPP, any other
        """
        # SOL_SOCKET and SO_REUSEADDR as boards number them, and as Linux does.
        if (level, option) not in ((0xFFF, 4), (1, 2), (6, 1)):
            raise fail("socket_option")


class SocketPool:
    """What ``socketpool.SocketPool`` is on a board with Wi-Fi of its own.

    :param Radio radio: the module
    """

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 4
    TCP_NODELAY = 1

    def __init__(self, radio):
        self.radio = radio

    def socket(self, family=2, type=1, proto=0):
        """A TCP socket, or a UDP one. It takes one of the module's five links when it connects.

        :raises OSError: EOPNOTSUPP, another kind
        """
        if family == 2 and type == 1:
            return Socket(self.radio)
        if family == 2 and type == 2:
            from .sock.udp import UdpSocket

            return UdpSocket(self.radio)
        raise fail("socket_kind")

    def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        """``[(family, type, proto, "", (address, port))]``, by ``AT+CIPDOMAIN`` if host is a name.

        :raises OSError: (-2, message), the name is not known
        """
        if is_name(host):
            host = lazy.call("at.essential", "cipdomain", self.radio.up(), host)
        return [(2, type or 1, proto, "", (host, port))]
