"""Timers and tasks, which use only the clock they are given.

A task is a generator. It yields what it waits for, and is resumed when that has come:

- a number: a time in seconds,
- :class:`Until`: a condition, with or without a limit in seconds.

Inside a timer's action the time is the one at which the timer was due. So a chain of waits ends
at the same time even if the scheduler runs rarely.
"""

import contextlib
import heapq
import itertools

#: With more timers than this, canceled ones are removed.
_CROWD = 64


class Until:
    """Wait until ``condition()`` is true, at most ``seconds`` (None: no limit).

    The ``yield`` in the task then returns whether the condition became true.
    """

    def __init__(self, condition, seconds=None):
        self.condition = condition
        self.seconds = seconds


class Timer:
    """An action to be called at ``due``; ``cancel`` may be called more than once.

    A ``lasting`` timer survives a reset: it belongs to the network, not to the module.
    """

    def __init__(self, due, action, lasting=False):
        self.due = due
        self.action = action
        self.lasting = lasting

    def cancel(self):
        """Make sure that the action is not called."""
        self.action = None


class Task:
    """A running generator; ``done(result)`` is called when it returns."""

    def __init__(self, scheduler, steps, done):
        self._scheduler = scheduler
        self._steps = steps
        self._done = done
        self._timer = None
        self.condition = None
        self.finished = False

    def resume(self, value=None):
        """Run to the next wait."""
        self.condition = None
        if self._timer:
            self._timer.cancel()
        try:
            wait = self._steps.send(value)
            while isinstance(wait, Until) and wait.condition():
                wait = self._steps.send(True)
        except StopIteration as end:
            self._end(end.value)
            return
        self._wait(wait)

    def _wait(self, wait):
        seconds = wait
        if isinstance(wait, Until):
            self.condition = wait.condition
            seconds = wait.seconds
        if seconds is not None:
            self._timer = self._scheduler.after(seconds, lambda: self.resume(False))

    def _end(self, result):
        self.finished = True
        self._scheduler.tasks.discard(self)
        if self._done:
            self._done(result)

    def stop(self):
        """End the task where it waits; ``done`` is not called."""
        self.finished = True
        self.condition = None
        if self._timer:
            self._timer.cancel()
        self._scheduler.tasks.discard(self)
        self._steps.close()


class Scheduler:
    """All timers and tasks of one module."""

    def __init__(self, clock):
        self._clock = clock
        self._heap = []
        self._order = itertools.count()
        self._now = None
        self._pinned = None
        self._crowd = _CROWD
        self.tasks = set()

    @property
    def now(self):
        """The time in seconds; inside an action, the time at which it was due."""
        return self.limit if self._now is None else self._now

    @property
    def limit(self):
        """Up to which time timers are run: the clock's time, or the one set by :meth:`at`."""
        return self._clock.now() if self._pinned is None else self._pinned

    @contextlib.contextmanager
    def at(self, moment):
        """In the ``with`` block the time is ``moment``, which is not after the clock's time."""
        self._pinned = moment
        try:
            yield
        finally:
            self._pinned = None

    def after(self, seconds, action, lasting=False):
        """Call ``action()`` in ``seconds``; returns the timer."""
        timer = Timer(self.now + max(0.0, seconds), action, lasting)
        heapq.heappush(self._heap, (timer.due, next(self._order), timer))
        if len(self._heap) > self._crowd:
            self._sweep()
        return timer

    def _sweep(self):
        """Remove canceled timers: one that is due in hours would stay until then."""
        self._heap[:] = [entry for entry in self._heap if entry[2].action is not None]
        heapq.heapify(self._heap)
        self._crowd = max(_CROWD, 2 * len(self._heap))

    def start(self, steps, done=None):
        """Start a generator as a task; its first step runs now."""
        task = Task(self, steps, done)
        self.tasks.add(task)
        task.resume()
        return task

    def run(self):
        """Do whatever is due and resume every task whose condition holds."""
        self._wake()
        while self._heap and self._heap[0][0] <= self.limit:
            timer = heapq.heappop(self._heap)[2]
            if timer.action is None:
                continue
            action, timer.action = timer.action, None
            self._now = timer.due
            try:
                action()
            finally:
                self._now = None
            self._wake()

    def _wake(self):
        ready = True
        while ready:
            ready = [task for task in self.tasks if task.condition and task.condition()]
            for task in ready:
                if task.condition:
                    task.resume(True)

    def next_due(self):
        """When the next timer is due, in the clock's seconds, or None."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def clear(self):
        """Drop every task, and every timer that is not ``lasting``, as a reset does."""
        for task in list(self.tasks):
            task.stop()
        self._heap[:] = [entry for entry in self._heap if entry[2].lasting]
        heapq.heapify(self._heap)
