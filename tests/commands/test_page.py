"""docs/commands.md says what this run has proven. It runs last: see conftest.py."""

import dataclasses
import inspect

import pytest

from espat_tools.commands.forms import FAMILIES, FORMS
from espat_tools.commands.table import PAGE, REFUSED, WORKS, functions, read, render, write
from tests.commands import test_cases
from tests.commands.test_cases import CASES, PAIRS


@pytest.fixture
def whole(request):
    """Whether every case was to run, as in CI."""
    chosen = [item for item in request.session.items if item.name.startswith("test_command[")]
    return len(chosen) == len(PAIRS)


def test_the_page_says_what_was_proven(request, proven, whole):
    if whole and request.config.getoption("--write-table", default=False):
        write(proven)
    page = PAGE.read_text("utf-8")
    if whole:
        assert page == render(proven), "pytest tests/commands --write-table"
    else:
        assert proven.items() <= read(page).items()


def test_no_cell_is_blank():
    page = PAGE.read_text("utf-8")
    forms = {(command, form) for command, form, _ in FORMS}
    assert set(read(page)) == {(*each, family) for each in forms for family, _ in FAMILIES}


def test_every_tick_is_of_a_family_that_has_the_form(proven):
    have = {(command, form): families for command, form, families in FORMS}
    for (command, form, family), mark in proven.items():
        assert mark == (WORKS if family in have[command, form] else REFUSED)


@pytest.mark.parametrize("mark", [WORKS, REFUSED, None])
def test_a_page_with_one_mark_changed_is_seen(mark):
    """The comparison's own proof: take away, add or turn one mark, and the page differs."""
    proven = {("AT", "", "nonos-1.3"): WORKS, ("AT+CIPSTO", "set", "esp32-2.4"): REFUSED}
    for key in (*proven, ("AT+GMR", "", "wizfi360")):
        changed = {**proven, key: mark}
        if mark is None:
            changed.pop(key)
        if changed != proven:
            assert render(changed) != render(proven)
    assert read(render(proven)) == proven


def test_every_function_has_a_case():
    """By the names of what the cases call, in their own code or in what it calls."""
    used = set()
    for module in test_cases.MODULES:
        source = inspect.getsource(module)
        used |= {name for _, name in map(ident, functions()) if f".{name}" in source}
    lacking = {name for _, name in map(ident, functions())} - used
    assert lacking == {"cipsntptime_wait"}  # no command of its own: test_replies.py has it


def ident(found):
    return found[0].__name__, found[1].__name__


def test_every_function_tells_its_families():
    for _, function in functions():
        text = inspect.getdoc(function)
        told = ("All families", "ESP-AT", "ESP32", "NonOS")
        assert any(word in text for word in told), function


@pytest.mark.parametrize(
    "wrong",
    [{"sent": b"AT+CIPSTO=11"}, {"sent": [b"AT+CIPSTO?", b"AT"]}, {"value": 11}, {"value": "10"}],
)
def test_a_wrong_byte_or_value_is_no_tick(wrong, make_desk):
    case = next(c for c in CASES if (c.command, c.form) == ("AT+CIPSTO", "query"))
    proven = {}
    with pytest.raises(AssertionError):
        test_cases.test_command(dataclasses.replace(case, **wrong), "esp32-2.4", make_desk, proven)
    assert not proven
    test_cases.test_command(case, "esp32-2.4", make_desk, proven)
    assert proven == {("AT+CIPSTO", "query", "esp32-2.4"): WORKS}
