"""`espat doctor` as a user runs it: what it prints, and how it ends."""

import io
import json
import os
import threading
import tty

import pytest
import serial
from click.testing import CliRunner
from rich.console import Console

from espat_tools.doctor import cli, show
from espat_tools.doctor.faults import FAULTS, Finding
from espat_tools.emulator import Module
from espat_tools.install import find
from tests.doctor.places import CASES, examined


def run(*arguments):
    return CliRunner().invoke(cli.doctor, [str(each) for each in arguments])


@pytest.fixture
def module():
    with Module("esp32c3-3.3") as module:
        yield module


@pytest.fixture
def bridge():
    """A pseudo-terminal that sends back what it gets, as joined wires do; its path."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    ended = threading.Event()

    def work():
        while not ended.is_set():
            try:
                os.write(ours, os.read(ours, 100))
            except OSError:
                return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield os.ttyname(theirs)
    ended.set()
    os.write(theirs, b"end")
    thread.join(10)
    os.close(theirs)
    os.close(ours)


def test_a_module_that_is_well(module):
    done = run("--port", module.open_pty(), "--listen", 0.1)
    assert done.exit_code == 0, done.output
    rows = done.stdout.splitlines()
    assert rows[1] == "rate      115200 baud"
    assert rows[2] == "firmware  ESP32 ESP-AT 3.3"
    assert "          AT version:3.3.0.0(3b13d04 - ESP32C3 - May  8 2024 08:21:54)" in rows
    assert rows[-1] == FAULTS["well"].says
    assert "measuring the wire ...\n" in done.stderr


def test_a_fault(bridge):
    done = run("--port", bridge, "--listen", 0.1)
    assert done.exit_code == 1
    assert FAULTS["bridged"].says in done.stdout
    assert "\n1. Take the module off" in done.stdout


def test_json(bridge):
    done = run("--port", bridge, "--listen", 0.1, "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert done.stderr == ""
    assert (told["well"], told["rate"], told["port"]) == (False, None, bridge)
    (finding,) = told["findings"]
    assert (finding["name"], finding["level"]) == ("bridged", "bad")
    assert finding["says"] == FAULTS["bridged"].says
    assert len(finding["causes"]) == 2


def test_json_of_a_module_that_is_well(module):
    told = json.loads(run("--port", module.open_pty(), "--json", "--listen", 0).stdout)
    assert told["firmware"] == "ESP32 ESP-AT 3.3"
    assert told["echo"]["messages"] == 20
    assert told["replies"]["damaged"] == 0
    assert told["replies"]["sent"] > told["echo"]["sent"] > 2000


def test_the_rate_of_a_paced_wire_is_measured():
    with Module("esp32c3-3.3", paced=True) as module:
        told = json.loads(run("--port", module.open_pty(), "--json", "--listen", 0).stdout)
    assert 1000 < told["replies"]["rate"] <= 11520 * 1.05


def test_a_port_that_is_not_there():
    done = run("--port", "/dev/nowhere")
    assert done.exit_code == 2
    assert "There is no port /dev/nowhere" in done.stderr


class Plugged:
    """A port of this machine; `vid`: the maker of what is on USB."""

    def __init__(self, device, vid=0x1A86):
        self.device = device
        self.vid = vid


def test_the_only_adapter_needs_no_name(monkeypatch, module):
    board = Plugged("/dev/ttyACM0", 0x2E8A)  # a Pico: nothing is sent to it unasked
    monkeypatch.setattr(find, "ports", lambda: [board, Plugged(module.open_pty())])
    assert run("--listen", 0).exit_code == 0


@pytest.mark.parametrize(
    ("plugged", "said"),
    [
        ([], "No adapter is plugged in"),
        (
            [Plugged("/dev/ttyUSB0"), Plugged("/dev/ttyUSB1")],
            "There are /dev/ttyUSB0, /dev/ttyUSB1",
        ),
    ],
)
def test_no_port_is_guessed(monkeypatch, plugged, said):
    monkeypatch.setattr(find, "ports", lambda: plugged)
    done = run()
    assert done.exit_code == 2
    assert said in done.stderr


def test_an_adapter_that_is_pulled_out(monkeypatch, module):
    def gone(*_, **__):
        raise serial.SerialException("device reports readiness to read but returned no data")

    monkeypatch.setattr(cli, "examine", gone)
    done = run("--port", module.open_pty())
    assert done.exit_code == 2
    assert "is the adapter still plugged in" in done.stderr


def test_ctrl_c(monkeypatch, module):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "examine", stop)
    done = run("--port", module.open_pty())
    assert done.exit_code == 130
    assert done.stderr == "Stopped.\n"


def test_a_rate_that_the_port_has_not(module):
    assert run("--port", module.open_pty(), "--baud", 0).exit_code == 2


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_fits_a_terminal(case):
    done = examined(case)[0]
    text = show.plain("/dev/ttyUSB0", done)
    assert all(len(line) <= 96 for line in text.splitlines())
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=70, color_system=None)
    show.rich(console, "/dev/ttyUSB0", done)
    shown = " ".join(screen.getvalue().replace("│", " ").split())
    for finding in done.findings:
        assert " ".join(finding.says.split()[:5]) in shown
        for step in finding.do:
            assert " ".join(step.split()[:4]) in shown


def test_steps_are_numbered_and_what_belongs_to_one_is_not():
    text = show.plain("port", examined("nobody is there")[0])
    assert "\n3. Take the pins of the AT UART:\n     " in text
    assert "\n4. Press its reset" in text
    assert "\n     ESP32-C3: not GPIO21 and GPIO20, but GPIO7 (TX) and GPIO6 (RX)\n" in text


def test_a_finding_without_facts_says_no_braces():
    for name, fault in FAULTS.items():
        if "{" not in fault.says:
            assert Finding(name).says == fault.says
