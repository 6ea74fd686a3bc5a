# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Which module names a runtime might have. Loaded to ask, and forgotten."""

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


def candidates(runtime):
    """The pairs of a runtime, whether it lacks them or not."""
    return NAMES.get(runtime, ())


def put_country():
    """``rp2.country()``, which programs for the Pico W call, and a Pico's ``rp2`` lacks."""
    try:
        import network
        import rp2
    except ImportError:
        return
    if not hasattr(rp2, "country"):
        rp2.country = network.country
