"""Each cell of the matrix came out as what is known of the firmware demands."""

import errno

import pytest

from tests.runtimes.board_rules import violations
from tests.tls import rules
from tests.tls.runs import CELLS, ONBOARD


@pytest.mark.whole_cell
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id.replace("/", ", "))
def test_cell(cell, matrix):
    told = matrix.told(cell)
    kind, why = cell.expected
    assert told.outcome == cell.expected, told.text
    if kind == "connected":
        assert told.text == cell.id, "another server answered"
    if kind == "refused":
        assert told.number == getattr(errno, rules.REFUSALS[why][1]), told.text
    if kind == "failed":
        assert told.number == errno.ECONNABORTED, told.text
        facts = rules.FACTS[cell.family]
        assert rules.CAUSES[cell.row.wrong][1 if facts.tells else 2] in told.text, told.text
        dated = "the module's clock says" if facts.dates else "does not look at dates"
        assert (dated in told.text) == cell.mode.checks, told.text


@pytest.mark.parametrize("path", sorted(ONBOARD.glob("*.py")), ids=lambda path: path.stem)
def test_the_programs_are_fit_for_boards(path):
    allowed = "serial" if path.stem == "cells_on_board" else "?"
    assert [line for line in violations(path.read_text("utf-8")) if allowed not in line] == []
