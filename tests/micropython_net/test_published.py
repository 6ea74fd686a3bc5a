"""More programs for the Pico W, as the package index has them, in a real MicroPython.

At the other end are real servers and clients; that their bytes went through the module is read off
its log. docs/micropython.md has a row for each.
"""

import json
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import trustme

from tests.micropython import conftest as micropython
from tests.micropython.conftest import ONBOARD as SHARED
from tests.micropython.conftest import PATIENCE
from tests.micropython_net import websocket_peers
from tests.peers import Peer
from tests.programs import published
from tests.programs.conftest import TEN
from tests.programs.servers import Mosquitto, Nginx, free_port, until

make_pico = micropython.make_pico
serve = micropython.serve
broker = micropython.broker
clock = micropython.clock
nginx = micropython.nginx

ONBOARD = Path(__file__).parent / "onboard"
LOGIN = (Mosquitto.USER, Mosquitto.PASSWORD)
MACHINE = {"machine_of_pico": SHARED / "machine_of_pico.py"}
RSA = trustme.KeyType.RSA


def of(*requirements):
    """The modules of some packages."""
    found = {}
    for requirement in requirements:
        found.update(published.modules(requirement))
    return {name: path for name, path in found.items() if not name.endswith(("/testing", "setup"))}


@pytest.fixture
def mqtt(make_pico, broker):
    return make_pico({"mqtt.test": ("127.0.0.1", {1883: broker.port})})


def test_umqtt_robust(mqtt, broker):
    """Its broker is gone for a while: what it publishes meanwhile waits for the next session."""
    modules = of("micropython-umqtt.simple==1.3.4", "micropython-umqtt.robust==1.0")
    with mqtt.started(ONBOARD / "robust.py", *LOGIN, modules=modules) as program:
        program.wait_for("heard")
        broker.stop()
        program.say("stopped")
        time.sleep(0.5)
        broker.start()
        lines = program.ended()
    assert lines == ["heard [(b'pico/said', b'one')]", "heard [(b'pico/said', b'two')]"]
    assert len(mqtt.commands(b"+CIPSTART=")) > 1
    assert mqtt.sent() > 400


def test_umqtt_simple2_and_robust2(mqtt):
    """They look whether there is room, and then write once."""
    modules = of("micropython-umqtt.simple2==2.2.0", "micropython-umqtt.robust2==2.2.0")
    heard = "[1, 1] [(b'pico/long', 3000), (b'pico/one', 5), (b'pico/two', 6)]"
    lines = mqtt.run(ONBOARD / "mqtt2.py", *LOGIN, modules=modules)
    assert lines == [
        line for name in ("simple2", "robust2") for line in (f"{name} session 0", f"{name} {heard}")
    ]
    assert mqtt.sent() > 2 * 3000


def test_mqtt_async(mqtt):
    """Its module restarts: it finds out by itself, and connects anew."""
    modules = {**of("micropython-mqtt==0.7b4"), **MACHINE}
    with mqtt.started(ONBOARD / "mqtt_async_pub.py", *LOGIN, modules=modules) as program:
        program.wait_for("heard 4")
        mqtt.module.fault("reset")
        lines = program.ended()
    assert lines[-1] == "over"
    assert len(mqtt.commands(b"+CIPSTART=")) >= 3


