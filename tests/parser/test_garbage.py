"""Bytes that no firmware sends: nothing raises, nothing stalls, nothing is delivered too much."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from espat.parser import Parser
from tests.parser.cases_lines import NOTICES, RESULTS
from tests.parser.cases_payload import SPELLED
from tests.parser.counting import count
from tests.parser.families import ESP32, ESP8266_20, NONOS
from tests.parser.tell import OK, SKIP, WHOLE, Teller, broken, closed, line, payload, tell, waiting
from tests.parser.test_model import places, pour, reads

UNFINISHED = re.compile(rb"\+IPD,")


scraps = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([pair[0] for pair in NOTICES + RESULTS]),
    st.sampled_from(SPELLED),
    st.sampled_from(
        [b"+IPD,", b"+IPD,0,", b"+IPD,0,5:", b"+IPD,1,40:", b"+CIPRECVDATA", b":", b","]
    ),
    st.sampled_from(
        [b"\r\n", b"\r", b"\n", b" ", b">", b'"', b"AT+", b"0,", b"4", b"99", b"x" * 150]
    ),
    st.sampled_from(
        [b'+IPD,0,5,"', b'","', b",192.168.7.9,", b"+LINK_CONN:0,", b"Recv ", b" bytes"]
    ),
)
garbage = st.one_of(st.binary(max_size=600), st.lists(scraps, max_size=40).map(b"".join))
settings_of_a_user = st.fixed_dictionaries(
    {
        "prompt": st.booleans(),
        "asked": st.sampled_from([0, 1, 5, 512]),
        "remote": st.booleans(),
        "trailer": st.booleans(),
        "limit": st.sampled_from([4, 1460, 8192]),
    }
)


def _promised(events):
    return sum(len(event[-1] if event[0] == "PARTIAL" else event[2]) for event in events)


@settings(max_examples=3000, deadline=None)
@given(garbage, settings_of_a_user, reads, places, st.integers(112, 300))
def test_anything_goes(data, user, sizes, sinks, ring):
    """Feeding and telling check progress (``space()`` is never empty), that each payload is as long
    as its header said, and that no byte lands outside its place."""
    count("examples: garbage")
    parser = Parser(ring)
    teller = Teller(parser, sinks)
    pour(parser, teller, (user, data), sizes)
    events = teller.finish()
    payloads = [event for event in events if event[0] in ("PAYLOAD", "PARTIAL")]
    if sinks == SKIP:
        delivered = parser.counts[0]
    else:
        delivered = _promised(payloads)
        assert parser.counts[0] == 0
    assert delivered <= len(data)
    limit = max(user["limit"], user["asked"])
    assert all(event[2] <= limit for event in payloads if isinstance(event[2], int))
    assert all(len(event[2]) <= limit for event in payloads if isinstance(event[2], bytes))


@settings(max_examples=700, deadline=None)
@given(garbage, settings_of_a_user, reads, st.integers(112, 300))
def test_garbage_is_told_alike_in_any_cut(data, user, sizes, ring):
    """But for what an over-long line hides: there the ring decides where it is cut."""
    assume(all(len(part) < 80 for part in data.split(b"\n")))
    count("examples: garbage in two cuts")
    told = []
    for cuts in (sizes, [1 << 20]):
        parser = Parser(ring)
        teller = Teller(parser, WHOLE)
        pour(parser, teller, (user, data), cuts)
        told.append((teller.finish(), parser.counts))
    assert told[0] == told[1]


# What must be told again behind any garbage: stream, events, settings.
GOOD = (
    (b"\r\nOK\r\n", [OK], {}),
    (b"AT+CIPMUX?\r\n+CIPMUX:1\r\n\r\nOK\r\n", [line(b"+CIPMUX:1"), OK], {}),
    (b"2,CLOSED\r\n" + NONOS.waits(1, 7), [closed(2), waiting(1, 7)], {}),
    (NONOS.ipd(3, b"hello") + b"\r\nOK\r\n", [payload(3, b"hello"), OK], {}),
    (ESP32.ipd(3, b"hello") + b"\r\nOK\r\n", [payload(3, b"hello"), OK], {"trailer": True}),
    (ESP32.read(3, b"hello") + b"\r\nOK\r\n", [payload(-1, b"hello"), OK], {"asked": 5}),
    (NONOS.read(3, b"hello") + b"\r\nOK\r\n", [payload(-1, b"hello"), OK], {"asked": 5}),
    (ESP8266_20.read(3, b"hello") + b"\r\nOK\r\n", [payload(3, b"hello"), OK], {"asked": 5}),
)
# Anything without a whole header in it.
HEADER = re.compile(rb"\+IPD,[\d,]*\d(,[^\r\n:]*:|[:\r])|\+IPD,[^\n]*\"|\+CIPRECVDATA[:,]")
noises = st.one_of(
    st.binary(max_size=180),
    st.lists(scraps.filter(lambda scrap: len(scrap) < 100), max_size=12).map(b"".join),
)


def _again(noise, good, sizes, ring):
    """Noise, the end of its line, then an exchange: what was told of both."""
    stream, told, user = good
    parser = Parser(ring)
    teller = Teller(parser, WHOLE)
    pour(parser, teller, (user, noise + b"\r\n", stream), sizes)
    return teller.finish(), told


@settings(max_examples=1500, deadline=None)
@given(noises, st.sampled_from(GOOD), reads, st.integers(192, 300))
@example(b'"', GOOD[3], [1], 192)
@example(b"AT+CIPRECVDAT", GOOD[5], [1], 192)
def test_an_exchange_is_told_again_behind_noise(noise, good, sizes, ring):
    """Conditions: the noise has no whole header in it (that one's bytes would be payload), no line
    longer than the ring, no prompt is awaited, and its last line is ended by CRLF."""
    assume(not HEADER.search(noise + b"\r\n"))
    assume(len(noise) < ring - 2)
    count("examples: an exchange behind noise")
    events, told = _again(noise, good, sizes, ring)
    assert events[-len(told) :] == told
    assert not [event for event in events if event[0] == "PAYLOAD" and event not in told]


@settings(max_examples=500, deadline=None)
@given(st.binary(min_size=300, max_size=900), st.sampled_from(GOOD), reads, st.integers(112, 256))
def test_an_exchange_is_told_again_behind_an_over_long_line(noise, good, sizes, ring):
    """The same, where the noise is one line longer than the ring."""
    noise = noise.replace(b"\n", b"n")
    assume(not HEADER.search(noise + b"\r\n") and not UNFINISHED.search(noise))
    count("examples: an exchange behind an over-long line")
    events, told = _again(noise, good, sizes, ring)
    assert events == [broken(-1), *told]


@settings(max_examples=300, deadline=None)
@given(noises, st.sampled_from(GOOD), reads, st.sampled_from([NONOS, ESP32]))
def test_a_header_that_lies_swallows_what_it_says_and_no_more(noise, good, sizes, family):
    """A whole header takes as many bytes as it says; behind those all is well again."""
    data = noise[:150]
    count("examples: an exchange behind a lying header")
    lying = family.ipd(4, data)[: -len(family.end) or None]
    events, told = _again(lying, good, sizes, 200)
    assert events[0] == payload(4, data)
    assert events[-len(told) :] == told


MUTATIONS = ("drop", "double", "flip")


@st.composite
def damaged(draw):
    """A good conversation with a few bytes lost, doubled or flipped."""
    parts = draw(st.lists(st.sampled_from(GOOD), min_size=1, max_size=6))
    data = bytearray(b"".join(part[0] for part in parts))
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(MUTATIONS))
        if how == "flip":
            data[i] ^= 1 << draw(st.integers(0, 7))
        else:
            data[i : i + 1] = b"" if how == "drop" else data[i : i + 1] * 2
        assume(data)
    return bytes(data)


@settings(max_examples=1500, deadline=None)
@given(damaged(), settings_of_a_user, reads, places)
def test_a_damaged_conversation_never_raises_or_stalls(data, user, sizes, sinks):
    count("examples: damaged conversations")
    parser = Parser(160)
    teller = Teller(parser, sinks)
    pour(parser, teller, (user, data), sizes)
    teller.finish()
    parser.reset()
    again = Teller(parser, WHOLE)
    pour(parser, again, ({"prompt": False}, b"\r\nOK\r\n"), [1])
    assert again.finish() == [OK]


@pytest.mark.parametrize("size", [64, 112, 192, 256])
@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"+", b'"', b"A", b"0", b","])
def test_a_dead_line_of_one_byte(size, byte):
    """A stuck line can go on for ever: it is one over-long line, and one is counted and told."""
    count("dead lines")
    events, counts = tell(byte * 5000 + b"\r\n\r\nOK\r\n", size=size)
    assert events == [broken(-1), OK]
    assert counts == [0, 1, 0, 0]
