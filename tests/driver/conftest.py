"""Fixtures of the driver's tests: desks, and the firmware families to set on them."""

import pytest

from tests.driver.desk import ALL, BOTH, Desk, Wire


@pytest.fixture
def make_desk():
    """Makes a `Desk`; every module made is closed."""
    desks = []

    def make(profile, **options):
        desks.append(Desk(profile, **options))
        return desks[-1]

    yield make
    for each in desks:
        each.module.close()


@pytest.fixture(params=BOTH)
def profile(request):
    """The two dialects in turn."""
    return request.param


@pytest.fixture(params=ALL)
def family(request):
    """Every family that the emulator knows, in turn."""
    return request.param


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
