"""Conversations with several connections at once, each with its own bytes and its own end."""

import errno
import functools

from .talks import ASK, HOST, PORT, TIMEOUT, Outcome, Program, Stop, payload
from .wire import Hang

PASSIVE_SIZES = (100, 37, 512, 2, 700)
ACTIVE_SIZES = (100, 37, 61, 2, 200)
"""What each peer sends. With active receive all of it has room in a socket's ring."""
LINKS = 5
GAP, SHIFT = 0.02, 0.006
"""Seconds between the payloads of a peer, and how much later the next peer begins."""
STREAM_SIZES = (500,) * 120
STREAM_GAP = 0.1
"""A download that takes twelve seconds, in which the line is never quiet for long."""
SELDOM_SIZES = (33, 300, 1, 100, 37)
SELDOM_GAP = 1.1
DATAGRAMS = (20, 300, 7, 61)
IDLE = 100
"""Polls after which no datagram is expected any more."""
NOTICE = 6
"""Within how many seconds bytes must be there though the notice of them was lost."""
POLLED = 64
"""How many bytes a read asks for that does not wait."""
PATIENCE = 60
"""Seconds after which a program gives up that polls and gets nothing."""


class Part(Outcome):
    """One of the connections: what its peer sends and when, and what came of it."""

    def __init__(self, number, sizes, gap, clock):
        Outcome.__init__(self)
        self.payloads = [payload(1000 * (number + 1) + n, size) for n, size in enumerate(sizes)]
        self.expected = b"".join(self.payloads)
        self.offset = number * len(ASK)
        self.start = number * SHIFT
        self.gap = gap
        self.clock = clock
        self.sent_at = {}
        self.peers = []
        self.over = False

    def note(self, piece):
        """Keep what a read gave; None: it raised, or nothing is there."""
        if piece is not None:
            self.got += piece
            self.ended = self.over = not piece

    def delays(self):
        """How many seconds each payload took that has come since this was asked last."""
        end = 0
        for number, data in enumerate(self.payloads):
            end += len(data)
            if number in self.sent_at and len(self.got) >= end:
                yield self.clock.now() - self.sent_at.pop(number)


class Sender:
    """A peer that sends its payloads at fixed times once it is asked, and closes."""

    def __init__(self, part, scheduler):
        self.heard = bytearray()
        self._part = part
        self._after = functools.partial(scheduler.after, lasting=True)
        part.peers.append(self)

    def received(self, peer, data):
        """Begin when the request is whole."""
        began = len(self.heard) >= len(ASK)
        self.heard += data
        if began or len(self.heard) < len(ASK):
            return
        part = self._part
        for number in range(len(part.payloads)):
            send = functools.partial(self._send, peer, number)
            self._after(part.start + number * part.gap, send)
        self._after(part.start + len(part.payloads) * part.gap, peer.close)

    def _send(self, peer, number):
        if not peer.closed:
            self._part.sent_at[number] = self._part.clock.now()
            peer.send(self._part.payloads[number])


class Several(Program):
    """TCP connections that receive at the same time and are read in turn."""

    def __init__(self, world, outcome, cell, _far):
        Program.__init__(self, world, outcome)
        self.cell = cell
        passive = cell.passive and cell.profile != "nonos-1.3"
        for sizes, gap in self.plan(passive):
            outcome.parts.append(Part(len(outcome.parts), sizes, gap, world.clock))

    @staticmethod
    def plan(passive):
        """(sizes of its payloads, seconds between them) of each peer."""
        return [(PASSIVE_SIZES if passive else ACTIVE_SIZES, GAP)] * LINKS

    def talk(self):
        """The conversation."""
        clock, port, parts = self.world.clock, self.world.port, self.outcome.parts
        socks = [self.opened(number, part) for number, part in enumerate(parts)]
        moved, came = clock.now(), 0
        while not all(part.over for part in parts):
            for sock, part in zip(socks, parts, strict=True):
                if not part.over:
                    part.note(self.piece(sock, part))
            now = sum(len(part.got) for part in parts)
            if now > came:
                moved, came = clock.now(), now
            elif clock.now() > moved + PATIENCE:
                raise Hang(f"nothing for {PATIENCE} s")
            else:
                port.pause()

    def opened(self, number, part):
        """A socket whose peer was asked to begin."""
        return self.connected(number, part, self.socket())

    def connected(self, number, part, sock):
        """The socket given, connected to its peer, which was asked to begin."""
        peer = functools.partial(Sender, part, self.world.module.core.scheduler)
        self.world.network.listen(HOST, PORT + number, peer)
        self.told(part, "connect", sock.connect, (HOST, PORT + number))
        return self.asked(part, sock)

    def asked(self, part, sock):
        """The socket given, whose peer was asked to begin, if the connection stands."""
        if not part.over:
            part.tried += ASK
            self.told(part, "send", sock.sendall, ASK)
        return sock

    def told(self, part, name, function, *args):
        """Call the driver. An exception ends this connection alone: then None is returned."""
        whole = self.outcome
        try:
            return self.call(name, TIMEOUT, function, *args)
        except Stop:
            part.told, whole.told = whole.told, None
            part.over = True
            return None

    def piece(self, sock, part):
        """What one read gives; b"" at the end, None if it raised or nothing is there."""
        if sock.timeout == 0:
            return self.polled(sock, part)
        if self.cell.reads == "line":
            return self.told(part, "readline", sock.readline)
        buffer = bytearray(int(self.cell.reads))
        n = self.told(part, "recv_into", sock.recv_into, buffer)
        return None if n is None else bytes(buffer[:n])

    def polled(self, sock, part):
        """The same of a socket that does not wait."""
        buffer = bytearray(POLLED)
        n = self.told(part, "recv_into", _unless_nothing, sock.recv_into, buffer)
        return None if n is None else bytes(buffer[:n])


