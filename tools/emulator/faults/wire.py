"""The two streams of a serial line, and what faults do to the bytes in them.

A :class:`Wire` cuts its stream where a trigger is due and sends every piece through the changes
that are in force. Behind the one to the host stands a :class:`Gate`, which keeps bytes back.
"""

import re

#: The head of what is printed in one piece: nothing of the module's own comes into the payload
#: that follows it.
_PAYLOAD = re.compile(rb"(?:\r\n)?\+(?:IPD,[^:\r\n]*:|CIPRECVDATA[:,])")

#: Changes of one stream, or answers of one kind, that wait for their bytes or commands; further
#: ones are none, so that a fault at every byte does not heap them up.
MOST_PENDING = 16

#: Seconds too short to be told from none.
_NOTHING = 1e-9


class Wire:
    """One direction of the line."""

    def __init__(self, way, put):
        self.way = way
        #: Bytes that came in at this end, before anything was done to them.
        self.count = 0
        self._put = put
        self._triggers = []
        #: What is done to the bytes that pass.
        self.changes = []

    def add(self, trigger):
        """Let a trigger watch; it may be due at once."""
        self._triggers.append(trigger)
        self._fire(self.count, waits=False)

    def change(self, change):
        """Do something to what passes from now on."""
        if len(self.changes) < MOST_PENDING:
            self.changes.append(change)

    def ahead(self):
        """How many bytes may come before a trigger is due; None for any number."""
        gaps = [t.position - self.count for t in self._triggers if t.position > self.count]
        return min(gaps, default=None)

    def feed(self, data):
        """Pass ``data`` on, as it comes out of the faults."""
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
        """Fire what is due here, of those that wait for the next byte or of the others.

        What must not come into a payload waits for its ``end``.
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
    """Something done to the next ``left`` bytes of a stream."""

    def __init__(self, count):
        self.left = count

    def apply(self, piece):
        """What becomes of a piece of the stream."""
        part = piece[: self.left]
        self.left -= len(part)
        return self.change(part) + piece[len(part) :] if part else piece

    def change(self, part):
        """What becomes of bytes that the change is for."""
        raise NotImplementedError


class Drop(Change):
    """They are lost."""

    def change(self, part):
        return b""


class Flip(Change):
    """One byte comes with these bits turned over."""

    def __init__(self, mask):
        super().__init__(1)
        self._mask = mask

    def change(self, part):
        return bytes(byte ^ self._mask for byte in part)


class Duplicate(Change):
    """They come a second time, as a block, once all of them have passed."""

    def __init__(self, count):
        super().__init__(count)
        self._seen = b""

    def change(self, part):
        self._seen += part
        return part if self.left else part + self._seen


class Gate:
    """Keeps bytes back: all of them for a while, or all but a piece now and then."""

    def __init__(self, core, put, later):
        self._core = core
        self._put = put
        self._later = later
        #: What is kept back.
        self.waiting = bytearray()
        self._opens = 0.0
        self._piece = None
        self._until = None
        self._armed = False

    def shut(self, seconds):
        """Let nothing through for a while."""
        self._opens = max(self._opens, self._core.scheduler.now + seconds)

    def cut(self, size, gap, seconds=None):
        """Let through ``size`` bytes, then nothing for ``gap`` seconds, and so on."""
        self._piece = (size, gap)
        self._until = None if seconds is None else self._core.scheduler.now + seconds

    def put(self, data):
        """Bytes for the host."""
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
