"""The examples for MicroPython, as they are, in the unix build over a pseudo-terminal."""

import contextlib
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from espat_tools import runtimes
from espat_tools.emulator import Module, SocketNetwork
from tests.demo.conftest import serving
from tests.e2e.test_selftest import time_server
from tests.micropython.conftest import Program
from tests.programs import conftest as programs
from tests.programs import published
from tests.programs.servers import until

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
STAND_INS = {
    "espat_board": HERE / "stand_ins" / "espat_board.py",
    "secrets": HERE.parent / "demo" / "stand_ins" / "micropython" / "secrets.py",
}
# The unix build has a `socket` of its own, which a Pico has not; and it takes that for `usocket`
# whatever `sys.modules` says, where a Pico has nothing to take (test_names.py).
BOOT = """
import builtins, sys
from espat import names
names.put("socket", "socket")
plain = __import__
def on_a_pico(name, *args):
    return sys.modules["socket"] if name == "usocket" else plain(name, *args)
builtins.__import__ = on_a_pico
"""
TEXT = b"This is a test of Wi-Fi!\n" * 40
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)
PATIENCE = 60

serve = programs.serve
broker = programs.broker


@pytest.fixture
def start(micropython):
    """Starts an example, or the text of a program, on a board with a module on its UART."""
    with contextlib.ExitStack() as stack:

        def start(name, module, modules=None, changed=()):
            program = name if "\n" in name else (EXAMPLES / f"{name}.py").read_text("utf-8")
            program = BOOT + program
            for old, new in changed:
                assert old in program
                program = program.replace(old, new)
            laid_out = stack.enter_context(
                runtimes.UnixProgram(
                    program, [module.open_pty()], modules={**STAND_INS, **(modules or {})}
                )
            )
            process = stack.enter_context(
                subprocess.Popen(
                    laid_out.command,
                    env=laid_out.env,
                    cwd=laid_out.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
            stack.callback(process.kill)
            return Program(process)

        yield start


@pytest.fixture
def web():
    """A network whose wifitest.adafruit.com is a server here."""
    with serving(REPLY) as served:
        network = SocketNetwork({"wifitest.adafruit.com": ("127.0.0.1", {80: served.port})})
        network.served = served
        yield network


def test_requests(start, web):
    with Module(network=web) as module:
        lines = start("espat_mp_requests", module).ended()
        assert any(line.startswith(b"AT+CIPSEND") for line in module.commands)
    assert lines[0] == "I am 192.168.1.50"
    assert lines[1].startswith("200 This is a test")
    assert len(web.served.requests) == 1


def test_asyncio_client(start, web):
    with Module(network=web) as module:
        lines = start("espat_mp_asyncio_client", module).ended()
        links = {line.split(b"=")[1][:1] for line in module.commands if b"AT+CIPSTART=" in line}
    assert lines[0] == "I am 192.168.1.50"
    assert lines[1] == "Bytes: " + str([len(REPLY)] * 3)
    assert len(links) == 3, "one after the other"
    assert "ms late" in lines[2]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_asyncio_server(start):
    own = free_port()
    with Module(network=SocketNetwork(server_ports={80: own})) as module:
        server = start("espat_mp_asyncio_server", module)
        assert server.wait_for("http") == "http://192.168.1.50:80"
        until(lambda: module.core.links.listener, lambda: "it does not listen", PATIENCE)
        for n in (1, 2, 3):
            with urllib.request.urlopen(f"http://127.0.0.1:{own}/", timeout=PATIENCE) as page:
                assert page.read() == b"<h1>Visit %d</h1>" % n
        with socket.create_connection(("127.0.0.1", own)):
            pass  # a visitor that says nothing, and goes
        with urllib.request.urlopen(f"http://127.0.0.1:{own}/", timeout=PATIENCE) as page:
            assert page.read() == b"<h1>Visit 4</h1>"


def test_ntp(start):
    with time_server() as port:
        network = SocketNetwork({"pool.ntp.org": ("127.0.0.1", {123: port})})
        with Module(network=network) as module:
            lines = start("espat_mp_ntp", module).ended()
            assert any(b'"UDP"' in line for line in module.commands)
    told = time.mktime(time.strptime(lines[0], "%Y-%m-%d %H:%M:%S UTC")) - time.timezone
    assert abs(told - time.time()) < PATIENCE


def test_access_point(start):
    own = free_port()
    with Module(network=SocketNetwork(server_ports={80: own})) as module:
        example = start(
            "espat_mp_access_point", module, changed=[("VISITORS = None", "VISITORS = 2")]
        )
        assert example.wait_for("network") == "network espat, key secret words, http://192.168.4.1"
        module.ap_client_joins("02:00:00:00:00:99")
        until(lambda: module.core.links.listener, lambda: "it does not listen", PATIENCE)
        for _ in range(2):
            with urllib.request.urlopen(f"http://127.0.0.1:{own}/hello", timeout=PATIENCE) as page:
                assert page.read() == b"<h1>Hello from the board</h1>"
        lines = example.ended()
    assert len(lines) == 3
    assert lines[1].endswith("GET /hello HTTP/1.1")


@pytest.fixture
def mqtt(start, broker, tmp_path):
    """Starts the example of MQTT at a module; `lines` of it are to be changed."""
    secrets = tmp_path / "secrets.py"
    secrets.write_text(
        "SSID = 'espat'\nPASSWORD = 'correct horse'\nBROKER = 'broker.test'\n"
        f"USER = {broker.USER!r}\nKEY = {broker.PASSWORD!r}\n"
    )
    modules = {**published.modules("micropython-umqtt.simple==1.3.4"), "secrets": secrets}

    def mqtt(module, rounds):
        changed = [("ROUNDS = None", f"ROUNDS = {rounds}"), ("PAUSE = 5", "PAUSE = 0.2")]
        return start("espat_mp_mqtt", module, modules, changed)

    return mqtt


@pytest.fixture
def hosts(broker):
    return SocketNetwork({"broker.test": ("127.0.0.1", {1883: broker.port})})


def test_mqtt(mqtt, hosts):
    with Module(network=hosts) as module:
        assert mqtt(module, 3).ended() == [f"espat/count {n}" for n in (1, 2, 3)]
        assert any(line.startswith(b"AT+CIPSEND") for line in module.commands)


def test_mqtt_whose_broker_and_network_go_away(mqtt, hosts, broker):
    with Module(network=hosts) as module:
        example = mqtt(module, None)
        example.wait_for("espat/count 2")
        broker.stop()
        example.wait_for("once more")
        broker.start()
        end = time.monotonic() + PATIENCE

        def again(after):
            """It counts anew: a session has begun."""
            while example.lines[after:].count("espat/count 2") < 1:
                assert time.monotonic() < end, example.lines
                time.sleep(0.05)

        again(len(example.lines))
        before = len(example.lines)
        module.wifi_lost()
        time.sleep(0.5)
        module.wifi_back()
        again(before)
