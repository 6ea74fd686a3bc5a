# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's five links: the state and owner of each, and the payload that arrives for it.

Payload goes to a *receiver*, an object with three methods. ``place()`` returns a memoryview for the
next bytes, or None to skip them. ``placed(n)`` says that ``n`` bytes are there. ``finished(whole)``
says that the payload is over: its bytes may be used only if it was whole. A receiver of pushed
payload has a fourth, ``find(what)``: the position of these bytes in the payload, or -1.

A payload that was asked for (``+CIPRECVDATA``) is whole when OK follows it. One that the module
pushed (``+IPD`` with a colon) is whole when a line follows that firmware prints there, or nothing
comes for a while. A module that restarts inside a payload fills it up with boot loader noise.
"""

from . import lazy
from .errors import const, fail

try:
    from weakref import ref
except ImportError:  # on most boards a socket that its program forgot to close keeps its link
    ref = None

# The states of a link. From _LOST_RESTART to _LOST_PUSHED bytes are missing: readers get an error.
_FREE = const(0)
_OPENING = const(1)
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)  # the bytes that the module still holds can be read
_LOST_RESTART = const(4)
_LOST_WIFI = const(5)
_LOST_BYTES = const(6)
_LOST_SEND = const(7)
_LOST_PUSHED = const(8)
_CLOSING = const(9)
# A bit for each state in which the module may give the link to a client of its server.
_VACANT = const(0x39)

# The parser's events.
_DATA = const(12)
_END = const(15)
_REFUSED = const(16)
_BROKEN = const(17)

_LINKS = const(5)
_QUIET_MS = const(8)  # a pushed payload that nothing follows for this long was whole
_STALL_MS = const(50)  # a payload that pauses for this long may have been cut off by a restart
_ASK_MODES = const(1)  # for `recheck`


class Links:
    """The table of links, and the payload that is arriving for them.

    A socket has its link as long as it is the link's owner, so that nothing meant for a link's
    previous user reaches the next one.
    """

    # The table

    def pushes(self, link):
        """Whether the module sends what this link receives without being asked."""
        return not self.passive or (link >= 0 and self.pushing >> link & 1 == 1)

    def owner(self, link):
        """The socket that owns a link; None if there is none."""
        owner = self._owners[link] if link >= 0 else None
        return owner() if ref and owner else owner

    def take(self, link, owner, state):
        """Give a link to a socket, or to None, in this state."""
        self.links[link] = state
        self.unread[link] = 0
        self.pushing &= ~(1 << link)
        self.unwanted &= ~(1 << link)
        self._owners[link] = ref(owner, self._dropped) if ref and owner else owner

    def _dropped(self, owner):
        """A socket was garbage-collected without being closed: release its link."""
        self.give(self._owners.index(owner))

    def give(self, link, state=_FREE):
        """Release a link. If it must be closed, that is done before the next command.

        :param int state: treat the link as in this state, if it is not 0: _OPEN where the
            connection may still be established
        """
        state = state or self.links[link]
        self._owners[link] = None
        if state == _OPEN or state >= _LOST_WIFI or self.unread[link]:
            self.unwanted |= 1 << link
        else:
            self.links[link] = _FREE

    def lose(self, link, state):
        """Mark a link, or every link if it is -1, as having lost bytes: its users get an error.

        From _LOST_BYTES on, what the owner holds unread is dropped: bytes may be missing in it.

        :param int state: a state from _LOST_RESTART to _LOST_PUSHED
        """
        for i in range(_LINKS):
            if (link < 0 or i == link) and _FREE < self.links[i] <= _CLOSED_BY_PEER:
                self.links[i] = state
                owner = self.owner(i)
                if owner is not None and state >= _LOST_BYTES:
                    owner.ring = None

    # Payload

    def payload(self, event):
        """Handle an event from DATA to BROKEN. True: let a reader empty its queue before more."""
        parser = self.parser
        if event == _REFUSED or event == _BROKEN:
            lazy.call("mishaps", "damaged", self, event)
            return False
        if event == _DATA:
            before = self.pushed
            self.t0 = self.port.ticks()  # pauses of the payload are measured from here
            self.settle(2)  # a header follows the previous payload: so that one was whole
            link = parser.link
            if not parser.pushed:
                self.arrived = True
                parser.link = link = self.link
                self.incoming = self.receiver
            elif link >= 0 and not _VACANT >> self.links[link] & 1 and self.pushes(link):
                self.incoming = self.owner(link)
            else:
                self.incoming = lazy.call("mishaps", "unexpected", self)
            self.unread[link] = max(0, self.unread[link] - parser.length)
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
            parser.asked = 0  # each command brings one payload
            return False
        self.pushed = receiver
        self.pushed_at = self.port.ticks()
        return True

    def settle(self, whole):
        """Settle the payload pushed last: it is whole (2: certainly), or must not be used."""
        receiver = self.pushed
        if whole and (self.noise or self.stalled == 2):
            return  # "ready" may still come, or be inside the payload: mishaps.py
        if whole == 1 and receiver is not None and receiver.find(b"ready") >= 0:
            self.stalled = 2
            self.recheck |= _ASK_MODES
            return
        self.pushed = None
        self.stalled = 0
        if receiver is not None:
            receiver.finished(whole)

    def watch(self):
        """No byte came: find out whether a payload is over, has paused, or will never end."""
        parser = self.parser
        coming = parser.left > 0
        waited = self.port.since(self.t0 if coming else self.pushed_at)
        if coming or self.noise or self.stalled or parser.tail == 2 or parser.r != parser.w:
            if waited > _STALL_MS:
                lazy.call("mishaps", "stall", self)
        elif waited > _QUIET_MS:
            self.settle(True)


def octets(what, data, into=False):
    """Return a memoryview of the bytes of a buffer.

    Of items larger than a byte, the command would announce the number of items but all their bytes
    would be sent: the module would take the rest for commands.

    :param bool into: the buffer must be writable
    :raises TypeError: it is not bytes, a bytearray or a memoryview of bytes
    """
    if isinstance(data, bytearray) or (isinstance(data, bytes) and not into):
        return memoryview(data)
    if isinstance(data, memoryview):
        size = getattr(data, "nbytes", 0)  # boards do not have it
        if not size:
            size = len(bytes(data[:1])) + len(data) - min(1, len(data))
        if size == len(data) and not (into and getattr(data, "readonly", False)):
            return data
    raise fail("not_octets", what)
