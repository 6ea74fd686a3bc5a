"""Lost notices, and a restart that nobody heard: whoever waits finds out, by whatever he waits.

A program that must not wait polls with a time-out of 0, or with short ones; it may wait for ever
for bytes whose `+IPD` was lost, for an end whose `CLOSED` was, or on a module that restarted.
"""

import errno

import pytest

from espat.faces.stream import Stream
from tests.driver.desk import pattern
from tests.faults.rig import PASSIVE, Spoiled, lose, once, settled, tried

BODY = pattern(40, 0x20)
OKS = b"\r\nOK\r\n"
TORN = {
    "first letter": lose(OKS, 2),
    "second letter": lose(OKS, 3),
    "its end": lose(OKS, 5),
    "all of it": once(OKS, b""),
}
PATIENCE = {"must not wait": 0, "waits shortly": 0.1, "waits": 8}


def unheard(desk):
    """The module restarts, and not a byte of it is heard."""
    desk.module.reset()
    piece = bytearray(4096)
    end = desk.clock.now() + 4
    while desk.clock.now() < end:
        desk.clock.advance(0.05)
        desk.line.uart.readinto(piece)
    desk.line.waiting = b""


def poll(desk, call, *args, seconds=25):
    """Call until there is something, or an error other than that nothing is there."""
    end = desk.clock.now() + seconds
    while desk.clock.now() < end:
        got, error = tried(call, *args)
        if error is None or error.errno not in (errno.EAGAIN, errno.ETIMEDOUT):
            return got, error
        desk.port.pause()
    return None, None


@pytest.fixture
def desk(make_desk, family):
    """A joined radio on a line that can lose what a test says."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    return desk


@pytest.mark.there_is(lambda family: family in PASSIVE)
@pytest.mark.parametrize("patience", PATIENCE)
def test_bytes_whose_notice_was_lost_are_found(desk, family, patience):
    """`+IPD,4,40` never comes: the module is asked."""
    desk.listen("talk.test", 80, answer=lambda _: BODY)
    sock = desk.socket("talk.test", 80)
    desk.line.spoil(once(b"+IPD,4,40\r\n", b""))
    sock.send(b"go")
    sock.settimeout(PATIENCE[patience])
    assert poll(desk, sock.recv, 100) == (BODY, None)
    assert desk.line.hits == 1
    sock.settimeout(5)
    sock.close()


@pytest.mark.there_is(lambda family: family in PASSIVE)
def test_by_the_face_of_micropython_too(desk, family):
    """A stream that is read at a time-out of 0, and never polled."""
    desk.listen("talk.test", 80, answer=lambda _: BODY)
    sock = Stream(desk.radio)
    sock.settimeout(5)
    sock.connect(("talk.test", 80))
    desk.line.spoil(once(b"+IPD,4,40\r\n", b""))
    sock.send(b"go")
    sock.settimeout(0)
    assert poll(desk, sock.recv, 100) == (BODY, None)
    assert desk.line.hits == 1
    sock.settimeout(5)
    sock.close()


@pytest.mark.parametrize("patience", PATIENCE)
def test_an_end_whose_notice_was_lost_is_found(desk, patience):
    """`4,CLOSED` never comes, and nothing was sent."""
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    desk.line.spoil(once(b"4,CLOSED\r\n", b""))
    server.peer.close()
    sock.settimeout(PATIENCE[patience])
    assert poll(desk, sock.recv, 100) == (b"", None)
    assert desk.line.hits == 1
    sock.settimeout(5)
    sock.close()


def is_told_of_a_restart(desk, sock, patience):
    """The module restarts unheard: the next reads end in ECONNRESET, and all works again."""
    unheard(desk)
    sock.settimeout(PATIENCE[patience])
    _, error = poll(desk, sock.recv, 100)
    assert error and error.errno == errno.ECONNRESET
    sock.settimeout(5)
    tried(sock.close)
    settled(desk)


@pytest.mark.parametrize("patience", PATIENCE)
def test_a_restart_that_nobody_heard_is_no_clean_end(desk, patience):
    """The list of links is empty, or says that they are closed: ECONNRESET, not the end."""
    is_told_of_a_restart(desk, desk.socket(), patience)


@pytest.mark.parametrize("patience", PATIENCE)
def test_of_a_udp_socket_too(desk, patience):
    """It would wait for ever for a datagram."""
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(8)
    sock.bind(("0.0.0.0", 5000))
    is_told_of_a_restart(desk, sock, patience)


def serving(desk):
    server = desk.pool.socket()
    server.settimeout(8)
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    return server


@pytest.mark.parametrize("patience", PATIENCE)
def test_a_server_listens_again_behind_a_restart_that_nobody_heard(desk, patience):
    """Nothing of it would ever come: the module is asked, set up, and listens."""
    server = serving(desk)
    unheard(desk)
    server.settimeout(PATIENCE[patience])
    asked = len(desk.said(b"AT+CIPSERVER=1"))
    poll(desk, server.accept, seconds=30)
    assert len(desk.said(b"AT+CIPSERVER=1")) > asked
    server.settimeout(8)
    desk.network.dial(80)
    client, _ = server.accept()
    client.close()
    server.close()


@pytest.mark.parametrize("torn", TORN)
def test_a_server_whose_ok_was_torn_listens(desk, torn):
    server = desk.pool.socket()
    server.settimeout(8)
    server.bind(("0.0.0.0", 80))
    desk.line.answer(b"AT+CIPSERVER=1", TORN[torn])
    server.listen(2)
    assert desk.line.hits == 1
    peer = desk.network.dial(80)
    client, _ = server.accept()
    client.settimeout(5)
    peer.send(b"hello")
    assert client.recv(10) == b"hello"
    client.close()
    server.close()
    settled(desk)


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("torn", ["first letter", "second letter", "all of it"])
def test_a_udp_socket_whose_ok_was_torn_stands(desk, torn, bound):
    """Its CONNECT was seen, and the list of links has it: it was not refused."""
    answer = lambda peer, source, data: peer.send(b"re" + data, source)  # noqa: E731
    desk.network.udp("one.test", 1001, answer)
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(10)
    desk.line.answer(b"AT+CIPSTART=", TORN[torn])
    if bound:
        sock.bind(("0.0.0.0", 5000))
    sock.sendto(b"go", ("one.test", 1001))
    assert desk.line.hits == 1
    assert sock.recv(100) == b"rego"
    sock.close()
    settled(desk)
