"""The two streams of a serial line, and what faults do to the bytes in them.

A :class:`Wire` cuts its stream where a trigger is due, and applies the active changes to every
piece. After the wire to the host there is a :class:`Gate`, which can hold bytes back.
"""

import re

#: The header before a payload, which is printed in one piece with it: the module's own notices
#: never come inside the payload.
_PAYLOAD = re.compile(rb"(?:\r\n)?\+(?:IPD,[^:\r\n]*:|CIPRECVDATA[:,])")

#: How many changes of one stream, or effects of one kind, can wait for their bytes or commands.
#: More are ignored, so that a fault at every byte does not collect them without limit.
MOST_PENDING = 16

#: A time in seconds that counts as none.
_NOTHING = 1e-9


class Wire:
    """One direction of the line."""

    def __init__(self, way, put):
        self.way = way
        #: How many bytes came in, counted before any changes.
        self.count = 0
        self._put = put
        self._triggers = []
        #: The active changes (:class:`Change`), in the order in which they apply.
        self.changes = []

    def add(self, trigger):
        """Add a trigger; it may be due at once."""
        self._triggers.append(trigger)
        self._fire(self.count, waits=False)

    def change(self, change):
        """Add a change that applies to the next bytes."""
        if len(self.changes) < MOST_PENDING:
            self.changes.append(change)

    def ahead(self):
        """How many bytes may pass before a trigger is due; None for any number."""
        gaps = [t.position - self.count for t in self._triggers if t.position > self.count]
        return min(gaps, default=None)

    def feed(self, data):
        """Pass ``data`` on, with the faults applied."""
        end = self.count + len(data)
        payload = self.way == "out" and _PAYLOAD.match(data)
        begin = self.count
        while self.count < end:
            self._fire(end if payload else self.count, waits=True)
            stop = min([end, *(t.position for t in self._triggers if t.position > self.count)])
            piece = data[self.count - begin : stop - begin]
            self.count = stop
            self._put(self._changed(piece))
            self._fire(end if payload else stop, waits=False)

    def _fire(self, end, waits):
        """Fire the triggers that are due here and whose ``waits`` is as given.

        A polite fault, which must not come inside a payload, is postponed to its ``end``.
        """
        for trigger in self._triggers:
            if trigger.position != self.count or trigger.waits != waits:
                continue
            if trigger.fault.polite and self.count < end:
                trigger.put_off(end)
                continue
            trigger.step()
            trigger.fault.fire(self.way)
        self._triggers = [t for t in self._triggers if t.position is not None]

    def _changed(self, piece):
        for change in self.changes:
            piece = change.apply(piece)
        self.changes = [change for change in self.changes if change.left]
        return piece


class Change:
    """A change to the next ``left`` bytes of a stream."""

    def __init__(self, count):
        self.left = count

    def apply(self, piece):
        """Return a piece of the stream with the change applied."""
        part = piece[: self.left]
        self.left -= len(part)
        return self.change(part) + piece[len(part) :] if part else piece

    def change(self, part):
        """Return the changed bytes for ``part``."""
        raise NotImplementedError


class Drop(Change):
    """The bytes are lost."""

    def change(self, part):
        return b""


class Flip(Change):
    """One byte comes with the bits of ``mask`` inverted."""

    def __init__(self, mask):
        super().__init__(1)
        self._mask = mask

    def change(self, part):
        return bytes(byte ^ self._mask for byte in part)


class Duplicate(Change):
    """The bytes come a second time, as a block, after all of them have passed."""

    def __init__(self, count):
        super().__init__(count)
        self._seen = b""

    def change(self, part):
        self._seen += part
        return part if self.left else part + self._seen


class Gate:
    """Holds bytes back: all of them for a time, or lets them pass in pieces with pauses."""

    def __init__(self, core, put, later):
        self._core = core
        self._put = put
        self._later = later
        #: The bytes that are held back.
        self.waiting = bytearray()
        self._opens = 0.0
        self._piece = None
        self._until = None
        self._armed = False

    def shut(self, seconds):
        """Let nothing pass for ``seconds``."""
        self._opens = max(self._opens, self._core.scheduler.now + seconds)

    def cut(self, size, gap, seconds=None):
        """Let ``size`` bytes pass, then nothing for ``gap`` seconds, and so on.

        This ends after ``seconds``; None: never.
        """
        self._piece = (size, gap)
        self._until = None if seconds is None else self._core.scheduler.now + seconds

    def put(self, data):
        """Add bytes for the host."""
        self.waiting += data
        if not self._armed:
            self._go()

    def _go(self):
        now = self._core.scheduler.now
        self._armed = False
        if self._piece and self._until is not None and now >= self._until:
            self._piece = None
        if self.waiting and now >= self._opens - _NOTHING:
            self._let_through(now)
        if self.waiting:
            self._armed = True
            self._later(self._opens - now, self._go)

    def _let_through(self, now):
        size = len(self.waiting)
        if self._piece:
            size = self._piece[0]
            self._opens = now + self._piece[1]
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        self._put(data)
