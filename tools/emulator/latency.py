"""A network with a delay between the module and its peers (``timing.peer``).

:class:`Far` takes the place of a core's network. What comes in, data and the end of a connection,
is held back for the delay. What goes out reaches the peer at once, so the delay is that of a
whole round trip.
"""

from collections import deque

#: How many bytes may be on their way to one link; then the peer must wait.
_HELD = 65536

#: Seconds: a difference too small for the scheduler.
_NEAR = 1e-9


class Channel:
    """A channel of the network with a delay. ``whole``: it carries datagrams."""

    def __init__(self, inner, core, whole=False):
        self._inner = inner
        self._core = core
        self._whole = whole
        #: What is on its way: (time of arrival, bytes, sender).
        self._held = deque()
        self._size = 0
        self._end = None
        self._source = inner.source

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @property
    def source(self):
        """The sender of the last datagram received."""
        return self._source if self._whole else self._inner.source

    @property
    def ended(self):
        """Whether the end of the connection has arrived, after all data."""
        if not self._inner.ended or self._held:
            return False
        if self._end is None:
            self._end = self._arrival()
        return self._end <= self._now + _NEAR

    @property
    def _now(self):
        return self._core.scheduler.now

    def _arrival(self):
        """When what leaves the peer now arrives; the core is woken then."""
        seconds = self._core.timing.peer
        self._core.scheduler.after(seconds, lambda: None, lasting=True)
        return self._now + seconds

    def _fetch(self, limit):
        """Take from the network what has left the peer by now."""
        while self._size < _HELD:
            data = self._inner.receive(limit)
            if not data:
                return
            self._held.append((self._arrival(), data, self._inner.source))
            self._size += len(data)

    def receive(self, limit):
        """Return at most ``limit`` bytes, or one datagram, of what has arrived."""
        if limit <= 0:
            return b""
        self._fetch(limit)
        if not self._held or self._held[0][0] > self._now + _NEAR:
            return b""
        due, data, self._source = self._held.popleft()
        if len(data) > limit and not self._whole:
            self._held.appendleft((due, data[limit:], self._source))
        data = data[:limit]
        self._size = sum(len(part) for _, part, _ in self._held)
        return data


class Listener:
    """A listener whose clients have the same delay."""

    def __init__(self, inner, core):
        self._inner = inner
        self._core = core

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def accept(self):
        """The next client's channel, or None."""
        channel = self._inner.accept()
        return channel and Channel(channel, self._core)


class Far:
    """A network whose peers have a round-trip time of ``core.timing.peer`` seconds."""

    def __init__(self, inner, core):
        self._inner = inner
        self._core = core

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def connect(self, *args, **options):
        """See :mod:`.network`."""
        return Channel(self._inner.connect(*args, **options), self._core)

    def datagrams(self, *args, **options):
        """See :mod:`.network`."""
        channel = self._inner.datagrams(*args, **options)
        return channel and Channel(channel, self._core, whole=True)

    def open_server(self, *args, **options):
        """See :mod:`.network`."""
        listener = self._inner.open_server(*args, **options)
        return listener and Listener(listener, self._core)
