"""What the faults share: a line whose bytes are changed on purpose, and a scripted module.

All of it stands on the driver's public names: tests that survive a change of rooms.
"""

import errno
import functools
import importlib
import pathlib

import pytest

import espat
from espat_tools.emulator import SimClock
from tests.driver.desk import PASSWORD, SSID, Hang, Line, SimPort, pattern
from tests.driver.script import OK, EspAt, NonOs, Script, ScriptedDesk

PASSIVE = ("esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1", "esp8266-2.2.1")
PASSIVE += ("nonos-1.7.4", "wizfi360")
"""Families with passive receive."""

passive_where_it_is = pytest.mark.there_is(lambda active, family: active or family in PASSIVE)
"""Of a test by family and receive mode: in passive receive on those families only."""

TRAILED = ("esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1", "esp8266-2.2.1")
"""Families that put CRLF behind an active payload."""

BARE = ("nonos-1.3", "nonos-1.7.4", "wizfi360")
"""Families that put nothing there."""

GONE = (errno.ECONNRESET, errno.ETIMEDOUT, errno.EIO, errno.ENOTCONN, errno.EPIPE)
"""How a socket says that its stream is not whole, or may not be."""


ONBOARD_JOINED = {"onboard_joined": pathlib.Path(__file__).with_name("onboard_joined.py")}
"""The module of that name, for programs in real MicroPythons."""


