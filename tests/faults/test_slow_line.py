"""Nothing is lost on a line that takes its time: a header comes, and its bytes a moment later."""

import pytest

from tests.driver.desk import Wire, pattern, read_exactly
from tests.faults.rig import tried

QUIET = 2
"""Seconds in which nothing is said: more than any payload may pause."""


@pytest.fixture
def desk(make_desk, family):
    """A joined radio in active receive, on a wire of 115200 baud."""
    return make_desk(family, line=Wire).join().active()


@pytest.mark.parametrize("size", [4, 1000])
@pytest.mark.parametrize("late", [0, 0.003])
def test_what_a_client_says_first(desk, size, late):
    """Long after the last command: that is no pause of what comes now."""
    server = desk.pool.socket()
    server.settimeout(1)
    server.bind(("0.0.0.0", 80))
    server.listen()
    tried(server.accept)
    desk.network.dial(80).send(pattern(size))
    desk.clock.advance(late)
    sock, _ = server.accept()
    sock.settimeout(5)
    assert read_exactly(sock, size) == pattern(size)


@pytest.mark.parametrize("size", [1, 1000])
def test_what_a_peer_says_after_a_silence(desk, size):
    server = desk.listen("late.test", 80)
    with desk.socket("late.test", 80) as sock:
        for seed in range(3):
            desk.let(QUIET)
            commands = len(desk.module.commands)
            server.peer.send(pattern(size, seed))
            assert read_exactly(sock, size) == pattern(size, seed)
            assert len(desk.module.commands) == commands, "nothing had to be asked"


def test_a_datagram_after_a_silence(desk):
    peer = desk.network.udp("10.1.0.9", 9000, lambda peer, source, data: None)
    with desk.pool.socket(type=desk.pool.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        sock.sendto(b"who am I?", peer.place)
        desk.let(1)
        ((source, _),) = peer.inbox
        buffer = bytearray(600)
        for seed in range(3):
            desk.let(QUIET)
            peer.send(pattern(600, seed), source)
            assert sock.recv_into(buffer) == 600 and buffer == pattern(600, seed)
