"""AT+CIPSTART with "SSL": suites, records, failures on the way, what is forgotten, passthrough."""

import dataclasses
import logging
import ssl

import pytest

from espat_tools.emulator import PROFILES, tls_engines
from espat_tools.emulator.families import ALL, E22, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ
from tests.emulator import tls_material as material
from tests.emulator.tls_material import ERROR, OK, Web, answer, start

EVERY = pytest.mark.parametrize("family", sorted(ALL))
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))


# -- protocols and suites ----------------------------------------------------------------------


@MODERN
def test_protocols(secure, family):
    bench = secure(family, serve={"protocols": ("h2", "http/1.1")})
    bench.send(b'AT+CIPSSLCALPN=2,"http/1.1","mqtt"\r\n')
    assert start(bench) == b"CONNECT\r\n" + OK
    assert bench.web.peer.tls.selected_alpn_protocol() == "http/1.1"
    bench.send(b"AT+CIPCLOSE\r\n")
    start(bench)
    assert bench.web.peer.tls.selected_alpn_protocol() is None


@EVERY
def test_no_newer_version(secure, family):
    bench = secure(family)
    bench.context.minimum_version = ssl.TLSVersion.TLSv1_3
    if family in ESPAT:
        bench.send(b"AT+SYSLOG=1\r\n")
    expected = answer(family, ESPAT, b"0x7780") if family in ESPAT else ERROR + b"CLOSED\r\n"
    assert start(bench) == expected


def test_no_elliptic_curves_on_nonos(secure):
    bench = secure(N17, serve={"old": False})
    assert start(bench) == ERROR + b"CLOSED\r\n"


@pytest.mark.parametrize("family", [E41, E50])
def test_suites_of_ones_own(secure, family):
    bench = secure(family)
    bench.send(b"AT+CIPSSLCCIPHER=2,0xC02B,0xC02C\r\n")
    assert start(bench) == b"CONNECT\r\n" + OK
    assert bench.web.peer.tls.cipher()[0].startswith("ECDHE-ECDSA-AES")
    bench.send(b"AT+CIPCLOSE\r\n")
    bench.send(b"AT+CIPSSLCCIPHER=1,0xC02F\r\n")  # RSA, which the server's certificate is not
    assert start(bench) == ERROR + b"CLOSED\r\n"


# -- records of NonOS --------------------------------------------------------------------------


@pytest.mark.parametrize("family", [N13, N17, WIZ])
def test_a_chain_that_is_too_large(secure, family):
    bench = secure(family, "long chain")
    assert start(bench) == ERROR + b"CLOSED\r\n"
    assert bench.send(b"AT+CIPSSLSIZE=4096\r\n") == OK
    assert start(bench) == b"CONNECT\r\n" + OK


def test_a_record_that_is_too_large(secure):
    bench = secure(N17)
    bench.send(b"AT+CIPSSLSIZE=4096\r\n")
    assert start(bench) == b"CONNECT\r\n" + OK
    bench.web.peer.send(b"x" * 4096)
    assert bench.wait() == b"\r\n+IPD,1460:" + b"x" * 1460 + b"\r\n+IPD,1460:" + (
        b"x" * 1460 + b"\r\n+IPD,1176:" + b"x" * 1176
    )
    bench.web.peer.send(b"x" * 5000)
    assert bench.wait() == b"CLOSED\r\n"


# -- failures on the way -----------------------------------------------------------------------


class Saying:
    """A server that says one thing, and perhaps leaves."""

    def __init__(self, *said, end=None):
        self.said = said
        self.end = end

    def received(self, peer, data):
        """Anything came."""
        for each in self.said:
            peer.send(each)
        if self.end:
            getattr(peer, self.end)()


@pytest.mark.parametrize(
    "server, number",
    [
        (Saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), b"0x7200"),
        (Saying(end="close"), b"0x7280"),
        (Saying(b"\x16\x03\x03", end="close"), b"0x7280"),
        (Saying(end="reset"), b"0x50"),
        (Saying(b"\x15\x03\x03\x00\x02\x02\x28"), b"0x7780"),
        (Saying(b"\x16\x03\x03\xff\xff" + b"x" * 0xFFFF), b"0x7200"),
    ],
)
@pytest.mark.parametrize("family", [N17, E22, E33, E50])
def test_a_server_that_does_not_speak_tls(secure, family, server, number):
    bench = secure(family)
    bench.network.listen("plain.test", 443, server)
    if family in OLD:
        assert start(bench, b"plain.test") == ERROR + b"CLOSED\r\n"
        return
    bench.send(b"AT+SYSLOG=1\r\n")
    assert start(bench, b"plain.test") == answer(family, ESPAT, number)


def test_nobody_there(secure):
    bench = secure(E50)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.network.refuse("web.test")
    assert start(bench) == answer(E50, ESPAT, b"0x8004")
    bench.network.blackhole("web.test")
    assert start(bench, seconds=2.5) == answer(E50, ESPAT, b"0x8006")


