"""A whole set-up in one process: a module, a network of Python objects, and a radio."""

from espat import Radio, SocketPool
from espat_tools.emulator import MemoryNetwork, Module, SimClock

from .wire import Change, QuickPort, Wire

SSID, PASSWORD = "espat", "correct horse"


class Echo:
    """A server that sends back what it receives."""

    def received(self, peer, data):
        """Send it back."""
        peer.send(data)


class World:
    """An emulated module, not joined, and a radio on a line to which a change is made.

    `wire` is the class of the line. `passive=False` makes a module that refuses passive receive,
    as old and unusual firmware does.
    """

    def __init__(self, profile, change=None, *, passive=True, patience=900, wire=Wire, **radio):
        self.clock = SimClock()
        self.network = MemoryNetwork()
        self.network.listen("echo.test", 7, Echo)
        self.module = Module(profile, clock=self.clock, network=self.network)
        if not passive:
            commands = self.module.core.commands
            self.module.core.commands = {k: v for k, v in commands.items() if k != "+CIPRECVMODE"}
        self.wire = wire(self.module, self.clock, change or Change())
        self.port = QuickPort(self.wire, self.module, self.clock, patience)
        self.radio = Radio(self.port, **radio)
        self.pool = SocketPool(self.radio)

    def join(self):
        """Join the access point that every emulated module knows."""
        self.radio.connect(SSID, PASSWORD)

    def echoes(self, text):
        """Whether a new connection carries `text` to the peer and back."""
        with self.pool.socket() as sock:
            sock.settimeout(5)
            sock.connect(("echo.test", 7))
            sock.sendall(text)
            got = bytearray()
            while len(got) < len(text):
                piece = sock.recv(len(text) - len(got))
                if not piece:
                    break
                got += piece
            return bytes(got) == text

    def let(self, seconds):
        """Let time pass while nobody reads the line."""
        self.clock.advance(seconds)
        self.module.pump()

    def close(self):
        """Release the resources of the module."""
        self.module.close()
