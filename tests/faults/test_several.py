r"""Several connections: what is lost for one of them may have been another's.

`+IPD,3,10:` with its 0 doubled takes headers and payloads of other links for its own payload; one
of which three bytes are lost takes the `\r\n+` of the next header.
"""

import errno

import pytest

from tests.driver.desk import pattern
from tests.faults.rig import PASSIVE, Spoiled, lose, once, read, tried

HOSTS = ("one.test", "two.test", "three.test")
FIRST, SECOND, THIRD = (pattern(60, seed) for seed in (1, 2, 3))


def grown(data):
    """The length of the first header, ten times as large."""
    return once(b",60:", b",600:")(data)


def beheaded(data):
    """Three bytes of the first payload are lost: it ends within the next header."""
    return lose(FIRST, 30, 3)(data)


def halved(data):
    """The second half of the first payload is lost,"""
    return once(FIRST, FIRST[:30])(data)


def headless(data):
    """and all up to the second half of the second one."""
    at = data.find(SECOND)
    return data[at + 30 :] if at >= 0 else data


def counted(data):
    r"""`+IPD,3,60` is left of it: as in passive receive, which this is not."""
    start, end = data.find(b":" + SECOND), data.find(SECOND) + len(SECOND)
    return data[:start] + data[end:] if start >= 0 else data


def joined(data):
    """The line end before a header is lost, and its beginning."""
    at = data.find(SECOND)
    start = data.rfind(b"+IPD", 0, max(at, 0))
    return data[: max(0, start - 3)] + data[start + 1 :] if start >= 0 else data


def unlinked(data):
    r"""`+IPD,3` is left of a header and its payload: a line, and not a bad one by itself."""
    start, end = data.find(b",60:" + SECOND), data.find(SECOND) + len(SECOND)
    return data[:start] + data[end:] if start >= 0 else data


CHANGES = {
    "a length grown": [grown],
    "three bytes lost": [beheaded],
    "the line dead": [halved, headless],
    "a header cut": [unlinked],
    "less its payload": [counted],
    "joined to the line before": [joined],
}


@pytest.fixture
def several(make_desk, family):
    """A desk in active receive, three sockets, and their peers."""
    desk = make_desk(family, line=Spoiled).join().active()
    desk.port.tick = 0.02
    servers = [desk.listen(host, 80) for host in HOSTS]
    socks = [desk.socket(host, 80, timeout=3) for host in HOSTS]
    return desk, socks, [server.peer for server in servers]


@pytest.mark.parametrize("changes", CHANGES)
def test_a_payload_swallowed_by_anothers_is_told(several, changes):
    """Nobody gets a clean end of a stream that has a hole, nor bytes that were not sent to it."""
    desk, socks, peers = several
    for change in CHANGES[changes]:
        desk.line.spoil(change)
    for peer, data in zip(peers, (FIRST, SECOND, THIRD), strict=True):
        peer.send(data)
    desk.let(0.1)
    tried(socks[2].recv, 1)  # all of it is on the line, whoever reads first
    for peer in peers:
        peer.close()
    assert desk.line.hits == len(CHANGES[changes])
    for sock, data in zip(socks[:2], (FIRST, SECOND), strict=True):
        got, error = read(sock)
        assert got == data or error.errno == errno.ECONNRESET
        assert changes == "a length grown" or data.startswith(got), "bytes that were not sent"
    for sock in socks:
        sock.close()
    desk.works()


@pytest.mark.parametrize("lost", [b"AT+CIPSEND=4,9\r\n", b"4,9\r\n", b"\r\n", b"\n"])
def test_a_send_that_did_not_arrive_keeps_the_others_for_seconds_only(make_desk, family, lost):
    """The module waits for the rest of a line, and says nothing: not for the 20 s of a send."""
    desk = make_desk(family, line=Spoiled).join()
    sending, other = desk.socket(timeout=1), desk.socket(timeout=10)
    desk.line.ask(b"AT+CIPSEND=", lambda line: line.replace(lost, b""))
    _, error = tried(sending.sendall, b"not again")
    assert error.errno == errno.ETIMEDOUT
    with desk.within(9):
        other.sendall(b"and this one?")
        assert read(other, 13) == (b"and this one?", None)
    sending.close()
    desk.works()


@pytest.mark.parametrize("family", PASSIVE)
def test_a_stream_ends_when_the_module_has_no_more_of_it(make_desk, family):
    r"""`3,CLOSED` of which the 3 became a 4: link 4 is open still, and its peer goes on.

    The module is asked what it holds; behind those bytes it is asked once more, not believed.
    """
    desk = make_desk(family, line=Spoiled).join()
    server = desk.listen("more.test", 80)
    going, ended = desk.socket("more.test", 80, timeout=2), desk.socket()
    peer = server.peer
    desk.line.spoil(once(b"%d,CLOSED" % ended.link, b"%d,CLOSED" % going.link))
    desk.echo.peer.close()
    desk.let(0.1)
    assert desk.radio.command("AT") == []
    assert desk.line.hits == 1
    desk.line.spoil(once(b"+IPD,%d,60" % going.link, b"+XXX,0,00"))
    peer.send(FIRST)
    desk.let(0.1)
    assert read(going, 60) == (FIRST, None)
    assert desk.line.hits == 2
    _, error = tried(going.recv, 10)
    assert error.errno == errno.ETIMEDOUT
    peer.send(SECOND)
    peer.close()
    assert read(going) == (SECOND, None)


@pytest.mark.parametrize("family", PASSIVE)
@pytest.mark.parametrize("patience", [5, 0])
def test_what_an_ended_connection_left_is_no_clients(make_desk, family, patience):
    """Nothing is lost here. A server listens; the peer of another connection closes at once."""
    desk = make_desk(family).join()
    desk.port.tick = 0.02
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    far = desk.listen("one.test", 81)
    sock = desk.socket("one.test", 81)
    sock.settimeout(patience)
    peer = far.peer
    for piece in (pattern(100), pattern(1000, 1), pattern(900, 2)):  # NonOS announces the first one
        peer.send(piece)
        desk.let(0.1)
    peer.close()
    desk.let(0.5)
    assert slowly(desk, sock) == pattern(100) + pattern(1000, 1) + pattern(900, 2)
    server.settimeout(0)
    _, error = tried(server.accept)
    assert error.errno == errno.EAGAIN
    sock.close()
    server.close()


def slowly(desk, sock):
    """All that a socket receives until its end, also if it does not wait."""
    got = b""
    end = desk.clock.now() + 60
    while desk.clock.now() < end:
        data, error = tried(sock.recv, 100)
        if data == b"":
            break
        assert data or error.errno == errno.EAGAIN, error
        got += data or b""
        desk.port.pause()
    return got
