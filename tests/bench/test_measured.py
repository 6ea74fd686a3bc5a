"""The benchmarks by a simulated clock, and those of growth: short runs, and figures that can be."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from espat_tools.bench import (
    budgets,
    growth,
    instructions,
    latency,
    pico,
    programs,
    report,
    simulated,
    start,
    wire,
)
from espat_tools.bench.cli import bench


def nothing(_what):
    """Progress that nobody sees."""


def test_no_exchange_is_quicker_than_the_wire():
    """The same seconds at any load of this machine: the clock is simulated."""
    once, again = latency.measure(nothing), latency.measure(nothing)
    assert once == again
    quick, slow = once[: len(once) // 2], once[len(once) // 2 :]
    for each in once:
        assert each.took >= 0.95 * each.wire > 0, each  # both directions can overlap
    assert [each.what for each in quick] == [each.what for each in slow]
    assert all(a.took <= b.took for a, b in zip(quick, slow, strict=True))


def test_an_exchange_at_four_times_the_rate_takes_a_quarter():
    """Where the module takes no time, there is nothing but the wire."""
    slow, fast = latency.measure(nothing, 115_200), latency.measure(nothing, 460_800)
    for a, b in zip(slow, fast, strict=True):
        if not a.delay:
            assert a.wire == pytest.approx(4 * b.wire, rel=0.02), a.what


def test_payload_never_has_more_than_its_wire(monkeypatch):
    """Shares of a short transfer on one family."""
    monkeypatch.setattr(wire, "FAMILIES", ("esp32c3-3.3",))
    monkeypatch.setattr(wire, "RATES", (921_600,))
    figures = wire.measure(nothing, 5_000)
    assert {(each.what, each.links) for each in figures} >= {("down", 1), ("down", 5), ("up", 5)}
    for each in figures:
        assert 30 < each.payload < each.in_use < 103, each


@pytest.mark.parametrize(("what", "count", "program"), programs._PROGRAMS, ids=lambda p: str(p)[:9])
def test_a_program_comes_to_its_end(what, count, program):
    """A few acts of each; it raises where a byte is wrong."""
    with simulated.bench(921_600, **programs._DELAYS) as rig:
        program(rig, min(count, 3))
        assert rig.seconds > 0.9 * rig.wire > 0


def test_a_module_is_found_in_the_time_that_start_up_takes():
    """Where its rate is the host's, at once; and a joined one is told less."""
    figures = {(each.family, each.module, each.baud): each for each in start.measure(nothing)}
    for (family, module, baud), each in figures.items():
        assert 0 < each.found < each.seconds
        assert each.found < (0.1 if baud == start.RATE else 2)
        if module == "joined":
            assert each.commands < figures[family, "cold", baud].commands


def test_growth_in_micropython(micropython):
    """Heap behind many requests is that behind one."""
    figures = growth.measure(nothing, 10_000, 10)
    assert [(each.what, each.count) for each in figures] == [
        ("body", 1000),
        ("body", 10_000),
        ("requests", 1),
        ("requests", 10),
    ]
    heaps = [each.heap for each in figures]
    assert max(heaps) - min(heaps) < 1024


def test_the_commands_say_it():
    """A table for people, JSON for programs."""
    told = CliRunner().invoke(bench, ["latency", "--json"])
    assert {row["what"] for row in json.loads(told.output)} == {each[0] for each in latency._ACTS}
    told = CliRunner().invoke(bench, ["latency", "--baud", "9600"])
    assert told.exit_code == 0 and "9,600 baud" in told.output


def test_a_table_of_the_page():
    """Columns by name, numbers to the right."""
    rows = [{"a": "x", "b": 1200}, {"a": "y", "b": 0.5}]
    assert report.table({"a": "A", "b": "B"}, rows) == (
        "| A | B |\n| - | -: |\n| x | 1,200 |\n| y | 0.5 |\n"
    )


def test_the_page_s_aims_are_those_of_the_budgets():
    """Which stand there behind the gates, for people."""
    told = re.findall(r"^(\w+) = .*# aim ([\d,]+)$", budgets.DEFAULT.read_text("utf-8"), re.M)
    aims = {key: int(aim.replace(",", "")) for key, aim in told}
    assert len(aims) > 5
    gates = budgets.load(budgets.DEFAULT, "memory")
    assert set(report.MEMORY) <= set(gates)
    named = {key.partition(".")[2]: aim for key, (_, aim) in report.MEMORY.items() if aim}
    assert named == aims


def test_the_page_has_what_is_beside_what_is_aimed_at():
    """docs/performance.md, as it was written last."""
    page = (Path(__file__).parents[2] / "docs" / "performance.md").read_text("utf-8")
    for what, aim in report.MEMORY.values():
        rows = [line for line in page.splitlines() if line.startswith(f"| {what} |")]
        assert any(row.endswith(f"| {aim:,} |" if aim else "|  |") for row in rows)
    for subject in instructions.SUBJECTS.values():
        assert f"| {subject.what} | {subject.of} |" in page
    assert re.search(r"^Of the \d aims|\bOf the \d aims", page, re.M)


@pytest.mark.parametrize("tail", [(), ("floor",)], ids=["driver", "floor"])
@pytest.mark.parametrize("name", instructions.SUBJECTS)
def test_what_instructions_are_counted_of(micropython, name, tail):
    """The program runs to its end, and as many bytes come or go as it says."""
    folder = instructions._ONBOARD
    helpers = {each: folder / f"{each}.py" for each in ("fake_uart", "scripted")}
    ran = micropython(folder / "counted.py", [name, "20", *tail], modules=helpers)
    _, count = ran.check().split()
    each = {"byte": 1, "small": 32, "line": 40, "large": 1460, "pieces": 1460, "send": 16}[name]
    assert 0.8 * 20 * each < int(count) < 1.1 * 20 * each


def test_instructions_say_what_is_missing(monkeypatch):
    """Valgrind is not everywhere."""
    monkeypatch.setattr(instructions.shutil, "which", lambda _: None)
    done = CliRunner().invoke(bench, ["instructions", "byte"])
    assert done.exit_code == 1
    assert "valgrind" in done.output


def test_programs_of_a_pico_with_32_bit_objects(monkeypatch):
    """Half of what they take with 64 bits, about; blank where the build lacks what they import."""
    names = ("joined", "asyncio: a page of 10 KB, streamed")
    monkeypatch.setattr(pico, "HEAPS", range(319, 321))
    monkeypatch.setattr(pico, "PROGRAMS", {name: pico.PROGRAMS[name] for name in names})
    told = CliRunner().invoke(bench, ["pico"])
    assert told.exit_code == 0, told.output
    rows = [row for row in told.output.splitlines() if "joined" in row or "asyncio" in row]
    joined, streamed = [re.findall(r"[\d,]{6,}", row) for row in rows]
    used, _, used_32 = [int(figure.replace(",", "")) for figure in joined]
    assert 0.4 < used_32 / used < 0.8
    assert len(streamed) == 2
