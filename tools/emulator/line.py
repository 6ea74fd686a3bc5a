"""The serial line between a module and its hosts: sans-I/O, on the module's clock.

Unpaced, bytes are there as soon as they are sent. Paced, each takes ten bit times at its
sender's baud rate and one follows the other, so that what arrives when is exact however rarely
anybody looks: :meth:`Line.pump` goes through every moment at which something happens, in order.

Each side has a bounded buffer. A byte that arrives when the buffer is full is lost and counted,
unless RTS/CTS holds its sender: the module's pins by the flow-control field of AT+UART_CUR, a
host's by its ``rtscts``. Several hosts on one line all hear the module, and all may talk.
"""

import collections

from .links import BACKLOG

#: How near to a byte's end, in byte times, a moment counts as there: less than any clock's step.
_NEAR = 1e-3

#: AT+UART_CUR's flow control, bit by bit: the module holds the host, and lets itself be held.
RTS, CTS = 1, 2

#: A host that is so many bytes further behind than another loses what comes: nobody reads there.
_LAG = 65536

#: What the module's UART driver keeps to be sent (at_uart_task.c): the AT task waits for room in
#: it, and reads nothing meanwhile.
_OUTPUT = 8192

#: Most bytes kept for a host that is not there yet, or sent without pacing to a module that
#: takes no more.
_SPARE = 1 << 20

#: Unpaced, the module looks so often whether it still takes what comes.
_BLOCK = 65536

#: What one end of a UART makes of bytes sent at another rate. Always the same for the same
#: bytes, and never ASCII: no reply comes out of it by chance.
_GARBLED = bytes(0x80 | (byte * 37 + 11) & 0x7F for byte in range(256))


def in_tune(one, other):
    """Are two baud rates the same, as near as a UART needs it? None is any rate."""
    return not one or not other or abs(one - other) <= 0.03 * other


class HostEnd:
    """One host's end of a line: its settings, and what it received and has not read."""

    def __init__(self, baudrate=None, *, size=None, rtscts=False):
        #: The rate it listens and talks at; None when it cannot differ from the module's.
        self.baudrate = baudrate
        #: Bytes that its receive buffer holds; None for no limit.
        self.size = size
        #: It holds the module by its RTS, and is held by its CTS.
        self.rtscts = rtscts
        self.received = bytearray()
        #: Bytes lost because the buffer was full.
        self.overruns = 0

    @property
    def room(self):
        """How many more bytes the buffer takes; None for any number."""
        return None if self.size is None else max(0, self.size - len(self.received))

    def put(self, data, baud, limit=None):
        """Bytes arrive, sent at ``baud``; returns how many of them are lost."""
        if not in_tune(self.baudrate, baud):
            data = data.translate(_GARBLED)
        room = self.room if limit is None else limit
        lost = 0 if room is None else max(0, len(data) - room)
        self.received += data[: len(data) - lost] if lost else data
        self.overruns += lost
        return lost

    def take(self, limit=None):
        """Read at most ``limit`` bytes, or all."""
        data = bytes(self.received if limit is None else self.received[:limit])
        del self.received[: len(data)]
        return data


