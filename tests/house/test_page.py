"""What docs/architecture.md, CONTRIBUTING.md and CHANGELOG.md name is there."""

import ast
import re
from pathlib import Path

import pytest

import espat
from tests.house.driver import HOUSE, SOURCES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
STEPS = re.findall(r"`(?:([\w/]+\.py)`, `)?([A-Z]\w+)\.(\w+)\(\)`", PAGE)
"""(file or "", class, method), as the trips name them."""
FUNCTIONS = re.findall(r"`([\w/]+\.py)`, `(\w+)\(\)`", PAGE)
"""(file, function)."""
WHERE = PAGE.partition("## Where does it go?")[2].partition("\n## ")[0]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATHS = sorted(
    set(re.findall(r"`((?:espat|tools|tests|boards|docs|lib)/[\w./*-]*)`", PAGE + GUIDE))
)
CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")
ROOMS = re.findall(r"^\| `espat\.\S+.* \| `(espat\.[\w.]+)`", CHANGES, re.M)
"""The new rooms of the table of old and new ones; the first where there are several names."""


def _file(path):
    return HOUSE / path[6:] if path.startswith("espat/") else ROOT / path


def _methods(source):
    """(class, method) of a file."""
    return {
        (node.name, each.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.FunctionDef)
    }


EVERY = {
    path.relative_to(HOUSE).as_posix(): _methods(path.read_text("utf-8"))
    for path in HOUSE.rglob("*.py")
}


@pytest.mark.parametrize("path", PATHS)
def test_the_paths_are_there(path):
    place = _file(path)
    assert place.exists() or list(place.parent.glob(place.name))


@pytest.mark.parametrize(("path", "owner", "method"), sorted(set(STEPS)))
def test_the_methods_are_there(path, owner, method):
    places = [EVERY[path]] if path else EVERY.values()
    assert any((owner, method) in found for found in places)


@pytest.mark.parametrize(("path", "function"), sorted(set(FUNCTIONS)))
def test_the_functions_are_there(path, function):
    tree = ast.parse((HOUSE / path).read_text("utf-8"))
    assert function in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_there_are_trips_to_check():
    assert len([step for step in STEPS if step[0]]) >= 25
    assert len(FUNCTIONS) >= 4


def test_there_is_an_example_and_a_test_for_each_change():
    rows = [row for row in WHERE.splitlines() if row.startswith("| ")][1:]
    assert len(rows) >= 8
    for row in rows:
        _, _, example, _, test, _ = row.split("|")
        assert re.search(r"`(espat|boards)/", example), row
        assert "`tests/" in test, row


@pytest.mark.parametrize("name", sorted(set(ROOMS)))
def test_the_new_rooms_are_there(name):
    """A room, or a class or function in one."""
    known = {f"espat.{room}" if room else "espat" for room in SOURCES}
    room, _, what = name.rpartition(".")
    source = SOURCES.get(room.removeprefix("espat").lstrip("."), "")
    assert name in known or re.search(rf"\b(def|class|as) {what}\b", source)


def test_the_changelog_knows_all_rooms_of_commands():
    """Each room of docs/commands.md has its row."""
    commands = (ROOT / "docs" / "commands.md").read_text("utf-8")
    named = set(re.findall(r"^- `(espat\.[\w.]+)`:", commands, re.M))
    assert len(named) >= 6
    assert named <= set(re.findall(r"`(espat\.[\w.]+)`", CHANGES))


def test_the_changelog_knows_this_version():
    assert f"## [{espat.__version__}]" in CHANGES


def test_a_commit_is_checked_as_ci_does():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    entries = re.findall(r"^ +entry: (.+)$", hooks, re.M)
    assert len(entries) == 2
    assert all(f"\n{entry} .\n" in script for entry in entries)
