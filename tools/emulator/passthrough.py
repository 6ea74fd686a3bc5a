"""Passthrough: the data state in which bytes go directly to link 0 and back."""

from .intake import DEAF, PASSTHROUGH
from .link_types import dial
from .links import Link
from .network import OPEN
from .reach import established, resolve


class Passthrough:
    """Enters and leaves the data state, and restores its link."""

    def __init__(self, core):
        self._core = core
        self._redialing = None
        #: Whether a prompt is printed when a client of the server connects.
        self._prompts = False

    @property
    def active(self):
        """Whether the module is in the data state of passthrough."""
        return self._core.intake.state == PASSTHROUGH

    @property
    def unsent(self):
        """How many bytes wait for the network."""
        link = self._core.links.open.get(0)
        return len(link.unsent) if link else 0

    def enter(self):
        """Send all further input from the host to link 0."""
        self._core.intake.state = PASSTHROUGH

    def packet(self, data):
        """Send what came between two silences to link 0; it is lost while the link is down."""
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
        """Reconnect a broken link until that succeeds or ``+++`` comes (AT+CIPMODE, notes)."""
        self._core.links.drop(link)
        if link.request:
            self._redialing = self._core.scheduler.start(self._redial(link.request))

    def enter_at_boot(self, request):
        """AT+SAVETRANSLINK: enter the data state at boot, and print a prompt when connected."""
        self._core.session.passthrough_mode = 1
        self.enter()
        self._redialing = self._core.scheduler.start(self._redial(request, prompt=True))

    def serve_at_boot(self, port, kind, ca, netif):
        """AT+SAVETRANSLINK=3: the same for a server with one client."""
        session = self._core.session
        session.mux = session.server_clients = session.passthrough_mode = 1
        self._core.links.serve(kind, port, ca, netif)
        self._prompts = True
        self.enter()

    def accepted(self):
        """Print the prompt, if it is due, when a client of the server has connected."""
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
        """``+++`` came: ignore input for ``escape_guard``, then accept commands."""
        core = self._core
        core.intake.state = DEAF
        if self._redialing:
            self._redialing.stop()
        if core.settings.sysmsg & 1:
            core.say("quit")
        core.scheduler.after(core.timing.escape_guard, core.listen)
