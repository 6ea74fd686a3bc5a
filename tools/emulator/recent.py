"""A list that keeps only the latest entries, so that it cannot grow for days without limit."""

#: About how much an entry weighs besides its bytes: a tuple, a float and a bytes object.
_ENTRY = 150


class Recent(list):
    """A list that drops its oldest entries, about half, when it weighs more than ``limit``.

    ``limit`` is in bytes, None for no limit; ``weigh(entry)`` gives an entry's length in bytes.
    """

    def __init__(self, limit, weigh):
        super().__init__()
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        #: How many entries were dropped.
        self.dropped = 0

    def append(self, entry):
        """Add an entry."""
        super().append(entry)
        if self._limit is None:
            return
        self._weight += self._weigh(entry) + _ENTRY
        if self._weight > self._limit and len(self) > 1:
            self._drop()

    def _drop(self):
        """Drop the oldest entries, until the rest weighs at most half the limit."""
        count = 0
        while self._weight > self._limit // 2 and count < len(self) - 1:
            self._weight -= self._weigh(self[count]) + _ENTRY
            count += 1
        del self[:count]
        self.dropped += count
