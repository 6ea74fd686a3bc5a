"""Fixtures of the faults: desks of every family."""

import inspect

import pytest

from tests.driver import fixtures
from tests.faults.rig import DIALECTS, FarDesk

family = fixtures.family
make_desk = fixtures.make_desk
profile = fixtures.profile


def pytest_collection_modifyitems(items):
    """Leave out what `there_is` rules out: no test is skipped, there is no such case."""
    items[:] = [item for item in items if all(map(_exists(item), item.iter_markers("there_is")))]


def _exists(item):
    """What tells of a mark whether it lets this test's parameters through."""

    def allowed(mark):
        (test,) = mark.args
        params = item.callspec.params
        return test(**{name: params[name] for name in inspect.signature(test).parameters})

    return allowed


@pytest.fixture(params=DIALECTS, ids=lambda d: d.__name__)
def dialect(request):
    """Each scripted dialect in turn."""
    return request.param


@pytest.fixture
def far(dialect):
    """A joined radio on a script of each dialect."""
    return FarDesk(dialect)
