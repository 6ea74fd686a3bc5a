"""A module, a paced line and the driver by a clock that only pauses move.

What is measured so is the protocol: how many bytes an exchange puts on the wire, and how long both
ends stand still. The time that a processor takes counts as nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import espat
from espat.port import Port
from espat_tools.emulator import MemoryNetwork, Module, SimClock

SSID, PASSWORD = "espat", "correct horse"
RX_SIZE = 2048
"""The host's receive buffer, as the board files have it."""

_PATIENCE = 3600


class Counted:
    """The host's end of the line, with what crossed it."""

    timeout = 0

    def __init__(self, uart) -> None:
        self._uart = uart
        self.came = self.went = 0

    def readinto(self, view) -> int | None:
        """Fill a view with what is there."""
        n = self._uart.readinto(view)
        self.came += n or 0
        return n

    @property
    def baudrate(self) -> int:
        """Bits a second at this end."""
        return self._uart.baudrate

    @baudrate.setter
    def baudrate(self, rate: int) -> None:
        self._uart.baudrate = rate

    def write(self, view) -> int | None:
        """Send a view."""
        n = self._uart.write(view)
        self.went += n or 0
        return n


class SimPort(Port):
    """The driver's port: pauses move the clock by a byte or four."""

    def __init__(self, uart: Counted, clock: SimClock, tick: float) -> None:
        super().__init__(uart)
        self.clock = clock
        self.tick = tick

    def ticks(self) -> int:
        """Milliseconds on the simulated clock."""
        return int(self.clock.now() * 1000)

    def since(self, then: int) -> int:
        """Milliseconds since a value of `ticks()`."""
        return self.ticks() - then

    def pause(self) -> None:
        """Time passes here and nowhere else."""
        if self.clock.advance(self.tick) > _PATIENCE:
            raise RuntimeError("the measured exchange does not end")


class Bench:
    """A joined radio on a paced module, and what one exchange takes of time and of the wire."""

    def __init__(self, module: Module, clock: SimClock, network: MemoryNetwork, baud: int) -> None:
        self.module = module
        self.clock = clock
        self.network = network
        self.baud = baud
        self.line = Counted(module.uart(baud))
        port = SimPort(self.line, clock, 20 / baud)
        self.radio = espat.Radio(port, rx_size=RX_SIZE)
        self.radio.connect(SSID, PASSWORD)
        self.pool = espat.SocketPool(self.radio)
        self.start()

    def start(self) -> None:
        """An exchange begins."""
        self._at = self.clock.now()
        self._bytes = self.line.came, self.line.went

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self.clock.now() - self._at

    @property
    def wire(self) -> float:
        """Seconds that the bytes that crossed the line since then take, one after the other."""
        crossed = self.line.came - self._bytes[0] + self.line.went - self._bytes[1]
        return crossed * 10 / self.baud

    def connect(self, host: str, port: int, timeout: float = 30) -> espat.Socket:
        """A connected socket."""
        sock = self.pool.socket()
        sock.settimeout(timeout)
        sock.connect((host, port))
        return sock


@contextmanager
def bench(baud: int, profile: str = "esp32c3-3.3", **timing: float) -> Iterator[Bench]:
    """A `Bench` while it is open; `timing` are durations of the emulator, in seconds."""
    clock, network = SimClock(), MemoryNetwork()
    durations = {"join": 0.01, "dns": 0.0, "connect": 0.0, "send": 0.0, **timing}
    with Module(
        profile,
        clock=clock,
        network=network,
        baud=baud,
        paced=True,
        rx_size=RX_SIZE,
        timing=durations,
        keep=0,
    ) as module:
        yield Bench(module, clock, network, baud)


class Sender:
    """A server that sends a body to whoever says a word, in pieces as the module has room."""

    def __init__(self, length: int) -> None:
        self._body = bytes((i * 7 + i // 251) & 0xFF for i in range(length))

    def received(self, peer, _data: bytes) -> None:
        """Whatever was said."""
        peer.send(self._body)


class Sink:
    """A server that counts what it hears."""

    def __init__(self) -> None:
        self.heard = 0

    def received(self, _peer, data: bytes) -> None:
        """Count."""
        self.heard += len(data)


class Echo:
    """A server that says what it hears."""

    def received(self, peer, data: bytes) -> None:
        """Say it."""
        peer.send(data)
