"""The module's own time of day, and SNTP, which sets it."""

from .asking import wait_for
from .reach import resolve

#: The default interval of SNTP in seconds (AT+CIPSNTPINTV): one hour.
INTERVAL = 3600

#: Pause after servers that did not answer, in seconds.
_RETRY = 15


class ClockWorks:
    """The time since 1970; it begins at 0 at boot, until it is set."""

    def __init__(self, core):
        self._core = core
        self.reset()

    def reset(self):
        """Set the state after power-on: 1970, and SNTP off."""
        self._zero = self._core.scheduler.now
        self._offset = 0
        self._task = None
        self.synchronised = False
        self.interval = INTERVAL

    def utc(self):
        """Seconds since 1970, as far as the module knows."""
        return self._core.scheduler.now - self._zero

    def local(self):
        """The same in the time zone that was set.

        Without synchronisation the zone does not apply (captures 30, 31).
        """
        if not self.synchronised:
            return 0 if self._core.profile.old else self.utc()
        return self.utc() + self._offset

    def set(self, seconds):
        """Set the time to ``seconds`` since 1970."""
        self._zero = self._core.scheduler.now - seconds

    def start(self, offset, servers):
        """Ask ``servers`` in turn, now and at intervals; ``offset`` is the zone, in seconds."""
        self.stop()
        self._offset = offset
        self._task = self._core.scheduler.start(self._run(servers))

    def stop(self):
        """Stop asking."""
        if self._task:
            self._task.stop()
        self._task = None

    def _run(self, servers):
        while True:
            yield self._core.timing.sntp
            answered = False
            if self._core.station.joined:
                for server in servers:
                    answered = yield from self._ask(server)
                    if answered:
                        break
            yield self.interval if answered else min(self.interval, _RETRY)

    def _ask(self, server):
        core = self._core
        address = yield from resolve(core, server)
        if address is None:
            return False
        seconds = yield from wait_for(core.network.time(address), core.timing.dns_timeout)
        if seconds is None:
            return False
        self.set(seconds)
        self.synchronised = True
        core.say("time updated")
        return True
