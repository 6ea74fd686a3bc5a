"""Counts are told at the end of a run (tests/conftest.py)."""

import pytest

from tests.fuzz.counting import COUNTS


def pytest_sessionfinish(session):
    """A worker of a divided run tells its counts to the one that sums up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["fuzz"] = dict(COUNTS)


@pytest.fixture
def seconds():
    """How long each fuzz goes on where CI runs it: three of them make a minute."""
    return 20
