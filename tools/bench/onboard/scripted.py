# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A fake UART that costs next to nothing: to each write it has the next of some replies.

For counting instructions: what it takes itself is what a loop without a driver takes too. It has
the face of ``machine.UART``.
"""


class Scripted:
    """Takes anything, and says what it was told to.

    :param replies: bytes, one for each write, over and over
    :param int most: how many bytes one read gives at the most
    """

    def __init__(self, replies, most):
        self._replies = [memoryview(reply) for reply in replies]
        self._most = most
        self._turn = 0
        self._out = memoryview(b"")
        self._at = 0
        self._left = 0

    def any(self):
        """How many bytes can be read."""
        left = self._left
        return left if left < self._most else self._most

    def readinto(self, buf, nbytes):
        """Read what is there; no more than ``any()`` told."""
        at = self._at
        self._at = end = at + nbytes
        self._left -= nbytes
        buf[:nbytes] = self._out[at:end]
        return nbytes

    def write(self, buf):
        """Take all, and have the next reply ready."""
        turn = self._turn
        self._out = out = self._replies[turn]
        turn += 1
        self._turn = turn if turn < len(self._replies) else 0
        self._at = 0
        self._left = len(out)
        return len(buf)
