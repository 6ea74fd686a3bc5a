"""The project's collection of captures and the fixtures that follow them."""

from pathlib import Path

import pytest

from tests.parser.cases_captures import FOLLOWS
from tests.parser.tell import bytes_of

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"


@pytest.fixture
def captures():
    """The collection, number and text, where it is beside the checkout."""
    if not CAPTURES.is_dir():
        pytest.skip("the collection of captures is not beside this checkout: ../shared/captures")
    found = {}
    for path in CAPTURES.glob("[0-9]*.txt"):
        found[int(path.name.split("-")[0])] = path.read_text("utf-8", "replace")
    return found


@pytest.mark.outside_material
def test_every_capture_has_one_fixture(captures):
    assert sorted(number for number, *_ in FOLLOWS) == sorted(captures)


def test_fixtures_are_numbered_once():
    numbers = [number for number, *_ in FOLLOWS]
    assert len(numbers) == len(set(numbers)) == 47


# What both sides print because the firmware does, of whatever length.
FIRMWARE = ("AT+", "WIFI ", "STATUS:", "+CIPRECVLEN:", "SEND ", "busy ", "[Vendor:", "no change")


def _own(text):
    """The lines of a text that nobody but its author would write."""
    lines = {part.strip() for part in text.split("\n")}
    return {part for part in lines if len(part) > 24 and not part.startswith(FIRMWARE)}


@pytest.mark.outside_material
def test_no_fixture_repeats_a_line_of_its_capture(captures):
    for number, _, stream, _ in FOLLOWS:
        ours = _own(bytes_of(stream).decode("latin-1").replace("\r", "\n"))
        theirs = captures[number]
        assert [part for part in ours if part in theirs] == []
