"""Figures that the pages for beginners repeat: those of what measures or counts them."""

import re
from pathlib import Path

from espat_tools.bench import budgets
from espat_tools.boards.files import boards

ROOT = Path(__file__).resolve().parents[2]


def figure(page, pattern):
    """The number in a page."""
    text = " ".join((ROOT / page).read_text("utf-8").split())
    return int(re.search(pattern, text)[1])


def test_the_heap_of_a_page():
    """The gate is held by CI, and just above what is measured."""
    gate = budgets.load(budgets.DEFAULT, "memory")["memory.page_32bit"]
    assert figure("README.md", r"holds (\d+) KB of heap on a 32-bit MicroPython") == round(
        gate / 1000
    )


def test_the_commands():
    told = figure("README.md", r"(\d+) commands of the module can be called")
    assert told == figure("docs/commands.md", r"(\d+) commands in \d+ forms")


def test_the_folders():
    """How espat is built names every one."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    folders = [path.parent.name for path in (ROOT / "tools").glob("*/__init__.py")]
    assert len(folders) > 12
    assert [name for name in folders if f"`tools/{name}/`" not in page] == []


def test_the_boards():
    assert figure("README.md", r"lists modules and (\d+) boards") == len(boards())
    assert figure("docs/guides/wiring.md", r"the pins of (\d+) boards") == len(boards())
