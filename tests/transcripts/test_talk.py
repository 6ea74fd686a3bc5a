"""What the bytes of a conversation are told to be: no byte left out, however they are cut up."""

from pathlib import Path

import pytest

from espat_tools.transcripts import HOST, MODULE, load, talk
from espat_tools.transcripts.talk import Talk

CORPUS = sorted(Path(__file__).parent.rglob("*.txt"))


def told(events, step=0):
    """All Items of (way, bytes) events, cut into pieces of ``step`` bytes or left whole."""
    each = Talk()
    items = []
    for way, data in events:
        # +++ is +++ only where it comes at once.
        size = len(data) if way == HOST or not step else step
        for at in range(0, len(data), size):
            items += (each.host if way == HOST else each.module)(data[at : at + size])
    return items + each.flush()


def brief(items):
    """(way, kind, text) of those that are no blanks; passthrough and payload put together."""
    rows = []
    for item in items:
        if item.kind == talk.BLANK:
            continue
        text = item.text.rstrip() if item.kind == talk.PROMPT else item.text
        row = (item.way, item.kind, item.data if item.kind == talk.RAW else text)
        if rows and row[:2] == rows[-1][:2] and item.kind == talk.RAW:
            rows[-1] = (*row[:2], rows[-1][2] + row[2])
        else:
            rows.append(row)
    return rows


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_byte_is_told_once(path):
    events = [(e.way, e.what) for e in load(path).events if isinstance(e.what, bytes)]
    whole, bitwise = told(events), told(events, 1)
    for items in (whole, bitwise):
        for way in (HOST, MODULE):
            said = b"".join(data for each, data in events if each == way)
            assert b"".join(item.data for item in items if item.way == way) == said
    assert brief(whole) == brief(bitwise)
    assert not any(item.kind == talk.COMMAND and not item.text for item in whole)


def test_there_is_a_corpus():
    assert len(CORPUS) > 40


