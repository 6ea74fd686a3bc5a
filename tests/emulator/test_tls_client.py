"""AT+CIPSTART with "SSL": real certificates, right and wrong, and what each family says."""

import dataclasses
import ssl

import pytest

from espat_tools.emulator import PROFILES
from espat_tools.emulator.families import ALL, E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ
from tests.emulator import tls_material as material
from tests.emulator.tls_material import ERROR, NOW, OK, Web, answer, start

EVERY = pytest.mark.parametrize("family", sorted(ALL))
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))


# -- connecting --------------------------------------------------------------------------------


@EVERY
def test_an_echo_over_tls(secure, family):
    bench = secure(family)
    old = family in OLD
    bench.talk(
        (b'AT+CIPSTART="SSL","web.test",443\r\n', b"CONNECT\r\n" + OK),
        (b"AT+CIPSEND=5\r\n", OK + (b"> " if old else b"\r\n>")),
        (
            b"hello",
            b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,5:hello"
            + b"" * old
            + b"\r\n" * (not old),
        ),
    )
    assert bench.web.peer.data == b"hello"
    assert bench.web.peer.tls.version() == "TLSv1.2"
    assert bench.send(b"AT+CIPCLOSE\r\n") == b"CLOSED\r\n" + OK
    assert bench.web.peer.closed


@EVERY
def test_a_link_of_five(secure, family):
    bench = secure(family, mux=1)
    assert bench.send(b'AT+CIPSTART=3,"SSL","web.test",443\r\n') == b"3,CONNECT\r\n" + OK
    address = bench.network.names.find("web.test").encode()
    port = b"%d" % bench.core.links.open[3].channel.local_port
    fields = b'3,"SSL","%s",443,%s,0\r\n' % (address, port)
    said = bench.send(b"AT+CIPSTATUS\r\n")
    assert said == b"STATUS:3\r\n+CIPSTATUS:" + fields + OK
    bench.web.peer.send(b"news")
    assert bench.wait() == b"\r\n+IPD,3,4:news" + b"\r\n" * (family in ESPAT)
    bench.web.peer.close()
    assert bench.wait() == b"3,CLOSED\r\n"


@pytest.mark.parametrize("family", [N17, E22, E50])
def test_the_long_notice(secure, family):
    bench = secure(family, mux=1)
    bench.send(b"AT+SYSMSG_CUR=2\r\n" if family in OLD else b"AT+SYSMSG=2\r\n")
    said = bench.send(b'AT+CIPSTART=1,"SSL","web.test",443\r\n')
    address = bench.network.names.find("web.test").encode()
    port = b"%d" % bench.core.links.open[1].channel.local_port
    # Capture 47.
    assert said == b'+LINK_CONN:0,1,"SSL",0,"%s",443,%s\r\n' % (address, port) + OK


@pytest.mark.parametrize(
    "tail, taken",
    [
        (b"", ALL),
        (b",120", ALL),
        (b",7201", ()),
        (b',,"192.168.1.50"', ESPAT),
        (b',60,"192.168.1.50"', ESPAT),
        (b',,"192.168.1.50",5000', (E41, E50)),
        (b",,,5000", (E41, E50)),
        (b',,"192.168.1.50",5000,1', ()),
    ],
)
@EVERY
def test_the_forms(secure, family, tail, taken):
    said = start(secure(family), tail=tail)
    expected = b"CONNECT\r\n" + OK if family in taken else None
    if expected is None:
        assert said.endswith(ERROR) and b"CONNECT" not in said
    else:
        assert said == expected


@MODERN
def test_the_module_chooses_the_link(secure, family):
    bench = secure(family, mux=1)
    assert bench.send(b'AT+CIPSTARTEX="SSL","web.test",443\r\n') == b"0,CONNECT\r\n" + OK


@pytest.mark.parametrize("family", [N13, N17, WIZ, E22])
def test_one_link_at_a_time(secure, family):
    bench = secure(family, mux=1)
    bench.send(b'AT+CIPSTART=0,"SSL","web.test",443\r\n')
    reason = b"ssl reach max\r\n" * (family in OLD)
    assert bench.send(b'AT+CIPSTART=1,"SSL","other.test",443\r\n') == reason + ERROR
    bench.network.listen("web.test", 80, Web)
    assert bench.send(b'AT+CIPSTART=1,"TCP","web.test",80\r\n') == b"1,CONNECT\r\n" + OK
    bench.send(b"AT+CIPCLOSE=0\r\n")
    assert bench.send(b'AT+CIPSTART=0,"SSL","web.test",443\r\n') == b"0,CONNECT\r\n" + OK


@pytest.mark.parametrize("family", [E24, E33, E41, E50])
def test_five_links_at_a_time(secure, family):
    bench = secure(family, mux=1)
    for link in range(5):
        said = bench.send(b'AT+CIPSTART=%d,"SSL","web.test",443\r\n' % link)
        assert said == b"%d,CONNECT\r\n" % link + OK
    assert len(bench.web.peers) == 5


# -- verification ------------------------------------------------------------------------------

