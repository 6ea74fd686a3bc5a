"""docs/compatibility.md says what this run has proven. It runs last: see conftest.py."""

from pathlib import Path

import pytest

from tests.programs import page
from tests.programs.page import PACKAGES, PAGE, Row, read, render, versions


@pytest.fixture
def proven(pytestconfig):
    """{row: {runtime: families}} so far."""
    return pytestconfig.stash[page.PROVEN]


@pytest.fixture
def whole(request, proven):
    """Whether all tests of this folder ran, as in CI, and none was skipped or failed."""
    files = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    ran = [item for item in request.session.items if item.path.parent == Path(__file__).parent]
    wanted = {}
    for item in ran:
        page.note(wanted, item)
    every = {item.path.name for item in ran} == files and request.config.stash[page.WHOLE]
    return every and wanted == proven


def test_the_page_says_what_was_proven(request, proven, whole):
    if whole and request.config.getoption("--write-table", default=False):
        PAGE.write_text(render(proven, versions()), "utf-8")
    text = PAGE.read_text("utf-8")
    if whole:
        assert text == render(proven, versions()), "pytest tests/programs --write-table"
    told, _ = read(text)
    for row, marks in proven.items():
        for runtime, families in marks.items():
            assert families <= told[row][runtime], row


def test_every_library_is_on_the_page():
    assert set(read(PAGE.read_text("utf-8"))[1]) == set(PACKAGES)


def test_a_page_with_one_thing_changed_is_seen():
    """The comparison's own proof."""
    row, other = Row("adafruit_ntp", "chrony", "time"), Row("adafruit_ntp", "chrony", "zone")
    both = {"esp32c3-3.3", "nonos-1.7.4"}
    proven = {row: {"CPython": both}, other: {"CPython": {"esp32c3-3.3"}, "MicroPython": both}}
    found = {"adafruit_ntp": "3.4.0"}
    text = render(proven, found)
    assert read(text) == (proven, found)
    for changed in (
        {row: proven[row]},
        {**proven, row: {"CPython": {"esp32c3-3.3"}}},
        {**proven, row: {"CPython": both, "MicroPython": {"esp32c3-3.3"}}},
        {row._replace(peer="ntpd"): proven[row], other: proven[other]},
    ):
        assert render(changed, found) != text
    assert render(proven, {"adafruit_ntp": "3.4.1"}) != text
