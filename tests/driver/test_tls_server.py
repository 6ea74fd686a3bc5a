"""TLS servers: what clients are shown and asked for, on the chips that have it."""

import errno

import pytest

from espat import tls
from tests.driver.desk import Server, pattern, read_exactly
from tests.driver.secure import CA, DATED, FIRST, HOST, NOW, OLD, OTHER, RSA, Meddling, blind, dial

esp32 = pytest.mark.parametrize("profile", DATED)
SITE = CA.issue_cert(HOST, key_type=RSA)
PAIR = (
    b"".join(blob.bytes() for blob in SITE.cert_chain_pems),
    SITE.private_key_pem.bytes(),
)


def serving(context=None):
    """A context for servers, with a certificate."""
    context = context or tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*PAIR)
    return context


def listener(desk, context, port=8443):
    sock = context.wrap_socket(desk.pool.socket(), server_side=True)
    sock.settimeout(5)
    sock.bind(("0.0.0.0", port))
    sock.listen(3)
    return sock


def mine(handler):
    """The names in the certificate that a client was shown."""
    return dict(handler.peer.tls.getpeercert()["subjectAltName"])["DNS"]


@esp32
def test_a_client_is_shown_our_certificate(make_desk, profile):
    desk = make_desk(profile).join()
    sock = listener(desk, serving())
    caller = dial(desk, 8443)
    client, address = sock.accept()
    assert address[0] == "192.168.1.77"
    caller.peer.send(b"GET / HTTP/1.1\r\n\r\n")
    assert client.recv(100) == b"GET / HTTP/1.1\r\n\r\n"
    data = pattern(10_000)
    client.sendall(data)
    desk.let(0.2)
    assert bytes(caller.data) == data
    assert mine(caller) == HOST
    assert desk.said(b"AT+CIPSERVER=1") == [b'AT+CIPSERVER=1,8443,"SSL",0']
    caller.peer.send(data[:4000])
    assert read_exactly(client, 4000, piece=300) == data[:4000]
    caller.peer.close()
    assert client.recv(10) == b""
    client.close()
    sock.close()
    assert desk.said(b"AT+CIPSERVER=0")
    desk.works()


@esp32
def test_clients_that_need_a_certificate(make_desk, profile):
    desk = make_desk(profile).join()
    desk.network.serve_time(FIRST, int(NOW.timestamp()))
    context = serving()
    context.verify_mode = tls.CERT_REQUIRED
    context.load_verify_locations(cadata=CA.cert_pem.bytes())
    sock = listener(desk, context)
    assert desk.said(b"AT+CIPSERVER=1") == [b'AT+CIPSERVER=1,8443,"SSL",1']
    for cert in (None, OTHER.issue_cert("client.test", key_type=RSA)):
        caller = dial(desk, 8443, cert=cert)
        desk.let(0.5)
        assert not caller.peers or caller.peer.data == b""
        sock.settimeout(1)
        with pytest.raises(OSError) as caught:
            sock.accept()
        assert caught.value.errno == errno.ETIMEDOUT
    ours = CA.issue_cert("client.test", key_type=RSA)
    for _ in range(2):
        caller = dial(desk, 8443, cert=ours)
        sock.settimeout(5)
        client, _ = sock.accept()
        client.sendall(b"welcome")
        desk.let(0.1)
        assert bytes(caller.data) == b"welcome"
        desk.module.reset()  # it has no clock then, till it is told the time again
        desk.let(1)
        sock.settimeout(0)
        with pytest.raises(OSError) as caught:
            sock.accept()
        assert caught.value.errno == errno.EAGAIN


@esp32
def test_it_is_written_once(make_desk, profile):
    desk = make_desk(profile).join()
    listener(desk, serving()).close()
    store = desk.module.core.store
    assert (store.item("server_cert", 0), store.item("server_key", 0)) == serving().pki
    count = len(desk.module.commands)
    desk.again().join()
    listener(desk, serving()).close()
    writes = (b"AT+SYSFLASH=0", b"AT+SYSFLASH=1", b"AT+SYSMFG=2")
    assert not [c for c in desk.module.commands[count:] if c.startswith(writes)]


@esp32
def test_it_listens_with_tls_again_after_a_restart(make_desk, profile):
    desk = make_desk(profile).join()
    sock = listener(desk, serving())
    dial(desk, 8443)
    sock.accept()
    desk.module.reset()
    desk.let(1)
    sock.settimeout(0)
    with pytest.raises(OSError) as caught:
        sock.accept()
    assert caught.value.errno == errno.EAGAIN
    caller = dial(desk, 8443)
    sock.settimeout(5)
    client, _ = sock.accept()
    client.sendall(b"back")
    desk.let(0.1)
    assert bytes(caller.data) == b"back" and mine(caller) == HOST


