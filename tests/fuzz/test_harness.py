"""The sweep itself: changes change what they say, layouts are read right, verdicts are just."""

import collections

import pytest

from espat_tools.reliability import changes, hostile, judge, page, rules
from espat_tools.reliability.cells import Cell, talk
from espat_tools.reliability.layout import COMMAND, HEADER, LENGTH, LINK, NOTICE, PAYLOAD, Layout
from espat_tools.reliability.sweep import Counts, cells, listed, one, undisturbed
from espat_tools.reliability.talks import Outcome
from espat_tools.reliability.wire import IN, OUT, Change, altered

CELL = Cell("esp32c3-3.3")
PRINTED = b"\r\n+IPD,4,5:hello\r\n\r\n+IPD,3,7\r\n+CIPRECVDATA:7,goodbye\r\nOK\r\n"
SENT = b"AT\r\nAT+CIPSEND=4,3\r\nabcAT+CIPSEND=4,2\r\nxy"
LAYOUT = Layout(PRINTED, SENT)


@pytest.mark.parametrize(
    ("change", "data"),
    [
        (Change("drop", OUT, 1, 2), b"ad"),
        (Change("drop", OUT, 3, 5), b"abc"),
        (Change("double", OUT, 0), b"aabcd"),
        (Change("flip", OUT, 2, 1), b"abbd"),
        (Change("pair", OUT, 0, 1, 3), b"bcdd"),
        (Change("cut", OUT, 1), b"abcd"),
        (Change("flip", OUT, 9, 1), b"abcd"),
    ],
)
def test_what_a_change_does(change, data):
    assert altered(change, b"abcd", 0) == data
    # The same where the bytes come one at a time.
    single = (altered(change, b"abcd"[at : at + 1], at) for at in range(4))
    assert b"".join(single) == data


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (b"hello", PAYLOAD),
        (b"goodbye", PAYLOAD),
        (b"4,5:", LINK),
        (b"5:hello", LENGTH),
        (b"+CIPRECVDATA", HEADER),
        (b"+IPD,3", NOTICE),
    ],
)
def test_what_the_module_prints_is_taken_apart(text, role):
    assert LAYOUT.span(OUT, PRINTED.index(text)).role == role


def test_what_the_host_sends_is_taken_apart():
    assert [(s.role, SENT[s.start : s.end]) for s in LAYOUT.into] == [
        (COMMAND, b"AT\r\n"),
        (COMMAND, b"AT+CIPSEND=4,3\r\n"),
        (PAYLOAD, b"abc"),
        (COMMAND, b"AT+CIPSEND=4,2\r\n"),
        (PAYLOAD, b"xy"),
    ]


def outcome(**what):
    """One that is perfect, but for what is given."""
    made = Outcome(got=bytearray(CELL.expected), expected=CELL.expected, ended=True, after=1)
    for name, value in what.items():
        setattr(made, name, value)
    return made


TOLD = ("recv", OSError(104, "gone"))
HOLE = bytearray(CELL.expected[:100] + CELL.expected[101:])


@pytest.mark.parametrize(
    ("verdict", "what"),
    [
        ("exact", {}),
        ("told", {"got": bytearray(CELL.expected[:9]), "ended": False, "told": TOLD}),
        ("wrong", {"got": bytearray(CELL.expected[:-1])}),
        ("wrong", {"got": HOLE}),
        ("late", {"got": HOLE, "told": TOLD}),
        ("undocumented", {"odd": ("recv", IndexError("oops"))}),
        ("hang", {"hang": "for ever"}),
        ("peer", {"tried": bytearray(b"abc"), "peer": bytearray(b"ab")}),
        ("foreign", {"tried": bytearray(b"abc"), "peer": bytearray(b"ab+")}),
        ("foreign, told", {"tried": bytearray(b"abc"), "peer": bytearray(b"ab+"), "told": TOLD}),
        ("overdue", {"calls": [("recv", 5 + judge.SLACK + 0.1, 5)]}),
        ("radio lost", {"after": 0}),
    ],
)
def test_verdicts(verdict, what):
    change = Change("drop", OUT, 0)
    assert judge.verdict(CELL, change, LAYOUT, outcome(**what))[0] == verdict
    assert verdict in judge.GOOD + judge.FAULTS


