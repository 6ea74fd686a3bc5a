"""Fuzzing with modules that answer anything.

There are two kinds: the output of the emulator garbled on the line (`Garbling`), with which a
driver comes far in every act, and a port that answers each command at random (`Anything`). A
program is a random list of calls of public functions, determined by a seed. The rule: a call
returns, or raises what its docstring names, within the time that its time-out allows.
"""

import collections
import random
import signal
import time
from dataclasses import dataclass, field

from espat import Radio, SocketPool
from espat_tools.emulator import PROFILES, SimClock

from . import faces
from .garbling import LINES, mutated
from .wire import Hang, Wire
from .world import PASSWORD, SSID, World


class Garbling(Wire):
    """The line to an emulated module; each piece of output is changed with probability `rate`."""

    most_calls = 400_000

    def garble(self, chance, rate):
        """Begin to garble; with None for `chance`, end it."""
        self.chance, self.rate = chance, rate
        return self

    chance, rate = None, 0

    def _pull(self):
        if self._dry == self.clock.now():
            return
        before = len(self._coming)
        Wire._pull(self)
        if self.chance and len(self._coming) > before and self.chance.random() < self.rate:
            data = bytes(self._coming[before:])
            self._coming[before:] = mutated(self.chance, data)


OK = b"\r\nOK\r\n"
VERSIONS = (b"3.3.0.0", b"2.2.1.0", b"1.7.4.0", b"4.1.1.0", b"0.9")


def _version(chance, _link):
    text = b"AT version:%s(x - ESP32C3 - x)\r\nSDK version:x\r\n" % chance.choice(VERSIONS)
    return text + OK


def _received(chance, _link):
    data = chance.randbytes(chance.randrange(1, 64))
    return b"+CIPRECVDATA:%d,%s\r\nOK\r\n" % (len(data), data)


SANE = {
    b"AT+GMR": _version,
    b"AT+CIPSTART": lambda _, link: link + b",CONNECT\r\n" + OK,
    b"AT+CIPSTARTEX": lambda _, link: b"4,CONNECT\r\n" + OK,
    b"AT+CIPSEND": lambda _, link: OK + b"\r\n>",
    b"AT+CIPRECVDATA": _received,
    b"AT+CIPCLOSE": lambda _, link: link + b",CLOSED\r\n" + OK,
}


class Anything:
    """A UART whose other end gives random answers."""

    timeout = 0
    baudrate = 115200

    def __init__(self, chance, clock):
        self.clock = clock
        self.chance = chance
        self.active = True
        self.sane = chance.choice((0.2, 0.6, 0.9, 0.97))
        self._coming = bytearray()
        self._line = bytearray()
        self._calls = 0

    def count(self):
        """Count a call; raises Hang if there are too many."""
        self._calls += 1
        if self._calls > 400_000:
            raise Hang("400,000 calls of the UART")

    def rested(self):
        """Reduce the count of calls, because time has passed."""
        self._calls = max(0, self._calls - 40)

    def readinto(self, view):
        """Read the bytes that are there; returns how many, or None."""
        self.count()
        if self.chance.random() < 0.0005:
            self._coming += self.chance.choice(LINES)
        n = min(len(view), len(self._coming), self.chance.choice((1, 7, 64, 4096)))
        if not n:
            return None
        self.active = True
        view[:n] = self._coming[:n]
        del self._coming[:n]
        return n

    def write(self, view):
        """Take bytes for the module, always all of them."""
        self.count()
        self.active = True
        self._line += view
        if len(self._line) > 4000:
            self._line.clear()
        while (end := self._line.find(b"\r\n")) >= 0:
            line = bytes(self._line[:end])
            del self._line[: end + 2]
            self._answer(line)
        if self._line and not self._line.startswith(b"AT"):  # a payload
            self._say(b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % len(self._line))
            self._line.clear()
        return len(view)

    def _answer(self, line):
        if len(self._coming) > 20_000:
            return
        self._say(self._sane(line))

    def _say(self, data):
        if self.chance.random() > self.sane:
            data = mutated(self.chance, data)
        self._coming += data

    def _sane(self, line):
        name, _, rest = line.partition(b"=")
        answer = SANE.get(name)
        if answer:
            return answer(self.chance, rest[:1])
        known = [each for each in LINES if each.startswith(name[2:].rstrip(b"?"))]
        if name.endswith(b"?") and known:
            return self.chance.choice(known) + OK
        return OK

    def deinit(self):
        """Do nothing: there is nothing to release."""


class Alone:
    """What a `QuickPort` needs of a module, for use without one."""

    class line:
        """Its serial line."""

        @staticmethod
        def next_due():
            """None: nothing is ever due."""


