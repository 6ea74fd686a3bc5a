# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module names that programs import, for a board that has none of its own.

``import espat.names`` puts them there. A file of boards/ ends with that line, so that ``import
espat_board`` is enough. What the runtime has itself, built in or as a file, stays as it is: on a
board with Wi-Fi nothing happens; nor does it on CPython, which has names of its own.
"""

import sys

STAYS = True

# The names, for each runtime, and the room of faces/ that each stands for.
_NAMES = {
    "circuitpython": (
        ("ipaddress", "ipaddress"),
        ("mdns", "mdns"),
        ("socketpool", "socketpool"),
        ("ssl", "ssl_circuitpython"),
        ("wifi", "wifi"),
    ),
    "micropython": (
        ("network", "network"),
        ("socket", "socket"),
        ("ssl", "ssl_micropython"),
        ("tls", "tls"),
        ("usocket", "socket"),
        ("ussl", "ssl_micropython"),
    ),
}


def lacking(runtime):
    """The names that a runtime might have, and this one has not: pairs of name and room.

    :param str runtime: as ``sys.implementation.name``
    """
    return [pair for pair in _NAMES.get(runtime, ()) if not _is_there(pair[0])]


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


def _put_country():
    """``rp2.country()``, which programs for the Pico W call, and a Pico's ``rp2`` lacks."""
    try:
        import network
        import rp2
    except ImportError:
        return
    if not hasattr(rp2, "country"):
        rp2.country = network.country


for _name, _room in lacking(sys.implementation.name):
    put(_name, _room)
if sys.implementation.name == "micropython":
    _put_country()
