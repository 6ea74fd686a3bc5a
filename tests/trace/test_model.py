"""What is drawn: bars and states with their times, from a transcript."""

import itertools

import pytest

from espat_tools.trace import model
from espat_tools.transcripts import HOST, MODULE, SETTING, talk
from tests.trace.conversations import long, transcript

PICTURE = model.make(transcript())
BARS = {bar.text.split("=")[0]: bar for bar in PICTURE.bars}
PAYLOAD = [piece for piece in PICTURE.pieces if model.KINDS[piece[0]] == talk.PAYLOAD]


@pytest.mark.parametrize(
    ("command", "start", "end", "outcome", "result"),
    [
        ("AT+GMR", 0.0, 0.010, model.OK, "OK"),
        ("AT+CWJAP", 0.1, 2.5, model.OK, "OK"),
        ("AT+CIPMUX", 12.5, 12.51, model.REFUSED, "ERROR"),
        ("AT+CIPSEND", 12.8, 12.83, model.OK, "SEND OK"),
        ("AT", 13.1, 13.11, model.BUSY, "busy p..."),
        ("AT+CWLAP", 13.0, 14.0, model.OK, "OK"),
        ("AT+PING", 15.0, 15.5, model.LOST, "the module restarted"),
    ],
)
def test_commands(command, start, end, outcome, result):
    bar = BARS[command]
    assert (bar.start, bar.end, bar.outcome, bar.result) == (start, end, outcome, result)


def test_there_is_no_other():
    assert len(PICTURE.bars) == 8


def test_states():
    states = {(span.row, span.start, span.end) for span in PICTURE.spans}
    assert states == {("Wi-Fi", 2.5, 15.5), ("link 0", 12.7, 14.0)}
    assert PICTURE.marks == [(0.0, "115200 baud"), (15.5, "restart")]
    assert PICTURE.end == 15.5


def test_payload_and_its_link():
    told = [(way, link, data[head:], count) for _, way, _, _, _, link, head, data, count in PAYLOAD]
    assert told == [(0, 0, b"</script>", 9), (1, 0, b"<b>&\0", 16)]


def test_secrets_are_hidden():
    assert BARS["AT+CWJAP"].text == 'AT+CWJAP="home","***********"'
    shown = model.make(transcript(), masked=False)
    assert any("secret pass" in bar.text for bar in shown.bars)


def test_a_byte_takes_its_time_on_the_wire():
    events = [(0.0, SETTING, ("baud", 9600)), (1.0, HOST, b"AT+GMR\r\n")]
    picture = model.make(transcript([*events, (2.0, MODULE, b"\r\nOK\r\n")]))
    host, module = picture.pieces
    assert host[2:4] == [1.0, pytest.approx(1.0 + 80 / 9600)]
    assert module[2:4] == [pytest.approx(2.0 - 60 / 9600), 2.0]


def test_nothing_overlaps_on_a_wire_and_nothing_is_before_it_was_asked():
    """An emulator answers before a wire of that rate had carried the question."""
    events = [
        (n / 1000, *say) for n, say in enumerate([(HOST, b"AT\r\n"), (MODULE, b"\r\nOK\r\n")] * 9)
    ]
    picture = model.make(transcript(events))
    for way in (0, 1):
        times = [piece[2:4] for piece in picture.pieces if piece[1] == way]
        assert all(start <= end for start, end in times)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(times))
    assert all(0 <= bar.last - bar.start <= bar.end - bar.start for bar in picture.bars)
    assert [bar.outcome for bar in picture.bars] == [model.OK] * 9


def test_what_is_not_answered_ends_with_the_next():
    events = [(0.0, HOST, b"AT\r\n"), (1.0, HOST, b"AT\r\n"), (1.1, MODULE, b"\r\nOK\r\n")]
    first, second = model.make(transcript(events)).bars
    assert (first.outcome, first.end, second.outcome, second.end) == (
        model.LOST,
        1.0,
        model.OK,
        1.1,
    )


def test_of_much_payload_the_beginnings_are_kept(monkeypatch):
    monkeypatch.setattr(model, "MANY", 1000)
    monkeypatch.setattr(model, "FEW", 50)
    picture = model.make(long(20))
    longest = max(picture.pieces, key=lambda piece: piece[8])
    assert (len(longest[7]) - longest[6], longest[8]) == (50, 219)


def test_all_bytes_are_counted():
    given = transcript()
    for way, number in ((HOST, 0), (MODULE, 1)):
        told = sum(piece[8] for piece in PICTURE.pieces if piece[1] == number)
        assert told == len(given.said(way))


def test_an_empty_transcript():
    picture = model.make(transcript([]))
    assert (picture.pieces, picture.bars, picture.end) == ([], [], 0.0)
