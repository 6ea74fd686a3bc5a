"""What `.py` files take of a heap: the figures of docs/micropython.md are measured ones."""

import functools
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from espat_tools import runtimes, where
from espat_tools.bench import memory, sources
from espat_tools.bench.cli import bench

PAGE = Path(__file__).resolve().parents[2] / "docs" / "micropython.md"
NEAR = 0.04  # it moves with each change of the driver


def _said(what):
    """(.mpy, .py) of a row of the page."""
    row = rf"^\| {re.escape(what)} \| ([\d,]+) \| ([\d,]+) \|$"
    sizes = re.search(row, PAGE.read_text("utf-8"), re.M).groups()
    return tuple(int(size.replace(",", "")) for size in sizes)


@pytest.mark.skipif(bool(runtimes.wasm_missing("newest")), reason="no WebAssembly build")
def test_what_is_in_use():
    run = functools.partial(runtimes.wasm, version="newest")
    for row in sources.in_use(32, run, []):
        assert (row.mpy, row.py) == pytest.approx(_said(row.what), rel=NEAR), row


@pytest.mark.skipif(bool(runtimes.unix_missing()), reason="no unix build")
@pytest.mark.parametrize("mpy", [True, False])
def test_the_least_heap(mpy):
    least = _said("least heap that joins and streams 100 KB, 64-bit")[0 if mpy else 1] / 1024
    assert memory.streams_in(round(least * (1 + NEAR)), mpy=mpy)
    assert not memory.streams_in(round(least * (1 - 2 * NEAR)), mpy=mpy)


@pytest.mark.skipif(
    bool(runtimes.unix_missing() or runtimes.wasm_missing("newest")), reason="a runtime is missing"
)
def test_what_compiling_takes():
    """The largest file takes what the page says."""
    name, *page = re.search(
        r"^\| `(espat/\S+)` \| ([\d,]+) \| ([\d,]+) \|$", PAGE.read_text("utf-8"), re.M
    ).groups()
    path = where.driver_folder().parent / name
    taken = [sources.compiled_64bit(path), sources.compiled_32bit(name)]
    told = [int(size.replace(",", "")) for size in page]
    assert taken == pytest.approx(told, rel=NEAR)


def test_it_is_shown_as_a_table_and_as_json(monkeypatch):
    rows = [sources.Row("in use", 30_000, 45_000)]
    files = [sources.Compiled("espat/modem.py", 60_000, 42_000)]
    monkeypatch.setattr(sources, "measure", lambda _progress: rows)
    monkeypatch.setattr(sources, "compiled", lambda _progress: files)
    shown = CliRunner().invoke(bench, ["sources"]).output
    assert re.search(r"in use .*30,000 .*45,000 .*15,000", shown)
    assert re.search(r"espat/modem.py .*60,000 .*42,000", shown)
    told = json.loads(CliRunner().invoke(bench, ["sources", "--json"]).output)
    assert told == {
        "heap": [{"what": "in use", "mpy": 30_000, "py": 45_000}],
        "compiled": [{"file": "espat/modem.py", "heap_64bit": 60_000, "heap_32bit": 42_000}],
    }
