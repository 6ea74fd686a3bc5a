"""AT+CIPSERVER with "SSL": real handshakes with the certificate that the store holds."""

import ssl

import pytest

from espat_tools.emulator.families import E22, E24, E33, E41, E50, N13, N17, WIZ
from espat_tools.emulator.tls_peer import tls_client
from tests.emulator import tls_material as material
from tests.emulator.tls_material import NOW, Web

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
SERVING = pytest.mark.parametrize("family", [E24, E33, E41, E50])


@pytest.fixture
def serving(desk):
    """Makes a desk whose module serves TLS at port 443; ``ca`` as in AT+CIPSERVER."""

    def make(family, ca=None, burn=True):
        bench = desk(family, joined=True, mux=1)
        bench.store = bench.module.core.store
        if burn:
            bench.store.burn("server_cert", material.issued().chain)
            bench.store.burn("server_key", material.issued().key)
            bench.store.burn("server_ca", material.pem())
        bench.send(b"AT+SYSTIMESTAMP=%d\r\n" % NOW)
        tail = b"" if ca is None else b",%d" % ca
        assert bench.send(b'AT+CIPSERVER=1,443,"SSL"%s\r\n' % tail) == OK
        return bench

    return make


def client(bundle=None, trust=None, folder=None):
    """A client's context: its certificate, and whom it trusts."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if trust:
        made.load_verify_locations(cadata=trust.decode())
        made.verify_mode = ssl.CERT_REQUIRED
    return material.load(made, bundle, folder) if bundle else made


def dial(bench, context):
    """A client that has said hello; returns its handler."""
    handler = tls_client(context, Web(), name="web.test")
    bench.network.dial(443, handler)
    return handler


@SERVING
def test_a_client_of_the_module(serving, family):
    bench = serving(family)
    handler = dial(bench, client(trust=material.pem()))
    assert bench.wait() == b"0,CONNECT\r\n"
    assert handler.peer.open and handler.peer.tls.version() == "TLSv1.2"
    handler.peer.send(b"GET /")
    assert bench.wait() == b"\r\n+IPD,0,5:GET /\r\n"
    bench.send(b"AT+CIPSEND=0,5\r\n")
    assert bench.send(b"hello") == b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,0,5:hello\r\n"
    assert b'+CIPSTATUS:0,"SSL","192.168.1.77"' in bench.send(b"AT+CIPSTATUS\r\n")
    handler.peer.close()
    assert bench.wait() == b"0,CLOSED\r\n"


@SERVING
def test_the_certificate_that_modules_ship_with(serving, family):
    bench = serving(family, burn=False)
    refused = dial(bench, client(trust=material.pem()))
    assert bench.wait() == b""
    assert not refused.peer.open and refused.peer.failure
    trusted = dial(bench, client(trust=bench.store.item("client_ca", 0)))
    assert bench.wait() == b"0,CONNECT\r\n"
    assert trusted.peer.tls.getpeercert()["subject"] == ((("commonName", "ESP Root CA S2"),),)


@pytest.mark.parametrize("ca", [None, 0, 1])
@SERVING
def test_the_query(serving, family, ca):
    bench = serving(family, ca)
    rest = {E24: b",%d", E33: b",%d"}.get(family, b",%d,0") % (ca or 0)
    assert bench.send(b"AT+CIPSERVER?\r\n") == b'+CIPSERVER:1,443,"SSL"' + rest + b"\r\n" + OK


@SERVING
def test_clients_must_show_a_certificate(serving, family, tmp_path):
    bench = serving(family, 1)
    bare = dial(bench, client())
    assert bench.wait() == b""
    assert bare.peer.failure.code == 0x7780
    strange = dial(bench, client(material.issued("unknown issuer"), folder=tmp_path))
    assert bench.wait() == b""
    assert strange.peer.failure
    known = dial(bench, client(material.device(), folder=tmp_path))
    assert bench.wait() == b"0,CONNECT\r\n"
    assert known.peer.open


@SERVING
def test_a_clients_certificate_is_dated(serving, family, tmp_path):
    bench = serving(family, 1)
    late = dial(bench, client(material.issued("expired"), folder=tmp_path))
    assert bench.wait() == b""
    assert late.peer.failure


@SERVING
def test_no_certificate_is_asked_for_unless_told(serving, family, tmp_path):
    bench = serving(family, 0)
    handler = dial(bench, client(material.issued("unknown issuer"), folder=tmp_path))
    assert bench.wait() == b"0,CONNECT\r\n"
    assert handler.peer.open


@SERVING
def test_only_the_version_that_the_module_has(serving, family):
    bench = serving(family)
    context = client()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    handler = dial(bench, context)
    assert bench.wait() == b""
    assert handler.peer.failure


@SERVING
def test_a_client_that_says_nothing_is_given_up(serving, family):
    bench = serving(family)
    silent = bench.network.dial(443)
    assert bench.wait() == b""
    busy = dial(bench, client())
    assert bench.wait() == b"0,CONNECT\r\n"
    assert bench.wait(9.9) == b""
    assert not silent.closed
    assert bench.wait(0.2) == b""
    assert silent.closed and not busy.peer.closed


@SERVING
def test_five_clients_at_once(serving, family):
    bench = serving(family)
    handlers = [dial(bench, client()) for _ in range(5)]
    said = bench.wait()
    assert said == b"".join(b"%d,CONNECT\r\n" % link for link in range(5))
    for link, handler in enumerate(handlers):
        handler.peer.send(b"%d" % link)
    expected = b"".join(b"\r\n+IPD,%d,1:%d\r\n" % (link, link) for link in range(5))
    assert bench.wait() == expected


@SERVING
def test_the_server_ends(serving, family):
    bench = serving(family)
    handler = dial(bench, client())
    half_way = bench.network.dial(443)
    bench.wait()
    assert bench.send(b"AT+CIPSERVER=0\r\n") == OK
    assert half_way.closed
    handler.peer.send(b"still here")
    assert b"still here" in bench.wait()
    with pytest.raises(ConnectionRefusedError):
        bench.network.dial(443)
    assert bench.send(b'AT+CIPSERVER=1,443,"SSL",1\r\n') == OK


@pytest.mark.parametrize("name", ["server_cert", "server_key", "server_ca"])
@SERVING
def test_no_server_without_its_files(desk, family, name):
    bench = desk(family, joined=True, mux=1)
    command = b"SYSFLASH" if family == E24 else b"SYSMFG"
    assert bench.send(b'AT+%s=0,"%s"\r\n' % (command, name.encode())) == OK
    expected = OK if name == "server_ca" else ERROR
    assert bench.send(b'AT+CIPSERVER=1,443,"SSL",1\r\n') == ERROR
    assert bench.send(b'AT+CIPSERVER=1,443,"SSL",0\r\n') == expected


@pytest.mark.parametrize("family", [N13, N17, WIZ, E22])
@pytest.mark.parametrize("parameters", [b'1,443,"SSL"', b'1,443,"SSL",0', b'1,443,"SSL",1'])
def test_no_tls_server_on_esp8266(desk, family, parameters):
    bench = desk(family, joined=True, mux=1)
    assert bench.send(b"AT+CIPSERVER=" + parameters + b"\r\n").endswith(ERROR)
    assert bench.send(b"AT+CIPSERVER=1,80\r\n") == OK


@SERVING
def test_passive_clients(serving, family):
    bench = serving(family)
    bench.send(b"AT+CIPRECVMODE=1\r\n")
    handler = dial(bench, client())
    bench.wait()
    handler.peer.send(b"x" * 421)
    # esp-at issue 655 is a server's.
    length = 450 if family == E24 else 421
    assert bench.wait() == b"\r\n+IPD,0,%d\r\n" % length
    said = bench.send(b"AT+CIPRECVDATA=0,450\r\n")
    assert said == b"+CIPRECVDATA:421," + b"x" * 421 + OK
