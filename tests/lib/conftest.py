"""What the tests of lib/ and of the radio's API share: desks, and what a run has proven."""

import pytest

from tests.driver import fixtures

family = fixtures.family
make_desk = fixtures.make_desk
profile = fixtures.profile


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
def desk(make_desk, family):
    """A desk of each family, its radio joined."""
    return make_desk(family).join()
