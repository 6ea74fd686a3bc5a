"""Faults of the module's surroundings: access points, DNS and network.

:class:`Network` takes the place of the core's network. It wraps every channel that the network
returns, and those that were open before.
"""

from ..network import CONNECTING, OPEN, is_address

#: A slow network moves data at least this often, in seconds.
_BEAT = 0.05

_ALL_LINKS = 5
_FOR_EVER = float("inf")


class Throttle:
    """One direction of a slow network: limits bytes per second, and moves them in small blocks."""

    def __init__(self, now, wake):
        self._now = now
        self._wake = wake
        self._free_at = 0.0
        self._woken = False

    def room(self, rate, limit, whole):
        """How many bytes may move now. With ``whole``, a datagram moves all at once or not."""
        wait = self._free_at - self._now()
        if wait > 1e-9:
            self._call(wait)
            return 0
        return limit if whole else min(limit, max(1, int(rate * _BEAT)))

    def _call(self, wait):
        if not self._woken:
            self._woken = True
            self._wake(wait, self._awake)

    def _awake(self):
        self._woken = False

    def moved(self, rate, count):
        """Note that ``count`` bytes have moved."""
        if count:
            self._free_at = max(self._free_at, self._now()) + count / rate


class Channel:
    """A channel of the network, seen through the faults."""

    def __init__(self, inner, network, whole):
        self._inner = inner
        self._network = network
        self._whole = whole
        self._was_open = inner.state == OPEN
        #: How a fault ended it: "fin", "rst" or None; and whether all data before that were read.
        self.how = None
        self._drained = False

    def __getattr__(self, name):
        return getattr(self._inner, name)

    @property
    def state(self):
        """The state; a stalled network does not report that a connection opened or failed."""
        if not self._was_open:
            if self._network.stalled:
                return CONNECTING
            self._was_open = self._inner.state == OPEN
        return self._inner.state

    @property
    def ended(self):
        if self.how:
            return self.how == "rst" or self._drained
        return self._inner.ended and not self._network.stalled

    @property
    def broken(self):
        return self.how == "rst" or (self._inner.broken and not self._network.stalled)

    def receive(self, limit):
        if self.how == "rst" or self._network.stalled:
            return b""
        room = self._network.room("in", limit, self._whole)
        data = self._inner.receive(room) if room > 0 else b""
        self._network.moved("in", len(data))
        self._drained = bool(room > 0 and not data and self.how)
        return data

    def send(self, data, target=None):
        if self.how == "rst" or self._network.stalled:
            return 0
        room = self._network.room("out", len(data), self._whole)
        count = self._inner.send(data[:room], target) if room else 0
        self._network.moved("out", count)
        return count


class Listener:
    """A listener of the network, whose clients are subject to the faults too."""

    def __init__(self, inner, network):
        self._inner = inner
        self._network = network

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def accept(self):
        channel = None if self._network.stalled else self._inner.accept()
        return channel and self._network.wrap(channel)


class Unasked:
    """The answer to a question that is not asked until a fault no longer ``holds``."""

    def __init__(self, holds, ask):
        self._holds = holds
        self._ask = ask
        self._answer = None
        self._over = False

    @property
    def done(self):
        """Whether there is an answer, or the wait was given up."""
        if self._over:
            return True
        if self._answer is None:
            if self._holds():
                return False
            self._answer = self._ask()
        return self._answer.done

    @property
    def value(self):
        """The answer, or None."""
        return self._answer and self._answer.value

    def give_up(self):
        """Stop waiting."""
        self._over = True
        if self._answer is not None:
            self._answer.give_up()


