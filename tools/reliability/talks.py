"""The conversations that are disturbed: many payloads down, each sent back; a burst; the end.

An `Outcome` keeps what the program and its peer received, and every exception, for the judge.
"""

import errno
import functools
import random
from dataclasses import dataclass, field

from .wire import Hang

HOST, PORT = "talk.test", 99
TIMEOUT = 5
"""The time-out in seconds of each call on a socket."""
JOIN = 60
HANDSHAKE = 30
AFTERWARDS = 60
"""How many seconds joining, a TLS connect and the connection afterwards may take; this includes
getting an answer from the module, setting it up again and joining again."""
CLOSE = 15
"""Seconds. Closing has no time-out: it waits for the running command, and for its own."""
_POLL, _RD, _WR = 3, 1, 4
"""Constants of MicroPython's stream protocol."""
ASK = b"next"
SIZES = (1, 37, 2, 512, 100, 1460, 5, 700)
ACTIVE_SIZES = (1, 37, 2, 512, 100, 900, 5, 700)
"""With active receive, data not asked for is kept in a ring: no payload is larger than the ring."""
BURST = (33, 1, 310)
FEW_SIZES = (1, 300, 37)
"""For conversations in which each payload takes long, or in which there are more commands."""
SLOW, SLOWER = 1.7, 6
"""How many seconds a slow far end takes. A socket that waits asks the module after half a second
what it holds, one that is polled after five."""
POLLS = 60
"""Seconds after which a polling program gives up; lost notices are asked for every five."""
DATAGRAMS = (1, 37, 2, 512, 100, 1460, 5, 700)
DATAGRAM_BURST = (3, 61, 20)


@functools.cache
def payload(number, size):
    """`size` pseudo-random bytes, always the same; the last one is a line end."""
    return random.Random(number * 7919 + size).randbytes(size - 1) + b"\n"


@dataclass
class Outcome:
    """The result of a conversation.

    `told` is (where, exception) of the first call that raised, `odd` of one that raised an
    undocumented exception. `calls` are (name, simulated seconds, seconds allowed). `printed` and
    `sent` are the places on the line where the conversation ended. `parts` are the outcomes of its
    connections, if it has several: `expected` is what one of them must receive, and `offset` how
    much the program had sent to others before.
    """

    got: bytearray = field(default_factory=bytearray)
    pieces: list = field(default_factory=list)
    peer: bytearray = field(default_factory=bytearray)
    tried: bytearray = field(default_factory=bytearray)
    told: tuple | None = None
    odd: tuple | None = None
    hang: str = ""
    ended: bool = False
    calls: list = field(default_factory=list)
    printed: int = 0
    sent: int = 0
    after: int = 0
    after_error: str = ""
    left_open: int = 0
    parts: list = field(default_factory=list)
    expected: bytes | list = b""
    offset: int = 0


class Teller:
    """The far end: sends payload after payload, each when all that is due before it has come.

    `later` calls a function, at once or, for a slow far end, after a delay.
    """

    def __init__(self, sizes, burst, later):
        self.sizes = sizes
        self.burst = burst
        self.later = later
        self.heard = bytearray()
        self._due = [len(ASK) + sum(sizes[:n]) + n * len(ASK) for n in range(len(sizes) + 1)]
        self._told = 0

    def received(self, peer, data):
        """Count what came, and send the payloads that are due now."""
        self.heard += data
        while self._told < len(self._due) and len(self.heard) >= self._due[self._told]:
            n = self._told
            self._told += 1
            self.later(functools.partial(self._tell, peer, n))

    def _tell(self, peer, n):
        if peer.closed:
            return
        if n < len(self.sizes):
            peer.send(payload(n, self.sizes[n]))
        else:
            for i, size in enumerate(self.burst):
                peer.send(payload(50 + i, size))
            peer.close()


class Stop(Exception):
    """The program ends, because a call raised or the connection ended."""


