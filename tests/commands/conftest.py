"""What a run has proven of the commands, and the page that must say the same."""

import pytest

from tests.driver.desk import Desk


def pytest_collection_modifyitems(items):
    """The page is looked at last."""
    items.sort(key=lambda item: item.path.name == "test_page.py")


@pytest.fixture(scope="session")
def proven():
    """(command, form, family): "works" or "refused"."""
    return {}


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
