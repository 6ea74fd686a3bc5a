"""A desk to test modules on: simulated time, a network of Python objects, one module."""

import pytest

from espat_tools.emulator import AccessPoint, MemoryNetwork, Module, SimClock


class Echo:
    """A TCP server that sends back what it gets."""

    def received(self, peer, data):
        peer.send(data)


class Desk:
    """A module with its UART, and the means to move time."""

    def __init__(self, profile, **options):
        self.clock = SimClock()
        self.network = options.pop("network", None) or MemoryNetwork()
        self.network.listen("echo.test", 7, Echo)
        self.network.listen("web.test", 80, self)
        self.requests = []
        options.setdefault("echo", False)
        self.module = Module(profile, clock=self.clock, network=self.network, **options)
        self.uart = self.module.uart()

    def connected(self, peer):
        """web.test: somebody came."""
        self.peer = peer

    def received(self, peer, data):
        """web.test: something was said."""
        self.requests.append(data)

    def send(self, data, seconds=1.0):
        """Write to the module, wait, and return what it said."""
        self.uart.write(data)
        return self.wait(seconds)

    def wait(self, seconds=0.0):
        """Let time pass; returns what the module said."""
        self.clock.advance(seconds)
        return self.uart.read() or b""

    def talk(self, *exchanges):
        """Each line of (what is sent, what must come back) in turn."""
        for sent, expected in exchanges:
            assert (sent, self.send(sent)) == (sent, expected)


@pytest.fixture
def desk():
    """Makes a :class:`Desk`; every module made is closed."""
    desks = []

    def make(profile="esp32c3-3.3", **options):
        desks.append(Desk(profile, **options))
        return desks[-1]

    yield make
    for each in desks:
        each.module.close()


@pytest.fixture
def access_points():
    """Makes the access points that joins can fail on."""
    return [
        AccessPoint("espat", "correct horse", channel=6, rssi=-41),
        AccessPoint("no dhcp", "correct horse", dhcp=False),
        AccessPoint("silent", "correct horse", silent=True),
        AccessPoint('od,d"\\', 'p,w"\\', rssi=-80),
        AccessPoint("open"),
    ]


@pytest.fixture
def secure(desk, tmp_path):
    """Makes a :class:`Desk` with TLS servers: see ``tls_material.secure_desk``."""
    from tests.emulator.tls_material import secure_desk

    def make(profile, kind="right", **options):
        return secure_desk(desk, tmp_path, profile, kind, **options)

    return make
