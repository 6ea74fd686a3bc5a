# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The one door for rooms that are loaded for one act: they give their heap back behind it.

``call("at.wifi", "cwlap", modem)`` loads ``espat.at.wifi``, calls its function ``cwlap`` and
forgets what was loaded for it. A room whose classes or objects outlive the call says
``STAYS = True``. On CPython nothing is forgotten.
"""

import sys

_PACKAGE = __name__[: __name__.rfind(".") + 1]
_FORGETS = sys.implementation.name != "cpython"


def call(room, name, *args, **names):
    """Call a function of a room with these arguments; the rooms loaded for it are forgotten.

    :param str room: the room's name within the package, ``"at.wifi"``
    :param str name: that of the function, or class, in it
    """
    before = list(sys.modules) if _FORGETS else None
    try:
        module = __import__(_PACKAGE + room, None, None, (name,))
        return getattr(module, name)(*args, **names)
    finally:
        if _FORGETS:
            _tidy(before)


def _tidy(before):
    """Forget the rooms loaded since. (A loop in ``finally`` is beyond MicroPython 1.20.)

    A room is held by ``sys.modules`` and as an attribute of its folder. A folder stays.
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
