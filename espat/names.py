# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The modules that programs import (``wifi``, ``network`` ...), for boards that have none built in.

``import espat.names`` installs them. A file of boards/ ends with that line, so that ``import
espat_board`` is enough. Modules that the runtime has, built in or as a file, are left as they are.
So nothing happens on a board with Wi-Fi, nor on CPython, which has its own.
"""

import sys

from . import lazy

STAYS = True


def lacking(runtime):
    """Return the names that a runtime may have and this one lacks: pairs of name and room.

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
    """Make ``import <name>`` give a room of faces/, even if the runtime has such a module."""
    sys.modules[name] = getattr(__import__("espat.faces." + room).faces, room)


# Not by lacking(), to save a frame: CircuitPython's stack is small, and files of lib/ import each
# other.
for _name, _room in _candidates(sys.implementation.name):
    if not _is_there(_name):
        put(_name, _room)
if sys.implementation.name == "micropython":
    lazy.call("faces.lacking", "put_country")
