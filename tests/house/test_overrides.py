"""A private method that takes the place of another room's does so on purpose: it takes the same.

Two rooms of one class that choose one private name by chance would call each other's method.
"""

import importlib
import inspect

import pytest

from espat_tools import where
from espat_tools.house.imports import rooms


def _classes():
    for room in rooms(where.driver_folder()):
        module = importlib.import_module(f"espat.{room}" if room else "espat")
        for found in vars(module).values():
            if inspect.isclass(found) and found.__module__ == module.__name__:
                yield found


def overrides(found):
    """(name, its parameters, those of what it stands before) of each private method."""
    for name, method in vars(found).items():
        if name[0] != "_" or name[:2] == "__" or not inspect.isfunction(method):
            continue
        for base in found.__mro__[1:]:
            other = vars(base).get(name)
            if inspect.isfunction(other):
                yield name, inspect.signature(method), inspect.signature(other)


@pytest.mark.parametrize("found", sorted(_classes(), key=str), ids=lambda found: found.__name__)
def test_private_methods(found):
    assert [name for name, ours, theirs in overrides(found) if ours != theirs] == []


def test_what_is_planted_is_found():
    class Base:
        def _settle(self, link):
            return link

    class Planted(Base):
        def _settle(self):
            return 0

    ((name, ours, theirs),) = overrides(Planted)
    assert name == "_settle"
    assert ours != theirs