def test_nonos_may_fail_with_ok(secure):
    traits = dataclasses.replace(PROFILES[N17].tls, fails_with_ok=True)
    bench = secure(N17)
    bench.core.profile = dataclasses.replace(bench.core.profile, tls=traits)
    bench.network.listen("plain.test", 443, Saying(end="close"))
    assert start(bench, b"plain.test") == b"CLOSED\r\n" + OK
    assert start(bench) == b"CONNECT\r\n" + OK


class Slow:
    """A server that lets the module wait."""

    peer = None

    def connected(self, peer):
        """Somebody came."""
        type(self).peer = peer


@pytest.mark.parametrize("family", [N17, E22, E50])
def test_each_packet_has_ten_seconds(secure, family):
    bench = secure(family)
    bench.network.listen("slow.test", 443, Slow)
    if family in ESPAT:
        bench.send(b"AT+SYSLOG=1\r\n")
    assert start(bench, b"slow.test", 0.1) + bench.wait(9.85) == b""
    # The beginning of a record is no packet yet; a whole one is, if only a warning.
    Slow.peer.send(b"\x15\x03\x03\x00\x02\x01")
    assert bench.wait(0.05) == b""
    Slow.peer.send(b"\x5a")  # no_renegotiation
    assert bench.wait() + bench.wait(9.85) == b""
    expected = answer(family, ESPAT, b"0x8006") if family in ESPAT else ERROR + b"CLOSED\r\n"
    assert bench.wait(0.5) == expected
    assert Slow.peer.closed


@pytest.mark.parametrize("family", [E41, E50])
def test_a_time_out_of_ones_own(secure, family):
    bench = secure(family)
    bench.network.listen("slow.test", 443, Slow)
    assert start(bench, b"slow.test", 0.1, tail=b",,,3000") + bench.wait(2.8) == b""
    assert bench.wait(0.2) == ERROR + b"CLOSED\r\n"


def test_a_module_busy_with_a_handshake(secure):
    bench = secure(E33)
    bench.network.listen("slow.test", 443, Slow)
    assert start(bench, b"slow.test") == b""
    assert bench.send(b"AT\r\n") == b"\r\nbusy p...\r\n"


# -- what is forgotten -------------------------------------------------------------------------


def set_all(bench):
    """Name, protocol and key for link 0."""
    for command in (
        b'CIPSSLCSNI="a.test"',
        b'CIPSSLCCN="b.test"',
        b'CIPSSLCALPN=1,"mqtt"',
        b'CIPSSLCPSK="key","who"',
    ):
        assert bench.send(b"AT+" + command + b"\r\n") == OK


def remembered(bench):
    """What the module says of link 0, where it is not empty."""
    found = []
    for name in (b"SNI", b"CN", b"ALPN", b"PSK"):
        said = bench.send(b"AT+CIPSSLC" + name + b"?\r\n")
        value = said.split(b"\r\n")[0].partition(b":0")[2]
        found += [value] if value.strip(b",") else []
    return found


ALL_OF_IT = [b",a.test", b",b.test", b",mqtt", b",key,who"]


def _closed_by_peer(bench):
    bench.web.peer.close()
    bench.wait()


ENDS = {
    "closed": lambda bench: bench.send(b"AT+CIPCLOSE\r\n"),
    "left": _closed_by_peer,
    "reset": lambda bench: bench.send(b"AT+RST\r\nATE0\r\n"),
    "restored": lambda bench: bench.send(b"AT+RESTORE\r\nATE0\r\n"),
    "off the air": lambda bench: (bench.module.wifi_lost(), bench.wait()),
}


@pytest.mark.parametrize("end", ENDS)
@MODERN
def test_what_a_closed_link_was_told_is_forgotten(secure, family, end):
    bench = secure(family)
    bench.send(b'AT+CIPSSLCSNI="a.test"\r\n')
    bench.send(b'AT+CIPSSLCALPN=1,"mqtt"\r\n')
    assert start(bench) == b"CONNECT\r\n" + OK
    assert remembered(bench) == [b",a.test", b",mqtt"]
    ENDS[end](bench)
    bench.send(b"ATE0\r\n")
    assert remembered(bench) == []


@pytest.mark.parametrize("host", [b"refused.test", b"no.such.name", b"web.test"])
@MODERN
def test_what_a_failed_connection_was_told_is_forgotten(secure, family, host):
    bench = secure(family, "unknown issuer")
    bench.network.names.add("refused.test")
    set_all(bench)
    assert remembered(bench) == ALL_OF_IT
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench, host).startswith(ERROR)
    assert remembered(bench) == []


@MODERN
def test_a_command_that_makes_no_sense_makes_nothing_forgotten(secure, family):
    bench = secure(family)
    set_all(bench)
    assert bench.send(b'AT+CIPSTART="SSL","web.test",0\r\n') == ERROR
    assert remembered(bench) == ALL_OF_IT


