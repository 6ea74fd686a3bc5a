"""A session of the console with an emulated module."""

import time

import pytest

from espat_tools.console import session as room
from espat_tools.console.acting import Actions
from espat_tools.console.session import Unfit, hide, unescape
from espat_tools.transcripts import HOST, Recorder, load, talk


@pytest.mark.parametrize(
    ("text", "data"),
    [("ab", b"ab"), (r"a\r\n", b"a\r\n"), (r"\x1b\0\\\t", b"\x1b\0\\\t"), ("é", b"\xc3\xa9")],
)
def test_escapes(text, data):
    assert unescape(text) == data


@pytest.mark.parametrize("text", ["\\", "\\q", "\\x1", "\\xzz", "\\x "])
def test_what_is_no_escape(text):
    with pytest.raises(Unfit):
        unescape(text)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT+CWJAP="home","secret"', 'AT+CWJAP="home","******"'),
        ('AT+CWJAP="hömé","sécrét"', 'AT+CWJAP="hömé","******"'),
        ('AT+CWJAP="home","sec', 'AT+CWJAP="home","***'),
        ("AT+GMR", "AT+GMR"),
        ("", ""),
    ],
)
def test_secrets_are_hidden_while_they_are_typed(line, shown):
    assert hide(line) == shown


def test_replies_notices_and_results(talking):
    it = talking()
    assert it.command('AT+CWJAP="espat","correct horse"') == b"OK"
    assert it.said(talk.NOTICE) == [b"WIFI CONNECTED", b"WIFI GOT IP"]
    assert it.said(talk.ECHO) == [b'AT+CWJAP="espat","*************"']
    assert it.command("AT+CIPMUX?") == b"OK"
    assert it.said(talk.REPLY) == [b"+CIPMUX:0"]
    assert it.session.links is False
    it.command("AT+CIPMUX=1")
    assert it.session.links is True
    assert it.command("AT+CIPMUX=7") == b"ERROR"
    assert b"correct horse" not in b"".join(item.data for item in it.items)


def test_unmasked_shows_all(talking):
    it = talking(masked=False)
    it.command('AT+CWJAP="espat","correct horse"')
    assert it.said(talk.ECHO) == [b'AT+CWJAP="espat","correct horse"']


def test_at_cmd_tells_what_there_is(talking):
    it = talking()
    it.command("AT+CMD?")
    assert it.session.learned["AT+BLEINIT"] == "?"
    assert it.session.learned["AT+CWMODE"] == "? ="


def test_payload_is_counted(talking, echo_server):
    it = talking(f"espat://?joined=1&host=echo.test=127.0.0.1:{echo_server}")
    it.command('AT+CIPSTART="TCP","echo.test",80')
    it.session.command("AT+CIPSEND=5")
    it.until(lambda: it.session.wanted)
    assert it.session.wanted == 5
    with pytest.raises(Unfit, match="6 bytes are more than the 5"):
        it.session.data(b"123456")
    it.session.data(b"AT\r")
    assert it.session.wanted == 2
    it.session.data(b"\nx")
    it.until(lambda: not it.session.waiting)
    assert it.session.last_result == b"SEND OK"
    it.until(lambda: it.items[-1].kind == talk.PAYLOAD)
    assert it.items[-1].data == b"\r\n+IPD,5:AT\r\nx"


def test_the_way_out_of_passthrough(talking, echo_server):
    it = talking(f"espat://?joined=1&host=echo.test=127.0.0.1:{echo_server}")
    it.command('AT+CIPSTART="TCP","echo.test",80')
    it.command("AT+CIPMODE=1")
    it.session.command("AT+CIPSEND")
    it.until(lambda: it.session.passthrough)
    it.session.data(b"AT\r\n")
    it.until(lambda: b"".join(it.said(talk.RAW)).strip())
    before = time.monotonic()
    it.session.escape()
    assert time.monotonic() - before >= room.SILENCE
    assert not it.session.passthrough
    assert it.command("AT") == b"OK"


def test_it_is_written_down(talking, tmp_path):
    path = tmp_path / "session.txt"
    with Recorder(path) as recorder:
        it = talking(recorder=recorder)
        it.command("AT+GMR")
        it.command('AT+CWJAP="espat","correct horse"')
    found = load(path)
    assert found.firmware.startswith("AT version:3.3.0.0")
    assert found.said(HOST) == b'AT+GMR\r\nAT+CWJAP="espat","*************"\r\n'


def test_a_line_without_an_end_is_shown(talking, monkeypatch):
    monkeypatch.setattr(room, "STALE", 0.0)
    it = talking()
    read = iter([b"boot: ", b"", b"waiting", b""])
    monkeypatch.setattr(it.port, "read", lambda size=1: next(read, b"") if size else b"")
    for _ in range(4):
        it.session.receive()
    assert [item.text for item in it.items] == [b"boot: ", b"waiting"]


def test_what_will_not_be_answered_is_given_up(talking):
    it = talking("espat://?fault=ignore at AT%2BGMR")
    it.session.command("AT+GMR")
    it.session.receive()
    assert it.session.waiting == "AT+GMR"
    it.session.give_up()
    assert it.session.waiting == ""


def test_a_recording_goes_on_if_the_next_cannot_begin(talking, tmp_path):
    session, said = talking().session, []
    actions = Actions(session, lambda _, text: said.append(text), Recorder)
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    actions.act(f"/record {first}")
    for path in (first, "/nowhere/session.txt"):
        with pytest.raises(Unfit, match=r"already|No such file"):
            actions.act(f"/record {path}")
    session.command("AT")
    actions.act(f"/record {second}")
    session.command("AT+GMR")
    actions.act("/record")
    assert load(first).said("->") == b"AT\r\n"
    assert load(second).said("->") == b"AT+GMR\r\n"
    assert [text for text in said if "events" in text] == [
        f"{first}: 2 events",
        f"{second}: 2 events",
    ]
