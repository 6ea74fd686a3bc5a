# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connections that their program gave up while they were being made: a task that was cancelled.

Most boards do not tell when a socket is forgotten. Loaded when no link is free, and forgotten.
"""

from ..parser import const

_LINKS = const(5)
_OPEN = const(2)  # what a link is
_FORGOTTEN_MS = const(2000)  # nobody asked in so long what came of it


def reclaim(modem):
    """Close one that stands, and that nobody has asked after since: True if there was one."""
    for link in range(_LINKS):
        owner = modem.owner(link)
        ended = getattr(owner, "ended", None)
        if ended is None or owner.stood or owner.doing:
            continue
        if modem.port.since(ended) > _FORGOTTEN_MS:
            modem.give(link, _OPEN)
            return True
    return False
