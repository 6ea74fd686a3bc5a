"""Desks, and the firmware on them: for the conftest.py of every folder that sets some up."""

import pytest

from tests.driver.desk import ALL, BOTH, Desk


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
