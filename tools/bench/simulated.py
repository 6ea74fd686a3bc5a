"""A module, a paced line and the driver, with a clock that moves only in pauses.

This measures the protocol: how many bytes an exchange puts on the wire, and how long both ends
wait. Processor time counts as zero.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import espat
from espat.port import Port
from espat_tools.emulator import MemoryNetwork, Module, SimClock

SSID, PASSWORD = "espat", "correct horse"
RX_SIZE = 2048
"""The host's receive buffer in bytes, as in the board files."""

_PATIENCE = 3600


class Counted:
    """The host's end of the line; counts the bytes in both directions."""

    timeout = 0

    def __init__(self, uart) -> None:
        self._uart = uart
        self.came = self.went = 0

    def readinto(self, view) -> int | None:
        """Read what is there into a view."""
        n = self._uart.readinto(view)
        self.came += n or 0
        return n

    @property
    def baudrate(self) -> int:
        """The rate of this end in baud."""
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
    """The driver's port, whose pauses move the clock by ``tick`` seconds."""

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
        """Move the clock; time passes only here."""
        if self.clock.advance(self.tick) > _PATIENCE:
            raise RuntimeError("the measured exchange does not end")


class Bench:
    """A joined radio on a paced module; measures time and use of the wire for one exchange."""

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
        """Begin an exchange."""
        self._at = self.clock.now()
        self._bytes = self.line.came, self.line.went

    @property
    def seconds(self) -> float:
        """Seconds since the exchange began."""
        return self.clock.now() - self._at

    @property
    def wire(self) -> float:
        """How many seconds the bytes sent in both directions since then take, one by one."""
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
    """Make a `Bench` for a `with` block; `timing` are durations of the emulator, in seconds."""
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
    """A server that sends a body to every client that sends something."""

    def __init__(self, length: int) -> None:
        self._body = bytes((i * 7 + i // 251) & 0xFF for i in range(length))

    def received(self, peer, _data: bytes) -> None:
        """Send the body, whatever was received."""
        peer.send(self._body)


class Sink:
    """A server that counts the bytes that it receives."""

    def __init__(self) -> None:
        self.heard = 0

    def received(self, _peer, data: bytes) -> None:
        """Count the bytes."""
        self.heard += len(data)


class Echo:
    """A server that sends back what it receives."""

    def received(self, peer, data: bytes) -> None:
        """Send it back."""
        peer.send(data)
