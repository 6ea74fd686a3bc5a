"""What a run has proven of the commands, and the page that must say the same."""

import pytest

from tests.driver import fixtures

make_desk = fixtures.make_desk


def pytest_collection_modifyitems(items):
    """The page is looked at last."""
    items.sort(key=lambda item: item.path.name == "test_page.py")


@pytest.fixture(scope="session")
def proven():
    """(command, form, family): "works" or "refused"."""
    return {}
