"""The link table, and what the module does with its links without a command.

Data received in active mode goes out as ``+IPD`` at once; in passive mode it stays in the
module's buffer, is announced once, and announced again only after a read. ``CLOSED`` waits in
passive mode until the buffered data are read (AT+CIPRECVMODE, notes).
"""

import collections

from .link_types import listen
from .tls_client import LinkSettings

#: Links 0 to 4 (AT_SOCKET_MAX_CONN_NUM, and NonOS).
COUNT = 5

#: In active mode no data are taken from the network while the host has this many bytes to read.
#: This stands for a UART that is slower than the network.
BACKLOG = 4096

CLIENT, SERVER = 0, 1

#: The most bytes that a TLS record holds.
RECORD = 16384


class Link:
    """One open connection."""

    def __init__(self, number, kind, channel, role=CLIENT, *, udp_mode=0, request=None):
        self.number = number
        #: "TCP", "UDP" or another type of :mod:`.link_types`.
        self.kind = kind
        self.channel = channel
        self.role = role
        self.udp_mode = udp_mode
        self.buffer = bytearray()
        #: Bytes from passthrough that the network has not taken yet.
        self.unsent = bytearray()
        #: Lengths of the datagrams in the buffer.
        self.datagrams = collections.deque()
        #: Whether a passive notice was printed and nothing has been read since.
        self.announced = False
        #: Address of the sender of the last datagram, or of the peer.
        self.source = channel.remote
        #: Where a datagram without a destination of its own goes.
        self.target = channel.remote
        self.last_traffic = 0.0
        #: What AT+CIPSTART asked for; None for a server's client.
        self.request = request

    def take(self, length, one_datagram=False):
        """Take at most ``length`` bytes out of the buffer.

        UDP: several datagrams are returned as one run of bytes, and the rest of a datagram that
        was read in part is lost (esp-at issues 323 and 452). With ``one_datagram`` only bytes
        of the first datagram are returned, and its rest is kept.
        """
        if one_datagram and self.datagrams:
            length = min(length, self.datagrams[0])
        data = bytes(self.buffer[:length])
        self.announced = False
        gone = len(data)
        left = gone
        while left and self.datagrams:
            size = self.datagrams.popleft()
            if size > left and one_datagram:
                self.datagrams.appendleft(size - left)
            elif size > left:
                gone += size - left
            left -= min(left, size)
        del self.buffer[:gone]
        return data

    @property
    def waiting(self):
        """How many bytes are reported as waiting: those buffered and those still encrypted."""
        return len(self.buffer) + self.channel.hidden

    def put(self, data):
        """Add received data to the buffer."""
        self.buffer += data
        if self.kind == "UDP" and data:
            self.datagrams.append(len(data))

    @property
    def ended(self):
        """Whether the peer has closed and the network holds nothing more for this link."""
        return self.channel.ended


