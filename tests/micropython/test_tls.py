"""asyncio streams with TLS: done by the module, and on the host by MicroPython's own `ssl`."""

import socket
import ssl

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from espat_tools.emulator import pki_demo
from tests.micropython.conftest import ONBOARD
from tests.programs.conftest import TEN, other_names
from tests.programs.servers import Nginx

RSA = trustme.KeyType.RSA
CA = trustme.CA(key_type=RSA)
BEAT = {"beat": ONBOARD / "beat.py"}


@pytest.fixture(scope="module")
def issued():
    return CA.issue_cert("web.test", "pico.test", key_type=RSA)


@pytest.fixture(scope="module")
def web(serve, issued, tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(path)
    return serve(Nginx, {"ten": TEN}, (path, path))


@pytest.fixture(scope="module")
def demo_certificates():
    """Those that modules ship with. A module makes its keys when it is first asked for them, and
    answers nothing meanwhile: on a machine with much to do longer than the driver waits, 5 s.
    """
    for number in range(2):
        pki_demo.demo("client_ca", number)


@pytest.fixture
def pico(make_pico, web, clock, demo_certificates):
    hosts = {"web.test": ("127.0.0.1", {443: web.secure_port})}
    return make_pico({**hosts, **other_names(clock)})


def test_by_the_module(pico, tmp_path, capsys):
    """The connection is begun with TLS at once: no other is made before it."""
    CA.cert_pem.write_to_path(tmp_path / "ca")
    lines = pico.run("secure", "module", tmp_path / "ca", modules=BEAT)
    assert lines[:3] == ["fetched 10000", "two [10000, 10000]", "refused OSError"]
    kinds = [line.split(b",")[1] for line in pico.commands(b"+CIPSTART=")]
    assert kinds == [b'"SSL"'] * 4
    assert "the driver waited 0 ms" in lines[-1]
    with capsys.disabled():
        print(f"\nasyncio and TLS by the module: the longest {lines[-1]}")


def test_on_the_host(pico, issued, tmp_path, capsys):
    """MicroPython's own mbedTLS, a client and a server, over our sockets."""
    der = serialization.Encoding.DER
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    form = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(key.private_bytes(der, *form))
    certificate = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    (tmp_path / "certificate").write_bytes(certificate)
    (tmp_path / "ca").write_bytes(ssl.PEM_cert_to_DER_cert(CA.cert_pem.bytes().decode()))
    files = [tmp_path / name for name in ("ca", "certificate", "key")]
    context = ssl.create_default_context(cadata=CA.cert_pem.bytes().decode())
    with pico.started("secure", "host", *files, modules=BEAT) as program:
        program.wait_for("serving")
        with (
            socket.create_connection(("127.0.0.1", pico.server_port), 30) as plain,
            context.wrap_socket(plain, server_hostname="pico.test") as client,
        ):
            client.sendall(b"hello\n")
            assert client.recv(100) == b"HELLO\n"
        lines = program.ended()
    assert lines[:2] == ["fetched 10000", "two [10000, 10000]"]
    assert lines[2] in ("refused ValueError", "refused OSError")
    assert all(b'"TCP"' in line for line in pico.commands(b"+CIPSTART="))
    assert pico.sent() > 1000
    with capsys.disabled():
        print(f"\nasyncio and TLS on the host: the longest {lines[-1]}")
