"""What the tests of lib/ and of the radio's API share: desks, and what a run has proven."""

import pytest

from tests.driver.desk import ALL, BOTH, Desk


def pytest_collection_modifyitems(items):
    """The page is looked at last."""
    items.sort(key=lambda item: item.path.name == "test_radio_page.py")


@pytest.fixture(scope="session")
def proven():
    """The members, as docs/radio.md names them, that a test has seen at work on a module."""
    return set()


@pytest.fixture
def prove(proven):
    """Says, at a test's end, what it has proven: `hostname` (of the radio), `AuthMode.OPEN` (of
    wifi), or a whole name, `socketpool.Socket.send`."""

    def prove(*members):
        for name in members:
            own = "wifi." if name[0].isupper() else "" if "." in name else "wifi.Radio."
            proven.add(own + name)

    return prove


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


@pytest.fixture(params=ALL)
def family(request):
    """Every family that the emulator knows, in turn."""
    return request.param


@pytest.fixture(params=BOTH)
def profile(request):
    """The two dialects in turn."""
    return request.param


@pytest.fixture
def desk(make_desk, family):
    """A desk of each family, its radio joined."""
    return make_desk(family).join()
