"""Timers and tasks, with no clock but the one given.

A task is a generator. It yields what it waits for and goes on when that has come:

- a number: so many seconds,
- :class:`Until`: a condition, with or without a limit in seconds.

Time inside a timer's action is the time the timer was due, so that a chain of waits comes out
the same however rarely the scheduler runs.
"""

import contextlib
import heapq
import itertools

#: So many timers are looked through for canceled ones.
_CROWD = 64


class Until:
    """Wait for ``condition()`` to be true, at most ``seconds`` (None: no limit).

    The value sent back into the task says whether the condition held.
    """

    def __init__(self, condition, seconds=None):
        self.condition = condition
        self.seconds = seconds


class Timer:
    """One action to be done at ``due``; ``cancel`` is idempotent.

    One that is ``lasting`` outlives a reset: it is not the module's own.
    """

    def __init__(self, due, action, lasting=False):
        self.due = due
        self.action = action
        self.lasting = lasting

    def cancel(self):
        """Never act."""
        self.action = None


class Task:
    """A generator on its way; ``done(result)`` is called when it returns."""

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
        """Drop the task where it stands."""
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
        """The time, in seconds; inside an action the time the action was due."""
        return self.limit if self._now is None else self._now

    @property
    def limit(self):
        """Up to when timers are run: the clock's time, unless :meth:`at` says another."""
        return self._clock.now() if self._pinned is None else self._pinned

    @contextlib.contextmanager
    def at(self, moment):
        """Let it be ``moment``, no later than the clock's time, for as long as this lasts."""
        self._pinned = moment
        try:
            yield
        finally:
            self._pinned = None

    def after(self, seconds, action, lasting=False):
        """Do ``action()`` in so many seconds."""
        timer = Timer(self.now + max(0.0, seconds), action, lasting)
        heapq.heappush(self._heap, (timer.due, next(self._order), timer))
        if len(self._heap) > self._crowd:
            self._sweep()
        return timer

    def _sweep(self):
        """Forget canceled timers: one that is hours away would stay until then."""
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
        """When the next timer is due, in the clock's seconds; None without timers."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def clear(self):
        """Drop every timer and task, as a reset does, but those that outlive it."""
        for task in list(self.tasks):
            task.stop()
        self._heap[:] = [entry for entry in self._heap if entry[2].lasting]
        heapq.heapify(self._heap)