class Program:
    """The base of all conversations: every call of the driver is timed, and its errors are kept."""

    def __init__(self, world, outcome):
        self.world = world
        self.outcome = outcome
        self.sockets = []

    def call(self, name, allowed, function, *args):
        """Call the driver. An exception ends the conversation."""
        out, clock = self.outcome, self.world.clock
        start = clock.now()
        try:
            return function(*args)
        except OSError as error:
            out.told = (name, error)
            raise Stop from error
        except Exception as error:
            out.odd = (name, error)
            raise Stop from error
        finally:
            out.calls.append((name, clock.now() - start, allowed))

    def run(self):
        """Run the conversation to its end or its first exception, then close every socket."""
        try:
            self.call("join", JOIN, self.world.join)
            self.talk()
        except Stop:
            pass
        for sock in reversed(self.sockets):
            try:
                self.call("close", CLOSE, sock.close)
            except Stop:
                pass

    def socket(self, *args, **names):
        """Make a socket with the time-out of all sockets here."""
        sock = self.world.pool.socket(*args, **names)
        self.sockets.append(sock)
        sock.settimeout(TIMEOUT)
        return sock


class Stream(Program):
    """TCP, with a connection to a server."""

    def __init__(self, world, outcome, cell, far):
        Program.__init__(self, world, outcome)
        self.cell = cell
        self.far = far

    def talk(self):
        """The conversation."""
        sock = self.connected()
        for n, size in enumerate(self.cell.sizes):
            self.say(sock, ASK)
            self.hear(sock, size)
            self.say(sock, payload(n, size))
        self.say(sock, ASK)
        self.hear_end(sock)

    def connected(self):
        """A socket whose other end is the far end."""
        self.world.network.listen(HOST, PORT, self.far.teller)
        sock = self.socket()
        self.call("connect", TIMEOUT, sock.connect, (HOST, PORT))
        return sock

    def say(self, sock, data):
        """Send all of it."""
        self.outcome.tried += data
        self.call("send", TIMEOUT, sock.sendall, data)

    def piece(self, sock, most):
        """What one read gives, b"" for the end."""
        reads = self.cell.reads
        if reads == "line":
            return self.call("readline", TIMEOUT, sock.readline)
        buffer = bytearray(min(int(reads), most))
        n = self.call("recv_into", TIMEOUT, sock.recv_into, buffer)
        return bytes(buffer[:n])

    def hear(self, sock, count):
        """Read `count` bytes; an end before that is a clean end that comes too early."""
        end = len(self.outcome.got) + count
        while len(self.outcome.got) < end:
            piece = self.piece(sock, end - len(self.outcome.got))
            if not piece:
                self.outcome.ended = True
                raise Stop
            self.outcome.got += piece

    def hear_end(self, sock):
        """Read until the peer's end."""
        while piece := self.piece(sock, 1 << 20):
            self.outcome.got += piece
        self.outcome.ended = True


class Secure(Stream):
    """The same with TLS."""

    def connected(self):
        """A socket whose other end is the far end; its certificate is not verified."""
        from .secure import server, wrapped  # noqa: PLC0415 - needs libraries that few have

        self.world.network.listen(HOST, PORT, server(self.far.teller))
        sock = wrapped(self.socket(), self.cell.profile, HOST)
        self.sockets[-1] = sock
        self.call("connect", HANDSHAKE, sock.connect, (HOST, PORT))
        return sock


class Served(Stream):
    """The same with a client of the module's server."""

    def connected(self):
        """The socket of a client, which is the far end."""
        server = self.socket()
        server.bind(("0.0.0.0", PORT))
        self.call("listen", TIMEOUT, server.listen, 1)
        if PORT in self.world.network.listeners:
            self.world.network.dial(PORT, self.far.teller())
        sock, _ = self.call("accept", TIMEOUT, server.accept)
        self.sockets.append(sock)
        sock.settimeout(TIMEOUT)
        return sock


class Polled(Stream):
    """TCP by a program that does not wait, but calls again and again.

    It reads no lines, because it would wait for ever for a line end that was lost.
    """

    def piece(self, sock, most):
        """What one read gives, b"" for the end."""
        buffer = bytearray(min(self.size, most))
        n = self.call("recv_into", TIMEOUT, sock.recv_into, buffer)
        return bytes(buffer[:n])

    @property
    def size(self):
        """How many bytes a read asks for."""
        return 100 if self.cell.reads == "line" else int(self.cell.reads)

    def connected(self):
        """A socket whose other end is the far end."""
        sock = Stream.connected(self)
        sock.settimeout(0)
        return sock

    def call(self, name, allowed, function, *args):
        """Call until it succeeds; if that takes too long, it counts as a hang."""
        world = self.world
        end = world.clock.now() + POLLS
        while True:
            try:
                return function(*args)
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    return Program.call(self, name, allowed, _raised, error)
            except Exception as error:
                return Program.call(self, name, allowed, _raised, error)
            world.port.pause()
            if world.clock.now() > end:
                raise Hang(f"{name}: nothing for {POLLS} s")


