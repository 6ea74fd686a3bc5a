"""The format: what is written is read back the same, and what is wrong is said with its line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espat_tools.transcripts import (
    HOST,
    MODULE,
    SETTING,
    SOURCES,
    Event,
    Malformed,
    Source,
    Transcript,
    load,
    parse,
)
from tests.driver.desk import examples

HEADER = """espat transcript 1
firmware: ESP32-C3 ESP-AT 3.3
source: emulator, profile esp32c3-3.3
date: 2026-11-30

"""

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
NOTES = st.one_of(st.just(""), LINES)
COMMENTS = st.one_of(st.just(""), LINES)


@st.composite
def bodies(draw):
    time = 0
    body = []
    for _ in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(["comment", "bytes", "bytes", "setting"]))
        time += draw(st.sampled_from([0, 0, 1, 17, 1000, 86_400_000]))
        if kind == "comment":
            body.append(draw(COMMENTS))
        elif kind == "bytes":
            way = draw(st.sampled_from([HOST, MODULE]))
            what = draw(st.binary(min_size=1, max_size=60))
            body.append(Event(time / 1000, way, what, draw(NOTES)))
        else:
            setting = draw(
                st.sampled_from([("baud", 115200), ("rts", 0), ("dtr", 1), ("break", 1)])
            )
            body.append(Event(time / 1000, SETTING, setting, draw(NOTES)))
    return body


@st.composite
def transcripts(draw):
    return Transcript(
        firmware=draw(LINES),
        source=Source(draw(st.sampled_from(list(SOURCES))), draw(NOTES)),
        date=draw(st.dates()).isoformat(),
        title=draw(NOTES),
        masked=draw(st.booleans()),
        body=draw(bodies()),
    )


@examples
@given(transcripts())
def test_what_is_written_is_read_back(transcript):
    text = transcript.text()
    assert parse(text) == transcript
    assert parse(text).text() == text


@examples
@given(transcripts())
def test_a_line_end_of_another_system_changes_nothing(transcript):
    assert parse(transcript.text().replace("\n", "\r\n")) == transcript


@examples
@given(transcripts(), st.data())
def test_whatever_is_done_to_a_file_it_is_read_or_refused(transcript, data):
    text = transcript.text()
    at = data.draw(st.integers(0, len(text)))
    count = data.draw(st.integers(0, 3))
    put = data.draw(st.text(max_size=3))
    try:
        parse(text[:at] + put + text[at + count :])
    except Malformed as error:
        assert error.reason
        assert 1 <= error.line <= text.count("\n") + 5


def test_by_hand():
    """What a person may write: other blanks, other quotes, notes, pieces side by side."""
    transcript = parse(
        HEADER
        + "# the beginning\n"
        + "  0.000 -> b'AT\\r\\n'\n"
        + '0.010\t<-  b"\\x0d\\x0aOK\\r\\n"   # at last\n'
        + "0.010 -- baud 921600 # faster\n"
        + "0.020 -> b'one' b'two'\n"
    )
    assert transcript.body[0] == "the beginning"
    assert transcript.events == [
        Event(0.0, HOST, b"AT\r\n"),
        Event(0.01, MODULE, b"\r\nOK\r\n", "at last"),
        Event(0.01, SETTING, ("baud", 921600), "faster"),
        Event(0.02, HOST, b"onetwo"),
    ]
    assert [event.line for event in transcript.events] == [7, 8, 9, 10]
    assert transcript.said(HOST) == b"AT\r\nonetwo"


BODY_ERRORS = {
    "0.000 -> 'AT'": "a b in front",
    "0.000 -> bAT": "no bytes",
    "0.000 -> b'AT": "no bytes",
    "0.000 -> b''": "no bytes in it",
    "0.000 -> b'AT' + b'x'": "no bytes",
    "0.000 -> bytes(9)": "no bytes",
    "0.000 -> __import__('os').system('true')": "no bytes",
    "0.000 -> (b'AT')": "no bytes",
    "0.000 -> b'AT' # x\\": None,
    "0.000 -> b'\\d'": "no bytes",
    "0.000 -> b'é'": "no bytes",
    "0.000 -> [b'AT']": "a b in front",
    "0.000 ->": "no event",
    "0.000": "no event",
    "hello": "no event",
    "0 -> b'AT'": "three digits",
    "0.0001 -> b'AT'": "three digits",
    "-1.000 -> b'AT'": "three digits",
    "nan -> b'AT'": "three digits",
    "99999999.000 -> b'AT'": "too many",
    "0.000 => b'AT'": "no direction",
    "0.000 > b'AT'": "no direction",
    "0.000 -- baud fast": "no setting",
    "0.000 -- colour 3": "no setting",
    "0.000 -- rts 2": "out of 0 to 1",
    "0.000 -- b'AT'": "no setting",
}


@pytest.mark.parametrize("line", BODY_ERRORS)
def test_a_wrong_line(line):
    reason = BODY_ERRORS[line]
    text = HEADER + "0.000 -> b'AT\\r\\n'\n# so far so good\n" + line + "\n"
    if reason is None:
        parse(text)
        return
    with pytest.raises(Malformed, match=re.escape(reason)) as caught:
        parse(text, "some.txt")
    assert caught.value.line == 8
    assert str(caught.value).startswith("some.txt, line 8: ")


def test_time_does_not_run_backwards():
    with pytest.raises(Malformed, match="backwards"):
        parse(HEADER + "1.000 -> b'AT'\n0.999 <- b'OK'\n")


HEADER_ERRORS = [
    ("", 1, "no transcript"),
    ("hello\n", 1, "no transcript"),
    (HEADER.replace("transcript 1", "transcript 2"), 1, "version 2"),
    (HEADER.replace("transcript 1", "transcript 1.0"), 1, "no transcript"),
    (HEADER.replace("firmware: ESP32-C3 ESP-AT 3.3\n", ""), 3, "does not tell its “firmware:”"),
    (HEADER.replace("ESP32-C3 ESP-AT 3.3", ""), 4, "does not tell its “firmware:”"),
    (HEADER.replace("source: ", "origin: "), 3, "no “origin:”"),
    (HEADER.replace("emulator", "module"), 3, "“module” is none of real module"),
    (HEADER.replace("2026-11-30", "30.11.2026"), 4, "no day"),
    (HEADER.replace("2026-11-30", "2026-11-31"), 4, "no day"),
    (HEADER.replace("2026-11-30", "20261130"), 4, "no day"),
    (HEADER.replace("\n\n", "\nmasked: perhaps\n\n"), 5, "neither yes nor no"),
    (HEADER.replace("\n\n", "\ndate: 2026-11-30\n\n"), 5, "a second time"),
    (HEADER.replace("\n\n", "\n0.000 -> b'AT'\n"), 5, "neither “name: value” nor"),
    (HEADER.replace("date", "# a comment\ndate"), 4, "comments go below"),
]


@pytest.mark.parametrize(("text", "line", "reason"), HEADER_ERRORS)
def test_a_wrong_header(text, line, reason):
    with pytest.raises(Malformed, match=re.escape(reason)) as caught:
        parse(text)
    assert caught.value.line == line


def test_files(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.encode() + b"0.000 -> b'AT'\n")
    assert load(path).name == str(path)
    path.write_bytes(HEADER.encode() + b"# fine\n# \xff\n")
    with pytest.raises(Malformed, match="no UTF-8") as caught:
        load(path)
    assert caught.value.line == 7
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.txt")
