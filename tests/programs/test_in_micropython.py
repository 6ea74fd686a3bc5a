"""The libraries that MicroPython can run, as published, inside a real one.

What they import for annotations alone has stand-ins. adafruit_httpserver needs `traceback` and a
clock in nanoseconds, adafruit_ntp `struct.unpack_from` with a keyword: MicroPython has neither.
"""

import importlib.util
import itertools
from pathlib import Path

import pytest

from espat_tools import where
from espat_tools.emulator import Module
from tests.programs.conftest import TEN
from tests.programs.servers import Mosquitto
from tests.runtimes.board_rules import violations

ONBOARD = Path(__file__).parent / "onboard"
STAND_INS = ONBOARD / "stand_ins"


def requests(what):
    return pytest.mark.exercises("adafruit_requests", "nginx", what)


def minimqtt(what):
    return pytest.mark.exercises("adafruit_minimqtt", "mosquitto", what)


def published(name):
    """A module of a library, as it was installed."""
    return Path(importlib.util.find_spec(name).origin)


@pytest.fixture
def run(micropython, family):
    """Runs a program of onboard/ in MicroPython: the lines it printed, and the module it used."""

    def run(program, hosts, *arguments):
        libraries = [
            "adafruit_connection_manager",
            "adafruit_requests",
            "adafruit_ticks",
            "adafruit_minimqtt.adafruit_minimqtt",
            "adafruit_minimqtt.matcher",
        ]
        modules = {name.replace(".", "/"): published(name) for name in libraries}
        modules |= {name: STAND_INS / f"{name}.py" for name in ("typing", "types")}
        modules["circuitpython_typing/socket"] = STAND_INS / "circuitpython_typing_socket.py"
        modules["program"] = ONBOARD / f"{program}.py"
        modules["pty_uart"] = where.tools_folder() / "onboard" / "pty_uart.py"
        timing = {"join": 0.01, "boot": 0.01}
        with Module(family, hosts=hosts, timing=timing) as module:
            given = [module.open_pty(), *arguments]
            printed = micropython(ONBOARD / "on_board.py", given, modules=modules).check()
        return printed.splitlines(), module

    return run


def between(marker, commands):
    """The command lines from one marker to the next, for each marker but the last."""
    marks = [at for at, line in enumerate(commands) if line == marker]
    return [commands[at:end] for at, end in itertools.pairwise(marks)]


def count(word, commands):
    return sum(word in line for line in commands)


@requests("GET: text, headers, status")
@requests("GET: 10 KB by .content, within 45 reads of the module")
@requests("two GETs and a POST, within 6 writes")
@requests("20 requests on one session: one connection, kept alive")
@requests("chunked answers")
@requests("answers that end where the connection does")
@requests("redirects: to another server, to a path, relative")
@requests("nobody there: no such name, no such port")
def test_requests(run, nginx):
    lines, module = run("fetch", {"web.test": ("127.0.0.1", {80: nginx.port, 81: 9})})
    assert lines == [
        "200 text/html <p>short</p>",
        f"whole {len(TEN)}",
        "json ['attic', 21.5]",
        f"kept alive {list(range(1, 21))}",
        f"chunked {len(TEN)}",
        f"to the end {len(TEN)}",
        f"streamed True {len(TEN)}",
        "redirected by a relative path",
        "silent",
        "nobody -2",
        "nobody 111",
        "free True",
    ]
    page, three = between(b"AT+CWLIF", module.commands)
    assert count(b"+CIPRECVDATA=", page) <= 45
    assert count(b"+CIPSEND=", page) == 1
    assert count(b"+CIPSEND=", three) == 4


@minimqtt("user and password; subscribe, publish, QoS 0 and 1")
@minimqtt("a wrong password")
@minimqtt("retained messages")
@minimqtt("keep-alive: the pings that it needs, while loop() waits")
@minimqtt("loop() returns when its time is up, nothing lost")
def test_minimqtt(run, broker, family):
    hosts = {"mqtt.test": ("127.0.0.1", {1883: broker.port})}
    topic = f"board/{family}"
    lines, _ = run("converse", hosts, Mosquitto.USER, Mosquitto.PASSWORD, topic)
    assert lines == [
        "turned away 5",
        f"got ['/zero=0', '/one=1', '/kept=2', {len(topic) + 6 + 5000}]",
        "pings True",
        "kept /kept=2",
        "nothing []",
        "free True",
    ]


@pytest.mark.parametrize("path", sorted(ONBOARD.rglob("*.py")), ids=lambda path: path.stem)
def test_the_programs_are_fit_for_boards(path):
    assert violations(path.read_text("utf-8")) == []
