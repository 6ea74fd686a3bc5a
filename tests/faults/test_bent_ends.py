"""`3,CLOSED` with a bent digit names another connection: that one stands, and goes on.

With a single connection open there is none that could be named by mistake, and nothing is asked.
"""

import pytest

from espat.faces.stream import Stream
from tests.driver.desk import pattern
from tests.faults.rig import Spoiled, once
from tests.faults.test_missed import poll, serving

BODY = pattern(300, 0x20)
PATIENCE = {"must not wait": 0, "waits shortly": 0.1, "waits": 20}


@pytest.fixture
def desk(make_desk, family):
    """A joined radio on a line that can bend what a test says."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    return desk


def opened(desk, name, kind=None):
    """A connection, and its peer: the module's links are given from 4 down."""
    listener = desk.listen(name, 80)
    if kind is None:
        sock = desk.socket(name, 80)
    else:
        sock = kind(desk.radio)
        sock.connect((name, 80))
    return sock, listener.peer


@pytest.mark.parametrize("kind", [None, Stream], ids=["socketpool", "socket"])
@pytest.mark.parametrize("patience", PATIENCE)
def test_the_one_that_stands_goes_on(desk, patience, kind):
    stays, peer = opened(desk, "stays.test", kind)
    goes, leaving = opened(desk, "goes.test", kind)
    desk.line.spoil(once(b"3,CLOSED\r\n", b"4,CLOSED\r\n"))
    leaving.close()
    desk.let(0.1)
    for sock in (stays, goes):
        sock.settimeout(PATIENCE[patience])
    peer.send(BODY)
    got = b""
    while len(got) < len(BODY):
        data, error = poll(desk, stays.recv, 100)
        assert not error and data, "an end in the midst of it"
        got += data
    assert got == BODY
    assert poll(desk, goes.recv, 100) == (b"", None)
    assert desk.line.hits == 1
    stays.settimeout(5)
    stays.send(b"more")
    assert bytes(peer.data) == b"more"
    stays.close()
    goes.close()


@pytest.mark.parametrize("patience", PATIENCE)
def test_and_ends_at_its_own_end(desk, patience):
    """What was found to stand is believed to have ended when that is said again."""
    stays, peer = opened(desk, "stays.test")
    goes, leaving = opened(desk, "goes.test")
    desk.line.spoil(once(b"3,CLOSED\r\n", b"4,CLOSED\r\n"))
    leaving.close()
    desk.let(0.1)
    stays.settimeout(PATIENCE[patience])
    assert poll(desk, stays.recv, 100, seconds=3) == (None, None), "it was ended"
    peer.send(b"last")
    peer.close()
    assert poll(desk, stays.recv, 100) == (b"last", None)
    assert poll(desk, stays.recv, 100) == (b"", None)
    assert desk.line.hits == 1
    stays.close()
    goes.close()


def test_nothing_is_asked_of_one_alone(desk):
    sock, peer = opened(desk, "alone.test")
    before = len(desk.module.commands)
    peer.send(b"all")
    peer.close()
    sock.settimeout(20)
    assert sock.recv(100) == b"all"
    assert sock.recv(100) == b""
    asked = [line for line in desk.module.commands[before:] if b"CIPSTAT" in line]
    assert not asked
    sock.close()


@pytest.mark.parametrize("patience", PATIENCE)
def test_a_client_of_the_server_goes_on(desk, patience):
    """It is told from one that came behind a lost CONNECT by its address."""
    server = serving(desk)
    server.settimeout(20)
    peers = [desk.network.dial(80) for _ in range(2)]
    stays, goes = [server.accept()[0] for _ in peers]
    desk.line.spoil(once(b"1,CLOSED\r\n", b"0,CLOSED\r\n"))
    peers[1].close()
    desk.let(0.1)
    for sock in (stays, goes):
        sock.settimeout(PATIENCE[patience])
    assert poll(desk, stays.recv, 100, seconds=3) == (None, None), "it was ended"
    peers[0].send(b"still here")
    assert poll(desk, stays.recv, 100) == (b"still here", None)
    assert poll(desk, goes.recv, 100) == (b"", None)
    assert desk.line.hits == 1
    server.settimeout(0)
    with pytest.raises(OSError, match="a client"):
        server.accept()
    for sock in (stays, goes, server):
        sock.close()


def test_another_client_behind_a_lost_connect_is_another(desk):
    """It has the link of one that has gone, and its own address."""
    server = serving(desk)
    server.settimeout(20)
    peers = [desk.network.dial(80) for _ in range(2)]
    first, second = [server.accept()[0] for _ in peers]
    peers[0].close()
    desk.let(0.1)
    desk.line.spoil(once(b"0,CONNECT\r\n", b""))
    desk.network.dial(80)
    first.settimeout(20)
    assert first.recv(100) == b""
    third, _ = server.accept()
    assert desk.line.hits == 1
    second.settimeout(5)
    peers[1].send(b"still here")
    assert second.recv(100) == b"still here"
    for sock in (first, second, third, server):
        sock.close()
