"""Fixtures of the faults: desks of every family."""

import pytest

from tests.driver import fixtures
from tests.faults.rig import DIALECTS, FarDesk

family = fixtures.family
make_desk = fixtures.make_desk
profile = fixtures.profile


@pytest.fixture(params=DIALECTS, ids=lambda d: d.__name__)
def dialect(request):
    """Each scripted dialect in turn."""
    return request.param


@pytest.fixture
def far(dialect):
    """A joined radio on a script of each dialect."""
    return FarDesk(dialect)
