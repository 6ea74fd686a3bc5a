"""What the tests of `espat console` share: a session with an emulated module."""

import time

import pytest
import serial

import espat_tools  # noqa: F401 - makes pyserial know espat://
from espat_tools.console.session import Session
from tests.peers import Peer, echo

PATIENCE = 30


class Talking:
    """A session, and what it has shown."""

    def __init__(self, url="espat://", **options):
        self.port = serial.serial_for_url(url, 115200, timeout=0.05)
        self.items = []
        self.session = Session(self.port, self.items.append, **options)

    def until(self, condition):
        """Receive until it holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            self.session.receive()
            assert time.monotonic() < end, self.items

    def command(self, line):
        """A command from end to end; its result."""
        self.session.command(line)
        self.until(lambda: not self.session.waiting)
        return self.session.last_result

    def said(self, kind):
        """The texts of a kind."""
        return [item.text for item in self.items if item.kind == kind]


@pytest.fixture
def talking():
    """Makes such sessions; closes their ports."""
    made = []

    def make(*args, **options):
        made.append(Talking(*args, **options))
        return made[-1]

    yield make
    for each in made:
        each.port.close()


@pytest.fixture
def echo_server():
    """The port of a TCP server on this machine that says again what it hears."""
    with Peer(echo) as peer:
        yield peer.port
