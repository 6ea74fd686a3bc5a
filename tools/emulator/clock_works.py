"""The module's own idea of the time of day, and SNTP that sets it."""

from .asking import wait_for
from .commands.tcp import resolve

#: SNTP asks again after so many seconds (AT+CIPSNTPINTV, one hour).
INTERVAL = 3600

#: Pause after servers that did not answer, in seconds.
_RETRY = 15


class ClockWorks:
    """Time since 1970, counted from boot until somebody tells better."""

    def __init__(self, core):
        self._core = core
        self.reset()

    def reset(self):
        """As after power-on: 1970, and nobody asked."""
        self._zero = self._core.scheduler.now
        self._offset = 0
        self._task = None
        self.synchronised = False
        self.interval = INTERVAL

    def utc(self):
        """Seconds since 1970, as far as the module knows."""
        return self._core.scheduler.now - self._zero

    def local(self):
        """The same in the zone set; unsynchronised time has none (captures 30, 31)."""
        if not self.synchronised:
            return 0 if self._core.profile.old else self.utc()
        return self.utc() + self._offset

    def set(self, seconds):
        """It is so many seconds since 1970."""
        self._zero = self._core.scheduler.now - seconds

    def start(self, offset, servers):
        """Ask ``servers`` in turn, now and every so often; ``offset`` is the zone, in seconds."""
        self.stop()
        self._offset = offset
        self._task = self._core.scheduler.start(self._run(servers))

    def stop(self):
        """Ask no more."""
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
