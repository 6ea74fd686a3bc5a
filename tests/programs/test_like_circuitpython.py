"""The libraries' examples in a MicroPython that is short of what CircuitPython lacks.

The libraries are as published; what they import for annotations alone has stand-ins.
"""

import http.server
import importlib.util
import ssl
import threading
from pathlib import Path

import pytest

from espat_tools import runtimes
from espat_tools.emulator import Module, SocketNetwork
from tests.demo.test_tls_examples import BROKER, RSA, SITE, Careful, Quotes, ca, folder
from tests.programs.conftest import other_names
from tests.programs.servers import Mosquitto
from tests.programs.test_in_micropython import STAND_INS
from tests.runtimes import like_circuitpython
from tests.runtimes.like_circuitpython import FRAMES

__all__ = ("ca", "folder")  # fixtures

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIBRARIES = ("adafruit_connection_manager", "adafruit_requests", "adafruit_ticks", "adafruit_ntp")
PACKAGES = ("adafruit_minimqtt", "adafruit_httpserver")


def installed():
    """{name on the board: file} of the libraries, and of what annotations name."""
    files = {name: Path(importlib.util.find_spec(name).origin) for name in LIBRARIES}
    for package in PACKAGES:
        folder = Path(importlib.util.find_spec(package).origin).parent
        files |= {f"{package}/{path.stem}": path for path in folder.glob("*.py")}
    files |= {name: STAND_INS / f"{name}.py" for name in ("typing", "types")}
    return {**files, "circuitpython_typing/socket": STAND_INS / "circuitpython_typing_socket.py"}


@pytest.fixture(params=FRAMES, ids=lambda version: f"frames of {version}")
def run(request):
    """Runs an example by name, in a network of `hosts`: what it printed, and how it ended."""
    if reason := runtimes.wasm_missing("newest"):
        pytest.skip(reason)

    def run(name, hosts, **how):
        timing = {"join": 0.01, "boot": 0.01}
        with Module(network=SocketNetwork(hosts), timing=timing) as module:
            return like_circuitpython.run(
                EXAMPLES / f"{name}.py",
                module.open_pty(),
                modules=installed(),
                frames=FRAMES[request.param],
                **how,
            )

    run.version = request.param
    return run


def test_requests(run, nginx):
    place = ("127.0.0.1", {80: nginx.port})
    hosts = {"wifitest.adafruit.com": place, "httpbin.org": place}
    printed = run("espat_requests", hosts).check()
    assert "200 text/html\nThis is a test of Wi-Fi!\n" in printed
    assert "It heard {'temperature': 21.5}\nDone\n" in printed


def test_minimqtt(run, broker):
    printed = run(
        "espat_minimqtt",
        {"mqtt.test": ("127.0.0.1", {1883: broker.port})},
        MQTT_BROKER="mqtt.test",
        MQTT_USER=broker.USER,
        MQTT_PASSWORD=broker.PASSWORD,
    ).check()
    assert "Connected to mqtt.test\n" in printed
    assert printed.endswith("New message on espat/example: number 4\nDone\n")


def test_ntp(run, clock):
    names = [f"{number}.adafruit.pool.ntp.org" for number in range(4)]
    printed = run("espat_ntp", dict.fromkeys(names, ("127.0.0.1", {123: clock.port}))).check()
    assert printed.count(" UTC\n") == 2
    assert printed.endswith("Done\n")


@pytest.fixture
def secure(ca):
    """A web server with a certificate of `ca`; its place in a network."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(SITE, key_type=RSA).configure_cert(made)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quotes) as server:
        server.socket = made.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {SITE: ("127.0.0.1", {443: server.server_address[1]})}
        server.shutdown()


@pytest.fixture
def drive(folder):
    """The files of the drive: certificates and a key."""
    return {f"/{path.name}": path.read_text("ascii") for path in folder.iterdir()}


def test_https(run, secure, drive, clock):
    """The deepest of all: a library, a handshake, a certificate that is written and read back."""
    ran = run("espat_https_simpletest", {**secure, **other_names(clock)}, files=drive)
    assert '200 [{"text": "Trust, but verify"}]\nDone\n' in ran.check()


@pytest.mark.parametrize("run", [10], indirect=True)
def test_mqtt_tls(run, drive, ca, clock, tmp_path):
    if reason := Mosquitto.missing():
        pytest.skip(reason)
    path, roots = tmp_path / "broker.pem", tmp_path / "ca.pem"
    ca.issue_cert(BROKER, key_type=RSA).private_key_and_cert_chain_pem.write_to_path(path)
    ca.cert_pem.write_to_path(roots)
    with Careful(tmp_path / "broker", (path, path), roots) as broker:
        hosts = {BROKER: ("127.0.0.1", {8883: broker.port}), **other_names(clock)}
        ran = run("espat_mqtt_tls", hosts, files=drive, MQTT_BROKER=BROKER)
    assert "espat/hello says hello from ESP32 ESP-AT 3.3\nDone\n" in ran.check()
