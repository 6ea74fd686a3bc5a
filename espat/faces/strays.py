# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Connections that a program abandoned while they were being opened, as by a cancelled task.

Most boards do not report when a socket is no longer referenced. Loaded when no link is free, and
forgotten.
"""

from ..parser import const

_LINKS = const(5)
_OPEN = const(2)  # a state of a link
_FORGOTTEN_MS = const(2000)  # a finished connect that nobody asked about for so long is abandoned
_UNUSED_MS = const(10000)  # so is a reported connection that was not read, written or polled


def reclaim(modem):
    """Close one abandoned connection: True if there was one.

    One whose success was reported counts, too, if it was never used: a task may be cancelled just
    after the poll that reports it.
    """
    for link in range(_LINKS):
        owner = modem.owner(link)
        ended = getattr(owner, "ended", None)
        if ended is None or owner.doing or owner.used or owner.served:
            continue
        if owner.stood and not (owner.polled and owner.timeout == 0):
            continue  # a program that does not poll may still use it at any time
        if modem.port.since(ended) > (_UNUSED_MS if owner.stood else _FORGOTTEN_MS):
            modem.give(link, _OPEN)
            return True
    return False
