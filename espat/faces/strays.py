# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connections that their program gave up while they were being made: a task that was cancelled.

Most boards do not tell when a socket is forgotten. Loaded when no link is free, and forgotten.
"""

from ..parser import const

_LINKS = const(5)
_OPEN = const(2)  # what a link is
_FORGOTTEN_MS = const(2000)  # nobody asked in so long what came of it
_UNUSED_MS = const(10000)  # it was told, and so long nobody read, wrote, or polled


def reclaim(modem):
    """Close one that stands, and that nobody has asked after since: True if there was one.

    Nor used: a task may be cancelled when the poll that tells it is done already.
    """
    for link in range(_LINKS):
        owner = modem.owner(link)
        ended = getattr(owner, "ended", None)
        if ended is None or owner.doing or owner.used or owner.served:
            continue
        if owner.stood and not (owner.polled and owner.timeout == 0):
            continue  # a program that does not poll may use it whenever it likes
        if modem.port.since(ended) > (_UNUSED_MS if owner.stood else _FORGOTTEN_MS):
            modem.give(link, _OPEN)
            return True
    return False
