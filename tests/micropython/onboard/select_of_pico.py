# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Stands in for the `select` of a Pico in the unix build, whose own has no `select()`."""

import select as _select

poll = _select.poll
POLLIN, POLLOUT = _select.POLLIN, _select.POLLOUT
POLLERR, POLLHUP = _select.POLLERR, _select.POLLHUP


def select(readers, writers, others, timeout=None):
    """As MicroPython's: three lists of those that are ready, within so many seconds."""
    poller = poll()
    wanted = {}
    for socks, flag in ((readers, POLLIN), (writers, POLLOUT), (others, 0)):
        for sock in socks:
            flags = wanted.get(id(sock), (sock, 0))[1] | flag
            wanted[id(sock)] = sock, flags
    for sock, flags in wanted.values():
        poller.register(sock, flags)
    ready = ([], [], [])
    for found in poller.poll(-1 if timeout is None else int(timeout * 1000)):
        for i, flag in enumerate((POLLIN, POLLOUT, ~(POLLIN | POLLOUT))):
            if found[1] & flag:
                ready[i].append(found[0])
    return ready
