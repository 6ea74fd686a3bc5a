# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Heads of HTTP requests: libraries write them in a dozen pieces, which are joined here and sent
with one CIPSEND. Loaded with the first request, and stays.

A head begins with the name of a method and ends with a blank line. It is sent at that line, or when
a read has to wait, or the program closes, or the buffer is full; no timer is involved.
"""

from ..errors import const, fail

STAYS = True

_OPEN = const(2)  # a state of a link
_HEAD = const(512)  # the most bytes of a head that are held back
_METHODS = b" GET POST PUT HEAD DELETE PATCH OPTIONS "


def begun(view):
    """A new ``Head`` if a piece begins a request; None if it does not, or has the whole head."""
    method = bytes(view[:8]).split(b" ")[0]
    if len(method) < 3 or _METHODS.find(b" " + method + b" ") < 0:
        return None
    if len(view) <= _HEAD and bytes(view).find(b"\r\n\r\n") >= 0:
        return None
    return Head()


class Head:
    """The head of a request that is not complete yet."""

    def __init__(self):
        self.buf = bytearray(_HEAD)
        self.held = 0  # bytes in `buf`, not sent yet

    def hold(self, sock, view):
        """Add a piece; send all at the blank line, or if it does not fit. Returns its length."""
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
                self.held = min(start, self.held)  # the caller will pass this piece again
                raise
            sock.head = None
        return n

    def flush(self, sock):
        """Send what is held back; the rest of the head may still follow."""
        n = self.held
        self.held = 0
        try:
            done = sock.push(memoryview(self.buf)[:n])
        except OSError:
            if sock.is_ours() and sock.modem.links[sock.link] == _OPEN:
                self.held = n  # nothing was sent: keep it for the next try
            raise
        if done < n:
            raise fail("part_sent", done, n)
