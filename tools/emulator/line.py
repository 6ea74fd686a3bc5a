"""The serial line between a module and its hosts: sans-I/O, on the module's clock.

Unpaced, bytes arrive as soon as they are sent. Paced, each byte takes ten bit times at its
sender's baud rate, one after the other. The times of arrival are exact even if :meth:`Line.pump`
is called rarely, because it goes through every moment at which something happens, in order.

Each side has a receive buffer of limited size. A byte that arrives when the buffer is full is
lost and counted, unless RTS/CTS stops its sender. The flow-control field of AT+UART_CUR turns
on the module's pins, ``rtscts`` those of a host. If several hosts share one line, all of them
receive what the module sends, and all may send.
"""

import collections

from .links import BACKLOG

#: A byte counts as arrived when at most this part of its byte time is left; this is less than
#: the step of any clock.
_NEAR = 1e-3

#: Bits of AT+UART_CUR's flow control: the module can stop the host (RTS), and the host can stop
#: the module (CTS).
RTS, CTS = 1, 2

#: A host that has this many more unread bytes than another loses what comes: it is assumed that
#: nobody reads there.
_LAG = 65536

#: Size of the send buffer of the module's UART driver, in bytes (at_uart_task.c). The AT task
#: waits for space in it, and reads nothing meanwhile.
_OUTPUT = 8192

#: The most bytes kept for a host that has not been attached yet, or for a module on an unpaced
#: line that does not read at the moment.
_SPARE = 1 << 20

#: Unpaced, the module is given bytes in blocks of this size, and may stop reading after each.
_BLOCK = 65536

#: What a UART receives of bytes sent at another rate. The result is always the same for the
#: same bytes, and never ASCII, so that it cannot look like a reply by chance.
_GARBLED = bytes(0x80 | (byte * 37 + 11) & 0x7F for byte in range(256))


def in_tune(one, other):
    """Whether two baud rates are close enough for a UART (3 %). None matches any rate."""
    return not one or not other or abs(one - other) <= 0.03 * other


