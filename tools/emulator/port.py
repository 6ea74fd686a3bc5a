"""How a served port moves bytes between a program and the module's line.

Nothing is read from the program while a paced line is still sending its earlier bytes, while the
module does not read, or while the program does not read the answers. The pseudo-terminal or the
TCP connection then makes the program wait.
"""

import selectors

from .line import HostEnd

#: Bytes moved at a time, and at most in one turn of the thread.
_BLOCK = 16384
_TURN = 1 << 18

#: How many bytes a program may leave unread before nothing is read from it any more.
_UNREAD = 1 << 18

#: How many seconds' worth of bytes a paced line is given in advance.
_AHEAD = 0.01


class Port:
    """The base class of ports; a subclass has ``_receive``, ``_send`` and ``fileno()``.

    ``_receive(limit)`` returns bytes, b"" for none; ``_send(data)`` returns how many were sent.
    """

    def __init__(self, line, size, baudrate=None):
        self._line = line
        self._size = size
        self.end = HostEnd(baudrate, size=size)
        self._output = b""
        #: Whether bytes wait for something that a selector cannot report.
        self.held = False
        #: Whether there may be more bytes to move at once.
        self.busy = False

    @property
    def _listens(self):
        """Whether bytes of the program may be read now."""
        if len(self.end.received) > _UNREAD:
            return False
        ahead = self.end.baudrate or self._line.baud
        return self._line.unsent <= (ahead / 10 * _AHEAD if self._line.paced else 0)

    def step(self):
        """Move bytes in both directions, until nothing moves or it is the turn of other ports."""
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
        """What this port waits for: {descriptor: events}."""
        events = selectors.EVENT_READ if self._listens else 0
        if self._output and not self.held:
            events |= selectors.EVENT_WRITE
        return {self.fileno(): events} if events else {}
