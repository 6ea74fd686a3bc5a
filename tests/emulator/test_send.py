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
