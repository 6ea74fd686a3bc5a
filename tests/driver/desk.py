"""A board on the desk: the driver on an emulated module, by a clock that tests move.

Nothing here waits for real time: the pauses of the driver's port move the clock, and a driver that
turns in circles, or waits past all deadlines, meets `Hang`.
"""

import contextlib
import os
from pathlib import Path

from hypothesis import HealthCheck, settings

from espat import Radio, SocketPool
from espat.port import Port
from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock

BOTH = ("esp32c3-3.3", "nonos-1.7.4")
"""The newest dialect most boards have, and the oldest with passive receive."""

ALL = tuple(sorted(PROFILES))
examples = settings(
    deadline=None,
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
"""How hypothesis looks for trouble here: in CI the same cases every time."""

SSID, PASSWORD = "espat", "correct horse"
PATIENT = 50

ONBOARD_UART = {"onboard_uart": Path(__file__).with_name("onboard_uart.py")}
"""The module of that name, for programs in real MicroPythons."""


class Hang(BaseException):
    """The driver turns in circles. No `Exception`: nothing in the driver may swallow it."""


class Line:
    """The host's end of the serial line, with no more than every UART has.

    Tests put their own in its place: one that loses bytes, or cuts them up, or is interrupted.
    """

    timeout = 0

    def __init__(self, uart, clock):
        self.uart = uart
        self.clock = clock
        self.calls = 0

    def readinto(self, view):
        self.count()
        return self.take(view)

    def write(self, view):
        self.count()
        return self.put(view)

    def count(self):
        """A driver that turns in circles turns here."""
        self.calls += 1
        if self.calls > 300_000:
            raise Hang("300,000 calls of the UART")

    def take(self, view):
        """Bytes from the module; how many, or None."""
        return self.uart.readinto(view)

    def put(self, view):
        """Bytes to the module; how many it took, or None."""
        return self.uart.write(view)

    @property
    def baudrate(self):
        return self.uart.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        self.uart.baudrate = rate

    def deinit(self):
        self.uart.deinit()


class Wire(Line):
    """A line that takes its time: ten bits a byte, and a receive buffer that overruns.

    A byte that comes while `depth` bytes wait to be read is lost, and counted in `lost`.
    """

    depth = 2048

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.lost = 0
        self._coming = b""
        self._here = bytearray()
        self._since = clock.now()

    def _flow(self):
        """Let come over what has had the time to."""
        now = self.clock.now()
        piece = bytearray(256)
        while True:
            if not self._coming:
                self._coming = bytes(piece[: self.uart.readinto(piece) or 0])
                self._since = max(self._since, now - 0.002)
                if not self._coming:
                    return
            n = min(int((now - self._since) * self.baudrate / 10), len(self._coming))
            if not n:
                return
            self._since += n * 10 / self.baudrate
            room = self.depth - len(self._here)
            self._here += self._coming[: min(n, room)]
            self.lost += max(0, n - room)
            self._coming = self._coming[n:]

    def take(self, view):
        self._flow()
        n = min(len(view), len(self._here))
        view[:n] = self._here[:n]
        del self._here[:n]
        return n or None


class SimPort(Port):
    """The driver's port by a clock that stands still but in pauses.

    `tick` is how far a pause moves it, in seconds; `hooks` are called at every pause. A driver that
    saw no byte come or go in `PATIENT` pauses waits for something that is far away: from then on a
    pause moves the clock by `longest`, so that seconds take few steps. Where every tick counts, as
    for what is measured to the millisecond, `longest` is 0.
    """

    longest = 0.01

    def __init__(self, uart, clock, tick=0.001):
        Port.__init__(self, uart)
        self.clock = clock
        self.tick = tick
        self.hooks = []
        self.quiet = 0  # pauses since a byte came or went
        self.patience = 600  # seconds on the clock

    def ticks(self):
        return int(self.clock.now() * 1000)

    def read(self, view):
        n = Port.read(self, view)
        if n:
            self.quiet = 0
        return n

    def write(self, view):
        self.quiet = 0
        return Port.write(self, view)

    def pause(self):
        self.quiet += 1
        far = self.quiet > PATIENT and self.longest > self.tick
        self.clock.advance(self.longest if far else self.tick)
        if self.clock.now() > self.patience:
            raise Hang(f"{self.patience} simulated seconds")
        for hook in list(self.hooks):
            hook()


class Server:
    """A TCP server: says `greeting` to who comes, `answer(data)` to what comes, then may `close`.

    `peers` are the connections it got, `data` everything that came, over all of them.
    """

    def __init__(self, greeting=b"", answer=None, close=False):
        self.greeting = greeting
        self.answer = answer
        self.close = close
        self.peers = []
        self.data = bytearray()

    @property
    def peer(self):
        """The latest connection."""
        return self.peers[-1]

    def connected(self, peer):
        self.peers.append(peer)
        if self.greeting:
            peer.send(self.greeting)
        if self.close and not self.answer:
            peer.close()

    def received(self, peer, data):
        self.data += data
        if self.answer and not peer.closed:
            peer.send(self.answer(data))
            if self.close:
                peer.close()


class Desk:
    """A module with a network of Python objects, and a radio on it.

    `radio` are arguments for `Radio`, `line` makes its UART and `port` the port on that; the rest
    goes to the emulator.
    The names echo.test:7 (says what it hears) and sink.test:9 (listens) are always there.
    """

    def __init__(self, profile, *, radio=None, line=Line, port=SimPort, rate=115200, **options):
        self.clock = SimClock()
        self.network = MemoryNetwork()
        self.echo = self.listen("echo.test", 7, answer=bytes)
        self.sink = self.listen("sink.test", 9)
        self.module = Module(profile, clock=self.clock, network=self.network, **options)
        self._rate = rate
        self._line = line
        self._port = port
        self.again(**(radio or {}))

    def again(self, **radio):
        """The board restarted, the module did not: a new radio on the same module."""
        self.line = self._line(self.module.uart(self._rate), self.clock)
        self.port = self._port(self.line, self.clock)
        self.radio = Radio(self.port, **radio)
        self.pool = SocketPool(self.radio)
        self.modem = self.radio.modem
        return self

    def listen(self, host, port, *args, **how):
        """A `Server` on the network."""
        server = Server(*args, **how)
        self.network.listen(host, port, server)
        return server

    def join(self):
        """Join the access point that every module here knows."""
        self.radio.connect(SSID, PASSWORD)
        return self

    def socket(self, host="echo.test", port=7, timeout=5):
        """A connected socket."""
        sock = self.pool.socket()
        sock.settimeout(timeout)
        sock.connect((host, port))
        return sock

    def served_in_soft_ap(self):
        """A connection of a station of the soft-AP's: (its end, our socket)."""
        self.server = self.pool.socket()
        self.server.bind(("0.0.0.0", 80))
        self.server.listen(5)
        self.server.settimeout(5)
        address = self.module.ap_client_joins("02:00:00:00:00:99")
        peer = self.network.dial(80, address=address)
        client, _ = self.server.accept()
        client.settimeout(5)
        return peer, client

    def active(self):
        """Let the module push what it receives, as firmware without passive receive does."""
        if self.modem.passive:
            self.radio.command("AT+CIPRECVMODE=0")
            self.modem.passive = False
            self.radio.command("AT")  # behind such a command the modes are asked for, once
        return self

    def said(self, word):
        """The command lines that hold a word."""
        return [line for line in self.module.commands if word in line]

    def joins(self):
        """The command lines that join an access point."""
        return [line for line in self.said(b"AT+CWJAP") if b"=" in line]

    def let(self, seconds):
        """Let time pass while the driver takes in what comes."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.modem.step()
            self.port.pause()

    @contextlib.contextmanager
    def within(self, seconds):
        """What stands in the block takes no more simulated time than this."""
        start = self.clock.now()
        yield
        took = self.clock.now() - start
        assert took <= seconds, f"took {took:.3f} s, not {seconds}"

    def works(self):
        """The radio carries a conversation, now."""
        with self.socket() as sock:
            sock.sendall(b"still there?")
            assert read_exactly(sock, 12) == b"still there?"


def read_exactly(sock, count, piece=4096):
    """`count` bytes off a socket, by `recv_into`; fewer only where the stream ends before."""
    got = bytearray()
    buffer = bytearray(piece)
    while len(got) < count:
        n = sock.recv_into(buffer, min(piece, count - len(got)))
        if not n:
            break
        got += buffer[:n]
    return bytes(got)


def read_all(sock, piece=4096):
    """What a socket has until the other end closes, by `recv_into`."""
    return read_exactly(sock, 1 << 62, piece)


def pattern(count, seed=0):
    """`count` bytes that repeat at no power of two, so that a lost or doubled block shows."""
    return bytes((i * 7 + i // 251 + seed) & 0xFF for i in range(count))
