# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio's attributes on CircuitPython, which is built without ``__setattr__`` of classes.

There ``radio.hostname = "kitchen"`` reaches the module only if the class has a descriptor of that
name. Methods have no descriptor: setting one of them is not refused there. Loaded with the radio,
and stays; never on MicroPython. On CPython desktop.py does more.
"""

from .. import lazy


class Attribute:
    """An attribute that is read and set on the module."""

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
