# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module names that programs import, for a board that has none of its own.

``import espat.names`` puts them there. A file of boards/ ends with that line, so that ``import
espat_board`` is enough. What the runtime has itself, built in or as a file, stays as it is: on a
board with Wi-Fi nothing happens; nor does it on CPython, which has names of its own.
"""

import sys

from . import lazy

STAYS = True


def lacking(runtime):
    """The names that a runtime might have, and this one has not: pairs of name and room.

    :param str runtime: as ``sys.implementation.name``
    """
    return [pair for pair in _candidates(runtime) if not _is_there(pair[0])]


def _candidates(runtime):
    return lazy.call("faces.lacking", "candidates", runtime)


def _is_there(name):
    if name not in sys.modules:
        try:
            __import__(name)
        except ImportError:
            return False
    return True


def put(name, room):
    """Have ``import <name>`` give a room of faces/, whatever the runtime has under that name."""
    sys.modules[name] = getattr(__import__("espat.faces." + room).faces, room)


# Not by lacking(): CircuitPython has room for few frames, and files of lib/ import each other.
for _name, _room in _candidates(sys.implementation.name):
    if not _is_there(_name):
        put(_name, _room)
if sys.implementation.name == "micropython":
    lazy.call("faces.lacking", "put_country")
