# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio's attributes on CircuitPython, which does not support ``__setattr__`` in classes.

There ``radio.hostname = "kitchen"`` reaches the module only if the class has a descriptor of that
name. Methods have no descriptor, so assigning to one raises no error there. Loaded with the radio,
and stays; never on MicroPython. On CPython desktop.py is used instead.
"""

from .. import lazy


class Attribute:
    """An attribute whose value is read from the module and set in it."""

    def __init__(self, name):
        self.name = name

    def __get__(self, radio, _):
        call, _ = lazy.call("members.table", "reader", radio, self.name)
        return call()

    def __set__(self, radio, value):
        lazy.call("members.table", "writer", radio, self.name)(value)


def made():
    """A class for the radio to inherit, with a descriptor for each attribute."""
    if hasattr(object, "__setattr__"):
        from . import desktop

        return desktop.made()
    names = lazy.call("members.table", "attributes")
    return type("Attributes", (), {name: Attribute(name) for name in names})