class Links:
    """The five links of a module, and its server."""

    def __init__(self, core):
        self._core = core
        self._profile = core.profile
        self.open = {}
        #: Closed links that still hold data to be read, by number; only for families that print
        #: CLOSED without waiting for the read.
        self.left_over = {}
        #: Numbers of links that are about to open.
        self.reserved = set()
        self.listener = None
        #: (port, type, CA, interface) of the server, or None.
        self.server = None
        self._idle = None
        #: Whether a TCP or TLS link has been open since the boot.
        self.had = False

    def free(self):
        """The number for a new link: the lowest free one, or None if all are taken."""
        taken = self.open.keys() | self.reserved
        return next((n for n in range(COUNT) if n not in taken), None)

    def count(self, kind):
        """How many links of a type are open."""
        return sum(link.kind == kind for link in self.open.values())

    def add(self, link):
        """Enter a link into the table under its number."""
        link.last_traffic = self._core.scheduler.now
        self.open[link.number] = link
        self.left_over.pop(link.number, None)
        self.had = self.had or link.kind != "UDP"
        address, port = link.channel.remote
        host = link.request.host if link.request else address
        self._core.on_event(
            "link", link=link.number, type=link.kind, remote=(host, port), role=link.role
        )
        if link.role == SERVER:
            self.watch_idle()

    def readable(self, number):
        """The link with this number that can be read, open or left over, or None."""
        return self.open.get(number) or self.left_over.get(number)

    def announce_all(self):
        """Print every passive notice that is due."""
        for number in range(COUNT):
            link = self.readable(number)
            if link:
                self.announce(link)

    def passive(self, link):
        """Whether this link is in passive receive mode."""
        if link.kind == "UDP" and not self._profile.passive_udp:
            return False
        if link.kind == "SSL" and not self._profile.tls.passive:
            return False
        return bool(self._profile.passive and self._core.session.passive[link.number])

    # -- service -----------------------------------------------------------------------------

    def poll(self):
        """Move received data towards the host; returns whether anything happened."""
        moved = self._accept()
        for link in self.in_order():
            moved = self._serve(link) or moved
        return moved

    def _serve(self, link):
        if link.channel.broken:
            link.unsent.clear()
        if link.unsent:
            del link.unsent[: link.channel.send(bytes(link.unsent), link.target)]
        if self._core.in_passthrough:
            return self._pass_through(link) or self._broken(link)
        if self.passive(link):
            moved = self._fill(link)
        else:
            moved = self._flush(link) or self._hand_over(link)
        if link.ended and not (link.waiting and self._profile.closed_waits):
            self.drop(link)
            if link.buffer:
                self.left_over[link.number] = link
            return True
        return moved

    def _fill(self, link):
        """Passive: buffer data up to the window and announce them.

        A datagram that does not fit is lost.
        """
        if link.kind == "SSL":
            return self._fill_secure(link)
        room = self._profile.window - len(link.buffer)
        data = self._receive(link, room if link.kind != "UDP" else self._profile.window)
        if len(data) <= room:
            link.put(data)
        return self.announce(link) or bool(data)

    def _fill_secure(self, link):
        """Passive with TLS: buffer one decrypted record, or hold encrypted data up to the window.

        Which of the two depends on what the family counts (:attr:`.Traits.counts_encrypted`).
        """
        if self._profile.tls.counts_encrypted:
            moved = link.channel.hold(self._profile.window - link.waiting)
        else:
            data = b"" if link.buffer else self._receive(link, RECORD)
            link.put(data)
            moved = bool(data)
        return self.announce(link) or moved

    def decrypt(self, link):
        """Decrypt a record of a TLS link into its buffer.

        Returns True if the buffer has data or there is nothing to decrypt; False while the rest
        of a record is missing.
        """
        if not link.buffer:
            link.put(self._receive(link, RECORD))
        return bool(link.buffer) or link.ended or not link.waiting

    def announce(self, link):
        """Print the passive notice if one is due; returns whether it was printed."""
        if link.announced or not link.waiting or not self.passive(link):
            return False
        link.announced = True
        if self._core.session.mux:
            self._core.say("notice id", link.number, link.waiting)
        else:
            self._core.say("notice", link.waiting)
        return True

    def _flush(self, link):
        """Active mode again after passive mode: print what was buffered first."""
        if not link.buffer:
            return False
        self.print_data(link, link.take(self._profile.ipd_max))
        return True

    def _hand_over(self, link):
        """Active: pass data from the network directly to the host."""
        if self._core.pending >= BACKLOG:
            return False
        data = self._receive(link, self._profile.ipd_max)
        if data:
            self.print_data(link, data)
        return bool(data)

    def _pass_through(self, link):
        if self._core.pending >= BACKLOG:
            return False
        data = self._receive(link, self._profile.ipd_max)
        if data:
            self._core.emit(data)
        return bool(data)

    def _broken(self, link):
        if link.ended:
            self._core.passthrough.link_lost(link)
        return link.ended

    def _receive(self, link, limit):
        data = link.channel.receive(limit)
        if data:
            link.last_traffic = self._core.scheduler.now
            self._follow(link)
        return data

    def _follow(self, link):
        """Note the sender of a datagram, and make it the link's destination if the mode says so.

        AT+CIPSTART for UDP: in mode 0 the destination never changes, in mode 1 once, in mode 2
        with every datagram. Port 0 means that there is no destination yet: the first sender
        becomes it.
        """
        if link.kind != "UDP":
            return
        source = link.channel.source
        link.source = source
        if not link.target[1]:
            link.target = source
        elif link.udp_mode and source != link.target:
            link.target = source
            if link.udp_mode == 1:
                link.udp_mode = 0

    def print_data(self, link, data):
        """Print an active ``+IPD`` with the family's header and tail."""
        core = self._core
        head = [link.number] if core.session.mux else []
        head.append(len(data))
        name = "ipd id" if core.session.mux else "ipd"
        if core.session.dinfo:
            name += " remote"
            address, port = link.source
            head += core.address(address) + [port]
        tail = core.profile.lines["ipd tail"].render() if "ipd tail" in core.profile.lines else b""
        core.emit(core.profile.lines[name].render(*head) + data + tail)

    # -- opening and closing -----------------------------------------------------------------

    def _accept(self):
        if not self.listener or self._core.pending >= BACKLOG:
            return False
        taken = [link for link in self.open.values() if link.role == SERVER]
        number = self.free()
        if number is None or len(taken) >= self._core.session.server_clients:
            return False
        channel = self.listener.accept()
        if channel is None:
            return False
        link = Link(number, self.listener.kind, channel, SERVER)
        self.add(link)
        self.report(link)
        if self._core.in_passthrough:
            self._core.passthrough.accepted()
        return True

    def report(self, link):
        """Print the notice of a new link."""
        core = self._core
        if core.settings.sysmsg & 2:
            address, port = link.channel.remote
            name = f"link conn {link.kind.lower()}" if core.profile.old else "link conn"
            kind = [] if core.profile.old else [link.kind]
            where = [*core.address(address), port, link.channel.local_port]
            core.notify(name, link.number, *kind, link.role, *where)
        elif core.session.mux:
            core.notify("connect id", link.number)
        else:
            core.notify("connect")

    def drop(self, link, tell=True, named=True):
        """Close a link and remove it; ``tell`` prints CLOSED, with its number if ``named``."""
        link.channel.close()
        if self.open.pop(link.number, None):
            self._core.on_event("closed", link=link.number)
            self._core.session.tls[link.number] = LinkSettings()
        if tell and named and self._core.session.mux:
            self._core.notify("closed id", link.number)
        elif tell:
            self._core.notify("closed")

    def drop_all(self, tell=False):
        """Close every link; ``tell`` prints their CLOSED notices (a reset prints none)."""
        for link in self.in_order():
            self.drop(link, tell)
        self.left_over.clear()

    def over_station(self):
        """The open links over the station: all but those to clients of the soft-AP."""
        return [link for link in self.in_order() if not self._core.soft_ap.reaches(link)]

    def drop_over_station(self, tell=False):
        """Close the links over the station, as the loss of the access point does."""
        reaches = self._core.soft_ap.reaches
        for link in self.over_station():
            self.drop(link, tell)
        self.left_over = {n: link for n, link in self.left_over.items() if reaches(link)}

    def serve(self, kind, port, ca=0, netif=0):
        """Listen on ``port``; returns False if that is not possible."""
        self.listener = listen(self._core, kind, port, ca)
        self.server = (port, kind, ca, netif) if self.listener else None
        return self.listener is not None

    def watch_idle(self):
        """Set a timer for when a client of the server will have been idle for AT+CIPSTO seconds."""
        if self._idle:
            self._idle.cancel()
        limit = self._core.session.server_timeout
        clients = [link for link in self.open.values() if link.role == SERVER]
        if not limit or not clients:
            return
        oldest = min(link.last_traffic for link in clients)
        left = oldest + limit - self._core.scheduler.now
        self._idle = self._core.scheduler.after(left, self._drop_idle)

    def _drop_idle(self):
        limit = self._core.session.server_timeout
        for link in self.in_order():
            idle = self._core.scheduler.now - link.last_traffic
            if link.role == SERVER and idle >= limit - 1e-6:
                self.drop(link)
        self.watch_idle()

    def in_order(self):
        """The open links, sorted by number."""
        return [self.open[number] for number in sorted(self.open)]

    def stop_server(self):
        """Stop listening; the server's clients stay."""
        if self.listener:
            self.listener.close()
        self.listener = self.server = None
