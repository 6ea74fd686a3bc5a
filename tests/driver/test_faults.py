"""One byte of a conversation is lost, doubled, or bent, at every place, either way.

What is raised is an OSError, in bounded time. No byte is wrong, unless it was a byte of payload
that the fault hit, or one of a header's length or link. A byte lost or doubled in a payload is
never silent. And soon afterwards all is well.
"""

import errno

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.driver.desk import BOTH, Desk, Line, examples, pattern

LENGTH = 30
HEARD = bytes(range(0x80, 0x80 + LENGTH))  # no byte of it can be part of a print

FAULTS = {
    "lost": lambda byte: b"",
    "doubled": lambda byte: bytes([byte, byte]),
    "bit 0": lambda byte: bytes([byte ^ 1]),
    "bit 6": lambda byte: bytes([byte ^ 64]),
}


class Faulty(Line):
    """Does something to the `at`-th byte of one direction, counted from when it was armed."""

    at = -1

    def arm(self, at, fault, way):
        self.at, self.fault, self.way = at, fault, way
        self.seen = 0
        self.hit = None  # the byte
        self.extra = b""

    def _spoil(self, data, way):
        if self.at < 0 or way != self.way:
            return data
        at = self.at - self.seen
        self.seen += len(data)
        if not 0 <= at < len(data):
            return data
        self.hit = data[at]
        self.at = -1
        return data[:at] + self.fault(self.hit) + data[at + 1 :]

    def take(self, view):
        data = self.extra if self.at < 0 and hasattr(self, "extra") else b""
        if data:
            self.extra = b""
        else:
            n = Line.take(self, view) or 0
            data = self._spoil(bytes(view[:n]), "in")
        view[: len(data[: len(view)])] = data[: len(view)]
        self.extra = data[len(view) :]
        return min(len(data), len(view)) or None

    def put(self, view):
        Line.put(self, self._spoil(bytes(view), "out"))
        return len(view)


def converse(desk):
    """(bytes heard, OSError or None) of a connection to one who talks, and takes three bytes."""
    got = b""
    sock = desk.pool.socket()
    sock.settimeout(10)
    try:
        sock.connect(("talker.test", 80))
        sock.sendall(b"now")
        while len(got) < LENGTH:
            piece = sock.recv(300)
            if not piece:
                return got, EOFError("the end of the stream")
            got += piece
        sock.settimeout(0.6)
        try:
            got += sock.recv(1)  # a surplus, or the news that bytes were lost
        except TimeoutError:
            pass
        return got, None
    except OSError as error:
        assert error.errno
        return got, error
    finally:
        sock.close()


def talker(desk):
    return desk.listen("talker.test", 80, answer=lambda data: HEARD)


def settled(desk):
    """Let go of what the fault has left: a command that was never answered, at the worst."""
    for _ in range(40):
        try:
            desk.works()
            return
        except OSError:
            desk.let(3)
    desk.works()


def start(make_desk, profile, active):
    desk = make_desk(profile, line=Faulty).join()
    if active:
        desk.active()
    desk.port.tick = 0.2
    server = talker(desk)
    before = desk.module.bytes_out, desk.module.bytes_in
    assert converse(desk) == (HEARD, None)
    return desk, server, desk.module.bytes_out - before[0], desk.module.bytes_in - before[1]


MODES = {
    "passive": ("esp32c3-3.3", False),
    "active": ("esp32c3-3.3", True),
    "passive, old": ("nonos-1.7.4", False),
    "active, old": ("nonos-1.7.4", True),
}


def cases():
    """Every mode with every fault, as parameters."""
    for mode in MODES:
        for name in FAULTS:
            yield mode, name


