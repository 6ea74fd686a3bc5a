"""The other ways to send: CIPSENDEX and CIPSENDL."""

import pytest

from espat_tools.emulator.families import E22, E24, E33, E41, E50, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
WEB = [("web.test", 80)]


def _prompt(family):
    return b"\r\nOK\r\n> " if family in OLD else b"\r\nOK\r\n\r\n>"


@FAMILIES
@pytest.mark.parametrize(
    "typed, sent",
    [
        (rb"hello\0", b"hello"),
        (rb"a\\0b\0", rb"a\0b"),
        (rb"a\bc\0", b"abc"),
        (b"0123456789", b"0123456789"),
        (rb"\\12345678\9", b"\\123456789"),
        (b"\r\n+++AT\r\n\\0", b"\r\n+++AT\r\n"),
    ],
)
def test_payload_ends_at_null_or_length(desk, family, typed, sent):
    bench = desk(family, links=WEB)
    assert bench.send(b"AT+CIPSENDEX=0,10\r\n") == _prompt(family)
    said = bench.send(typed)
    assert said == b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % len(sent)
    assert b"".join(bench.requests) == sent


@FAMILIES
def test_null_in_pieces(desk, family):
    bench = desk(family, links=WEB)
    bench.send(b"AT+CIPSENDEX=0,100\r\n")
    bench.send(b"hi")
    assert bench.send(b"\\") == b""
    assert bench.send(b"0") == b"\r\nRecv 2 bytes\r\n\r\nSEND OK\r\n"


@pytest.mark.parametrize("family", [E24, E33, E41, E50])
def test_long_sends_report_as_they_go(desk, family):
    bench = desk(family, links=WEB)
    bench.talk(
        (b"AT+CIPSENDLCFG?\r\n", b"+CIPSENDLCFG:1024,2920\r\n\r\nOK\r\n"),
        (b"AT+CIPSENDLCFG=5000,1000\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSENDLCFG=99\r\n", b"\r\nERROR\r\n"),
        (b"AT+CIPSENDL=0,12000\r\n", b"\r\nOK\r\n\r\n>"),
    )
    payload = bytes(range(256)) * 47
    said = bench.send(payload[:7000])
    assert said == b"+CIPSENDL:5000,7000\r\n"
    said = bench.send(payload[7000:12000])
    assert said == (b"+CIPSENDL:10000,12000\r\n+CIPSENDL:12000,12000\r\n\r\nSEND OK\r\n")
    assert b"".join(bench.requests) == payload[:12000]


def test_long_sends_can_be_cancelled(desk):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSENDL=0,5000\r\n")
    bench.send(b"some of it")
    assert bench.requests == [b"some of it"]
    assert bench.send(b"+++", 0.03) == b"\r\nSEND CANCELLED\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"


def test_long_sends_fail_with_their_link(desk):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSENDL=0,20\r\n")
    bench.send(b"0123456789")
    bench.peer.close()
    assert bench.wait() == b"0,CLOSED\r\n"
    said = bench.send(b"0123456789")
    assert said.endswith(b"\r\nSEND FAIL\r\n")


@pytest.mark.parametrize("family", [N13, N17, WIZ, E22])
def test_not_everybody_sends_long(desk, family):
    assert desk(family, links=WEB).send(b"AT+CIPSENDL=0,20\r\n") == b"\r\nERROR\r\n"


@FAMILIES
@pytest.mark.parametrize("missing", [1, 2, 3, 4, 90])
def test_a_lone_escape_ends_a_payload_that_lacks_bytes(desk, family, missing):
    # However few are missing: else the next command's first bytes would go to the peer.
    bench = desk(family, links=WEB)
    bench.send(b"AT+CIPSEND=0,100\r\n")
    assert bench.send(b"x" * (100 - missing)) == b""
    assert bench.send(b"+++", 0.03) == b"\r\nSEND Canceled\r\n"
    assert bench.send(b"AT\r\n") == b"\r\nOK\r\n"
    assert bench.requests == []


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("before", [0, 0.5])
def test_what_only_begins_like_an_escape_is_payload(desk, cut, before):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSEND=0,8\r\n")
    bench.send(b"1234", before)
    bench.send(b"+++"[:cut], 0.001)
    said = bench.send(b"+++x"[cut:])
    assert said == b"\r\nRecv 8 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"1234+++x"]


def test_an_escape_without_silence_before_it_is_payload(desk):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSEND=0,8\r\n")
    bench.send(b"1", 0.001)
    assert bench.send(b"+++") == b""
    assert bench.send(b"5678") == b"\r\nRecv 8 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"1+++5678"]


def test_plus_signs_with_pauses_are_payload(desk):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSEND=0,5\r\n")
    for part in (b"1", b"+", b"++"):
        assert bench.send(part) == b""
    assert bench.send(b"+") == b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"1++++"]


def test_too_many_plus_signs_are_no_escape(desk):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSEND=0,3\r\n")
    bench.send(b"1")
    assert bench.send(b"++++") == b"\r\nRecv 3 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"1++"]


@pytest.mark.parametrize("payload", [b"+", b"++", b"+++"])
def test_a_payload_no_longer_than_the_escape_is_taken_as_it_is(desk, payload):
    bench = desk(E33, links=WEB)
    bench.send(b"AT+CIPSEND=0,%d\r\n" % len(payload))
    said = bench.send(payload)
    assert said == b"\r\nRecv %d bytes\r\n\r\nSEND OK\r\n" % len(payload)
    assert bench.requests == [payload]


def test_the_escape_at_the_pace_of_a_wire(desk):
    bench = desk(E33, links=WEB, paced=True)
    bench.send(b"AT+CIPSEND=0,10\r\n")
    bench.send(b"123456789")
    assert bench.send(b"+++") == b"\r\nSEND Canceled\r\n"
    bench.send(b"AT+CIPSEND=0,10\r\n")
    bench.send(b"12345678")
    assert bench.send(b"+x") == b"\r\nRecv 10 bytes\r\n\r\nSEND OK\r\n"
    assert bench.requests == [b"12345678+x"]
