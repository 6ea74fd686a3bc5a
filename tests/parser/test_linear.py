"""Work is linear in bytes: counted in calls and in bytes looked at, never in seconds."""

import sys

import pytest

from espat import parser as parser_module
from espat.parser import Parser
from tests.parser.counting import count

DATA, MORE, END, OK = 12, 14, 15, 2


class Watched(bytearray):
    """A bytearray that counts the bytes that are looked at in it."""

    looked = 0

    def find(self, what, start=0, end=None):
        end = len(self) if end is None else end
        at = super().find(what, start, end)
        Watched.looked += max(0, (end if at < 0 else at + len(what)) - start)
        return at

    def __getitem__(self, index):
        Watched.looked += 1
        return super().__getitem__(index)


@pytest.fixture
def watched(monkeypatch):
    monkeypatch.setattr(parser_module, "bytearray", Watched, raising=False)
    monkeypatch.setattr(Watched, "looked", 0)
    return Watched


def _calls(work):
    """How many calls, of Python and of C, ``work()`` makes."""
    calls = 0

    def see(_frame, event, _arg):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def _receive(parser, data, read, place=None):
    """Everything in ``data``, ``read`` bytes at a time; the places are all ``place``."""
    at = 0
    events = []
    while at < len(data):
        room = parser.space()
        n = min(len(room), read, len(data) - at)
        room[:n] = data[at : at + n]
        parser.fill(n)
        at += n
        while event := parser.next():
            if event in (DATA, MORE):
                parser.into(place)
            if event != MORE:
                events.append(event)
    return events


def _payloads(total, each=1460):
    packet = b"\r\n+IPD,0,%d:%s" % (each, b"d" * each)
    return packet * (total // each) + b"\r\nOK\r\n"


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("read", [1, 16, 64, 512])
def test_a_megabyte_of_payload(read, skip):
    """At most 20 calls a read, this test's own included; skipped payload goes through the ring."""
    data = _payloads(1_000_000 if read > 1 else 50_000)
    place = None if skip else memoryview(bytearray(1460))
    parser = Parser(256)
    calls = _calls(lambda: _receive(parser, data, read, place))
    count("bytes of payload whose calls were counted", len(data))
    assert calls <= 20 * len(data) / min(read, 256)


@pytest.mark.parametrize("room", [1, 7, 100])
def test_small_places_cost_by_their_number(room):
    data = _payloads(20_000)
    place = memoryview(bytearray(room))
    parser = Parser()
    calls = _calls(lambda: _receive(parser, data, 64, place))
    assert calls <= 20 * (len(data) / room + len(data) / 64)


def test_payload_is_never_searched(watched):
    place = memoryview(bytearray(1460))
    headers = _payloads(14_600).count(b"+IPD")
    assert _receive(Parser(), _payloads(14_600), 1, place).count(END) == headers
    assert watched.looked <= headers * 2000
    few = watched.looked
    watched.looked = 0
    _receive(Parser(), _payloads(14_600, 730), 1, place)
    assert watched.looked <= 2.2 * few


LINES = {
    "plain": b"+X:%s",
    "quoted": b'+CWLAP:(3,"%s",-40)',
    "an echo": b"AT+CWHOSTNAME=%s",
    "heads of notices": b"%s",
    "heads of headers": b'+X:"%s',
    "an open header": b'+IPD,0,5,"%s',
}
FILLINGS = {
    "plain": b"lorem ipsum ",
    "quoted": b"0,CLOSE",
    "an echo": b"WIFI ",
    "heads of notices": b"0D+W1r",
    "heads of headers": b"+IPD,",
    "an open header": b"a",
}


@pytest.mark.parametrize("read", [1, 2, 50])
@pytest.mark.parametrize("kind", LINES)
def test_a_long_line(kind, read, watched):
    """A line of 300 bytes, in a ring that holds it and in one that does not."""
    for size in (512, 112):
        watched.looked = 0
        stream = LINES[kind] % (FILLINGS[kind] * 300)[:300] + b"\r\n\r\nOK\r\n"
        assert _receive(Parser(size), stream, read)[-1] == OK
        count("bytes of lines whose work was counted", len(stream))
        assert watched.looked <= 60 * len(stream)


@pytest.mark.parametrize("kind", LINES)
def test_twice_the_lines_twice_the_work(kind, watched):
    work = []
    line = LINES[kind] % (FILLINGS[kind] * 120)[:120] + b"\r\n"
    for lines in (40, 80):
        watched.looked = 0
        _receive(Parser(192), line * lines, 1)
        work.append(watched.looked)
    assert work[1] <= 2.1 * work[0]


@pytest.mark.parametrize("byte", [b"x", b"0", b'"', b"+", b"W"])
def test_a_line_without_end(byte, watched):
    """Garbage that never ends costs as much for its last byte as for its first."""
    work = []
    for n in (2000, 4000):
        watched.looked = 0
        _receive(Parser(192), byte * n, 1)
        work.append(watched.looked)
    assert work[1] <= 2.1 * work[0]
    assert work[1] <= 80 * 4000
