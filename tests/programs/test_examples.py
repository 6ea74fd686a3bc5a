"""The examples of the libraries, as they are, with stand-ins for a board and real servers."""

import calendar
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from espat_tools.emulator import Module, SocketNetwork
from tests.programs import servers

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PATIENCE = 60


class Running:
    """An example that runs: what it printed so far, and what it printed when it had ended."""

    def __init__(self, name, device, variables):
        stand_ins = ROOT / "tests" / "demo" / "stand_ins" / "circuitpython"
        settings = {
            "PYTHONPATH": os.pathsep.join([str(stand_ins), str(ROOT)]),
            "PYTHONUNBUFFERED": "1",
            "STAND_IN_UART": device,
            "ESPAT_TX": "GP0",
            "ESPAT_RX": "GP1",
            "CIRCUITPY_WIFI_SSID": "espat",
            "CIRCUITPY_WIFI_PASSWORD": "correct horse",
        }
        runner = Path(__file__).parent / "run_example.py"
        self.process = subprocess.Popen(
            [sys.executable, str(runner), str(EXAMPLES / f"{name}.py")],
            env={**os.environ, **settings, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, word):
        """Read on until a line holds a word: that line."""
        for line in self.process.stdout:
            if word in line:
                return line
        raise AssertionError(f"it ended without {word!r}")

    def printed(self):
        """All that it prints until it ends, well."""
        out, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, out
        return out


@pytest.fixture
def run():
    """Starts an example, and a module in a network of `hosts` for it."""
    started = []

    def run(name, hosts=None, server_ports=None, **variables):
        network = SocketNetwork(hosts, server_ports=server_ports)
        module = Module(network=network, timing={"join": 0.01, "boot": 0.01})
        started.append(module)
        example = Running(name, module.open_pty(), variables)
        example.module = module
        started.insert(0, example.process)
        return example

    yield run
    for each in started:
        if isinstance(each, Module):
            each.close()
        elif each.poll() is None:
            each.kill()
            each.wait()


def test_requests(run, nginx):
    place = ("127.0.0.1", {80: nginx.port})
    printed = run(
        "espat_requests", {"wifitest.adafruit.com": place, "httpbin.org": place}
    ).printed()
    assert "My address is 192.168.1.50" in printed
    assert "200 text/html\nThis is a test of Wi-Fi!\n" in printed
    assert "It heard {'temperature': 21.5}\nDone\n" in printed


def test_connection_manager(run, nginx):
    place = ("127.0.0.1", {80: nginx.port})
    example = run("espat_connection_manager", {"wifitest.adafruit.com": place})
    printed = example.printed()
    assert "A new connection" in printed
    assert "The connection from before" in printed
    assert printed.count("bytes: HTTP/1.1 200 OK") == 2
    assert "Connections open: 0\nDone\n" in printed
    assert sum(b"CIPSTART" in line for line in example.module.commands) == 1


def test_minimqtt(run, broker):
    example = run(
        "espat_minimqtt",
        {"mqtt.test": ("127.0.0.1", {1883: broker.port})},
        MQTT_BROKER="mqtt.test",
        MQTT_USER=broker.USER,
        MQTT_PASSWORD=broker.PASSWORD,
    )
    lines = example.printed().splitlines()
    assert lines == [
        "Joining...",
        "Connected to mqtt.test",
        *(f"New message on espat/example: number {number}" for number in range(5)),
        "Done",
    ]


def test_ntp(run, clock):
    names = [f"{number}.adafruit.pool.ntp.org" for number in range(4)]
    hosts = dict.fromkeys(names, ("127.0.0.1", {123: clock.port}))
    before = int(time.time()) - 5
    printed = run("espat_ntp", hosts).printed()
    told = re.findall(r"^(\S+ \S+) UTC$", printed, re.M)
    times = [calendar.timegm(time.strptime(each, "%Y-%m-%d %H:%M:%S")) for each in told]
    assert len(times) == 2
    assert before <= times[0] < times[1] <= time.time() + 5
    assert printed.endswith("Done\n")


def test_httpserver(run):
    if not servers.program("curl"):
        pytest.skip("no curl here: it is in Debian's package curl")
    example = run("espat_httpserver", server_ports={80: 0})
    assert example.until("Open ") == "Open http://192.168.1.50/\n"
    listener = servers.until(lambda: example.module.core.links.listener, lambda: "no server")
    url = f"http://127.0.0.1:{listener.port}"
    asked = [servers.program("curl"), "-sS", "-m", str(PATIENCE), *[url + "/"] * 3, url + "/count"]
    printed = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert printed.stdout.count("<h1>Hello from 192.168.1.50</h1>") == 3
    assert '<span id="count">3</span>' in printed.stdout
    assert printed.stdout.endswith('{"asked": 3}')
    example.process.send_signal(signal.SIGINT)
    assert example.process.wait(PATIENCE) == 0
    assert example.module.core.links.listener is None