class Lane:
    """One direction of a paced line: a queue, and the byte on the wire.

    ``rate()`` gives the sender's baud rate where an entry has none of its own.
    """

    def __init__(self, rate):
        self._rate = rate
        #: (bytes, sender), or (None, action): to be done once all before it has been sent.
        self._queue = collections.deque()
        self._gone = 0
        #: Bytes that have not left.
        self.waiting = 0
        # An unbroken run: when it began, how many bytes ago, at which time a byte.
        self._began = 0.0
        self._run = 0
        self._byte = 0.0
        self._held = False

    def put(self, data, now, sender=None):
        """Send ``data`` after what waits; what has arrived by ``now`` must have been taken."""
        if not data:
            return
        idle = not self._queue
        self._queue.append((data, sender))
        self.waiting += len(data)
        if idle:
            self._start(max(now, self._end))

    def mark(self, action):
        """Do ``action()`` once what waits has been sent."""
        self._queue.append((None, action))

    def clear(self):
        """Forget what has not been sent; what is marked is done."""
        marks = [action for data, action in self._queue if data is None]
        self._queue.clear()
        self._gone = self.waiting = 0
        for action in marks:
            action()

    @property
    def _end(self):
        return self._began + self._run * self._byte

    def _start(self, moment):
        self._began, self._run, self._byte = moment, 0, self._byte_time()

    def _byte_time(self):
        sender = self._queue[0][1] if self._queue and self._queue[0][0] is not None else None
        return 10 / (getattr(sender, "baudrate", None) or self._rate())

    def time_of(self, count):
        """When the ``count``-th byte from now has arrived; None while the line is held."""
        if self._held or not self._queue:
            return None
        return self._began + (self._run + count) * self._byte

    def first(self):
        """What is to arrive next, as one view."""
        data = self._queue[0][0] if self._queue else None
        return memoryview(data or b"")[self._gone :]

    def mark_due(self):
        """When the first marked action is due; None without one."""
        ahead = 0
        for data, _ in self._queue:
            if data is None:
                return self.time_of(ahead - self._gone)
            ahead += len(data)
        return None

    def advance(self, now, room):
        """Yield (bytes, sender) as they arrived by ``now``.

        ``room(sender)`` says how many bytes may still come, None for any number: with none the
        line is held, and the next byte begins when there is room again.
        """
        while self._queue:
            data, extra = self._queue[0]
            if data is None:
                self._queue.popleft()
                extra()
                continue
            free = room(extra)
            if self._held and free != 0:
                self._held = False
                self._start(now)
            if self._byte != self._byte_time():
                self._start(self._end)
            count = self._arrived(now, len(data) - self._gone)
            if free is not None and count > free:
                count, self._held = free, True
            if count <= 0:
                return
            part = data[self._gone : self._gone + count]
            self._pass(count, len(data))
            yield part, extra

    def _arrived(self, now, most):
        return min(most, int((now - self._began) / self._byte + _NEAR) - self._run)

    def _pass(self, count, length):
        self._run += count
        self._gone += count
        self.waiting -= count
        if self._gone == length:
            self._queue.popleft()
            self._gone = 0