def _raised(error):
    raise error


class Faced(Polled):
    """The same with the socket of MicroPython's face, polled before each read."""

    def socket(self, *args, **names):
        """A stream."""
        from espat.faces.stream import Stream as Face  # noqa: PLC0415 - for this kind alone

        sock = Face(self.world.radio)
        self.sockets.append(sock)
        sock.settimeout(TIMEOUT)
        return sock

    def say(self, sock, data):
        """Write all of it, even if little is accepted at a time."""
        self.outcome.tried += data
        view = memoryview(data)
        while view:
            view = view[self.call("write", TIMEOUT, self._written, sock, view) :]

    @staticmethod
    def _written(sock, view):
        n = sock.write(view) if sock.ioctl(_POLL, _WR) else None
        if n is None:
            raise OSError(errno.EAGAIN, "not yet")
        return n

    def piece(self, sock, most):
        """What one read gives, b"" for the end."""
        return self.call("read", TIMEOUT, self._read, sock, min(self.size, most))

    @staticmethod
    def _read(sock, size):
        data = sock.read(size) if sock.ioctl(_POLL, _RD) else None
        if data is None:
            raise OSError(errno.EAGAIN, "not yet")
        return data


class Beside(Stream):
    """TCP, while a UDP socket is opened and closed: some firmware changes how all links receive."""

    def hear(self, sock, count):
        """Read `count` bytes that came before a UDP socket was opened."""
        other = self.socket(type=self.world.pool.SOCK_DGRAM)
        self.call("bind", TIMEOUT, other.bind, ("0.0.0.0", 5000))
        Stream.hear(self, sock, count)
        self.call("close", CLOSE, other.close)


class Datagrams(Program):
    """UDP: a request, a datagram down, the same datagram up; then three at once."""

    def __init__(self, world, outcome, _, far):
        Program.__init__(self, world, outcome)
        self.far = far

    def talk(self):
        """The conversation."""
        self.world.network.udp(HOST, PORT, self.far.responder)
        sock = self.socket(type=self.world.pool.SOCK_DGRAM)
        for n, size in enumerate(DATAGRAMS):
            self.say(sock, ASK)
            self.hear(sock)
            self.say(sock, payload(n, size))
        self.say(sock, ASK)
        for _ in DATAGRAM_BURST:
            self.hear(sock)
        self.outcome.ended = True

    def say(self, sock, data):
        """One datagram."""
        self.outcome.tried += data
        self.call("sendto", TIMEOUT, sock.sendto, data, (HOST, PORT))

    def hear(self, sock):
        """One datagram."""
        buffer = bytearray(1500)
        n, _ = self.call("recvfrom_into", TIMEOUT, sock.recvfrom_into, buffer)
        self.outcome.pieces.append(bytes(buffer[:n]))


class Responder:
    """The far end for datagrams: answers requests."""

    def __init__(self):
        self.heard = bytearray()
        self._asked = 0

    def __call__(self, peer, source, data):
        """Note a datagram, and answer it if it is a request."""
        self.heard += data
        if data != ASK:
            return
        n = self._asked
        self._asked += 1
        if n < len(DATAGRAMS):
            peer.send(payload(n, DATAGRAMS[n]), source)
        elif n == len(DATAGRAMS):
            for i, size in enumerate(DATAGRAM_BURST):
                peer.send(payload(50 + i, size), source)


class FarEnd:
    """All peers of the module, and what they received."""

    def __init__(self, sizes, later):
        self.sizes = sizes
        self.later = later
        self.tellers = []
        self.responder = Responder()

    def teller(self):
        """Make the peer for another connection."""
        self.tellers.append(Teller(self.sizes, BURST, self.later))
        return self.tellers[-1]

    @property
    def heard(self):
        """What the peers received, with a bar between connections; only one of them is right."""
        return self.responder.heard + b"|".join(bytes(t.heard) for t in self.tellers if t.heard)
