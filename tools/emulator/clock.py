"""Clocks for the emulator: the real one, and one that a test advances."""

import time


class RealClock:
    """Monotonic wall time."""

    def now(self):
        """Seconds since an arbitrary start."""
        return time.monotonic()


class SimClock:
    """Time that stands still until :meth:`advance` is called."""

    def __init__(self, start=0.0):
        self._now = float(start)

    def now(self):
        """Seconds since an arbitrary start."""
        return self._now

    def advance(self, seconds):
        """Move forward by ``seconds`` (never back); returns the new time."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._now += seconds
        return self._now