def test_an_exception_is_needless_where_nothing_is_lost():
    for what in ("cut", "chop"):
        assert judge.verdict(CELL, Change(what), LAYOUT, outcome(told=TOLD))[0] == "needless"


def connections(*gots):
    """An outcome of connections of which each was to receive b"abc"; the last one was told."""
    parts = [outcome(got=bytearray(got), expected=b"abc") for got in gots]
    parts[-1].told = TOLD
    return outcome(got=bytearray(), expected=b"", parts=parts)


@pytest.mark.parametrize(
    ("verdict", "gots"),
    [
        ("told", (b"abc", b"a")),
        ("wrong", (b"ab", b"a")),
        ("wrong", (b"abd", b"a")),
        ("late", (b"abc", b"b")),
    ],
)
def test_each_of_several_connections_is_judged_by_itself(verdict, gots):
    made = connections(*gots)
    assert judge.verdict(CELL, Change("drop", OUT, 0), LAYOUT, made)[0] == verdict


def at(text, where=PRINTED):
    return where.index(text)


EXCUSED = [
    ("wrong", Change("flip", OUT, at(b"ello"), 1)),
    ("wrong", Change("pair", OUT, at(b"hello"), 1, at(b"ello"))),
    ("late", Change("drop", OUT, at(b"hello"), 1)),
    ("wrong", Change("drop", OUT, at(b"ello"), 2)),  # CRLF CRLF follows
    ("late", Change("restart", OUT, at(b"ello"))),
    ("wrong", Change("flip", OUT, at(b"4,5:"), 4)),  # link 0
    ("late", Change("flip", OUT, at(b"5:hello"), 2)),
    ("wrong", Change("flip", OUT, at(b"5:hello"), 2)),  # 7: a CRLF stands there, too
    ("peer", Change("flip", IN, at(b"abc", SENT), 1)),
    ("foreign", Change("double", IN, at(b"bcAT", SENT))),
    ("foreign", Change("double", IN, at(b"\nabc", SENT))),
    ("foreign, told", Change("drop", IN, at(b"abc", SENT), 2)),
    ("foreign, told", Change("flip", IN, at(b"3\r\nabc", SENT), 7)),  # 3 becomes 4
]
NOT_EXCUSED = [
    ("wrong", Change("restart", OUT, at(b"ello"))),
    ("late", Change("restart", OUT, at(b"oodbye"))),
    ("wrong", Change("drop", OUT, at(b"ello"), 3)),
    ("wrong", Change("drop", OUT, at(b"oodbye"), 2)),
    ("wrong", Change("drop", OUT, at(b"hello"), 1)),  # an active payload: an exception is due
    ("wrong", Change("flip", OUT, at(b"5:hello"), 1)),
    ("late", Change("drop", OUT, at(b"goodbye"), 1)),  # a passive one: told in time
    ("wrong", Change("flip", OUT, at(b"+CIPRECVDATA"), 1)),
    ("wrong", Change("flip", OUT, at(b"7,goodbye"), 1)),
    ("wrong", Change("flip", OUT, at(b"4,5:"), 8)),  # link "<"
    ("wrong", Change("flip", OUT, at(b":hello"), 1)),
    ("foreign", Change("drop", IN, at(b"abc", SENT), 1)),  # silence is not excused
    ("foreign", Change("double", IN, 1)),
    ("peer", Change("drop", IN, at(b"abc", SENT), 1)),
    ("hang", Change("flip", OUT, at(b"ello"), 1)),
]


@pytest.mark.parametrize(("fault", "change"), EXCUSED)
def test_what_is_excused(fault, change):
    assert rules.excuse(CELL, change, LAYOUT, fault)


