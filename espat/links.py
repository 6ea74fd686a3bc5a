# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's five links: what each is, whose it is, and the payload that comes for it.

Payload goes to a *receiver*, an object with three methods: ``place()`` gives a memoryview for the
next bytes, or None (then they are skipped); ``placed(n)`` tells that ``n`` bytes are there;
``finished(whole)`` tells that the payload is over: only if it was whole may its bytes be used. One
of pushed payload has a fourth: ``find(what)``, where bytes stand in it, or -1.

A payload that was asked for (``+CIPRECVDATA``) is whole when OK follows it. One that the module
pushed (``+IPD`` with a colon) is whole when something follows that firmware says there, or nothing
for a while: a module that restarts inside a payload fills it up with the noise of its boot loader.
"""

from . import lazy
from .errors import fail
from .parser import const

try:
    from weakref import ref
except ImportError:  # most boards: a socket that its program dropped keeps its link
    ref = None

# What a link is. From _LOST_RESTART to _LOST_PUSHED its stream has a hole: an error, never an end.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)  # what the module still holds can be read
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_LOST_PUSHED = const(8)
_CLOSING = const(9)
# Of these, a bit each: the module may have given such a link to a client of its server.
_VACANT = const(0x39)

# The parser's events.
_DATA = const(12)
_END = const(15)
_REFUSED = const(16)
_BROKEN = const(17)

_LINKS = const(5)
_QUIET_MS = const(8)  # nothing follows a pushed payload for so long: it was whole
_STALL_MS = const(50)  # a payload that pauses for so long may have been cut off by a restart
_ASK_MODES = const(1)  # for `recheck`


class Links:
    """The table of links, and payload on its way to them.

    A socket knows its link by number and generation, so that no late word of its last user reaches
    the next one.
    """

    # The table

    def pushes(self, link):
        """Whether the module pushes what this link receives, unasked."""
        return not self.passive or (link >= 0 and self.pushing >> link & 1 == 1)

    def owner(self, link):
        """The socket that has a link, None if none has."""
        owner = self._owners[link] if link >= 0 else None
        return owner() if ref and owner else owner

    def take(self, link, owner, state):
        """A socket, or None, takes a link in a state: the link's new generation."""
        self.links[link] = state
        self.links[link + _LINKS] = born = (self.links[link + _LINKS] + 1) & 255
        self.unread[link] = 0
        self.pushing &= ~(1 << link)
        self.unwanted &= ~(1 << link)
        self._owners[link] = ref(owner, self._dropped) if ref and owner else owner
        return born

    def _dropped(self, owner):
        """A program forgot its socket, which was collected."""
        for link in range(_LINKS):
            if self._owners[link] is owner:
                self.give(link)

    def give(self, link, state=_FREE):
        """Its owner is through with a link: it is closed when there is a turn, if need be.

        :param int state: what to take it for, if not for what it is: _OPEN where it may come to
            stand yet
        """
        state = state or self.links[link]
        self._owners[link] = None
        if state == _OPEN or state >= _LOST_WIFI or self.unread[link]:
            self.unwanted |= 1 << link
        else:
            self.links[link] = _FREE

    def lose(self, link, state):
        """There is a hole in a link's stream, in each if link is -1: whoever uses it shall know.

        :param int state: one from _LOST_RESTART to _LOST_PUSHED
        """
        for i in range(_LINKS):
            if (link < 0 or i == link) and _FREE < self.links[i] <= _CLOSED_BY_PEER:
                self.links[i] = state

    # Payload

    def payload(self, event):
        """DATA to BROKEN; True if a reader should have the chance to empty its queue first."""
        parser = self.parser
        if event == _REFUSED or event == _BROKEN:
            lazy.call("mishaps", "damaged", self, event)
            return False
        if event == _DATA:
            before = self.pushed
            self.t0 = self.port.ticks()  # from now on it may pause for so long
            self.settle(2)  # a header follows the payload before as it should
            link = parser.link
            if not parser.pushed:
                self.arrived = True
                parser.link = link = self.link
                self.unread[link] = max(0, self.unread[link] - parser.length)
                self.incoming = self.receiver
            elif link >= 0 and not _VACANT >> self.links[link] & 1 and self.pushes(link):
                self.incoming = self.owner(link)
            else:
                self.incoming = lazy.call("mishaps", "unexpected", self)
            if before is not None and parser.pushed:
                self.delayed = self.incoming
                return self.delayed is not None
        receiver = self.incoming
        if receiver is not None:
            if event != _DATA:
                receiver.placed(parser.at)
            if event != _END:
                parser.into(receiver.place())
        if event != _END:
            return False
        self.incoming = None
        if not parser.pushed:
            parser.asked = 0  # there is one to a command
            return False
        self.pushed = receiver
        self.pushed_at = self.port.ticks()
        return True

    def settle(self, whole):
        """The payload that was pushed last is whole, or it must not be used; 2: that is certain."""
        receiver = self.pushed
        if whole and (self.noise or self.stalled == 2):
            return  # "ready" may come yet, or be a part of it: mishaps.py
        if whole == 1 and receiver is not None and receiver.find(b"ready") >= 0:
            self.stalled = 2
            self.recheck |= _ASK_MODES
            return
        self.pushed = None
        self.stalled = 0
        if receiver is not None:
            receiver.finished(whole)

    def watch(self):
        """Nothing came: is a payload over, has it paused, will it ever come to its end?"""
        parser = self.parser
        coming = parser.left > 0
        waited = self.port.since(self.t0 if coming else self.pushed_at)
        if coming or self.noise or self.stalled or parser.tail == 2 or parser.r != parser.w:
            if waited > _STALL_MS:
                lazy.call("mishaps", "stall", self)
        elif waited > _QUIET_MS:
            self.settle(True)


def octets(what, data, into=False):
    """A memoryview of the bytes of a buffer.

    Items of another size would be announced by number and sent whole: the rest would be taken for
    commands.

    :param bool into: it must be one that can be read into
    :raises TypeError: it is not bytes, a bytearray or a memoryview of bytes
    """
    if isinstance(data, memoryview):
        size = getattr(data, "nbytes", 0)  # boards do not tell
        if not size:
            size = len(bytes(data[:1])) + len(data) - min(1, len(data))
        if size == len(data) and not (into and getattr(data, "readonly", False)):
            return data
    elif isinstance(data, bytearray) or (isinstance(data, bytes) and not into):
        return memoryview(data)
    raise fail("not_octets", what)