@pytest.fixture(scope="module")
def secure(serve, tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    own = trustme.CA(key_type=RSA).issue_cert("web.test", key_type=RSA)
    own.private_key_and_cert_chain_pem.write_to_path(path)
    files = {"short.html": b"<p>short</p>", "long": TEN * 3, "data.json": b'{"list": [1, 2, 3]}'}
    return serve(Nginx, files, (path, path))


def test_urequests(make_pico, secure):
    ports = {80: secure.port, 443: secure.secure_port, 81: 9}
    pico = make_pico({"web.test": ("127.0.0.1", ports)})
    lines = pico.run(ONBOARD / "urequests_web.py", modules=of("micropython-urequests==0.9.1"))
    pages = ["<p>short</p>", "[1, 2]", "200 {'a': [1, 2]}", "GET  7", "30000"]
    assert lines == [*pages, *pages, "nobody 111"]
    assert len([line for line in pico.commands(b"+CIPSTART=") if b'"SSL"' in line]) >= 5
    assert pico.sent() > 500


def fetched(url, data=None, kind="application/json"):
    """What a server gives, and with which status."""
    request = urllib.request.Request(url, data, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


@pytest.mark.parametrize("version", ["micropython-phew==0.0.3"])
def test_phew(make_pico, clock, version):
    names = free_port(socket.SOCK_DGRAM)
    pico = make_pico({"pool.ntp.org": ("127.0.0.1", {123: clock.port})})
    modules = {**of(version), **MACHINE}
    with pico.started(ONBOARD / "phew_site.py", names, modules=modules) as program:
        program.wait_for("serving")
        site = f"http://127.0.0.1:{pico.server_port}"
        for _ in range(2):
            assert fetched(f"{site}/hello/you?a=b%20c") == (200, b"hello you b c")
            form = b"text=one+two"
            kind = "application/x-www-form-urlencoded"
            assert fetched(f"{site}/form", form, kind) == (200, b"got one two")
            assert fetched(f"{site}/json", b'{"numbers": [1, 2]}') == (201, b"3")
            assert fetched(f"{site}/file") == (200, b"line\n" * 1000)
            assert fetched(f"{site}/nowhere") == (404, b"nothing here")
        pieces = b"".join(b"piece %d\n" % n for n in range(5))
        assert fetched(f"{site}/pieces") == (200, pieces)
        assert {"joined 192.168.1.50 True", "year True"} <= set(program.lines)
        assert resolved(names) == b"\xc0\xa8\x04\x01"
    assert pico.sent() > 2 * 5000


def resolved(port):
    """The address that a name server on a port of loopback gives for a name."""
    question = b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0\x04page\x04test\0\x00\x01\x00\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)

        def answer():
            client.sendto(question, ("127.0.0.1", port))
            try:
                return client.recv(500)
            except TimeoutError:
                return None

        got = until(answer, lambda: "no answer", PATIENCE)
    assert got[:2] == question[:2]
    return got[-4:]


def test_micropidash(make_pico):
    pico = make_pico()
    with pico.started(ONBOARD / "dashboard.py", modules=of("micropidash==2.0.1")):
        site = f"http://127.0.0.1:{pico.server_port}"
        status, page = fetched(f"{site}/")
        assert status == 200
        assert b"Kitchen" in page
        assert page.endswith(b"</html>")
        assert fetched(f"{site}/?lamp=toggle")[0] == 200
        lamp = {"lamp": {"type": "toggle", "value": 1}, "warm": {"type": "label", "value": "21"}}
        assert json.loads(fetched(f"{site}/data")[1]) == lamp
    assert pico.sent() > len(page)


@pytest.fixture
def chat(make_pico, clock):
    """A Pico whose ws.test is one who gives WebSocket messages back."""
    with Peer(websocket_peers.echo) as peer:
        hosts = {"ws.test": ("127.0.0.1", {80: peer.port})}
        yield make_pico({**hosts, "pool.ntp.org": ("127.0.0.1", {123: clock.port})})


def test_async_websocket_client(chat):
    modules = of("micropython-async-websocket-client==0.3.4")
    lines = chat.run(ONBOARD / "websocket_client.py", modules=modules)
    assert lines == ["open True", *["back True"] * 3]
    assert chat.sent() > 1800


def test_micropython_websockets(chat):
    modules = of("micropython-websockets==0.1.0")
    with chat.started(ONBOARD / "websockets_both.py", modules=modules) as program:
        program.wait_for("serving")
        assert program.lines[:4] == [*["back True"] * 3, "ping True"]
        with websocket_peers.Client(chat.server_port) as client:
            for text in ("hello", "z" * 3000):
                client.say(text)
                assert client.hear() == text
    assert chat.sent() > 2 * 3000


def test_chumicro_ntp_and_websockets(chat):
    modules = of(
        "chumicro-ntp==0.15.3",
        "chumicro-sockets==0.21.3",
        "chumicro-timing==0.8.4",
        "chumicro-websockets==0.27.3",
    )
    with chat.started(ONBOARD / "chumicro_more.py", modules=modules) as program:
        program.wait_for("serving")
        with websocket_peers.Client(chat.server_port) as client:
            client.say("hello")
            assert client.hear() == "hello!"
        lines = program.ended()
    assert lines == ["time True", "back True", "back True", "serving", "over 1"]
    assert chat.sent() > 3000
