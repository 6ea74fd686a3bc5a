"""What a user of the parser relies on beside the events: places, counts, settings, reset()."""

import pytest

from espat.parser import Parser
from tests.parser.tell import DATA, END, MORE, OK, Teller, feed, line, payload, refused, tell

NEED, RESULT_OK, LINE, PROMPT = 0, 2, 1, 9
HELLO = b"\r\n+IPD,1,5:hello"


def _put(parser, data):
    """One read that holds all of ``data``."""
    room = parser.space()
    assert len(room) >= len(data)
    room[: len(data)] = data
    parser.fill(len(data))


@pytest.fixture
def parser():
    return Parser()


def test_nothing_came(parser):
    assert parser.next() == NEED
    parser.fill(0)
    assert parser.next() == NEED
    assert parser.left == -1
    assert parser.counts == [0, 0, 0, 0]


def test_payload_is_read_straight_into_its_place(parser):
    place = bytearray(5)
    _put(parser, HELLO[:-5])
    assert parser.next() == DATA
    parser.into(memoryview(place))
    assert parser.next() == NEED
    room = parser.space()
    assert len(room) == 5
    room[:] = b"hello"
    assert place == b"hello"
    parser.fill(5)
    assert parser.next() == END
    assert parser.at == 5


def test_a_read_never_reaches_past_the_payload(parser):
    place = bytearray(100)
    _put(parser, HELLO[:-3])
    assert parser.next() == DATA
    parser.into(memoryview(place))
    assert parser.next() == NEED
    assert len(parser.space()) == 3


def test_into_none_skips_and_counts(parser):
    _put(parser, HELLO)
    assert parser.next() == DATA
    parser.into(None)
    assert parser.next() == END
    assert parser.counts == [5, 0, 0, 0]


def test_a_payload_nobody_wants_is_skipped_and_counted_whatever_its_length():
    stream = b"\r\n+IPD,1,8000:" + b"n" * 8000 + HELLO + b"\r\nOK\r\n"
    for size in (64, 192, 1000):
        events, counts = tell(stream, size=size, sinks=())
        assert events == [payload(1, 8000), payload(1, 5), OK]
        assert counts == [8005, 0, 0, 0]


@pytest.mark.parametrize("room", [1, 2, 3, 4])
def test_what_is_left_after_more_is_skipped(parser, room):
    place = bytearray(room)
    _put(parser, HELLO + b"\r\nOK\r\n")
    assert parser.next() == DATA
    parser.into(memoryview(place))
    assert parser.next() == MORE
    assert (parser.at, parser.left) == (room, 5 - room)
    assert parser.next() == END
    assert place == b"hello"[:room]
    assert parser.counts == [5 - room, 0, 0, 0]
    assert parser.next() == RESULT_OK


def test_the_link_of_a_payload_can_be_set_by_who_knows_it(parser):
    parser.asked = 5
    _put(parser, b"+CIPRECVDATA:5,hello\r\n\r\nOK\r\n")
    assert (parser.next(), parser.link) == (DATA, -1)
    parser.link = 3
    assert (parser.next(), parser.link) == (END, 3)


def test_broken_names_the_link_that_was_set(parser):
    parser.asked = 5
    _put(parser, b"+CIPRECVDATA:5,hello\nOK\r\n")
    assert parser.next() == DATA
    parser.link = 3
    assert parser.next() == END
    assert (parser.next(), parser.link) == (17, 3)
    assert parser.next() == RESULT_OK


def test_the_prompt_is_told_once_for_each_time_it_is_awaited(parser):
    _put(parser, b"> > \r\n")
    parser.prompt = True
    assert (parser.next(), parser.prompt) == (PROMPT, False)
    assert (parser.next(), bytes(parser.line)) == (LINE, b"> ")


def test_the_prompt_stays_awaited_until_it_comes(parser):
    parser.prompt = True
    _put(parser, b"\r\nOK\r\n" + HELLO)
    assert [parser.next() for _ in range(4)] == [RESULT_OK, DATA, END, NEED]
    assert parser.prompt


WHILE = {
    "a line": b"+CIPMUX",
    "a header": b"\r\n+IPD,1,",
    "a payload": HELLO[:-2],
    "the tail of a payload": HELLO + b"\r",
    "an over-long line": b"x" * 300,
}


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("when", WHILE)
def test_reset_forgets_what_is_under_way(when, taken):
    parser = Parser(64)
    feed(parser, Teller(parser, None if taken else ()), WHILE[when])
    parser.reset()
    assert parser.left == -1
    teller = Teller(parser)
    feed(parser, teller, b"OK\r\n" + HELLO + b"\r\nOK\r\n")
    assert teller.finish() == [OK, payload(1, b"hello"), OK]