#: What is wrong, which families find it, and the +ERRNO of the one that tells.
DATED = ESPAT - {E22}
WRONG = [
    ("right", (), b""),
    ("wildcard", (), b""),
    ("intermediate", (), b""),
    ("common name", (), b""),
    ("wrong name", ESPAT, b"0x4"),
    ("unknown issuer", ESPAT, b"0x8"),
    ("self-signed", ESPAT, b"0x8"),
    ("expired", DATED, b"0x1"),
    ("future", DATED, b"0x200"),
]


@pytest.mark.parametrize("kind, found, number", WRONG)
@MODERN
def test_a_verified_connection(secure, family, kind, found, number):
    bench = secure(family, kind)
    name = b"mqtt.web.test" if kind == "wildcard" else b"web.test"
    bench.talk(
        (b"AT+SYSLOG=1\r\n", OK),
        (b"AT+CIPSSLCCONF=2,0,0\r\n", OK),
        (b'AT+CIPSSLCSNI="%s"\r\n' % name, OK),
    )
    assert start(bench) == answer(family, found, number)
    assert bench.web.names == [name.decode()]
    # The server hears of it while it waits for the module's part of the handshake.
    assert (len(bench.web.peers) == 1) == (family not in found)


@pytest.mark.parametrize("kind", [kind for kind, _, _ in WRONG])
@EVERY
def test_without_verification_anything_goes(secure, family, kind):
    assert start(secure(family, kind)) == b"CONNECT\r\n" + OK


@pytest.mark.parametrize("kind, found, number", WRONG)
def test_nonos_knows_issuers_only(secure, kind, found, number):
    bench = secure(N17, kind)
    assert bench.send(b"AT+CIPSSLCCONF=2\r\n") == OK
    expected = b"CONNECT\r\n" + OK
    if kind in ("unknown issuer", "self-signed"):
        expected = ERROR + b"CLOSED\r\n"
    bench.send(b"AT+CIPSSLSIZE=4096\r\n")
    assert start(bench) == expected
    assert bench.web.names == [None]


@MODERN
def test_a_clock_that_was_never_set(secure, family):
    bench = secure(family, clock=None)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench) == answer(family, DATED, b"0x200")
    bench.send(b"AT+CIPCLOSE\r\n")
    time_server = b'AT+CIPSNTPCFG=1,0,"time.test"\r\n'
    bench.network.serve_time("time.test", NOW)
    bench.send(time_server)
    assert start(bench) == b"CONNECT\r\n" + OK


def test_several_faults_are_told_together(secure):
    bench = secure(E50, "wrong name", clock=None)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench).startswith(b"+ERRNO:0x204\r\n")


def test_a_build_that_keeps_no_certificate_tells_less(secure):
    traits = dataclasses.replace(PROFILES[E50].tls, tells_flags=False)
    bench = secure(dataclasses.replace(PROFILES[E50], tls=traits), "wrong name")
    bench.send(b"AT+SYSTIMESTAMP=%d\r\n" % NOW)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench).startswith(b"+ERRNO:0x2700\r\n")


@MODERN
def test_nobody_trusts_the_certificates_that_modules_ship_with(secure, family):
    bench = secure(family)
    bench.send(b"AT+CIPSSLCCONF=2,0,1\r\n")  # number 1 is as it left the factory, or not there
    assert start(bench) == ERROR + b"CLOSED\r\n"


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "set_up, sent",
    [
        ((), None),
        ((b'CIPSSLCSNI="a.test"',), "a.test"),
        ((b'CIPSSLCCN="b.test"',), "b.test"),
        ((b'CIPSSLCCN="b.test"', b'CIPSSLCSNI="a.test"'), "a.test"),
        ((b'CIPSSLCSNI="a.test"', b'CIPSSLCCN="b.test"'), "a.test"),
        ((b'CIPSSLCSNI="a.test"', b'CIPSSLCSNI=""'), None),
    ],
)
@MODERN
def test_the_name_that_is_sent(secure, family, set_up, sent):
    bench = secure(family)
    for command in set_up:
        assert bench.send(b"AT+" + command + b"\r\n") == OK
    assert start(bench, b"other.test") == b"CONNECT\r\n" + OK
    default = "other.test" if family == E50 else None
    assert bench.web.names == [sent or default]
    bench.send(b"AT+CIPCLOSE\r\n")
    # In figures there is no default, and all else is forgotten.
    assert start(bench, b"192.0.2.7") == b"CONNECT\r\n" + OK
    assert bench.web.names[1:] == [None]


@pytest.mark.parametrize(
    "told, host, found",
    [
        # Before 5.0 no name is checked unless told.
        (None, b"other.test", {E50}),
        (None, b"192.0.2.7", ()),
        (b"CIPSSLCCN", b"other.test", ESPAT),
        (b"CIPSSLCSNI", b"192.0.2.7", ESPAT),
    ],
)
@MODERN
def test_which_name_is_checked(secure, family, told, host, found):
    bench = secure(family)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    if told:
        bench.send(b'AT+%s="x.test"\r\n' % told)
    assert start(bench, host) == answer(family, found, b"0x4")


