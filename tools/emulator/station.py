"""The Wi-Fi station: joining, losing and finding its access point again."""

from .schedule import Until

#: ``<state>`` of AT+CWSTATE.
NEVER, ASSOCIATED, GOT_IP, CONNECTING, DISCONNECTED = range(5)

#: The same in words, for events.
STATES = ("not joined", "associated", "joined", "joining", "disconnected")

#: ``<error code>`` of AT+CWJAP.
TIMEOUT, WRONG_PASSWORD, NO_AP, OTHER = 1, 2, 3, 4


class Station:
    """The station interface of a module."""

    def __init__(self, core):
        self._core = core
        self._state = NEVER
        self.power_off()

    def power_off(self):
        """Set the state after a reset: not joined, and no attempt made."""
        self.state = NEVER
        self.access_point = None
        self.ssid = b""
        self.password = b""
        self.reconnect = self._core.settings.reconnect
        self._task = None

    def __repr__(self):
        return f"Station({self.ssid!r}, state={self.state})"

    @property
    def state(self):
        """``<state>`` of AT+CWSTATE; a change is reported to ``core.on_event``."""
        return self._state

    @state.setter
    def state(self, value):
        if value == self._state:
            return
        self._state = value
        self._core.on_event("wifi", state=STATES[value], ssid=self.ssid)

    @property
    def enabled(self):
        """Whether the Wi-Fi mode includes the station."""
        return bool(self._core.settings.wifi_mode & 1)

    @property
    def joined(self):
        """Whether the station has joined and has an address."""
        return self.state == GOT_IP

    @property
    def addresses(self):
        """(ip, gateway, netmask); all zeros without an address."""
        if not self.joined:
            return ("0.0.0.0",) * 3
        point = self.access_point
        return self._core.settings.station_ip or (point.ip, point.gateway, point.netmask)

    def start(self):
        """Join the access point stored in flash, as the module does by itself after boot."""
        settings = self._core.settings
        if settings.auto_connect and settings.ssid and self.enabled:
            self.ssid, self.password = settings.ssid, settings.password
            self._in_background(self.join(self._core.timing.join_timeout))

    def _in_background(self, steps):
        if self._task:
            self._task.stop()
        self._task = self._core.scheduler.start(steps)

    def _find(self, bssid=None):
        points = [
            point
            for point in self._core.access_points
            if point.present and point.ssid == self.ssid and bssid in (None, point.bssid)
        ]
        return max(points, key=lambda point: point.rssi, default=None)

    def join(self, limit, bssid=None):
        """A task: try once to join; returns 0 or the error code. ``limit`` is in seconds."""
        core = self._core
        self.state = CONNECTING
        point = self._find(bssid)
        if point is None:
            return (yield from self._failed(core.timing.join, NO_AP))
        if point.silent:
            return (yield from self._failed(limit, TIMEOUT))
        yield core.timing.join / 2
        if point.password != self.password:
            return (yield from self._failed(core.timing.join / 2, WRONG_PASSWORD))
        self.state = ASSOCIATED
        self.access_point = point
        core.notify("wifi connected")
        if not (point.dhcp or core.settings.station_ip):
            yield Until(lambda: False, limit)
            core.notify("dhcp timeout")
            core.notify("wifi disconnect")
            return (yield from self._failed(0, OTHER))
        yield core.timing.join / 2
        self.state = GOT_IP
        core.notify("wifi got ip")
        if core.settings.ipv6:
            core.notify("got ipv6 local")
        return 0

    def _failed(self, seconds, code):
        yield seconds
        self.access_point = None
        self.state = DISCONNECTED
        return code

    def leave(self):
        """Leave the access point and drop the links over it; returns whether there was one."""
        if self._task:
            self._task.stop()
            self._task = None
        had = self.access_point is not None
        self.access_point = None
        self.state = DISCONNECTED if had or self.state == CONNECTING else self.state
        if had:
            self._core.links.drop_over_station()
            self._core.notify("wifi disconnect")
        return had

    def lost(self, closed=False):
        """Lose the access point. ``closed`` prints CLOSED for each link; modules do not always."""
        if not self.access_point:
            return
        if self._core.in_passthrough:
            for link in self._core.links.over_station():
                self._core.passthrough.link_lost(link)
        self._core.links.drop_over_station(tell=closed)
        self.access_point = None
        self.state = DISCONNECTED
        self._core.notify("wifi disconnect")
        interval = self.interval
        if interval:
            self._in_background(self._rejoin(interval))

    @property
    def interval(self):
        """Seconds between the module's own attempts to rejoin; 0 for no attempts."""
        return self._core.profile.reconnect if self._core.profile.old else self.reconnect[0]

    def _rejoin(self, interval):
        tries = self.reconnect[1]
        while True:
            yield interval
            if not (yield from self.join(self._core.timing.join_timeout)):
                return
            tries -= 1
            if not tries:
                return
