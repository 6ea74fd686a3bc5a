"""Fixtures of the driver's tests: desks that are joined."""

import pytest

from tests.driver import fixtures
from tests.driver.desk import Wire

family = fixtures.family
make_desk = fixtures.make_desk
profile = fixtures.profile


@pytest.fixture(params=["passive", "active"])
def both_ways(request, make_desk, profile):
    """A desk of each dialect, joined, in passive and in active receive.

    Where the module pushes what it gets, a line that takes its time is what holds it back.
    """
    if request.param == "passive":
        return make_desk(profile).join()
    return make_desk(profile, line=Wire).join().active()


@pytest.fixture
def desk(make_desk, profile):
    """A desk of each dialect, its radio joined."""
    return make_desk(profile).join()
