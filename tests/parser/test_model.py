"""Made-up conversations of every family, in any cuts, rings and places: what went in comes out.

A conversation is a list of tokens; each is rendered to bytes as its family prints it and says what
a reader must be told. ``glued`` is left to the tables, and so is NonOS's bare SEND FAIL.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from espat.parser import Parser
from tests.parser.cases_lines import BARE_NOTICES, NOTICES, RESULTS
from tests.parser.cases_payload import SPELLED
from tests.parser.counting import count
from tests.parser.families import FAMILIES, READING
from tests.parser.tell import (
    OK,
    PROMPT,
    SKIP,
    WHOLE,
    Teller,
    feed,
    line,
    payload,
    pieces,
    recv,
    skipped,
    waiting,
)

HEADED = [pair for pair in RESULTS if pair[0].startswith(b"\r\n")]

datas = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(SPELLED),
    st.lists(st.one_of(st.sampled_from(SPELLED), st.binary(max_size=8)), max_size=8).map(b"".join),
)
quoted = st.one_of(datas, st.text(max_size=20).map(str.encode)).map(
    lambda data: data.replace(b"\r", b"").replace(b"\n", b"")[:60]
)
# No comma and no capital: nothing in it can be a notice.
words = st.text("abcxyz0123 .:-", max_size=30).map(lambda text: b"+X:" + text.encode())
links = st.integers(0, 4)
peers = st.one_of(st.none(), st.tuples(st.just(b"192.0.2.33"), st.integers(0, 65535)))
peers6 = st.one_of(
    peers, st.tuples(st.sampled_from([b"fe80::1", b"2001:db8::2:3"]), st.integers(0, 65535))
)


@st.composite
def results(draw, _family):
    text, event = draw(st.sampled_from(HEADED))
    return (text,), [event]


@st.composite
def notices(draw, _family):
    text, event = draw(st.sampled_from(NOTICES))
    return (text,), [event]


@st.composite
def replies(draw, _family):
    text = draw(words)
    return (text + b"\r\n",), [line(text)]


@st.composite
def quoted_replies(draw, _family):
    text = b'+CWLAP:(3,"%s",-50,"02:00:5e:10:00:01")' % draw(quoted)
    return (text + b"\r\n",), [line(text)]


@st.composite
def echoes(draw, _family):
    """An echo, perhaps with a notice in it."""
    text = b"AT+CIPSEND=" + draw(st.text("0123456789,", min_size=1, max_size=8)).encode()
    if draw(st.booleans()):
        return (text + b"\r\n",), []
    k = draw(st.integers(1, len(b"AT+CIPSEND=")))
    stuck, event = draw(st.sampled_from(BARE_NOTICES))
    rest = text[k:]
    return (text[:k] + stuck + rest + b"\r\n",), [event, line(rest)]


@st.composite
def active(draw, family):
    data = draw(datas)
    link = draw(st.integers(-1, 4))
    peer, port = draw(peers6 if family.quoted else peers) or (None, 0)
    return (family.ipd(link, data, peer, port),), [payload(link, data, peer, port)]


@st.composite
def announced(draw, family):
    link, length = draw(st.integers(-1, 4)), draw(st.integers(1, 99999))
    return (family.waits(link, length),), [waiting(link, length)]


@st.composite
def readings(draw, family):
    """A whole CIPRECVDATA, with other tokens between command and reply and before OK."""
    data = draw(datas)
    link = draw(links)
    remote = family.reading == ":" and draw(st.booleans())
    peer, port = (draw(peers6) or (b"0.0.0.0", 0)) if remote else (None, 0)
    before, told_before = draw(st.one_of(notices(family), active(family), echoes(family)))
    after, told_after = draw(st.one_of(notices(family), st.just(((), []))))
    asked = {"asked": len(data) + draw(st.integers(0, 100)) or 1, "remote": remote}
    stream = (asked, *before, family.read(link, data, peer, port))
    stream += (*after, b"\r\nOK\r\n", {"asked": 0, "remote": False})
    told = [payload(family.link_read(link), data, peer, port)]
    return stream, told_before + told + told_after + [OK]


@st.composite
def sends(draw, family):
    """A whole send, with other tokens between its parts."""
    between = st.one_of(notices(family), active(family), st.just(((), [])))
    n = draw(st.integers(1, 8192))
    parts = [((b"\r\nOK\r\n",), [OK]), ((family.prompt,), [PROMPT])]
    parts += [((b"\r\nRecv %d bytes\r\n" % n,), [recv(n)])]
    stream, told = ({"prompt": True},), []
    for part, events in parts:
        other, other_events = draw(between)
        stream += (*part, *other)
        told += events + other_events
    end, event = draw(st.sampled_from(HEADED))
    return (*stream, end), [*told, event]


def _tokens(family):
    kinds = [results, notices, replies, quoted_replies, echoes, active, sends]
    if family in READING:
        kinds += [announced, readings]
    return st.lists(st.one_of([kind(family) for kind in kinds]), min_size=1, max_size=12)


families = st.sampled_from(FAMILIES)
conversations = families.flatmap(lambda family: st.tuples(st.just(family), _tokens(family)))
reads = st.one_of(
    st.just([1]), st.just([1 << 20]), st.lists(st.integers(1, 90), min_size=1, max_size=20)
)
places = st.one_of(
    st.just(WHOLE), st.just(SKIP), st.lists(st.integers(1, 60), min_size=1, max_size=8).map(tuple)
)


def pour(parser, teller, stream, sizes):
    """Give a stream in reads of the given sizes, over and over; settings cut as well."""
    turn = 0
    for part in pieces(stream):
        if isinstance(part, dict):
            for name, value in part.items():
                setattr(parser, name, value)
            continue
        at = 0
        while at < len(part):
            size = sizes[turn % len(sizes)]
            turn += 1
            feed(parser, teller, part[at : at + size])
            at += size


def _unglued(events):
    return [event[:2] if event[0] == "LINE" else event for event in events]


@settings(max_examples=1000, deadline=None)
@given(conversations, reads, places, st.integers(160, 400))
def test_what_the_module_says_is_told(conversation, sizes, sinks, ring):
    count("examples: conversations of every family")
    family, tokens = conversation
    stream, told = (), []
    for part, events in tokens:
        stream += part
        told += events
    expected, skips = skipped(told) if sinks == SKIP else (told, 0)
    parser = Parser(ring)
    parser.trailer = family.trailer
    teller = Teller(parser, sinks)
    pour(parser, teller, stream, sizes)
    assert _unglued(teller.finish()) == _unglued(expected)
    assert parser.counts == [skips, 0, 0, 0]
