"""Every transcript, played to the driver: whole, byte by byte, with all answers there at once."""

import pytest

from espat_tools.transcripts import load
from tests.transcripts.corpus import CASES
from tests.transcripts.replaying import Replay

HOW = {
    "whole": {},
    "byte by byte": {"cut": 1},
    "at once": {"speed": 0},
    "at once, byte by byte": {"cut": 1, "speed": 0},
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_replay(case, how):
    replay = Replay(load(case.path), **HOW[how])
    assert case.program(replay.radio) == case.expected
    replay.all_said()