@MODERN
def test_other_links_remember(secure, family):
    bench = secure(family, mux=1)
    bench.send(b'AT+CIPSSLCSNI=0,"a.test"\r\n')
    bench.send(b'AT+CIPSSLCSNI=1,"b.test"\r\n')
    bench.send(b'AT+CIPSTART=1,"SSL","web.test",443\r\n')
    bench.send(b"AT+CIPCLOSE=1\r\n")
    assert remembered(bench) == [b",a.test"]


@pytest.mark.parametrize("store, kept", [(1, b"2,0,1"), (0, b"0,0,0")])
@MODERN
def test_the_configuration_is_kept_in_flash(secure, family, store, kept):
    bench = secure(family)
    bench.send(b"AT+SYSSTORE=%d\r\n" % store)
    bench.send(b"AT+CIPSSLCCONF=2,0,1\r\n")
    assert bench.core.settings.tls_conf == ((2, 0, 1),) * 5
    bench.send(b"AT+RST\r\nATE0\r\n")
    bench.send(b"ATE0\r\n")
    expected = b"".join(b"+CIPSSLCCONF:%d,%s\r\n" % (link, kept) for link in range(5))
    assert bench.send(b"AT+CIPSSLCCONF?\r\n") == expected + OK
    bench.send(b"AT+RESTORE\r\n")
    bench.send(b"ATE0\r\n")
    assert b"+CIPSSLCCONF:4,0,0,0\r\n" in bench.send(b"AT+CIPSSLCCONF?\r\n")
    assert bench.core.store.item("client_ca", 0) == material.pem()


# -- passthrough -------------------------------------------------------------------------------


@MODERN
def test_passthrough_over_tls(secure, family):
    bench = secure(family)
    start(bench)
    bench.send(b"AT+CIPMODE=1\r\n")
    assert bench.send(b"AT+CIPSEND\r\n").endswith(b"\r\n>")
    assert bench.send(b"hello") == b"hello"
    bench.send(b"+++", 1.0)
    assert bench.send(b"AT+CIPMODE=0\r\n") == OK


@pytest.mark.parametrize("family", [N17, WIZ])
def test_no_passthrough_over_tls_on_nonos(secure, family):
    bench = secure(family)
    start(bench)
    bench.send(b"AT+CIPMODE=1\r\n")
    assert bench.send(b"AT+CIPSEND\r\n") == ERROR
    assert bench.send(b'AT+SAVETRANSLINK=1,"web.test",443,"SSL"\r\n') == ERROR


def test_passthrough_from_boot(secure):
    bench = secure(E33)
    assert bench.send(b'AT+SAVETRANSLINK=1,"web.test",443,"SSL",60\r\n') == OK
    bench.send(b'AT+CWJAP="espat","correct horse"\r\n')
    assert bench.send(b"AT+RST\r\n", 3.0).endswith(b"\r\n>")
    assert bench.send(b"hello") == b"hello"


# -- without the library -----------------------------------------------------------------------


@pytest.mark.parametrize("family", [N17, E33])
def test_without_pyopenssl_everything_else_works(secure, family, monkeypatch, caplog):
    bench = secure(family)

    def missing():
        raise tls_engines.Unavailable(tls_engines.MISSING.format(package="pyOpenSSL"))

    monkeypatch.setattr("espat_tools.emulator.tls_client.openssl", missing)
    with caplog.at_level(logging.ERROR):
        assert start(bench) == ERROR
    assert "pip install certifi cryptography pyOpenSSL" in caplog.text
    bench.network.listen("web.test", 80, Web)
    assert bench.send(b'AT+CIPSTART="TCP","web.test",80\r\n') == b"CONNECT\r\n" + OK


@pytest.mark.parametrize(
    "family, command", [(E22, b'SYSFLASH=2,"client_ca",0,4'), (E33, b"SYSMFG?"), (E50, b"GMR")]
)
def test_without_cryptography_there_are_no_demonstration_files(desk, family, command, monkeypatch):
    def missing(*args):
        raise tls_engines.Unavailable(tls_engines.MISSING.format(package="cryptography"))

    monkeypatch.setattr("espat_tools.emulator.pki.demo", missing)
    bench = desk(family)
    said = bench.send(b"AT+" + command + b"\r\n")
    assert said.endswith(OK) if command == b"GMR" else said == ERROR
    conf = bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert conf == ERROR


def test_names_end_at_a_zero_byte(secure):
    bench = secure(E33)
    bench.send(b'AT+CIPSSLCSNI="a.test\0b.test"\r\n')
    assert start(bench) == b"CONNECT\r\n" + OK
    assert bench.web.names == ["a.test"]


def test_suites_that_only_newer_versions_have(secure):
    assert secure(E50).send(b"AT+CIPSSLCCIPHER=1,0x1301\r\n") == ERROR


def test_the_sentence_about_a_missing_library(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "OpenSSL", None)
    with pytest.raises(tls_engines.Unavailable, match="pyOpenSSL, which is not installed"):
        tls_engines.openssl()