def test_reset_keeps_settings_and_counts(parser):
    parser.prompt = parser.trailer = parser.remote = True
    parser.asked, parser.limit = 77, 99
    _put(parser, HELLO)
    parser.next()
    parser.next()
    parser.reset()
    assert (parser.prompt, parser.trailer, parser.remote) == (True, True, True)
    assert (parser.asked, parser.limit, parser.counts[0]) == (77, 99, 5)


def test_counts_add_up():
    long = b"x" * 700 + b"\r\n"
    refused = b"\r\n+IPD,1,9000:\r\n"
    broken = HELLO + b"OK\r\n"
    stream = (long + refused + broken) * 3
    _, counts = tell(stream, size=200, sinks=())
    assert counts == [15, 3, 3, 3]


def test_a_remote_is_forgotten_with_the_next_header(parser):
    _put(parser, b'\r\n+IPD,0,1,"192.0.2.7",80:a\r\n+IPD,0,1:b')
    assert (parser.next(), parser.peer, parser.port) == (DATA, b"192.0.2.7", 80)
    assert parser.next() == END
    assert (parser.next(), parser.peer) == (DATA, None)


@pytest.mark.parametrize(("promised", "asked"), [(5, 4), (100, 99), (2048, 2047), (2, 1)])
def test_nothing_of_what_is_refused_is_delivered(parser, promised, asked):
    parser.asked = asked
    _put(parser, b"+CIPRECVDATA:%d,secret" % promised)
    assert parser.next() == 16
    assert parser.length == promised
    assert parser.left == -1
    assert parser.counts == [0, 0, 1, 0]


def test_two_parsers_share_nothing():
    first, second = Parser(), Parser()
    first.prompt = True
    _put(first, b"+IPD,0,5:he")
    first.next()
    _put(second, b">\r\nOK\r\n")
    assert [second.next(), second.next(), second.next()] == [LINE, RESULT_OK, NEED]
    assert second.counts == [0, 0, 0, 0]
    assert first.left == 5


def _of_two(parser, at, w):
    """A reader of ``+TOY:<name>,<length>,``, as ``parser.counted`` takes one."""
    end = parser.buf.find(b",", parser.buf.find(b",", at, w) + 1, w) + 1
    if not end or parser.buf.count(b",", at, w) < 2:
        return 0
    length = bytes(parser.buf[at + 5 : end - 1]).split(b",")[1]
    if not length.isdigit():
        return -1
    parser.link, parser.length = 3, int(length)
    return end


TOY = {"head": b"+TOY:", "counted": _of_two, "asked": 9}


@pytest.mark.parametrize("step", [1, 2, 100])
def test_another_counted_header(step):
    stream = b"AT+TOY=1\r\n+TOY:a,5,he\r\no\r\nOK\r\n"
    assert tell(stream, TOY, step=step) == ([payload(3, b"he\r\no"), OK], [0, 0, 0, 0])


@pytest.mark.parametrize("step", [1, 2, 100])
def test_another_counted_header_that_is_none(step):
    told = [line(b"+TOY:a,x,hello"), OK]
    assert tell(b"+TOY:a,x,hello\r\n\r\nOK\r\n", TOY, step=step) == (told, [0, 0, 0, 0])


def test_another_counted_header_stands_in_the_stead_of_ciprecvdata():
    told = [line(b"+CIPRECVDATA:5,hello"), OK]
    assert tell(b"+CIPRECVDATA:5,hello\r\nOK\r\n", TOY)[0] == told


def test_another_counted_header_of_more_than_was_asked_for():
    events, counts = tell(b"+TOY:a,10,helloworld\r\nOK\r\n", TOY)
    assert events[0] == refused(3, 10)
    assert counts[2] == 1


def test_another_counted_header_was_asked_for(parser):
    parser.head, parser.counted, parser.asked = b"+TOY:", _of_two, 9
    _put(parser, b"+TOY:a,5,hello\r\nOK\r\n")
    assert parser.next() == DATA
    assert (parser.link, parser.length, parser.pushed) == (3, 5, False)