@pytest.mark.parametrize(("mode", "name"), [*cases()])
def test_at_every_byte_that_comes(make_desk, mode, name, record_property):
    desk, _, total, _ = start(make_desk, *MODES[mode])
    for at in range(total):
        desk.line.arm(at, FAULTS[name], "in")
        desk.port.patience = desk.clock.now() + 400
        got, error = converse(desk)
        judge(name, at, desk.line.hit, got, error)
        desk.line.at = -1
        settled(desk)
    record_property("cases", total)


def judge(name, at, hit, got, error):
    """What may come of a fault that hit this byte."""
    in_payload = hit is not None and hit >= 0x80
    in_header = hit is not None and chr(hit) in "0123456789:"
    if in_payload and name in ("lost", "doubled"):
        assert isinstance(error, OSError), (at, got)
        assert error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
    elif in_payload:
        assert len(got) == LENGTH
        assert sum(a != b for a, b in zip(got, HEARD, strict=True)) <= 1
    elif not in_header:
        assert HEARD.startswith(got), (at, hit, got)
        assert got == HEARD or error, (at, hit, got)


@pytest.mark.parametrize("name", FAULTS)
def test_at_every_byte_that_goes(make_desk, profile, name, record_property):
    desk, server, _, total = start(make_desk, profile, False)
    for at in range(total):
        server.data.clear()
        desk.line.arm(at, FAULTS[name], "out")
        desk.port.patience = desk.clock.now() + 400
        got, error = converse(desk)
        assert HEARD.startswith(got), (at, got, error)
        desk.line.at = -1
        settled(desk)
    record_property("cases", total)


@settings(examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes
@given(profile=st.sampled_from(BOTH), active=st.booleans(), data=st.data())
def test_a_noisy_line(profile, active, data):
    """Several faults in a row, and bursts of anything in between."""
    desk = Desk(profile, line=Faulty).join()
    if active:
        desk.active()
    talker(desk)
    desk.port.tick = 0.2
    for _ in range(data.draw(st.integers(1, 4))):
        desk.line.arm(
            data.draw(st.integers(0, 200)),
            FAULTS[data.draw(st.sampled_from([*FAULTS]))],
            data.draw(st.sampled_from(["in", "out"])),
        )
        if data.draw(st.booleans()):
            desk.module.inject(data.draw(st.binary(max_size=300)))
        got, _ = converse(desk)
        assert len(got) <= LENGTH + 1
    desk.line.at = -1
    settled(desk)


class Overrun(Line):
    """Loses `many` bytes in a row from the `at`-th on, counted from when that was set."""

    at = many = 0

    def take(self, view):
        n = Line.take(self, view) or 0
        data = bytes(view[:n])
        data = data[: self.at] + data[self.at + self.many :]
        self.many = max(0, min(self.many, self.at + self.many - n))
        self.at = max(0, self.at - n)
        view[: len(data)] = data
        return len(data) or None


RUNS = [(place, count) for place in (0, 30, 500) for count in (1, 2, 3, 20, 60, 200)]


def told(make_desk, profile, active, place, count):
    """Lose a run of payload: what was read, and the error that told of it, if one did."""
    desk = make_desk(profile, line=Overrun).join()
    if active:
        desk.active()
    desk.listen("body.test", 80, greeting=pattern(1200))
    sock = desk.socket("body.test", 80, timeout=3)
    desk.line.at, desk.line.many = place + 50, count
    error = None
    with desk.within(30):
        try:
            for _ in range(20):
                assert sock.recv(300), "the end of the stream, while it is open"
        except OSError as caught:
            error = caught
    sock.close()
    settled(desk)
    return error


@pytest.mark.parametrize(("place", "count"), RUNS)
@pytest.mark.parametrize("mode", list(MODES)[:3])
def test_a_run_of_payload_is_missing(make_desk, mode, place, count):
    """A UART that overran."""
    error = told(make_desk, *MODES[mode], place, count)
    assert error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)


def test_a_run_of_payload_is_missing_where_nothing_follows_it(make_desk):
    for place, count in RUNS:
        error = told(make_desk, *MODES["active, old"], place, count)
        assert error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
