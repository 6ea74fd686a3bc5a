"""A list that keeps what was added last, bounded by weight: for programs that run for days."""

#: What an entry weighs beside its bytes, about: tuple, float and bytes object.
_ENTRY = 150


class Recent(list):
    """Append to it as to a list; the older half goes when all together weighs too much.

    ``limit`` is in bytes, None for none; ``weigh(entry)`` is an entry's length in bytes.
    """

    def __init__(self, limit, weigh):
        super().__init__()
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        #: How many entries went.
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
        """Forget the oldest, down to half the limit."""
        count = 0
        while self._weight > self._limit // 2 and count < len(self) - 1:
            self._weight -= self._weigh(self[count]) + _ENTRY
            count += 1
        del self[:count]
        self.dropped += count