class Network:
    """The network of a core with faults."""

    def __init__(self, core, later):
        self._core = core
        self._later = later
        self._inner = core.network
        self._rate = 0
        #: Until when, in the clock's seconds, each of these holds.
        self._until = {"slow": 0.0, "stalled": 0.0, "dns": 0.0, "dhcp": 0.0}
        self._joins_to_fail = 0
        self._throttles = {way: Throttle(self._now, self._wake) for way in ("in", "out")}

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def _now(self):
        return self._core.scheduler.now

    def _holds(self, name):
        return self._now() < self._until[name]

    def _begin(self, name, seconds):
        self._until[name] = _FOR_EVER if seconds is None else self._now() + seconds
        if seconds is not None:
            self._wake(seconds, lambda: None)

    def _wake(self, seconds, also):
        """Call ``also()`` and poll network and links in ``seconds``."""

        def look():
            also()
            moved = True
            while moved:
                moved = self._inner.poll()
                moved = self._core.links.poll() or moved

        self._later(seconds, look)

    # -- what faults ask for -----------------------------------------------------------------

    def slow(self, rate, seconds):
        """Move at most ``rate`` bytes a second in each direction."""
        self._rate = rate
        self._begin("slow", seconds)

    def stall(self, seconds):
        """Move nothing."""
        self._begin("stalled", seconds)

    def fail_dns(self, seconds):
        """Find no names."""
        self._begin("dns", seconds)

    def fail_dhcp(self, seconds):
        """Give no address to the next join, or to all joins for ``seconds``."""
        if seconds is None:
            self._joins_to_fail += 1
        else:
            self._until["dhcp"] = self._now() + seconds

    def end(self, number, how):
        """Let the peer end a link, or the peers of all links."""
        for link in self._core.links.in_order():
            if number in (_ALL_LINKS, link.number):
                if not isinstance(link.channel, Channel):
                    link.channel = self.wrap(link.channel, link.kind == "UDP")
                link.channel.how = how

    # -- for the channels --------------------------------------------------------------------

    @property
    def stalled(self):
        """Whether the network is stalled."""
        return self._holds("stalled")

    def room(self, way, limit, whole):
        """How many of ``limit`` bytes may move now."""
        if not self._holds("slow"):
            return limit
        return self._throttles[way].room(self._rate, limit, whole)

    def moved(self, way, count):
        """Note that ``count`` bytes have moved."""
        if self._holds("slow"):
            self._throttles[way].moved(self._rate, count)

    def wrap(self, channel, whole=False):
        """Wrap a channel so that the faults apply to it."""
        return Channel(channel, self, whole)

    # -- in the network's place --------------------------------------------------------------

    def connect(self, *args, **options):
        """See :mod:`..network`."""
        return self.wrap(self._inner.connect(*args, **options))

    def datagrams(self, *args, **options):
        """See :mod:`..network`."""
        channel = self._inner.datagrams(*args, **options)
        return channel and self.wrap(channel, whole=True)

    def open_server(self, *args, **options):
        """See :mod:`..network`."""
        listener = self._inner.open_server(*args, **options)
        return listener and Listener(listener, self)

    def lookup(self, name, servers=None):
        """See :mod:`..network`; during a DNS fault or a stall there is no answer."""
        if is_address(name):
            return self._inner.lookup(name, servers)
        return Unasked(self._nameless, lambda: self._inner.lookup(name, servers))

    def _nameless(self):
        return self._holds("dns") or self.stalled

    def time(self, address):
        """See :mod:`..network`."""
        return Unasked(lambda: self.stalled, lambda: self._inner.time(address))

    def ping(self, address):
        """See :mod:`..network`."""
        return Unasked(lambda: self.stalled, lambda: self._inner.ping(address))

    # -- in the station's place --------------------------------------------------------------

    def joining(self, join):
        """The replacement of ``station.join``: without DHCP if a fault says so."""

        def steps(*args, **options):
            fails = self._holds("dhcp") or self._joins_to_fail > 0
            if not fails:
                return (yield from join(*args, **options))
            self._joins_to_fail = max(0, self._joins_to_fail - 1)
            served = [point for point in self._core.access_points if point.dhcp]
            for point in served:
                point.dhcp = False
            try:
                return (yield from join(*args, **options))
            finally:
                for point in served:
                    point.dhcp = True

        return steps


def install(core, later):
    """Put a :class:`Network` between a core and its network; returns it."""
    network = Network(core, later)
    core.network = network
    core.station.join = network.joining(core.station.join)
    for link in core.links.open.values():
        link.channel = network.wrap(link.channel, link.kind == "UDP")
    if core.links.listener:
        core.links.listener = Listener(core.links.listener, network)
    return network
