"""Programs on modules that answer anything: see `espat reliability fuzz`."""

import itertools

import pytest

from espat_tools.reliability import hostile
from tests.fuzz.counting import count


def fuzz(seconds, seed=0):
    """Programs for so long; no fault may come of it."""
    counts = hostile.fuzz(seconds, seed)
    count("programs on hostile modules", counts.programs)
    for what, n in counts.calls.items():
        count(f"... calls that {what}", n)
    assert not counts.kinds, f"{counts}\n{counts.kinds}\n" + "\n".join(map(str, counts.faults))


def test_hostile_modules(seconds):
    fuzz(seconds)


@pytest.mark.soak
def test_for_ever():
    for seed in itertools.count(1):
        fuzz(60, seed)
