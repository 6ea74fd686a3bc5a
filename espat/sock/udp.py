# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP sockets. Loaded when the first is made.

Passive receive would join datagrams together. So, while a UDP socket is open, the module pushes
each datagram at once, with its sender (``AT+CIPDINFO=1``). Firmware with ``AT+CIPRECVTYPE`` can do
that for one link. With ``AT+CIPRECVMODE`` alone it applies to all links: what the module holds for
TCP sockets is fetched first, and until the last UDP socket closes there is no flow control for
them: a TCP socket with more than 2920 unread bytes raises ECONNRESET.
"""

from .. import lazy
from ..errors import const, fail
from ..links import octets
from .base import LinkSocket, is_name

STAYS = True

_LARGEST = const(1472)  # bytes of a datagram that go out in one packet of 1500
_DATAGRAMS = const(4)  # how many datagrams may wait to be read,
_BYTES = const(2048)  # and how many bytes in all
_START_MS = const(20000)
_SELDOM_MS = const(5000)  # how often the module is asked whether it has restarted
_PROMPT_MS = const(2000)  # how long a send waits for the prompt even with a time-out of 0

# States of a link.
_OPEN = const(2)
_LOST_BYTES = const(6)

# Events.
_SEND_OK = const(5)
_CANCELED = const(7)

# What a socket is doing.
_NOTHING = const(0)
_SENDING = const(4)


class UdpSocket(LinkSocket):
    """A UDP socket. Made by ``SocketPool.socket(AF_INET, SOCK_DGRAM)``.

    It takes one of the module's five links at ``bind()``, ``connect()`` or the first ``sendto()``.
    That takes a few commands. The time-out covers them and the rest of the call; but with a
    time-out of 0 the call still waits for them.

    Four datagrams, 2048 bytes in all, may wait to be read. Datagrams that come when there is no
    space are dropped; ``lost`` counts them.
    """

    type = 2

    def __init__(self, radio):
        LinkSocket.__init__(self, radio)
        self.port = 0  # the local port
        self.refused = self.served = False  # not used for UDP: see stream.py, sockets.py
        self.lost = 0
        self.group = None  # the address of its multicast group
        self.pushed = False  # all links were switched to active receive for this socket
        self._peer = None  # (address, port) of connect()
        self._name = ("", "")  # the name looked up last, and its address
        self._queue = []  # (bytes, address, port), the oldest first
        self._bytes = 0  # the sum of their sizes
        self._coming = None  # the datagram that is coming in; None: it is dropped

    def setsockopt(self, level, name, value):
        """IP_ADD_MEMBERSHIP joins a multicast group: see udp_link.py. SO_REUSEADDR and SO_BROADCAST
        always apply; any other option raises EOPNOTSUPP.
        """
        if not level and name in (3, 35, 0x400):  # its numbers in lwIP, Linux and MicroPython
            lazy.call("sock.udp_link", "join", self, value)
            return
        if not level or name not in (2, 4, 6, 32):  # their numbers differ from system to system
            raise fail("socket_option")

    # The link

    def bind(self, address):
        """Receive on a port: ``AT+CIPSTART=<link>,"UDP","0.0.0.0",<port>,<port>,2``.

        :param address: ``(host, port)``: whatever the host, the module receives on all its
            addresses; also for a multicast group, if the host is one (224.0.0.0 to
            239.255.255.255) or IP_ADD_MEMBERSHIP has set one; port 0: any free port
        :raises OSError: EADDRINUSE; ENOMEM, all five links are in use; ENOTCONN, not joined
        """
        lazy.call("sock.udp_link", "bind", self, address)

    def connect(self, address):
        """Set the only peer: ``send()`` sends to it, other senders' datagrams are dropped.

        Nothing is sent to the peer.
        """
        since = self.modem.port.ticks()
        place = self._place(address, since)
        self._open(since, place)
        self._peer = place

    def time_left(self, since, most):
        """The time-out of a command, in ms: what is left of the call's, but at most ``most``.

        :param since: when the call began
        :raises OSError: ETIMEDOUT, no time is left
        """
        if not self.timeout:
            return most
        left = int(self.timeout * 1000) - self.modem.port.since(since)
        if left <= 0:
            raise fail("timed_out", "the module")
        return min(left, most)

    def _place(self, address, since):
        """``(address, port)``, with a name resolved, else the module would do it per datagram."""
        if self.shut:
            raise fail("closed")
        try:  # the same as opening.check(), which would have to be loaded for each datagram
            host, port = address[0], address[1] | 0
            size = len(host + "")  # of a str alone
        except (TypeError, LookupError):
            size = 0
        if not 0 < size <= 64 or not 0 < port < 65536:
            raise fail("bad_address")
        if is_name(host):
            if self._name[0] != host:
                modem = self.radio.up()
                if self.timeout:
                    self.turn(since)
                left = self.time_left(since, _START_MS)
                self._name = host, lazy.call("at.services", "cipdomain", modem, host, left)
            host = self._name[1]
        return host, port

    def _open(self, since, place):
        """Open a link to ``(host, port)``, unless there is one."""
        if self.link >= 0 or self.shut:
            if self.state() != _OPEN:
                raise fail("dropped")
            return
        lazy.call("sock.udp_link", "begin", self, since, place[0], place[1])

    def close(self):
        """``AT+CIPCLOSE=<link>``; the last UDP socket also restores the receive mode. Closing a
        closed socket does nothing.
        """
        if self.shut:
            return
        self.shut = True
        self._queue = []
        lazy.call("sock.udp_link", "close", self)

    # Sending

    def sendto(self, data, address):
        """Send a datagram: ``AT+CIPSEND=<link>,<n>,"<address>",<port>``.

        :param data: 1 to 1472 bytes: what fits one packet, since not all modules reassemble
            fragments
        :param address: ``(host, port)``; a name is resolved, and the last result kept
        :returns: how many bytes: all
        :raises OSError: EMSGSIZE; EAGAIN or ETIMEDOUT, as set by ``settimeout()``; EIO, the module
            did not send it; ECONNRESET, the module restarted; -2, name not found
        """
        view = octets("data", data)
        n = len(view)
        if not 0 < n <= _LARGEST:
            raise fail("datagram_size")
        modem = self.modem
        since = modem.port.ticks()
        place = self._place(address, since)
        self._open(since, place)
        self.turn(since)
        if self.state() != _OPEN:
            raise fail("dropped")
        self.doing = _SENDING
        try:
            modem.begin_send(b"+CIPSEND=", (self.link, n) + place, view, self, self.link)
            while self.doing:
                if self.timeout != 0:
                    self.rest(since, "the send")
                elif modem.sent:
                    return n  # SEND OK is not waited for
                else:
                    if modem.port.since(since) > _PROMPT_MS:
                        raise fail("waiting", "the prompt")
                    modem.rest()
        except BaseException as e:
            if lazy.call("sock.repair", "cut_send", self, view, e):
                return n
            raise
        if self.code == _CANCELED:
            raise lazy.call("sock.repair", "unsent", self)
        if self.code != _SEND_OK:
            self.state()
            raise fail("datagram_not_sent")
        return n

    def send(self, data):
        """``sendto()`` the peer given to ``connect()``."""
        if not self._peer:
            raise fail("not_open")
        return self.sendto(data, self._peer)

    def over(self, code):
        """A send has ended. Called from ``step()``."""
        self.doing = _NOTHING
        self.code = code

    # Receiving

    def recvfrom_into(self, buffer, nbytes=0):
        """Read the oldest datagram into a buffer. What does not fit is lost.

        :param nbytes: the most bytes to read; 0: as many as the buffer holds
        :returns: ``(how many bytes, (address, port))``
        :raises OSError: ETIMEDOUT or EAGAIN, as set by ``settimeout()``; ENOTCONN (as
            BrokenPipeError where that exists), neither bound nor sent anything; ECONNRESET, the
            module restarted, or bytes were lost between module and host
        """
        view = octets("buffer", buffer, True)
        if not 0 <= nbytes <= len(view):
            raise fail("too_small")
        data, host, port = self._next()
        n = min(len(data), nbytes or len(view))
        view[:n] = memoryview(data)[:n]
        return n, (host, port)

    def recvfrom(self, size):
        """Read the oldest datagram, cut to ``size`` bytes: ``(bytes, (address, port))``."""
        if size < 0:
            raise fail("too_small")
        data, host, port = self._next()
        return bytes(memoryview(data)[:size]), (host, port)

    def recv_into(self, buffer, nbytes=0):
        """As ``recvfrom_into()``, without the sender."""
        return self.recvfrom_into(buffer, nbytes)[0]

    def recv(self, size):
        """As ``recvfrom()``, without the sender."""
        return self.recvfrom(size)[0]

    def _next(self):
        modem = self.modem
        since = modem.port.ticks()
        modem.step()
        while True:
            torn = self.is_ours() and modem.links[self.link] == _LOST_BYTES
            if self._queue and not torn:
                break
            if self.state() != _OPEN:
                raise fail("dropped")
            if modem.port.since(modem.asked) > _SELDOM_MS:
                # Find out whether the module answers, or has restarted unnoticed.
                modem.asked = modem.port.ticks()
                modem.contact = 0
            modem.chores()
            self.rest(since, "a datagram")
        got = self._queue.pop(0)
        self._bytes -= len(got[0])
        return got

    # The methods of a receiver of payload: see links.py

    def place(self):
        """The buffer for the datagram that is coming in; None: drop it."""
        parser = self.modem.parser
        n = parser.length
        self._coming = None
        try:
            host = str(parser.peer or b"", "ascii")
        except ValueError:  # a UnicodeError is one
            host = ""
        if self.shut or (self._peer and self._peer != (host, parser.port)):
            return None  # closed, or not from the peer of connect()
        if len(self._queue) < _DATAGRAMS and self._bytes + n <= _BYTES:
            try:
                self._coming = bytearray(n), host, parser.port
                return memoryview(self._coming[0])
            except MemoryError:
                self._coming = None
        self.lost += 1
        return None

    def placed(self, n):
        """``n`` bytes have been written to that buffer."""

    def find(self, what):
        """The position of some bytes in the datagram; -1: not in it."""
        return self._coming[0].find(what) if self._coming else -1

    def finished(self, whole):
        """The datagram has ended; it can be read if it was whole."""
        if self._coming and whole:
            self._queue.append(self._coming)
            self._bytes += len(self._coming[0])
        self._coming = None
