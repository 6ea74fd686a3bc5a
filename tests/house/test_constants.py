"""A name of a `const()` means one number in all of `espat/`, and an event what parser.py says."""

import pytest

from tests.house.constants import constants, differences, table
from tests.house.driver import SOURCES

LINK_STATES = "links"
EVENTS = table(SOURCES["parser"])
EVERY = {room: constants(source) for room, source in SOURCES.items()}
PARSER = (
    '"""Bytes.\n\n==  =====\n 1  LINE   a line\n 2  OK     3  ERROR  4  FAIL (OLD)\n==  =====\n"""'
)


def test_a_name_means_one_number():
    assert differences(SOURCES) == []


def test_there_are_copies_to_compare():
    copied = [name for names in EVERY.values() for name in names]
    assert len(copied) - len(set(copied)) >= 20


def test_the_table_of_events_is_whole():
    assert (EVENTS["LINE"], EVENTS["OK"], EVENTS["NOTICE"]) == (1, 2, 32)
    assert len(EVENTS) == len(set(EVENTS.values())) >= 28


@pytest.mark.parametrize("room", [room for room, names in EVERY.items() if names])
def test_events_are_those_of_the_parser(room):
    told = {name[1:]: number for name, number in EVERY[room].items() if name[1:] in EVENTS}
    assert told == {name: EVENTS[name] for name in told}


def test_link_states_are_defined_once():
    """One room has them all, in a row from 0; the others copy what they need."""
    own = EVERY[LINK_STATES]
    states = [own[name] for name in own if name.startswith("_LOST_")]
    states += [own[name] for name in ("_FREE", "_OPENING", "_OPEN", "_CLOSED_BY_PEER", "_CLOSING")]
    assert sorted(states) == list(range(len(states)))
    for names in EVERY.values():
        assert {name for name in names if name.startswith("_LOST_")} <= set(own)


# ---- planted faults -----------------------------------------------------------------------------


def test_two_numbers_of_one_name_are_found():
    told = differences({"a": "_OK = const(2)\n", "b": "_OK = const(3)\n_X = const(1)\n"})
    assert told == ["_OK: 2 in a; 3 in b"]


@pytest.mark.parametrize(
    "source",
    [
        "if True:\n    _OK = const(3)\n",
        "def f():\n    _OK = const(3)\n",
        "_OK = const(1 + 2)\n",
        "_ONE = const(1)\n_OK = const((_ONE << 1) | 1)\n",
        "_OK = const(0x3)\n",
    ],
)
def test_wherever_and_however_it_is_written(source):
    assert differences({"a": "_OK = const(2)\n", "b": source}) == ["_OK: 2 in a; 3 in b"]


def test_what_is_no_number_is_an_error():
    with pytest.raises(ValueError, match="no number"):
        constants("_OK = const(len('ab'))\n")


def test_the_table_is_read():
    assert table(PARSER) == {"LINE": 1, "OK": 2, "ERROR": 3, "FAIL": 4}


def test_a_file_without_a_table_is_an_error():
    with pytest.raises(ValueError, match="no table"):
        table('"""Bytes."""')