@dataclass
class Fuzzed:
    """Counts of programs, of calls by their result, and of faults."""

    programs: int = 0
    calls: collections.Counter = field(default_factory=collections.Counter)
    faults: list = field(default_factory=list)
    kinds: collections.Counter = field(default_factory=collections.Counter)
    seconds: float = 0.0

    def fault(self, seed, name, error):
        """Count a fault; a few of each kind are kept."""
        kind = f"{name}: {type(error).__name__}"
        self.kinds[kind] += 1
        if self.kinds[kind] <= 3:
            self.faults.append((seed, name, f"{type(error).__name__}: {error}"))

    def __str__(self):
        total = sum(self.calls.values())
        shown = ", ".join(f"{n:,} {what}" for what, n in sorted(self.calls.items()))
        faults = sum(self.kinds.values())
        return f"{self.programs:,} programs, {total:,} calls ({shown}), {faults:,} faults"


class Player:
    """Plays one seeded program against one hostile module."""

    def __init__(self, seed, counts, every=False):
        from .acts import ACTS, READ, SHORT  # noqa: PLC0415 - a table of calls

        self.every = every
        self.acts = ACTS
        if every:
            self.acts = *ACTS, *((name, act, READ, SHORT) for name, act in faces.FACES)
        self.seed = seed
        self.counts = counts
        self.chance = random.Random(seed)
        self.sockets = []
        self.server = None

    def play(self):
        """Make a module and a radio, and do the calls."""
        self._begin()
        if self.every:
            faces.begin(self.radio)
        for _ in range(self.chance.randrange(6, 24)):
            name, act, errors, allowed = self.chance.choice(self.acts)
            if not self.call(name, act, errors, allowed):
                break
        self.counts.programs += 1

    def call(self, name, act, errors, allowed):
        """Do one call; returns False if it never came back, so that the radio is unusable."""
        start = self.clock.now()
        self.port.patience = start + allowed + 900
        try:
            act(self)
            self.counts.calls["returned"] += 1
        except errors:
            self.counts.calls["raised what is documented"] += 1
        except Hang as error:
            self.counts.fault(self.seed, name, error)
            return False
        except Exception as error:
            self.counts.calls["raised another"] += 1
            self.counts.fault(self.seed, name, error)
        took = self.clock.now() - start
        if took > allowed:
            self.counts.fault(self.seed, name, Late(f"{took:.1f} s of {allowed}"))
        return True

    def _begin(self):
        chance = self.chance
        if chance.randrange(3):
            world = World(chance.choice(sorted(PROFILES)), wire=Garbling)
            self.clock, self.port = world.clock, world.port
            self.radio, self.pool = world.radio, world.pool
            self.world = world
            if chance.randrange(4):
                try:
                    world.join()
                except OSError:
                    pass
            world.wire.garble(chance, chance.choice((0.02, 0.1, 0.4)))
            return
        from .wire import QuickPort  # noqa: PLC0415

        self.clock = SimClock()
        self.port = QuickPort(Anything(chance, self.clock), Alone, self.clock, 900)
        self.radio = Radio(self.port)
        self.pool = SocketPool(self.radio)
        self.world = None
        if chance.randrange(2):
            try:
                self.radio.connect(SSID, PASSWORD)
            except Exception:
                pass  # `connect` is also one of the acts, whose exceptions are checked


class Late(Exception):
    """A call took longer than it may."""


def _alarm(*_):
    raise Hang("30 s without an end, and none of them simulated")


def _watch(seconds):
    """Raise Hang after so many real seconds, if the system supports that; 0 cancels it."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _alarm)
        signal.alarm(seconds)


def fuzz(seconds, seed=0, counts=None, every=False):
    """Run programs one after the other for `seconds` (None: for ever), counted in `counts`.

    `every`: also with calls of MicroPython's faces, and of seldom used members of the radio.
    """
    counts = counts or Fuzzed()
    start = time.monotonic()
    number = seed * 1_000_000
    while seconds is None or counts.seconds < seconds:
        _watch(30)
        try:
            Player(number, counts, every).play()
        except Hang as error:
            counts.fault(number, "program", error)
        finally:
            _watch(0)
        number += 1
        counts.seconds = time.monotonic() - start
    return counts


def again(seed, every=False):
    """Run one program again; returns its counts and the player, which has the module's log."""
    counts = Fuzzed()
    player = Player(seed, counts, every)
    try:
        player.play()
    except Hang as error:
        counts.fault(seed, "program", error)
    return counts, player
