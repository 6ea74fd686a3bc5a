"""A serial line on which one thing goes wrong at one place, and the driver's port for it.

Places are counted in bytes from the beginning of a conversation, separately for each direction. A
change has no effect before its place, so the bytes before it are those of the undisturbed
conversation, and a place found there is the same byte here.
"""

from dataclasses import dataclass

from espat.port import Port

#: The boot text of an ESP8266's ROM (74880 baud) read at 115200 baud: invented, as the emulator's.
NOISE = b"\x00\xe0\x8c\r\n~?\x80\x06\xfcl>\x1c\xc3\x00\r\n\x8e\x0c\xe2\x82n\xf3> \xff\x00\x1e"
BUSY = b"\r\nbusy p...\r\n"

OUT = "module"
IN = "host"
"""Which bytes a change applies to: those that the module prints, or those that the host sends."""


class Hang(BaseException):
    """The driver does not return. Not an `Exception`, so that the driver cannot catch it."""


@dataclass(frozen=True)
class Change:
    """One thing that goes wrong on the line.

    `what`: "drop" (`amount` bytes in a row), "double", "flip" (`amount` is the mask), "pair" (the
    byte at `at` is dropped and the one at `end` doubled), "restart" (`amount` 1: with ROM noise),
    "busy" (the command from `at` to `end` is answered with busy; `amount` 1: and carried out all
    the same), "cut" (the bytes from `at` on come `amount` milliseconds later), "chop" (every read
    gives at most `amount` bytes), "none".
    """

    what: str = "none"
    side: str = OUT
    at: int = -1
    amount: int = 1
    end: int = -1

    def __str__(self):
        text = f"{self.what} {self.side}@{self.at} x{self.amount}"
        return text + (f"..{self.end}" if self.end >= 0 else "")


def altered(change, data, start):
    """The bytes `data`, which begin at the place `start`, with a change applied."""
    at = change.at - start
    if change.what == "drop":
        return data[: max(at, 0)] + data[max(at + change.amount, 0) :]
    if change.what == "pair":
        other = change.end - start
        kept = [
            data[i : i + 1] * (0 if i == at else 2 if i == other else 1) for i in range(len(data))
        ]
        return b"".join(kept)
    if not 0 <= at < len(data):
        return data
    if change.what == "double":
        return data[: at + 1] + data[at:]
    if change.what == "flip":
        return data[:at] + bytes([data[at] ^ change.amount]) + data[at + 1 :]
    return data


class Wire:
    """The host's end of the serial line to an emulated module, with only what every UART has."""

    timeout = 0
    #: How many calls are allowed between pauses: a driver that loops without a pause makes more.
    most_calls = 60_000

    def __init__(self, module, clock, change):
        self.module = module
        self.clock = clock
        self.change = change
        self.uart = module.uart()
        self.active = True  # something moved since the last pause
        self.sent = bytearray()  # what the host sent, before the change
        self.printed = bytearray()  # what the module printed, before the change
        self.turns = []  # (place in `sent`, place in `printed`) at every write
        self._coming = bytearray()
        self._held = bytearray()
        self._late = None
        self._done = False
        self._calls = 0
        self._dry = None

    def count(self):
        """Count a call; raises Hang if there are too many."""
        self._calls += 1
        if self._calls > self.most_calls:
            raise Hang(f"{self.most_calls} calls of the UART")

    def rested(self):
        """Reduce the count of calls, because time has passed."""
        self._calls = max(0, self._calls - 40)

    # -- from the module ---------------------------------------------------------------------

    def readinto(self, view):
        """Read the bytes that are there; returns how many, or None."""
        self.count()
        self._pull()
        limit = len(view)
        if self.change.what == "chop":
            limit = min(limit, self.change.amount)
        if self._late is not None:
            limit = self._before_cut(limit)
        n = min(limit, len(self._coming))
        if not n:
            return None
        self.active = True
        view[:n] = self._coming[:n]
        del self._coming[:n]
        return n

    def _before_cut(self, limit):
        ahead, due = self._late
        if ahead <= 0 and self.clock.now() >= due:
            self._late = None
            return limit
        n = min(limit, max(0, ahead), len(self._coming))
        self._late = (ahead - n, due if ahead > n else max(due, 0) or self._due())
        return n

    def _due(self):
        return self.clock.now() + self.change.amount / 1000

    def _pull(self):
        now = self.clock.now()
        if self._dry == now:  # nothing was there, and neither time nor the host moved since
            return
        data = self.uart.read()
        if not data:
            self._dry = now
            return
        change = self.change
        start = len(self.printed)
        self.printed += data
        if change.side == OUT and change.at < start + len(data) and not self._done:
            if change.what == "restart":
                self._done = True
                data = data[: change.at - start]
                self.module.reset(NOISE if change.amount else b"")
                data += self.uart.read() or b""
            elif change.what == "cut":
                self._done = True
                ahead = len(self._coming) + change.at - start
                self._late = (ahead, 0 if ahead else self._due())
            else:
                data = altered(change, data, start)
        self._coming += data

    # -- to the module -----------------------------------------------------------------------

    def write(self, view):
        """Take bytes for the module, always all of them."""
        self.count()
        self.active = True
        data = bytes(view)
        start = len(self.sent)
        self._pull()
        self._dry = None
        self.turns.append((start, len(self.printed)))
        self.sent += data
        change = self.change
        if change.side == IN and change.at < start + len(data) and not self._done:
            if change.what == "busy":
                return self._busy(data, start)
            data = altered(change, data, start)
        self.uart.write(data)
        return len(view)

    def _busy(self, data, start):
        """Hold the command until it is complete, then answer busy, and carry it out or not."""
        change = self.change
        ahead = max(0, change.at - start)
        behind = max(ahead, min(len(data), change.end - start))
        self.uart.write(data[:ahead])
        self._held += data[ahead:behind]
        if start + len(data) >= change.end:
            self._done = True
            self._pull()
            self._coming += BUSY
            if change.amount:
                self.uart.write(bytes(self._held))
            self.uart.write(data[behind:])
        return len(data)

    def deinit(self):
        """Do nothing: there is nothing to release."""

    @property
    def baudrate(self):
        """The host's rate."""
        return self.uart.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        self.uart.baudrate = rate


class QuickPort(Port):
    """The driver's port with a clock that moves only in pauses.

    A pause is 1 ms while something moves, and the longer nothing moves the longer it is, up to
    64 ms, but it never goes past the next event of the module.
    """

    def __init__(self, wire, module, clock, patience):
        Port.__init__(self, wire)
        self._module = module
        self._clock = clock
        self._idle = 0
        self.patience = patience  # seconds on the clock

    def ticks(self):
        """Milliseconds, which start over when CircuitPython's do."""
        return int(self._clock.now() * 1000) & 0x1FFFFFFF

    def pause(self):
        """Let time pass."""
        wire, clock = self.uart, self._clock
        self._idle = 0 if wire.active else self._idle + 1
        wire.active = False
        wire.rested()
        step = 0.001 * (1 << min(6, self._idle >> 3))
        due = self._module.line.next_due()
        if due is not None:
            step = min(step, max(0.001, due - clock.now()))
        clock.advance(step)
        if clock.now() > self.patience:
            raise Hang(f"{self.patience} simulated seconds")
