# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Loads a room (a module of this package) for one call, and frees its heap afterwards.

``call("at.wifi", "cwlap", modem)`` loads ``espat.at.wifi``, calls its function ``cwlap`` and
forgets the rooms that were loaded for it. A room whose classes or objects outlive the call sets
``STAYS = True``. On CPython nothing is forgotten.
"""

import sys

_PACKAGE = __name__[: __name__.rfind(".") + 1]
_FORGETS = sys.implementation.name != "cpython"


def call(room, name, *args, **names):
    """Call a function of a room with these arguments; forget the rooms loaded for it afterwards.

    :param str room: the room's name within the package, such as ``"at.wifi"``
    :param str name: the name of the function or class in the room
    """
    before = list(sys.modules) if _FORGETS else None
    try:
        module = __import__(_PACKAGE + room, None, None, (name,))
        return getattr(module, name)(*args, **names)
    finally:
        if _FORGETS:
            _tidy(before)


def _tidy(before):
    """Forget the rooms that were loaded since. (MicroPython 1.20 fails at a loop in ``finally``.)

    A room is referenced by ``sys.modules`` and by an attribute of its folder. Folders stay loaded.
    """
    for name in list(sys.modules):
        module = sys.modules[name]
        if name in before or not name.startswith(_PACKAGE) or hasattr(module, "STAYS"):
            continue
        if hasattr(module, "__path__") and not hasattr(module, "__file__"):
            continue
        del sys.modules[name]
        folder, _, last = name.rpartition(".")
        folder = sys.modules.get(folder)
        if getattr(folder, last, None) is module:
            delattr(folder, last)
