"""The calls of programs for the Pico W that the package index does not have: ntptime, aiohttp,
tinyweb, mqtt_as, webrepl in the foreground. They are made one by one by onboard/others.py.
"""

import socket
import ssl
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import trustme

from tests.micropython import conftest as micropython
from tests.micropython.conftest import PATIENCE
from tests.micropython_net import test_published, websocket_peers
from tests.micropython_net.test_published import ONBOARD
from tests.peers import DatagramEcho, Peer, echo
from tests.programs.conftest import TEN
from tests.programs.servers import Nginx

make_pico = micropython.make_pico
serve = micropython.serve
clock = micropython.clock
OTHERS = ONBOARD / "others.py"


@pytest.fixture(scope="module")
def secure(serve, tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    own = trustme.CA(key_type=test_published.RSA).issue_cert("web.test")
    own.private_key_and_cert_chain_pem.write_to_path(path)
    return serve(Nginx, {"ten": TEN}, (path, path))


def test_ntptime(make_pico, clock):
    pico = make_pico({"pool.ntp.org": ("127.0.0.1", {123: clock.port})})
    assert pico.run(OTHERS, "ntptime") == ["sent 48", "time True"]
    assert pico.sent() == 48


def test_aiohttp(make_pico, secure):
    pico = make_pico({"web.test": ("127.0.0.1", {80: secure.port, 443: secure.secure_port})})
    assert pico.run(OTHERS, "aiohttp") == ["b'200'", "body 10000"] * 2
    assert pico.sent() == 74
    assert any(b'"SSL"' in line for line in pico.commands(b"+CIPSTART="))


def test_tinyweb(make_pico):
    pico = make_pico()
    with pico.started(OTHERS, "tinyweb") as program, ThreadPoolExecutor(4) as pool:
        program.wait_for("serving")
        site = f"http://127.0.0.1:{pico.server_port}"

        def page(number):
            with urllib.request.urlopen(f"{site}/{number}", timeout=PATIENCE) as reply:
                return reply.read()

        wanted = [(b"/%d" % n * 1000)[:1000] * 3 for n in range(8)]
        assert list(pool.map(page, range(8))) == wanted
        with socket.create_connection(("127.0.0.1", pico.server_port), PATIENCE) as idle:
            assert idle.recv(10) == b""
            program.wait_for("time-out")
    assert pico.sent() > 8 * 3000


@pytest.fixture
def secure_echo():
    """An echo that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA(key_type=test_published.RSA).issue_cert("echo.test").configure_cert(context)

    def handler(client):
        with context.wrap_socket(client, server_side=True) as wrapped:
            echo(wrapped)

    with Peer(handler) as peer:
        yield peer


def test_mqtt_as(make_pico, secure_echo):
    with Peer(echo) as peer, DatagramEcho() as datagrams:
        ports = {7: peer.port, 8: secure_echo.port, 9: datagrams.port}
        pico = make_pico({"echo.test": ("127.0.0.1", ports)})
        lines = pico.run(OTHERS, "mqtt_as")
    assert lines == [
        "joined True",
        *["connect True", "back True"] * 2,
        "udp b'thirty-two bytes'",
    ]
    assert pico.sent() >= 2 * 3010 + 16


def test_webrepl(make_pico):
    """Its WebSocket is MicroPython's own, over our socket, and written to without a look back."""
    pico = make_pico()
    with pico.started(OTHERS, "webrepl") as program:
        program.wait_for("serving")
        assert program.lines[0] == "in the background 95"
        with websocket_peers.Client(pico.server_port) as client:
            client.say("1 + 1\n")
            heard = b""
            while len(heard) < 310:
                piece = client.hear()
                heard += piece if isinstance(piece, bytes) else piece.encode()
            assert heard == b">>> 1 + 1\n" + b"x" * 300
        assert program.ended()[-1] == "over"
    assert pico.sent() > 400
