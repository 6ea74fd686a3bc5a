"""Counts are told at the end of a run (tests/conftest.py); what has no end is asked for."""

import pytest

from tests.fuzz.counting import COUNTS


def pytest_sessionfinish(session):
    """A worker of a divided run tells its counts to the one that sums up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["fuzz"] = dict(COUNTS)


def pytest_collection_modifyitems(config, items):
    """What is marked `soak` runs without end: only by `-m soak`."""
    if "soak" in (config.getoption("-m") or ""):
        return
    endless = [item for item in items if item.get_closest_marker("soak")]
    if endless:
        config.hook.pytest_deselected(items=endless)
        items[:] = [item for item in items if item not in endless]


@pytest.fixture
def seconds():
    """How long each fuzz goes on where CI runs it: three of them make a minute."""
    return 20
