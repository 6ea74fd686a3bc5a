"""A transcript as a UART, and the driver on it, in simulated time."""

from espat import Radio
from espat_tools.emulator import SimClock
from espat_tools.transcripts import Departed, Player
from tests.driver.desk import Hang, SimPort


class Line:
    """The host's end of a line whose other end is a player; at most `cut` bytes a read."""

    timeout = 0
    baudrate = 115200

    def __init__(self, player, cut=0):
        self.player = player
        self.cut = cut
        self.calls = 0

    def readinto(self, view):
        self._count()
        data = self.player.take(min(len(view), self.cut or len(view)))
        view[: len(data)] = data
        return len(data) or None

    def write(self, view):
        self._count()
        self.player.feed(view)
        return len(view)

    def _count(self):
        self.calls += 1
        if self.calls > 300_000:
            raise Hang("300,000 calls of the UART")

    def deinit(self):
        """Nothing to give back."""


class Replay:
    """A radio on a transcript; `speed` 0 has every answer there at once; `then`: see Switched."""

    def __init__(self, transcript, cut=0, speed=1.0, then=None):
        self.clock = SimClock()
        self.player = Player(transcript, self.clock.now, speed)
        self.line = Switched(self.player, then) if then else Line(self.player, cut)
        last = transcript.events[-1].time
        self.port = SimPort(self.line, self.clock, 0.005 if last < 2 else 0.01)
        self.port.patience = 120
        self.radio = Radio(self.port)

    def all_said(self):
        """Nothing is left, once the host has read what is there."""
        for _ in range(2000):
            if self.player.over:
                return
            self.radio.modem.step()
            self.clock.advance(0.001)
        raise AssertionError(f"{self.player.name}: {self.player.missing()}")


class Switched(Line):
    """A line whose module plays a transcript as far as the host follows it, and is a real
    (emulated) one from then on: `then()` makes that one's UART.
    """

    def __init__(self, player, then):
        Line.__init__(self, player)
        self.then = then
        self.module = None

    def readinto(self, view):
        n = Line.readinto(self, view)
        return n or (self.module and self.module.readinto(view))

    def write(self, view):
        if self.module:
            return self.module.write(view)
        try:
            return Line.write(self, view)
        except Departed as departed:
            self.module = self.then()
            # The module got the beginning of it, too, if this is a line of its own.
            self.module.write(departed.before + departed.got)
            return len(view)