class HostEnd:
    """One host's end of a line: its settings, and the bytes that it received but has not read."""

    def __init__(self, baudrate=None, *, size=None, rtscts=False):
        #: The host's baud rate; None when it cannot differ from the module's.
        self.baudrate = baudrate
        #: Size of its receive buffer in bytes; None for no limit.
        self.size = size
        #: Whether it can stop the module by its RTS, and be stopped through its CTS.
        self.rtscts = rtscts
        self.received = bytearray()
        #: How many bytes were lost because the buffer was full.
        self.overruns = 0

    @property
    def room(self):
        """How many more bytes the buffer can hold; None for any number."""
        return None if self.size is None else max(0, self.size - len(self.received))

    def put(self, data, baud, limit=None):
        """Receive bytes that were sent at ``baud``; returns how many of them are lost."""
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
    """One direction of a paced line: a queue of bytes to send, and the byte on the wire.

    ``rate()`` gives the baud rate for entries whose sender has none of its own.
    """

    def __init__(self, rate):
        self._rate = rate
        #: (bytes, sender), or (None, action): an action for when all before it has been sent.
        self._queue = collections.deque()
        self._gone = 0
        #: How many bytes have not been sent yet.
        self.waiting = 0
        # A run of bytes without a gap: when it began, its bytes so far, the time of each byte.
        self._began = 0.0
        self._run = 0
        self._byte = 0.0
        self._held = False

    def put(self, data, now, sender=None):
        """Queue ``data``. What has arrived by ``now`` must have been taken before."""
        if not data:
            return
        idle = not self._queue
        self._queue.append((data, sender))
        self.waiting += len(data)
        if idle:
            self._start(max(now, self._end))

    def mark(self, action):
        """Call ``action()`` once all that is in the queue now has been sent."""
        self._queue.append((None, action))

    def clear(self):
        """Discard what has not been sent, and call the marked actions now."""
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
        """When the ``count``-th byte from now will have arrived; None while the line is stopped."""
        if self._held or not self._queue:
            return None
        return self._began + (self._run + count) * self._byte

    def first(self):
        """The bytes that arrive next, as one memoryview."""
        data = self._queue[0][0] if self._queue else None
        return memoryview(data or b"")[self._gone :]

    def mark_due(self):
        """When the first marked action is due, or None."""
        ahead = 0
        for data, _ in self._queue:
            if data is None:
                return self.time_of(ahead - self._gone)
            ahead += len(data)
        return None

    def advance(self, now, room):
        """Yield (bytes, sender) for what has arrived by ``now``.

        ``room(sender)`` says how many bytes may still come, None for any number. At 0 the line
        is stopped, and the next byte begins when there is room again.
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

    ``feed(data)`` passes received bytes to the module; ``on_loss(text)`` is called when bytes
    were lost.
    """

    def __init__(self, core, *, paced=False, feed=None, on_loss=lambda text: None, size=None):
        self._core = core
        self._feed = feed or core.feed
        self._on_loss = on_loss
        self.paced = paced
        #: Size of the module's receive buffer in bytes.
        self.size = size or (core.profile.uart_buffer if paced else _SPARE)
        self.hosts = []
        #: How many bytes were lost because a buffer was full: by the module, and by hosts.
        self.overruns = 0
        self.lost_by_hosts = 0
        #: Bytes that arrived at the module but have not been read by it.
        self._arrived = bytearray()
        self._to_module = Lane(lambda: core.baud)
        self._to_host = Lane(lambda: core.baud)
        # Receives what the module sends before there is a host, for the first host to read.
        self._nobody = HostEnd(size=_SPARE)
        core.beyond = self.backlog
        core.when_sent = self.when_sent
        core.on_clear = self.clear

    # -- hosts -------------------------------------------------------------------------------

    def attach(self, host):
        """Connect a host. The first one also receives what the module sent before."""
        self.pump()
        if self._nobody:
            self._collect()
            host.put(self._nobody.take(), None)
            self._nobody = None
        self.hosts.append(host)
        self.retune(host, host.baudrate)
        return host

    def detach(self, host):
        """Disconnect a host. What it has sent still arrives."""
        self.hosts.remove(host)

    def retune(self, host, baudrate):
        """Change a host's baud rate. What has arrived until now was received at the old one."""
        self.pump()
        self._collect()
        host.baudrate = baudrate
        self._core.host_baud = baudrate

    def write(self, host, data):
        """Send ``data`` from a host to the module."""
        self.pump()
        if self.paced:
            self._to_module.put(bytes(data), self._core.clock.now(), host)
            return
        self._arrive(bytes(data), host)
        self._give()

    def read(self, host, limit=None):
        """Return and remove what a host has received, at most ``limit`` bytes."""
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
        """How many bytes the module has sent that are still unread; the fastest reader counts.

        On a paced line: how many have not arrived at the hosts yet.
        """
        if self.paced:
            return self._to_host.waiting
        return min((len(host.received) for host in self.hosts), default=0)

    def when_sent(self, action):
        """Call ``action()`` once all output so far has left the module."""
        self._collect()
        if self._to_host.waiting:
            self._to_host.mark(action)
        else:
            action()

    def clear(self):
        """Discard what the module has sent but no host has read."""
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
        """Whether bytes are on the wire or queued for it."""
        return bool(self._to_module.waiting or self._to_host.waiting)

    @property
    def unsent(self):
        """How many bytes hosts have sent that the module has not read."""
        return self._to_module.waiting + len(self._arrived)

    def discard_unsent(self):
        """Discard what hosts have sent but has not arrived at the module."""
        self._to_module.clear()

    def next_due(self):
        """When something is next due without new input, in the clock's seconds, or None."""
        dues = [self._core.next_due()]
        if self.paced:
            part = self._to_module.first()
            dues.append(self._to_module.time_of(self._core.intake.appetite(part)))
            dues.append(self._to_host.mark_due())
            dues.append(self._time_below(BACKLOG))
            dues.append(self._time_below(_OUTPUT) if self._arrived else None)
        return min((due for due in dues if due is not None), default=None)

    def _time_below(self, count):
        """When fewer than ``count`` bytes will wait to be sent to the hosts.

        None if fewer wait now already, or while the line is stopped.
        """
        over = self._to_host.waiting - count + 1
        return self._to_host.time_of(over) if over > 0 else None

    def next_arrival(self):
        """When the next byte reaches the hosts, in the clock's seconds, or None."""
        return self._to_host.time_of(1) if self._to_host.waiting else None

    def pump(self):
        """Do all that is due by now: move bytes along the line, and run the module."""
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
        """Do all that happens at one moment."""
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
        """How many bytes the module's RTS lets ``host`` send; None without flow control."""
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
        """Whether the module reads its UART."""
        return self._core.intake.ready and not (self.paced and self._core.pending >= _OUTPUT)

    def _give(self):
        """Pass bytes that have arrived to the module, as long as it reads."""
        while self._arrived and self._reads:
            count = self._core.intake.appetite(self._arrived) if self.paced else _BLOCK
            data = bytes(self._arrived[:count])
            del self._arrived[:count]
            self._feed(data)

    # -- to the hosts ------------------------------------------------------------------------

    def _collect(self):
        """Take the module's output and send it to the hosts."""
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
        """How many bytes the hosts with flow control have room for; None if there are none."""
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
