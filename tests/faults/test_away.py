"""A program that is away for longer than its time-out finds what has come meanwhile.

An idle hook that takes its time, a collection, a busy machine: the answer is here by then, and is
looked at before anything is given up.
"""

import errno

import pytest

from espat.faces.stream import Stream
from tests.driver.desk import pattern

BODY = pattern(40, 0x20)


@pytest.fixture
def desk(make_desk, family):
    """A joined radio, whose idle hook can be told to take long, once."""
    desk = make_desk(family).join()

    def idle():
        if not desk.when():
            return
        seconds, desk.away = desk.away, 0
        end = desk.clock.now() + seconds
        while desk.clock.now() < end:
            desk.clock.advance(0.05)
            desk.module.pump()

    desk.away = 0
    desk.when = lambda: True
    desk.modem.idle = idle
    return desk


def connected(desk, kind, **how):
    """A socket with a time-out of 2 s, and its server."""
    server = desk.listen("talk.test", 80, **how)
    sock = kind(desk.radio)
    sock.settimeout(2)
    sock.connect(("talk.test", 80))
    return sock, server


@pytest.fixture(params=["socketpool", "socket"])
def kind(request, desk):
    """What makes a socket of either face."""
    return {"socketpool": lambda radio: desk.pool.socket(), "socket": Stream}[request.param]


def test_a_send_is_confirmed(desk, kind):
    sock, server = connected(desk, kind)
    desk.when = lambda: desk.modem.sent  # the payload is out, its verdict is not here
    desk.away = 3
    assert sock.send(b"hello") == 5
    assert not desk.away
    assert bytes(server.data) == b"hello"
    sock.close()


def test_bytes_are_received(desk, kind):
    sock, server = connected(desk, kind)
    server.peer.send(BODY)
    desk.away = 3
    assert sock.recv(100) == BODY
    sock.close()


def test_a_connection_stands(desk, kind):
    desk.listen("talk.test", 80)
    sock = kind(desk.radio)
    sock.settimeout(2)
    desk.away = 3
    sock.connect(("talk.test", 80))
    sock.send(b"hello")
    sock.close()


def test_what_does_not_come_is_not_waited_for(desk, kind):
    sock, _ = connected(desk, kind)
    since = desk.clock.now()
    desk.away = 3
    with pytest.raises(OSError, match="still waiting for data") as error:
        sock.recv(100)
    assert error.value.errno == errno.ETIMEDOUT
    assert desk.clock.now() - since < 3.5
    sock.close()


def test_passthrough_reads(desk):
    """Its waits are its own, since the stream has the line then."""
    server = desk.listen("talk.test", 80)
    with desk.radio.passthrough("talk.test", 80, timeout=2) as stream:
        desk.when = lambda: desk.away and (server.peer.send(BODY) or True)
        desk.away = 3
        got = stream.read(100)
        while len(got) < len(BODY):
            got += stream.read(100)
        assert got == BODY
        assert not desk.away


def test_passthrough_begins(desk):
    """Nor does its begin give up before the prompt that came meanwhile was read."""
    desk.listen("talk.test", 80)
    desk.when = lambda: desk.module.commands and desk.module.commands[-1] == b"AT+CIPSEND"
    desk.away = 6
    with desk.radio.passthrough("talk.test", 80, timeout=20):
        assert not desk.away
