# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module names that a runtime may lack. Loaded to look them up, and forgotten."""

# For each runtime: the names, each with the room of faces/ that provides it.
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


def candidates(runtime):
    """The pairs of a runtime, including names that it does not lack."""
    return NAMES.get(runtime, ())


def put_country():
    """Add ``rp2.country()``, which programs for the Pico W call; a Pico's ``rp2`` lacks it."""
    try:
        import network
        import rp2
    except ImportError:
        return
    if not hasattr(rp2, "country"):
        rp2.country = network.country