@pytest.mark.parametrize(
    ("kind", "mask", "excused"), [("several", 4, True), ("several", 1, False), ("tcp", 4, False)]
)
def test_a_command_with_the_number_of_another_open_link_is_excused(kind, mask, excused):
    """A 4 becomes a 0, which may be open if there are several connections, or a 5."""
    change = Change("flip", IN, at(b"4,3", SENT), mask)
    assert bool(rules.excuse(Cell("esp32c3-3.3", kind), change, LAYOUT, "foreign")) == excused


def test_the_address_that_is_said_for_a_name_is_excused():
    layout = Layout(b'+CIPDOMAIN:"1.2.3.4"\r\n\r\nOK\r\n', b"")
    cell = Cell("esp32c3-3.3", "flooded")
    assert rules.excuse(cell, Change("flip", OUT, 12, 1), layout, "peer")
    assert not rules.excuse(cell, Change("flip", OUT, 26, 1), layout, "peer")


@pytest.mark.parametrize(("fault", "change"), NOT_EXCUSED)
def test_what_is_not_excused(fault, change):
    assert not rules.excuse(CELL, change, LAYOUT, fault)


def test_every_rule_excuses_faults_there_are():
    assert all(excused <= set(judge.FAULTS) for _, _, excused in rules.RULES)


def test_a_sweep_goes_over_every_family_of_changes():
    rows = listed(CELL)
    assert {family for family, *_ in rows} == set(changes.FAMILIES)
    layout = undisturbed(CELL)
    outside, _ = changes.places(layout, OUT)
    for what in ("drop", "double", "flip", "restart"):
        hit = {c.at for _, c, _ in rows if c.what == what and c.side == OUT}
        assert set(outside) <= hit


def test_a_flipped_payload_byte_arrives_flipped():
    layout = undisturbed(CELL)
    place = next(s for s in layout.out if s.role == PAYLOAD).start
    change = Change("flip", OUT, place, 0x01)
    found, _, rule, result = one(CELL, change)
    assert (found, rule) == ("wrong", "a payload byte flipped")
    assert result.got[0] == CELL.expected[0] ^ 1
    assert result.got[1:] == CELL.expected[1:]


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_an_undisturbed_conversation_is_exact(cell):
    result, world = talk(cell)
    assert judge.verdict(cell, Change(), None, result) == ("exact", "")
    assert world.radio.modem.passive == (cell.passive and cell.profile != "nonos-1.3")


PAGE = (
    "# A page\n\n<!-- sweep -->\nstale\n<!-- /sweep -->\n\nprose\n\n"
    "<!-- fuzz -->\n<!-- /fuzz -->\n\nend\n"
)


def test_the_page_keeps_what_was_not_counted_now(tmp_path):
    place = tmp_path / "page.md"
    place.write_text(PAGE, "utf-8")
    page.write_fuzz(place, hostile.Fuzzed(programs=7), seed=3)
    counts = Counts(verdicts=collections.Counter({("drop", "told"): 5}), there_are=900, seconds=1)
    page.write_sweep(place, counts, False, 4)
    text = place.read_text("utf-8")
    assert "7 programs" in text
    assert "A sample (seed 4). 5 of 900 conversations" in text
    assert "stale" not in text
    assert "prose" in text
    assert text.endswith("\n\nend\n")
    page.write_sweep(place, counts, False, 4)
    assert place.read_text("utf-8") == text


def test_a_page_without_a_place_for_the_counts_is_left_alone(tmp_path):
    place = tmp_path / "page.md"
    place.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="no place"):
        page.write_fuzz(place, hostile.Fuzzed(), seed=3)
    assert place.read_text("utf-8") == "no marks"


def test_families_are_all_there():
    assert {cell.profile for cell in cells()} == {cell.profile for cell in cells(kinds=("udp",))}
    assert len(cells()) == 12 + 7 * 23
