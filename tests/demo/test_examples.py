"""The examples, as they are, each against an emulated module whose network knows their server."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from espat_tools.emulator import Module
from tests.demo.conftest import PATIENCE, serving

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STAND_INS = Path(__file__).resolve().parent / "stand_ins"
HOST = "wifitest.adafruit.com"
TEXT = b"This is a test of Wi-Fi!\n" * 100
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(TEXT), TEXT)


@pytest.fixture
def device():
    """The port of an emulated module; the server of the examples is behind it, and was asked."""
    with serving(REPLY) as served:
        with Module(hosts={HOST: ("127.0.0.1", {80: served.port})}) as module:
            yield module.open_pty()
        assert served.requests, "the example asked for no page"
        asked = f"GET /testwifi/index.html HTTP/1.1\r\nHost: {HOST}\r\n"
        assert served.requests[0].startswith(asked.encode())


def _right(printed):
    """Whether an example printed all that it should."""
    assert "AT version:3.3.0.0" in printed
    assert "My address is 192.168.1.50" in printed
    assert printed.count("This is a test of Wi-Fi!") == 100
    assert printed.rstrip().endswith("Done")


def _python(*command, variables=None, **how):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **how,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_desktop(device):
    # In a session without a terminal getpass reads standard input.
    _right(
        _python(
            EXAMPLES / "espat_simpletest_desktop.py",
            device,
            "espat",
            input="correct horse\n",
            start_new_session=True,
        )
    )


def test_circuitpython(device):
    """CPython, with `board` and `busio` of ours standing in for CircuitPython's."""
    stand_ins = os.pathsep.join(
        [str(STAND_INS / "circuitpython"), os.environ.get("PYTHONPATH", "")]
    )
    variables = {
        "PYTHONPATH": stand_ins,
        "STAND_IN_UART": device,
        "CIRCUITPY_WIFI_SSID": "espat",
        "CIRCUITPY_WIFI_PASSWORD": "correct horse",
    }
    _right(_python(EXAMPLES / "espat_simpletest.py", variables=variables))


def test_micropython(device, micropython):
    """The unix MicroPython, with a `machine` of ours standing in for a board's."""
    folder = STAND_INS / "micropython"
    modules = {path.stem: path for path in folder.glob("*.py")}
    program = EXAMPLES / "espat_simpletest_micropython.py"
    _right(micropython(program, [device], modules=modules).check())


def test_the_pins_are_those_of_a_pico():
    """By CircuitPython's own stubs; the stand-ins would take any name."""
    text = (EXAMPLES / "espat_simpletest.py").read_text("utf-8")
    stubs = Path(find_spec("board_definitions").submodule_search_locations[0])
    pico = (stubs / "raspberry_pi_pico" / "__init__.pyi").read_text("utf-8")
    assert re.findall(r"board\.(GP\d+),", text) == ["GP0", "GP1"]
    assert re.search(r"^GP0: microcontroller\.Pin  # GPIO0$", pico, re.M)
    assert re.search(r"^GP1: microcontroller\.Pin  # GPIO1$", pico, re.M)


@pytest.mark.parametrize("name", ["espat_simpletest", "espat_simpletest_micropython"])
def test_the_receive_buffer_is_what_the_radio_is_told(name):
    text = (EXAMPLES / f"{name}.py").read_text("utf-8")
    assert "rx_size=2048" in text
    assert "receiver_buffer_size=2048" in text or "rxbuf=2048" in text
