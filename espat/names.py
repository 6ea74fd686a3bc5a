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
    return lazy.call("faces.lacking", "pairs", runtime)


def put(name, room):
    """Have ``import <name>`` give a room of faces/, whatever the runtime has under that name."""
    sys.modules[name] = getattr(__import__("espat.faces." + room).faces, room)


lazy.call("faces.lacking", "fill", put)
