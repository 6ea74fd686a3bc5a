"""Passthrough: the data state in which bytes go straight to link 0 and back."""

from .commands.tcp import established, resolve
from .intake import DEAF, PASSTHROUGH
from .link_types import dial
from .links import Link
from .network import OPEN


class Passthrough:
    """The way into that state, its link, and the way out."""

    def __init__(self, core):
        self._core = core
        self._redialing = None
        #: A server's client that comes is told of by a prompt.
        self._prompts = False

    @property
    def active(self):
        """Is the module in the data state of passthrough?"""
        return self._core.intake.state == PASSTHROUGH

    @property
    def unsent(self):
        """How many bytes wait for the network."""
        link = self._core.links.open.get(0)
        return len(link.unsent) if link else 0

    def enter(self):
        """Take what comes from now on for link 0."""
        self._core.intake.state = PASSTHROUGH

    def packet(self, data):
        """What came between two silences: for link 0, lost while it is down."""
        link = self._core.links.open.get(0)
        if link is None:
            return
        if link.kind != "UDP":
            link.unsent += data
            return
        most = self._core.profile.passthrough_packet
        for at in range(0, len(data), most):
            link.channel.send(data[at : at + most], link.target)

    def link_lost(self, link):
        """The link broke: try again until it stands or ``+++`` comes (AT+CIPMODE, notes)."""
        self._core.links.drop(link)
        if link.request:
            self._redialing = self._core.scheduler.start(self._redial(link.request))

    def enter_at_boot(self, request):
        """AT+SAVETRANSLINK: in the data state from boot on, prompting once the link stands."""
        self._core.session.passthrough_mode = 1
        self.enter()
        self._redialing = self._core.scheduler.start(self._redial(request, prompt=True))

    def serve_at_boot(self, port, kind, ca, netif):
        """AT+SAVETRANSLINK=3: the same for the one client of a server."""
        session = self._core.session
        session.mux = session.server_clients = session.passthrough_mode = 1
        self._core.links.serve(kind, port, ca, netif)
        self._prompts = True
        self.enter()

    def accepted(self):
        """A client of the server came, and is passed through."""
        if self._prompts:
            self._core.say("boot prompt")
        self._prompts = False

    def _redial(self, request, prompt=False):
        core = self._core
        while self.active:
            yield core.settings.reconnect_interval / 10
            if not core.online:
                continue
            address = yield from resolve(core, request.host)
            channel = dial(core, request, address) if address else None
            if channel is None:
                continue
            yield from established(core, channel)
            if channel.state == OPEN:
                link = Link(0, request.kind, channel, request=request)
                core.links.add(link)
                core.links.report(link)
                if prompt:
                    core.say("boot prompt")
                return
            channel.close()

    def leave(self):
        """``+++`` came: be deaf for a while, then take commands."""
        core = self._core
        core.intake.state = DEAF
        if self._redialing:
            self._redialing.stop()
        if core.settings.sysmsg & 1:
            core.say("quit")
        core.scheduler.after(core.timing.escape_guard, core.listen)