def _unless_nothing(function, *args):
    """What a function returns; None where it raises EAGAIN."""
    try:
        return function(*args)
    except OSError as error:
        if error.errno != errno.EAGAIN:
            raise
        return None


class Mixed(Several):
    """The same with a client of the module's server, a stream of MicroPython's face that is polled,
    and sockets that do not wait.
    """

    def opened(self, number, part):
        """A socket of one kind or another."""
        if number == 1:
            return self.served(part)
        sock = self.connected(number, part, self.face() if number == 2 else self.socket())
        if number > 1:
            sock.settimeout(0)
        return sock

    def face(self):
        """A stream of MicroPython's face."""
        from espat.faces.stream import Stream  # noqa: PLC0415 - for this kind alone

        sock = Stream(self.world.radio)
        self.sockets.append(sock)
        sock.settimeout(TIMEOUT)
        return sock

    def served(self, part):
        """The socket of a client, which is the peer."""
        server = self.socket()
        server.bind(("0.0.0.0", PORT))
        self.told(part, "listen", server.listen, 1)
        network = self.world.network
        if PORT in network.listeners:
            network.dial(PORT, Sender(part, self.world.module.core.scheduler))
        made = None if part.over else self.told(part, "accept", server.accept)
        if made is None:
            return server
        sock = made[0]
        self.sockets.append(sock)
        sock.settimeout(TIMEOUT)
        return self.asked(part, sock)


class Crowded(Several):
    """A connection that is polled and seldom has something, while another one downloads."""

    @staticmethod
    def plan(_passive):
        """(sizes of its payloads, seconds between them) of each peer."""
        return [(SELDOM_SIZES, SELDOM_GAP), (STREAM_SIZES, STREAM_GAP)]

    def opened(self, number, part):
        """A socket; the first one does not wait."""
        sock = Several.opened(self, number, part)
        if number == 0:
            sock.settimeout(0)
        return sock

    def polled(self, sock, part):
        """As in `Several`; how long payloads took is kept."""
        piece = Several.polled(self, sock, part)
        self.outcome.calls += [("notice", seconds, NOTICE) for seconds in part.delays()]
        return piece


class Datagrams(Part):
    """A UDP socket among the connections: it is to receive each datagram whole, or not at all."""

    def __init__(self, number, after, clock):
        Part.__init__(self, number, DATAGRAMS, GAP, clock)
        self._after = after
        self.expected = self.payloads
        self.heard = bytearray()
        self.peers.append(self)

    def note(self, piece):
        """Keep a datagram."""
        if piece is not None:
            self.pieces.append(piece)
            self.got += piece
            self.ended = self.over = len(self.got) >= sum(map(len, self.payloads))

    def __call__(self, peer, source, data):
        """The far end: send the datagrams at fixed times once it is asked."""
        self.heard += data
        for number, each in enumerate(self.payloads):
            send = functools.partial(peer.send, each, source)
            self._after(self.start + number * self.gap, send, lasting=True)


class Flooded(Several):
    """Two connections that receive, and a UDP socket beside them that does, too."""

    idle = 0  # polls of the UDP socket alone that gave nothing

    def __init__(self, world, outcome, cell, far):
        Several.__init__(self, world, outcome, cell, far)
        after = world.module.core.scheduler.after
        outcome.parts.append(Datagrams(len(outcome.parts), after, world.clock))

    @staticmethod
    def plan(passive):
        """(sizes of its payloads, seconds between them) of each peer."""
        return [(PASSIVE_SIZES if passive else ACTIVE_SIZES, GAP)] * 2

    def opened(self, number, part):
        """A socket; the last one is for datagrams, and does not wait."""
        if not isinstance(part, Datagrams):
            return Several.opened(self, number, part)
        self.world.network.udp(HOST, PORT + number, part)
        sock = self.socket(type=self.world.pool.SOCK_DGRAM)
        self.told(part, "connect", sock.connect, (HOST, PORT + number))
        if not part.over:
            part.tried += ASK
            self.told(part, "send", sock.send, ASK)
        sock.settimeout(0)
        return sock

    def polled(self, sock, part):
        """A datagram; none come any more some time after the connections have ended."""
        buffer = bytearray(512)
        n = self.told(part, "recv_into", _unless_nothing, sock.recv_into, buffer)
        if n is not None:
            return bytes(buffer[:n])
        if all(each.over for each in self.outcome.parts[:-1]):
            self.idle += 1
            part.over = part.over or self.idle > IDLE
        return None
