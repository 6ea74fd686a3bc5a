# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Where the modem puts payload, and what its end means, as methods of ``sockets.Socket``.

And one that streams.py has no room for: a module of two names more takes heap in one piece that a
small board may not have.
"""

try:
    from micropython import const
except ImportError:
    const = int

from .parser import Ring

_AHEAD = const(512)  # bytes of the read-ahead, passive receive
_QUEUE = const(2920)  # bytes a link may have unread, active receive: the longest +IPD

# The modem's, and the socket's (a test compares them).
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_OK = const(2)
_ERROR = const(3)
_SEND_OK = const(5)
_CANCELED = const(7)
_RECEIVING = const(3)


def place(self):
    """The modem asks: where shall the next payload bytes go?"""
    into = self.into
    got = self.got
    if into is not None and got < len(into):
        return into[got:] if got else into
    try:
        view = self.queue(0).space()  # the rest waits in the ring
        if len(view):
            return view
    except MemoryError:
        pass
    self.modem.lose(self.link, _LOST_BYTES)
    return None


def placed(self, n):
    """The modem tells: ``n`` bytes are there."""
    if self.into is not None and self.got < len(self.into):
        self.got += n
    elif self.ring:
        self.ring.fill(n)


def queue(self, least):
    """The ring, made on first need."""
    ring = self.ring
    if ring is None or len(ring.space()) < least:
        self.ring = ring = Ring(max(least, _AHEAD if self.modem.passive else _QUEUE))
    return ring


def ended(self, modem, link, doing, code):
    """A CIPRECVDATA or CIPSEND has ended. Called from ``step()``."""
    if doing == _RECEIVING:
        if code != _OK:
            modem.held[link] = 0
            if code != _ERROR:  # what came of it, if anything, was not told to be whole
                modem.lose(link, _LOST_BYTES)
    elif code == _ERROR:  # there is no such link any more
        modem.closed(link)
    elif code != _SEND_OK and code != _CANCELED:
        modem.lose(link, _LOST_SEND)


def setblocking(self, flag):
    """``settimeout(None)``, or ``settimeout(0)``."""
    self.timeout = None if flag else 0


def lend(cls):
    """Make these functions methods of a class of sockets."""
    cls.place = place
    cls.placed = placed
    cls.queue = queue
    cls.ended = ended
    cls.setblocking = setblocking
