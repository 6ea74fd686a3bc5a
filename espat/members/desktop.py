# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The radio's members on CPython, so that ``dir()``, ``help()``, ``inspect`` and editors see them.

They are properties and methods with the docstrings and signatures of the functions in this folder,
and do the same as ``__getattr__`` and ``__setattr__`` of the radio do on every runtime. Loaded with
the radio on CPython; never on other runtimes.
"""

from .table import MEMBERS


def _attribute(name, function):
    return property(lambda radio: radio.__getattr__(name), None, None, function.__doc__)


def _method(name, function):
    def method(radio, *args, **names):
        return radio.__getattr__(name)(*args, **names)

    method.__name__ = name
    method.__qualname__ = "Radio." + name
    method.__module__ = function.__module__
    method.__doc__ = function.__doc__
    method.__wrapped__ = function  # inspect shows the signature of this function
    return method


def made():
    """A class for the radio to inherit, with a property or method for each member."""
    found = {}
    for room, kind, names in MEMBERS:
        functions = __import__("espat.members." + room, None, None, ("*",))
        for name in names.split():
            function = getattr(functions, name)
            found[name] = _method(name, function) if kind == "call" else _attribute(name, function)
    return type("Members", (), found)
