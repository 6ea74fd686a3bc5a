# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Heads of HTTP requests, which libraries write in a dozen pieces: joined, so that the module gets
them in one. Loaded with the first request, stays.

A head begins where a method was seen, and ends with its blank line. It leaves with that, or when
the program reads or closes, or when the buffer is full; nothing waits on a clock.
"""

from ..errors import fail
from ..parser import const

STAYS = True

_OPEN = const(2)  # what a link is
_HEAD = const(512)  # bytes of a head that are held back
_METHODS = b" GET POST PUT HEAD DELETE PATCH OPTIONS "


def begun(view):
    """The head of a request that a piece begins; None where it begins none, or is a whole one."""
    method = bytes(view[:8]).split(b" ")[0]
    if len(method) < 3 or _METHODS.find(b" " + method + b" ") < 0:
        return None
    if len(view) <= _HEAD and bytes(view).find(b"\r\n\r\n") >= 0:
        return None
    return Head()


class Head:
    """A head that is not whole yet."""

    def __init__(self):
        self.buf = bytearray(_HEAD)
        self.held = 0  # bytes of it that were not sent yet

    def hold(self, sock, view):
        """Join a piece to it; out it goes at its blank line, or when full. How many bytes."""
        n = len(view)
        start = self.held
        if start + n > _HEAD:
            self.flush(sock)
            sock.head = None
            return sock.push(view)
        self.buf[start : start + n] = view
        self.held += n
        if self.buf.find(b"\r\n\r\n", max(0, start - 3), self.held) >= 0:
            try:
                self.flush(sock)
            except OSError:
                self.held = min(start, self.held)  # it is given again
                raise
            sock.head = None
        return n

    def flush(self, sock):
        """Send what is held back; the rest of the head may still come."""
        n = self.held
        self.held = 0
        try:
            done = sock.push(memoryview(self.buf)[:n])
        except OSError:
            if sock.is_ours() and sock.modem.links[sock.link] == _OPEN:
                self.held = n  # none of it was taken, and it can go yet
            raise
        if done < n:
            raise fail("part_sent", done, n)
