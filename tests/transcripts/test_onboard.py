"""Transcripts in real MicroPythons: two dialects, every program, whole and byte by byte."""

from pathlib import Path

import pytest

from espat_tools.transcripts import HOST, load
from tests.runtimes.board_rules import violations
from tests.transcripts import make

HERE = Path(__file__).parent
MODULES = {"steps": HERE / "steps.py", "replay_uart": HERE / "onboard" / "replay_uart.py"}
WHOLE = 1 << 20


def turns(transcript):
    """What was said, turn by turn: (is it the host's, bytes)."""
    return [(way == HOST, data) for way, data in make.runs(transcript)]


@pytest.mark.parametrize("family", ["nonos-1.7.4", "esp32c3-3.3"])
def test_in_micropython(any_micropython, family):
    lines = ["import steps", "from replay_uart import play"]
    names = []
    for scenario in (each for each in make.SCENARIOS if family in each.families):
        said = turns(load(make.path(scenario, family)))
        call = f"steps.{scenario.program.__name__}"
        lines += ["# %%", f"turns = {said!r}"]
        for cut in (WHOLE, 1):
            names.append(f"{scenario.name}/{cut}")
            arguments = f"{names[-1]!r}, {call}, turns, {scenario.expected(family)!r}, {cut}"
            lines.append(f"play({arguments})")
    said = any_micropython("\n".join(lines), modules=MODULES, heapsize=4 << 20, timeout=120).check()
    assert said.split("\n")[:-1] == [f"ok {name}" for name in names]


def test_a_program_that_departs_is_found(any_micropython):
    (scenario,) = [each for each in make.SCENARIOS if each.name == "join"]
    said = turns(load(make.path(scenario, "esp32c3-3.3")))
    said[-2] = (True, said[-2][1].replace(b"CIPSTA", b"CIFSTA"))
    program = "\n".join(
        [
            "import steps",
            "from replay_uart import Departed, play",
            "try:",
            f"    play('join', steps.join, {said!r}, [], {WHOLE})",
            "except Departed as e:",
            "    print('departed', e.args[0])",
        ]
    )
    result = any_micropython(program, modules=MODULES, heapsize=4 << 20)
    assert result.check().split() == ["departed", str(len(said) - 2)]


@pytest.mark.parametrize("name", MODULES)
def test_dialect(name):
    assert violations(MODULES[name].read_text("utf-8")) == []
