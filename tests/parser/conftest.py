"""How much was tried on the parser is told at the end of a run: tests/conftest.py."""

from tests.parser.counting import COUNTS


def pytest_sessionfinish(session):
    """A worker of a divided run tells its counts to the one that sums up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["parser"] = dict(COUNTS)
