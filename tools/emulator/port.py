"""What a served port does with its bytes, whatever carries them.

A port's program is held off by its carrier: nothing more is read from it while a paced line is
busy with what it sent, while the module takes no more, or while it does not read the answers.
"""

import selectors

from .line import HostEnd

#: Bytes moved at a time, and at most in one turn of the thread.
_BLOCK = 16384
_TURN = 1 << 18

#: Answers that a program may leave unread before it is not listened to any more.
_UNREAD = 1 << 18

#: A paced line is given so many seconds of bytes ahead.
_AHEAD = 0.01


class Port:
    """One carrier of bytes; a subclass has ``_receive``, ``_send`` and ``fileno()``.

    ``_receive(limit)`` gives bytes, b"" for none; ``_send(data)`` returns how many went.
    """

    def __init__(self, line, size, baudrate=None):
        self._line = line
        self._size = size
        self.end = HostEnd(baudrate, size=size)
        self._output = b""
        #: Bytes wait for something that no descriptor tells of.
        self.held = False
        #: There may be more to move at once.
        self.busy = False

    @property
    def _listens(self):
        """May the program's bytes be read now?"""
        if len(self.end.received) > _UNREAD:
            return False
        ahead = self.end.baudrate or self._line.baud
        return self._line.unsent <= (ahead / 10 * _AHEAD if self._line.paced else 0)

    def step(self):
        """Move bytes both ways, until nothing moves or others must have their turn."""
        left = _TURN
        while left > 0:
            count = self._take() + self._give()
            if not count:
                break
            left -= count
        self.busy = left <= 0

    def _take(self):
        if not self._listens:
            return 0
        limit = _BLOCK
        if self._line.paced:
            limit = max(1, int((self.end.baudrate or self._line.baud) / 10 * _AHEAD))
        data = self._receive(limit)
        if data:
            self._line.write(self.end, data)
        return len(data)

    def _give(self):
        if not self._output:
            self._output = self._line.read(self.end, _BLOCK)
        if not self._output:
            return 0
        count = self._send(self._output)
        self._output = self._output[count:]
        return count

    def waiting(self):
        """{descriptor: events} of what this port waits for."""
        events = selectors.EVENT_READ if self._listens else 0
        if self._output and not self.held:
            events |= selectors.EVENT_WRITE
        return {self.fileno(): events} if events else {}
