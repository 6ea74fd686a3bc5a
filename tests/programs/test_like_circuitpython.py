"""The libraries' examples in a MicroPython that is short of what CircuitPython lacks.

The libraries are as published; what they import for annotations alone has stand-ins.
"""

import importlib.util
from pathlib import Path

import pytest

from espat_tools import runtimes
from espat_tools.emulator import Module, SocketNetwork
from tests.programs.test_in_micropython import STAND_INS
from tests.runtimes import like_circuitpython
from tests.runtimes.like_circuitpython import FRAMES

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