class Spoiled(Line):
    """A line that changes what it carries.

    `answer(command, change, nth)`: what the module says from the nth such command on, until the
    next command, goes through `change`, bytes to bytes, until that changes something. `ask(command,
    change, nth)`: the same for the command itself, on its way to the module.
    """

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.waiting = b""
        self.last = b""
        self.rules = []
        self.asked = []
        self.hits = 0
        self.heard = None  # what the module said since, where a test sets it to b""

    def answer(self, command, change, nth=1):
        self.rules.append([command, change, nth])

    def spoil(self, change):
        """What the module says from now on goes through `change`, until that changes something."""
        self.rules.append([b"", change, 0])

    def ask(self, command, change, nth=1):
        self.asked.append([command, change, nth])

    def put(self, view):
        data = bytes(view)
        whole = len(data)
        if data[:2] == b"AT":
            self.last = data
            for rule in self.rules:
                rule[2] -= rule[0] in data
        for rule in list(self.asked):
            if rule[0] in data:
                rule[2] -= 1
                if rule[2] == 0:
                    self.asked.remove(rule)
                    self.hits += 1
                    data = rule[1](data)
        self.deliver(data)
        return whole

    def deliver(self, data):
        """Bytes to the module, however few it takes at a time."""
        while data:
            data = data[self.uart.write(data) :]

    def take(self, view):
        piece = bytearray(4096)
        n = self.uart.readinto(piece)
        if n:
            data = bytes(piece[:n])
            for rule in list(self.rules):
                if rule[2] <= 0 and rule[0] in self.last:
                    changed = rule[1](data)
                    if changed != data:
                        data = changed
                        self.rules.remove(rule)
                        self.hits += 1
            if self.heard is not None:
                self.heard += data
            self.waiting += data
        n = min(len(view), len(self.waiting))
        view[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None


class Counted(Line):
    """Spoils what the module says by place: the `at`-th byte from `arm()` on, and `count` from it.

    `change` is bytes to bytes. `heard` are the bytes as the module printed them.
    """

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.waiting = b""
        self.arm(None)

    def arm(self, at, change=None, count=1):
        self.heard = b""
        self.at, self.change, self.many = at, change, count
        self.part = b""

    def take(self, view):
        piece = bytearray(4096)
        n = self.uart.readinto(piece)
        if n:
            data = bytes(piece[:n])
            start = len(self.heard)
            self.heard += data
            self.waiting += self._spoil(start, data)
        n = min(len(view), len(self.waiting))
        view[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None

    def _spoil(self, start, data):
        if self.at is None:
            return data
        first, last = self.at - start, self.at - start + self.many
        if last <= 0 or first >= len(data):
            return data
        first, last = max(first, 0), min(last, len(data))
        return data[:first] + self.change(data[first:last]) + data[last:]


DROP = ("dropped", lambda data: b"")
DOUBLE = ("doubled", lambda data: data + data)
FLIPS = [(f"bit {n} flipped", lambda d, n=n: bytes(c ^ 1 << n for c in d)) for n in (0, 3, 6)]


def once(old, new):
    """A change: the first `old` becomes `new`."""
    return lambda data: data.replace(old, new, 1)


def lose(old, at=0, count=1):
    """A change: of the first `old`, `count` bytes from `at` on are lost."""
    return once(old, old[:at] + old[at + count :])


def before(text):
    """A change: something stands before what was said."""
    return lambda data: text + data


def tried(call, *args, **names):
    """(value, None) or (None, the OSError) of a call."""
    try:
        return call(*args, **names), None
    except OSError as error:
        assert error.errno, error
        assert len(error.args) > 1, f"an errno alone explains nothing: {error!r}"
        return None, error


def read(sock, limit=1 << 30, piece=700):
    """(all that a socket gives until its end, or `limit` bytes; the OSError that ended it)."""
    got = b""
    while len(got) < limit:
        data, error = tried(sock.recv, min(piece, limit - len(got)))
        if error:
            return got, error
        if not data:
            break
        got += data
    return got, None


def fetch(desk, host="page.test", port=80, piece=700, timeout=8):
    """Connect, ask, read to the end: (bytes, OSError or None)."""
    sock = desk.pool.socket()
    sock.settimeout(timeout)
    got = b""
    try:
        sock.connect((host, port))
        sock.sendall(b"get")
        while data := sock.recv(piece):
            got += data
        return got, None
    except OSError as error:
        assert error.errno, error
        return got, error
    finally:
        tried(sock.close)


def page(desk, size=3000, close=True):
    """A server at page.test:80 that says so much, and closes: what it says."""
    body = pattern(size)
    desk.listen("page.test", 80, answer=lambda _: body, close=close)
    return body


def settled(desk, tries=4):
    """The radio works again, at the latest at the last of so many tries."""
    for left in reversed(range(tries)):
        try:
            desk.works()
            return
        except OSError:
            if not left:
                raise
            desk.let(1)


def sound(got, body, error, strict=True):
    """The law: exactly the bytes, or a documented exception behind a part that is right.

    Not `strict`: where nothing stands behind a payload that would show what it lacks, wrong bytes
    can be handed over before the next print tells; then the exception must follow.
    """
    assert got == body or error, f"{len(got)} bytes, not the {len(body)}, and nobody says so"
    assert error is None or error.errno in GONE, error
    assert not strict or body.startswith(got), "bytes that were not sent"


@functools.cache
def command(name):
    """A command function by its name, whichever room of the driver it is in."""
    for path in sorted((pathlib.Path(espat.__file__).parent / "at").glob("*.py")):
        room = f"espat.at.{path.stem}"
        found = getattr(importlib.import_module(room), name, None)
        if callable(found) and found.__module__ == room:
            return found
    raise LookupError(name)


# -- the scripted module -----------------------------------------------------------------------


class Esp32(EspAt):
    """ESP-AT 2.4 on an ESP32: the receive mode is global, link lists come from CIPSTATE."""

    gmr = (
        b"AT version:2.4.0.0(4c6eb5e - ESP32 - May 20 2022 03:12:58)\r\n",
        b"SDK version:qa-test-v4.3.3-20220423\r\n",
        b"compile time(5b0a8ab):May 24 2022 11:02:19\r\n",
        b"Bin version:2.4.0(WROOM-32)\r\n",
        OK,
    )


class Esp8266(EspAt):
    """ESP-AT 2.2.1 on an ESP8266."""

    gmr = (
        b"AT version:2.2.1.0(6a4e8b2 - ESP8266 - Jun  1 2021 11:56:42)\r\n",
        b"SDK version:v3.4-22-g967752e2\r\n",
        b"compile time(b0a7d7c):Jul 27 2021 13:35:22\r\n",
        b"Bin version:2.2.1(Module)\r\n",
        OK,
    )

    @staticmethod
    def links(numbers):
        rows = [b'+CIPSTATUS:%d,"TCP","10.0.0.1",80,50000,0\r\n' % n for n in numbers]
        return [b"STATUS:3\r\n", *rows]


class WizFi(NonOs):
    """WizFi360."""

    gmr = (
        b"AT version:1.1.1.7(May  4 2021 15:14:59)\r\n",
        b"SDK version:3.2.0(a0ffff9f)\r\n",
        b"compile time:May  4 2021 15:14:59\r\n",
        OK,
    )
    fail = b"\r\nSEND FAIL\r\n"


DIALECTS = (EspAt, Esp32, Esp8266, NonOs, WizFi)


class Far(Script):
    """A script that can also print something before what it answers a command with.

    `first(line)` gives the steps to print before, or None to print nothing at all.
    """

    def __init__(self, clock, dialect):
        Script.__init__(self, clock, dialect)
        self.most = 200_000
        self.settings = {}
        self.first = lambda line: ()

    def _kept(self, name, rest):
        """A TLS setting by link, as it was set last: told for each of the five links."""
        if rest is not None:
            link, _, value = rest.partition(b",")
            self.settings[name, int(link)] = value.strip(b'"')
            return (OK,)
        rows = [(link, self.settings.get((name, link), b"")) for link in range(5)]
        return *(b"+%s:%d,%s\r\n" % (name, link, value) for link, value in rows), OK

    def _cipsslcsni(self, rest):
        return self._kept(b"CIPSSLCSNI", rest)

    def _cipsslccn(self, rest):
        return self._kept(b"CIPSSLCCN", rest)

    def _count(self):
        self.calls += 1
        if self.calls > self.most:
            raise Hang(f"{self.most} calls of the UART")

    def _command(self, line):
        steps = self.first(line)
        if steps is None:
            return
        self.say(*steps)
        Script._command(self, line)


class FarDesk(ScriptedDesk):
    """A radio on a `Far`; joined unless told otherwise."""

    def __init__(self, dialect, join=True, script=Far, **radio):
        self.clock = SimClock()
        self.script = script(self.clock, dialect)
        self.port = SimPort(self.script, self.clock)
        self.radio = espat.Radio(self.port, **radio)
        self.pool = espat.SocketPool(self.radio)
        self.modem = self.radio.modem
        if join:
            self.radio.connect(SSID, PASSWORD)

    def let(self, seconds):
        """Let time pass while the driver takes in what comes."""
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.modem.step()
            self.port.pause()

    def took(self, call, *args, **names):
        """(seconds on the clock, value, OSError) of a call."""
        start = self.clock.now()
        value, error = tried(call, *args, **names)
        return self.clock.now() - start, value, error
