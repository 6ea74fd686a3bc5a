"""Every case of the tables, whole, byte by byte, seven at a time and cut at every place."""

import pytest

from tests.parser import case, cases_losses
from tests.parser.cases_losses import HIDDEN, LOST
from tests.parser.counting import count
from tests.parser.onboard_cases import TABLES, run_all
from tests.parser.tell import OK, line


def _parameters():
    for table, cases in TABLES:
        for i, each in enumerate(cases):
            yield pytest.param(each, id=f"{table}-{i}-{each.name}")


@pytest.mark.parametrize("each", list(_parameters()))
def test_case(each):
    wrong, runs = each.first_wrong()
    count("cases of the tables, each in every cut and three rings")
    count("runs of them", runs)
    assert wrong is None


def test_no_name_stands_twice():
    names = [each.name for _, cases in TABLES for each in cases]
    assert sorted(names) == sorted(set(names))


def test_what_the_docstring_says_of_losses():
    assert f"of the {len(LOST)} losses" in cases_losses.__doc__
    assert f"{len(HIDDEN)} cannot be seen" in cases_losses.__doc__


BOGUS = [
    case.Case("a wrong event", b"\r\nOK\r\n", [line(b"OK")]),
    case.Case("one event too many", b"\r\nOK\r\n", [OK, OK]),
    case.Case("a wrong count", b"\r\nOK\r\n", [OK], (1, 0, 0)),
]


@pytest.mark.parametrize("each", BOGUS, ids=lambda each: each.name)
def test_a_wrong_case_fails(each, monkeypatch, capsys):
    monkeypatch.setattr("tests.parser.onboard_cases.TABLES", (("bogus", [each]),))
    assert run_all() == 1
    assert each.name in capsys.readouterr().out
