# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Which module names a runtime might have and this one has not. Loaded to ask, and forgotten."""

import sys

# The names, for each runtime, and the room of faces/ that each stands for.
NAMES = {
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


def pairs(runtime):
    """As ``espat.names.lacking()``."""
    return [pair for pair in NAMES.get(runtime, ()) if not _is_there(pair[0])]


def _is_there(name):
    if name not in sys.modules:
        try:
            __import__(name)
        except ImportError:
            return False
    return True


def fill(put):
    """Have ``put(name, room)`` put there what this runtime lacks, and ``rp2.country()``."""
    runtime = sys.implementation.name
    for name, room in pairs(runtime):
        put(name, room)
    if runtime == "micropython":
        _put_country()


def _put_country():
    """``rp2.country()``, which programs for the Pico W call, and a Pico's ``rp2`` lacks."""
    try:
        import network
        import rp2
    except ImportError:
        return
    if not hasattr(rp2, "country"):
        rp2.country = network.country