@esp32
def test_as_adafruit_httpserver_makes_one(make_desk, profile, tmp_path):
    """A default context, with an empty CA: clients need no certificate."""
    desk = make_desk(profile).join()
    paths = []
    for name, data in zip(("cert.pem", "key.pem"), PAIR, strict=True):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    context = tls.create_default_context()
    context.load_verify_locations(cadata="")
    context.load_cert_chain(*map(str, paths))
    sock = listener(desk, context)
    caller = dial(desk, 8443)
    client, _ = sock.accept()
    client.sendall(b"hello")
    desk.let(0.1)
    assert bytes(caller.data) == b"hello"


def plain_and_tls(desk, context):
    """What stands on a module's one server."""
    first = desk.pool.socket()
    first.bind(("", 80))
    first.listen()
    with pytest.raises(OSError, match="one server") as caught:
        listener(desk, context)
    assert caught.value.errno == errno.EADDRINUSE
    first.close()


@esp32
def test_one_server(make_desk, profile):
    desk = make_desk(profile).join()
    plain_and_tls(desk, serving())
    sock = listener(desk, serving())
    sock.close()
    plain = desk.pool.socket()
    plain.bind(("", 80))
    plain.listen()
    handler = Server()
    desk.network.dial(80, handler)
    client, _ = plain.accept()
    client.sendall(b"no TLS")
    desk.let(0.1)
    assert bytes(handler.peer.data) == b"no TLS"


@esp32
def test_a_stored_certificate_and_a_ca_of_the_program(make_desk, profile):
    """The CA is put there all the same: the one that modules ship with is everybody's."""
    desk = make_desk(profile).join()
    desk.network.serve_time(FIRST, int(NOW.timestamp()))
    context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    context.use_stored(pki=0)
    context.verify_mode = tls.CERT_REQUIRED
    context.load_verify_locations(cadata=CA.cert_pem.bytes())
    sock = listener(desk, context)
    assert desk.module.core.store.item("server_ca", 0) == context.ca
    sock.close()


@esp32
def test_a_bit_on_the_line_lets_no_client_in_without_a_certificate(make_desk, profile):
    desk = make_desk(profile, line=Meddling).join()
    desk.network.serve_time(FIRST, int(NOW.timestamp()))
    desk.line.meddle = lambda data: data.replace(b'"SSL",1', b'"SSL",0')
    context = serving()
    context.load_verify_locations(cadata=CA.cert_pem.bytes())
    context.verify_mode = tls.CERT_REQUIRED
    sock = listener(desk, context)
    caller = dial(desk, 8443)
    with pytest.raises(OSError, match="certificate") as caught:
        sock.accept()
    assert caught.value.errno == errno.EIO
    desk.let(0.5)
    assert caller.peer.data == b""
    with pytest.raises(OSError) as caught:
        sock.accept()
    assert caught.value.errno == errno.EBADF
    desk.works()


# What is refused


@pytest.mark.parametrize("profile", ("esp8266-2.2.1", *OLD))
def test_no_tls_server_on_the_esp8266(make_desk, profile):
    desk = make_desk(profile).join()
    with pytest.raises(OSError, match="what ESP32 has") as caught:
        listener(desk, serving())
    assert caught.value.errno == errno.EOPNOTSUPP
    assert not desk.said(b"CIPSERVER=1") and not desk.said(b"+SYSFLASH")


@esp32
def test_the_certificate_that_modules_ship_with_is_not_shown(make_desk, profile):
    """Everybody has its key."""
    desk = make_desk(profile).join()
    for context in (tls.SSLContext(tls.PROTOCOL_TLS_SERVER), blind()):
        with pytest.raises(OSError, match="load_cert_chain") as caught:
            listener(desk, context)
        assert caught.value.errno == errno.EINVAL
    assert not desk.said(b"CIPSERVER=1")
    context.use_stored(pki=0)  # unless the program says so
    listener(desk, context).close()


@esp32
def test_verifying_clients_needs_a_ca(make_desk, profile):
    desk = make_desk(profile).join()
    context = serving()
    context.verify_mode = tls.CERT_REQUIRED
    with pytest.raises(OSError, match="CA for the certificates of clients") as caught:
        listener(desk, context)
    assert caught.value.errno == errno.EINVAL
    assert not desk.said(b"CIPSERVER=1")


@esp32
def test_a_client_that_speaks_no_tls_is_never_seen(make_desk, profile):
    desk = make_desk(profile).join()
    sock = listener(desk, serving())
    sock.settimeout(1)
    desk.network.dial(8443).send(b"GET / HTTP/1.0\r\n\r\n")
    with pytest.raises(OSError) as caught:
        sock.accept()
    assert caught.value.errno == errno.ETIMEDOUT
    dial(desk, 8443)
    sock.accept()
