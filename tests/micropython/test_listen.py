"""`listen()` of a socket that must not wait: its commands go between those of other sockets."""

import socket
import time

import pytest

from tests.programs.servers import until


class Servers:
    """The program onboard/listening.py, and the module it runs on."""

    def __init__(self, pico, program):
        self.pico = pico
        self.program = program

    def told(self, line, *, client=b""):
        """What it printed; for "serve", a client sends something, and gets an answer."""
        before = len(self.program.lines)
        self.program.say(line)
        if client:
            with socket.create_connection(("127.0.0.1", self.pico.server_port), 30) as peer:
                peer.sendall(client)
                assert peer.recv(100) == client.upper()
        until(
            lambda: any(" turns" in each for each in self.program.lines[before:]),
            lambda: "\n".join(self.program.lines),
            60,
        )
        return self.program.lines[before:]


@pytest.fixture
def servers(make_pico):
    pico = make_pico()
    with pico.started("listening") as program:
        program.wait_for("begun")
        yield Servers(pico, program)


def test_it_does_not_wait(servers):
    for _ in range(2):
        assert servers.told("serve", client=b"hello") == ["served, 0 turns"]
    sent = [line[:15] for line in servers.pico.commands(b"+CIPSERVER=")]
    # The first is of the set-up.
    assert sent[1:] == [b"AT+CIPSERVER=1,", b"AT+CIPSERVER=0"] * 2


def test_what_is_known_at_once(servers):
    """Another socket listens; it is closed; it is not bound."""
    assert servers.told("local") == ["[98, 9, 22], 0 turns"]


def test_a_refusal(servers):
    """Poll and accept() tell it, and the next one listens."""
    for nth in ("2nd", "4th"):  # CIPSERVERMAXCONN counts, too
        servers.pico.module.fault(f"refuse at AT+CIPSERVER {nth}")
    assert servers.told("serve") == ["accept 98", "accept 22", "failed, 0 turns"]
    assert servers.told("serve", client=b"hello") == ["served, 0 turns"]


@pytest.mark.parametrize("name", ["AT+CIPSERVERMAXCONN", "AT+CIPSERVER=1"])
def test_a_restart(servers, name):
    """It is begun once more."""
    servers.pico.module.fault(f"reset at {name}")
    assert servers.told("serve", client=b"hello")[0].startswith("served, ")


def test_closed_at_each_step(servers):
    for count in range(20):
        assert servers.told(f"cut {count}") == ["cut, 0 turns"]
    assert servers.told("serve", client=b"hello") == ["served, 0 turns"]


def test_after_another(servers):
    """The module's server is stopped first, though the module was busy when it was closed."""
    assert servers.told("again") == ["listens, 0 turns"]
    sent = [line[:15] for line in servers.pico.commands(b"+CIPSERVER=")]
    assert sent[1:4] == [b"AT+CIPSERVER=1,", b"AT+CIPSERVER=0", b"AT+CIPSERVER=1,"]


def test_an_accept_that_waits(servers):
    """The socket may wait again before its commands are sent."""
    servers.program.say("wait")
    port = servers.pico.server_port
    time.sleep(0.2)
    socket.create_connection(("127.0.0.1", port), 30).close()
    assert servers.program.wait_for("served") == "served, 0 turns"