START = [(HOST, b"ATE0\r\n"), (MODULE, b"ATE0\r\r\n\r\nOK\r\n")]
CASES = {
    "echo, reply, result": (
        [(HOST, b"AT+CIPMUX?\r\n"), (MODULE, b"AT+CIPMUX?\r\r\n+CIPMUX:0\r\n\r\nOK\r\n")],
        "command AT+CIPMUX?|echo AT+CIPMUX?|reply +CIPMUX:0|result OK",
    ),
    "a notice within a reply": (
        [(HOST, b"AT+GMR\r\n"), (MODULE, b"AT version\r\nWIFI DISCONNECT\r\nSDK\r\n\r\nOK\r\n")],
        "command AT+GMR|reply AT version|notice WIFI DISCONNECT|reply SDK|result OK",
    ),
    "unasked": ([(MODULE, b"\r\nready\r\n4,CLOSED\r\n")], "notice ready|notice 4,CLOSED"),
    "a send": (
        [
            (HOST, b"AT+CIPSEND=0,4\r\n"),
            (MODULE, b"\r\nOK\r\n\r\n>"),
            (HOST, b"AT\r\n"),
            (MODULE, b"\r\nRecv 4 bytes\r\n\r\nSEND OK\r\n"),
        ],
        "command AT+CIPSEND=0,4|result OK|prompt >|payload AT|reply Recv 4 bytes|result SEND OK",
    ),
    "a send that is given up": (
        [
            (HOST, b"AT+CIPSEND=9\r\n"),
            (MODULE, b"\r\nOK\r\n> "),
            (HOST, b"+++"),
            (MODULE, b"\r\nSEND Canceled\r\n"),
            (HOST, b"AT\r\n"),
        ],
        "command AT+CIPSEND=9|result OK|prompt >|escape +++|result SEND Canceled|command AT",
    ),
    "payload that looks like results": (
        [(MODULE, b"\r\n+IPD,0,6:\r\nOK\r\n\r\n0,CLOSED\r\n")],
        "payload +IPD,0,6:\r\nOK|notice 0,CLOSED",
    ),
    "a remote end with colons": (
        [(MODULE, b'\r\n+IPD,1,2,"fe80::1",80:OK\r\n')],
        'payload +IPD,1,2,"fe80::1",80:OK',
    ),
    "passive": ([(MODULE, b"\r\n+IPD,0,1460\r\n")], "notice +IPD,0,1460"),
    "fetched": (
        [
            (HOST, b"AT+CIPRECVDATA=2,9\r\n"),
            (MODULE, b"+CIPRECVDATA:4,a,\r\n\r\nOK\r\n"),
            (HOST, b"AT+CIPRECVDATA=2,9\r\n"),
            (MODULE, b"\r\n+CIPRECVDATA,2:OK\r\nOK\r\n"),
        ],
        "command AT+CIPRECVDATA=2,9|payload +CIPRECVDATA:4,a,|result OK|"
        "command AT+CIPRECVDATA=2,9|payload +CIPRECVDATA,2:OK|result OK",
    ),
    "fetched, and from whom": (
        [
            (HOST, b"AT+CIPDINFO=1\r\n"),
            (MODULE, b"\r\nOK\r\n"),
            (HOST, b"AT+CIPRECVDATA=0,9\r\n"),
            (MODULE, b'+CIPRECVDATA:2,"192.0.2.1",80,OK\r\nOK\r\n'),
        ],
        "command AT+CIPDINFO=1|result OK|command AT+CIPRECVDATA=0,9|"
        'payload +CIPRECVDATA:2,"192.0.2.1",80,OK|result OK',
    ),
    "busy": (
        [(HOST, b"AT+CWLAP\r\n"), (HOST, b"AT\r\n"), (MODULE, b"busy p...\r\n\r\nOK\r\n")],
        "command AT+CWLAP|command AT|busy busy p...|result OK",
    ),
    "passthrough": (
        [
            (HOST, b"AT+CIPSEND\r\n"),
            (MODULE, b"\r\nOK\r\n\r\n>"),
            (HOST, b"AT\r\n"),
            (MODULE, b"\r\nOK\r\n"),
            (HOST, b"+++"),
            (HOST, b"AT\r\n"),
            (MODULE, b"\r\nOK\r\n"),
        ],
        "command AT+CIPSEND|result OK|prompt >|raw AT\r\n|raw \r\nOK\r\n|escape +++|"
        "command AT|result OK",
    ),
    "a boot loader": (
        [(MODULE, b"\xe0\x81l\x9e\r\n\r\nready\r\n")],
        "noise \ufffd\ufffdl\ufffd|notice ready",
    ),
    "half a line": ([(HOST, b"AT+GMR\r\n"), (MODULE, b"AT ver")], "command AT+GMR|reply AT ver"),
    "half a payload": ([(MODULE, b"+IPD,0,9:abc")], "payload +IPD,0,9:abc"),
    "a long text": (
        [
            (HOST, b'AT+SYSFLASH=1,"client_ca",0,3\r\n'),
            (MODULE, b"\r\n>"),
            (HOST, b"abc"),
            (MODULE, b"\r\nOK\r\n"),
        ],
        'command AT+SYSFLASH=1,"client_ca",0,3|prompt >|payload abc|result OK',
    ),
    "ended early": (
        [
            (HOST, b"AT+CIPSENDEX=0,9\r\n"),
            (MODULE, b"\r\nOK\r\n\r\n>"),
            (HOST, b"ab\\0"),
            (MODULE, b"\r\nSEND OK\r\n"),
            (HOST, b"AT\r\n"),
        ],
        "command AT+CIPSENDEX=0,9|result OK|prompt >|payload ab\\0|result SEND OK|command AT",
    ),
}  # fmt: skip


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("name", CASES)
def test_what_it_is(name, step):
    events, expected = CASES[name]
    rows = brief(told(events, step))
    assert (
        "|".join(f"{kind} {text.decode('utf-8', 'replace')}" for _, kind, text in rows) == expected
    )


def test_whose_it_is():
    events = [
        *START,
        (HOST, b"AT\r\n"),
        (HOST, b"AT+GMR\r\n"),
        (MODULE, b"busy p...\r\n\r\nOK\r\n"),
    ]
    owners = [(item.kind, item.owner) for item in told(events) if item.kind != talk.BLANK]
    assert owners == [
        ("command", 0), ("echo", 0), ("result", 0),
        ("command", 1), ("command", 2), ("busy", 2), ("result", 1),
    ]  # fmt: skip


def test_links_are_told():
    events = [(HOST, b"AT+CIPSEND=3,1\r\n"), (MODULE, b"\r\nOK\r\n>"), (HOST, b"x")]
    items = told([*events, (MODULE, b"\r\n+IPD,4,1:y")])
    assert [(i.way, i.link) for i in items if i.kind == talk.PAYLOAD] == [(HOST, 3), (MODULE, 4)]


def test_times_are_of_the_first_and_the_last_byte():
    each = Talk()
    assert each.module(b"\r\n+IPD,0,4:a", 1.0) == []
    assert each.module(b"bc", 2.0) == []
    (item,) = each.module(b"d", 3.0)
    assert (item.start, item.end, item.head) == (1.0, 3.0, 11)
