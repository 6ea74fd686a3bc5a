"""examples/espat_doctor.py: on a board it finds the same, in CircuitPython and MicroPython."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from espat_tools.doctor.faults import FAULTS
from espat_tools.emulator import Module
from tests.doctor.onboard import script
from tests.doctor.places import CASES, EMULATED
from tests.runtimes.board_rules import violations

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples" / "espat_doctor.py"
BOARD_FILE = ROOT / "tests" / "e2e" / "stand_ins" / "espat_board.py"
STAND_INS = ROOT / "tests" / "demo" / "stand_ins" / "circuitpython"
SCRIPT = ROOT / "tests" / "doctor" / "onboard" / "script.py"
PATIENCE = 120  # seconds after which the program is taken to hang

PROGRAM_ONLY = {"nobody lowers CTS"}
"""What a board's program cannot tell: its UART does not say that it is held up."""

KNOWN = runpy.run_path(str(PROGRAM))


class Clocked:
    """What `BoardPort` asks of a clock, by a wire's own."""

    def __init__(self, wire):
        self.now = wire.now
        self.advance = wire.sleep


def last(printed):
    return printed.rstrip().splitlines()[-1]


def told(findings):
    return f"espat doctor: {', '.join(findings)}"


@pytest.mark.parametrize("case", [case for case in CASES if case not in PROGRAM_ONLY])
def test_it_finds_what_espat_doctor_finds(case, capsys):
    wanted, make = CASES[case]
    wire = make()
    worst = KNOWN["examine"](script.BoardPort(wire.port, Clocked(wire)))
    printed = capsys.readouterr().out
    assert last(printed) == told(wanted), printed
    assert worst == wanted[0]


@pytest.mark.parametrize("name", KNOWN["FINDINGS"])
def test_it_says_it_in_the_same_words(name):
    """Up to the first fact, of which a board knows fewer."""
    ours = KNOWN["FINDINGS"][name][0].partition("%s")[0].split()
    theirs = FAULTS[name].says.partition("{")[0].split()
    count = min(len(ours), len(theirs), 4)
    assert ours[:count] == theirs[:count]


def test_it_knows_each_fault():
    assert set(KNOWN["FINDINGS"]) == set(FAULTS)
    assert set(KNOWN["GOOD"]) == {name for name in FAULTS if FAULTS[name].level != "bad"}


def test_it_leans_on_nothing_that_boards_lack():
    assert violations(PROGRAM.read_text("utf-8")) == []


# ---- in MicroPython: every script by simulated time, and modules on a real pseudo-terminal ------


SCRIPTED = """
import espat_doctor_ as doctor
import script

for name, (wanted, how) in sorted(script.SCRIPTS.items()):
    clock = script.Clock()
    print("==", name)
    doctor.examine(script.BoardPort(script.Line(clock, **how), clock))
"""


def test_in_micropython_by_simulated_time(any_micropython):
    modules = {"espat_doctor_": PROGRAM, "script": SCRIPT}
    printed = any_micropython(SCRIPTED, modules=modules, timeout=PATIENCE).check()
    cases = {}
    for part in printed.split("== ")[1:]:
        cases[part.split("\n")[0]] = last(part)
    assert cases == {name: told(wanted) for name, (wanted, _) in script.SCRIPTS.items()}


ON_A_TERMINAL = {
    "a module that is well": {},
    "another rate": {"module_baud": 921600},
    "busy for a while": {"faults": ["busy to all but AT+RST for 3s"]},
    "RTS/CTS at the module only": {"rtscts": True, "profile": "nonos-1.7.4"},
}
"""Of the emulated cases those that a pseudo-terminal has, and that real time is short for."""


@pytest.mark.parametrize("case", ON_A_TERMINAL)
def test_in_micropython_with_a_module(case, micropython):
    with Module(**ON_A_TERMINAL[case]) as module:
        modules = {"espat_board": BOARD_FILE}
        ran = micropython(PROGRAM, [module.open_pty()], modules=modules, timeout=PATIENCE)
    assert last(ran.check()) == told(EMULATED[case][0]), ran.stdout


def test_as_circuitpython_runs_it():
    """CPython, with `board` and `busio` of ours standing in, and pins by settings.toml."""
    with Module("esp8266-2.2.1") as module:
        path = os.pathsep.join([str(STAND_INS), os.environ.get("PYTHONPATH", "")])
        pins = {"ESPAT_TX": "GP0", "ESPAT_RX": "GP1", "STAND_IN_UART": module.open_pty()}
        done = subprocess.run(
            [sys.executable, str(PROGRAM)],
            env={**os.environ, **pins, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert last(done.stdout) == told(["well"]), done.stdout
    assert "AT version:2.2.1.0" in done.stdout