@pytest.mark.parametrize(
    "name, good",
    [
        (b"a.web.test", True),
        (b"A.WEB.TEST", True),
        (b"a.b.web.test", False),
        (b"web.test", False),
        (b".web.test", False),
        (b"aweb.test", False),
    ],
)
def test_a_star_is_one_label(secure, name, good):
    bench = secure(E33, "wildcard")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    bench.send(b'AT+CIPSSLCCN="%s"\r\n' % name)
    assert start(bench) == (b"CONNECT\r\n" + OK if good else ERROR + b"CLOSED\r\n")


@MODERN
def test_an_address_as_a_name(secure, family):
    bench = secure(family, "address")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    bench.send(b'AT+CIPSSLCCN="192.0.2.7"\r\n')
    expected = b"CONNECT\r\n" + OK if family in (E41, E50) else ERROR + b"CLOSED\r\n"
    assert start(bench, b"192.0.2.7") == expected


# -- certificates of one's own -----------------------------------------------------------------


@pytest.mark.parametrize("auth", [1, 3])
@MODERN
def test_a_certificate_of_ones_own(secure, family, auth):
    bench = secure(family, serve={"clients": "ours"})
    bench.core.store.burn("client_cert", material.device().chain)
    bench.core.store.burn("client_key", material.device().key)
    assert bench.send(b"AT+CIPSSLCCONF=%d,0,0\r\n" % auth) == OK
    assert start(bench) == b"CONNECT\r\n" + OK
    names = bench.web.peer.tls.getpeercert()["subjectAltName"]
    assert names == (("DNS", "device.test"),)


@pytest.mark.parametrize("family, auth", [(E22, 0), (E24, 2), (E33, 0), (E50, 2)])
def test_a_server_that_wants_a_certificate(secure, family, auth):
    bench = secure(family, serve={"clients": "ours"})
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n" if auth else b"AT+CIPSSLCCONF=0\r\n")
    assert start(bench) == answer(family, ESPAT, b"0x7780")
    assert not bench.web.peers


@pytest.mark.parametrize("family", [E22, E50])
def test_a_certificate_that_the_server_does_not_know(secure, family):
    # The one that every module ships with.
    bench = secure(family, serve={"clients": "ours"})
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=1,0,0\r\n")
    assert start(bench) == answer(family, ESPAT, b"0x7780")


@pytest.mark.parametrize(
    "name, data, number",
    [
        ("client_ca", b"", b"0x2180"),
        ("client_ca", b"no certificate", b"0x2180"),
        ("client_ca", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END", b"0x2180"),
        ("client_cert", b"no certificate", b"0x2180"),
        ("client_key", b"no key", b"0x3d00"),
        ("client_key", "other", b"0x7780"),
    ],
)
def test_files_that_are_of_no_use(secure, name, data, number):
    bench = secure(E50, serve={"clients": "ours"})
    store = bench.core.store
    store.burn("client_cert", material.device().chain)
    store.burn("client_key", material.device().key)
    store.burn(name, material.issued().key if data == "other" else data)
    bench.send(b"AT+SYSLOG=1\r\n")
    bench.send(b"AT+CIPSSLCCONF=3,0,0\r\n")
    assert start(bench) == answer(E50, ESPAT, number)


@pytest.mark.parametrize("form", ["PEM", "DER", "two", "bad and good"])
def test_forms_of_a_ca(secure, form):
    bench = secure(E33)
    der = ssl.PEM_cert_to_DER_cert(material.pem().decode())
    bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    files = {
        "PEM": material.pem(),
        "DER": der,
        "two": material.pem("theirs") + material.pem(),
        "bad and good": bad + material.pem(),
    }
    bench.core.store.burn("client_ca", files[form])
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench) == b"CONNECT\r\n" + OK


@pytest.mark.parametrize("kind, good", [("self-signed", True), ("right", False)])
@pytest.mark.parametrize("family", [E22, E33])
def test_a_servers_own_certificate_as_ca(secure, family, kind, good):
    # mbedTLS takes it only if it made itself.
    bench = secure(family, kind)
    bench.core.store.burn("client_ca", material.issued(kind).chain)
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    bench.send(b'AT+CIPSSLCCN="web.test"\r\n')
    assert start(bench) == (b"CONNECT\r\n" + OK if good else ERROR + b"CLOSED\r\n")


def test_an_intermediate_as_ca(secure):
    bench = secure(E33, "intermediate")
    above = material.issued("intermediate").chain.split(b"-----BEGIN")[2]
    bench.core.store.burn("client_ca", b"-----BEGIN" + above)
    bench.send(b"AT+CIPSSLCCONF=2,0,0\r\n")
    assert start(bench) == b"CONNECT\r\n" + OK


@pytest.mark.parametrize("family", [E22, E50])
def test_what_the_store_lacks(secure, family):
    bench = secure(family)
    bench.send(b"AT+SYSLOG=1\r\n")
    said = bench.send(b"AT+CIPSSLCCONF=3,9,9\r\n")
    assert said == b"NO CERT FOUND\r\nNO PRVT_KEY FOUND\r\nNO CA FOUND\r\n" + OK
    assert start(bench) == answer(family, ESPAT, b"0x4301")
    assert not bench.network.peers