class Line:
    """A module's serial line, with any number of hosts at its other end.

    ``feed(data)`` hands the module what came; ``on_loss(text)`` hears of bytes lost.
    """

    def __init__(self, core, *, paced=False, feed=None, on_loss=lambda text: None, size=None):
        self._core = core
        self._feed = feed or core.feed
        self._on_loss = on_loss
        self.paced = paced
        #: Bytes that the module's receive buffer holds.
        self.size = size or (core.profile.uart_buffer if paced else _SPARE)
        self.hosts = []
        #: Bytes that the module lost because its buffer was full, and those that hosts did.
        self.overruns = 0
        self.lost_by_hosts = 0
        #: Arrived at the module and not read by it.
        self._arrived = bytearray()
        self._to_module = Lane(lambda: core.baud)
        self._to_host = Lane(lambda: core.baud)
        # Kept for the first host: what is said before anybody listens.
        self._nobody = HostEnd(size=_SPARE)
        core.beyond = self.backlog
        core.when_sent = self.when_sent
        core.on_clear = self.clear

    # -- hosts -------------------------------------------------------------------------------

    def attach(self, host):
        """Connect a host; the first one also gets what was said before it came."""
        self.pump()
        if self._nobody:
            self._collect()
            host.put(self._nobody.take(), None)
            self._nobody = None
        self.hosts.append(host)
        self.retune(host, host.baudrate)
        return host

    def detach(self, host):
        """Disconnect a host; what it has sent still arrives."""
        self.hosts.remove(host)

    def retune(self, host, baudrate):
        """A host changes its baud rate: what has arrived until now came at the old one."""
        self.pump()
        self._collect()
        host.baudrate = baudrate
        self._core.host_baud = baudrate

    def write(self, host, data):
        """A host sends ``data``."""
        self.pump()
        if self.paced:
            self._to_module.put(bytes(data), self._core.clock.now(), host)
            return
        self._arrive(bytes(data), host)
        self._give()

    def read(self, host, limit=None):
        """A host reads what it received, at most ``limit`` bytes."""
        self.pump()
        self._collect()
        data = host.take(limit)
        if self.paced and data:
            self._step(self._core.clock.now())
        return data

    def available(self, host):
        """How many bytes a host can read now."""
        self.pump()
        self._collect()
        return len(host.received)

    # -- for the core ------------------------------------------------------------------------

    def backlog(self):
        """How many bytes the module has said and no host has: the fastest reader counts."""
        if self.paced:
            return self._to_host.waiting
        return min((len(host.received) for host in self.hosts), default=0)

    def when_sent(self, action):
        """Do ``action()`` once all that was said has left."""
        self._collect()
        if self._to_host.waiting:
            self._to_host.mark(action)
        else:
            action()

    def clear(self):
        """Forget what the module said and no host has read."""
        self._to_host.clear()
        for host in self.hosts:
            host.received.clear()

    # -- time --------------------------------------------------------------------------------

    @property
    def baud(self):
        """The module's rate."""
        return self._core.baud

    @property
    def under_way(self):
        """Are bytes on the wire?"""
        return bool(self._to_module.waiting or self._to_host.waiting)

    @property
    def unsent(self):
        """Bytes that hosts have sent and the module has not taken."""
        return self._to_module.waiting + len(self._arrived)

    def discard_unsent(self):
        """Forget what hosts have sent and is not on the wire."""
        self._to_module.clear()

    def next_due(self):
        """When something is due next without new input, in the clock's seconds, or None."""
        dues = [self._core.next_due()]
        if self.paced:
            part = self._to_module.first()
            dues.append(self._to_module.time_of(self._core.intake.appetite(part)))
            dues.append(self._to_host.mark_due())
            dues.append(self._time_below(BACKLOG))
            dues.append(self._time_below(_OUTPUT) if self._arrived else None)
        return min((due for due in dues if due is not None), default=None)

    def _time_below(self, count):
        """When less than ``count`` bytes wait to be sent to the host; None if they do not now."""
        over = self._to_host.waiting - count + 1
        return self._to_host.time_of(over) if over > 0 else None

    def next_arrival(self):
        """When the next byte reaches the hosts, in the clock's seconds, or None."""
        return self._to_host.time_of(1) if self._to_host.waiting else None

    def pump(self):
        """Let the module work and the bytes move, up to now."""
        now = self._core.clock.now()
        while (due := self.next_due()) is not None and due < now:
            self._step(due)
        if self.paced:
            self._step(now)
            return
        self._core.poll()
        self._give()
        if not self.hosts:
            self._collect()

    def _step(self, moment):
        """All that happens at one moment."""
        with self._core.scheduler.at(moment):
            if not self.paced:
                self._core.poll()
                return
            self._deliver(moment)
            self._receive(moment)
            self._core.poll()
            self._receive(moment)
            self._collect()

    # -- to the module -----------------------------------------------------------------------

    def _receive(self, moment):
        for data, host in self._to_module.advance(moment, self._module_room):
            self._arrive(data, host)
        self._give()

    def _module_room(self, host):
        """How much the module's RTS lets ``host`` send; None where nothing holds it."""
        if not self._core.flow_control & RTS or not host.rtscts:
            return None
        self._give()
        return self.size - len(self._arrived)

    def _arrive(self, data, host):
        if not in_tune(host.baudrate, self._core.baud):
            data = data.translate(_GARBLED)
        self._arrived += data
        self._give()
        lost = len(self._arrived) - self.size
        if lost > 0:
            del self._arrived[self.size :]
            self.overruns += lost
            self._on_loss(f"{lost} bytes lost: the module's buffer was full")

    @property
    def _reads(self):
        """Does the module read its UART?"""
        return self._core.intake.ready and not (self.paced and self._core.pending >= _OUTPUT)

    def _give(self):
        """Hand the module what it has room for."""
        while self._arrived and self._reads:
            count = self._core.intake.appetite(self._arrived) if self.paced else _BLOCK
            data = bytes(self._arrived[:count])
            del self._arrived[:count]
            self._feed(data)

    # -- to the hosts ------------------------------------------------------------------------

    def _collect(self):
        """Take what the module said: it is on its way now."""
        data = self._core.take()
        if not data:
            return
        if self.paced:
            now = self._core.scheduler.now
            self._deliver(now)
            self._to_host.put(data, now)
        else:
            self._spread(data)

    def _deliver(self, moment):
        for data, _ in self._to_host.advance(moment, self._host_room):
            self._spread(data)

    def _host_room(self, _):
        """How much the hosts that hold the module have room for; None where none does."""
        if not self._core.flow_control & CTS:
            return None
        rooms = [host.room for host in self.hosts if host.rtscts and host.size is not None]
        return min(rooms, default=None)

    def _spread(self, data):
        if self._nobody:
            self._nobody.put(data, None)
        ahead = min((len(host.received) for host in self.hosts), default=0)
        for host in self.hosts:
            limit = None
            if host.size is None and len(self.hosts) > 1:
                limit = max(0, ahead + _LAG - len(host.received))
            lost = host.put(data, self._core.baud, limit)
            if lost:
                self.lost_by_hosts += lost
                self._on_loss(f"{lost} bytes lost: the host's buffer was full")
