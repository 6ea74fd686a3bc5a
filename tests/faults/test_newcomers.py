"""A server's client whose `0,CONNECT` was lost: it is accepted, and gets no other's socket."""

import errno

import pytest

from espat.faces.stream import Stream
from tests.driver.secure import DATED, dial
from tests.driver.test_tls_server import listener
from tests.driver.test_tls_server import serving as tls_context
from tests.faults.rig import Spoiled, once, passive_where_it_is, read, tried
from tests.faults.test_missed import poll, serving

LOST = once(b"0,CONNECT\r\n", b"")
PATIENCE = {"must not wait": 0, "waits shortly": 0.1, "waits": 20, "waits for ever": None}


@pytest.fixture
def desk(make_desk, family):
    """A joined radio on a line that can lose what a test says."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    return desk


@pytest.mark.parametrize("patience", PATIENCE)
def test_one_that_says_nothing_is_accepted(desk, patience):
    """It waits for us to speak first, as FTP's and SMTP's do: the module is asked who is there."""
    server = serving(desk)
    desk.line.spoil(LOST)
    peer = desk.network.dial(80)
    server.settimeout(PATIENCE[patience])
    found, error = poll(desk, server.accept)
    assert not error and found, "nobody was accepted"
    assert desk.line.hits == 1
    client, (host, _) = found
    assert host == "192.168.1.77"
    client.settimeout(5)
    client.send(b"220 hello")
    peer.send(b"yes")
    assert client.recv(10) == b"yes"
    assert bytes(peer.data) == b"220 hello"
    client.close()
    server.close()


def test_by_the_face_of_micropython_too(desk):
    """A stream that listens, at a time-out of 0, by its poll."""
    server = Stream(desk.radio)
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    desk.line.spoil(LOST)
    desk.network.dial(80)
    server.settimeout(0)
    end = desk.clock.now() + 25
    while not server.ioctl(3, 1) and desk.clock.now() < end:
        desk.port.pause()
    client, _ = server.accept()
    assert desk.line.hits == 1
    client.close()
    server.close()


def test_beside_one_that_is_served(desk):
    """The module's first link is in use, and asked about too."""
    server = serving(desk)
    first_peer = desk.network.dial(80)
    first, _ = server.accept()
    first.settimeout(5)
    desk.line.spoil(once(b"1,CONNECT\r\n", b""))
    desk.network.dial(80)
    server.settimeout(20)
    second, _ = server.accept()
    assert desk.line.hits == 1
    first_peer.send(b"first")
    assert first.recv(10) == b"first"
    for sock in (first, second, server):
        sock.close()


@pytest.mark.parametrize("at", range(4, 44, 3))
def test_a_torn_answer_makes_nobody_up(desk, at):
    """A client is served; a byte of the list of links is bent: no second one is accepted."""
    server = serving(desk)
    desk.network.dial(80)
    client, _ = server.accept()
    bent = lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]  # noqa: E731
    desk.line.answer(b"AT+CIPSTAT", lambda data: bent(data) if len(data) > at else data)
    server.settimeout(8)
    _, error = tried(server.accept)
    assert error and error.errno == errno.ETIMEDOUT
    client.close()
    server.close()


@passive_where_it_is
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
@pytest.mark.parametrize("unread", [False, True], ids=["all read", "60 bytes unread"])
@pytest.mark.parametrize("quiet", [False, True], ids=["speaks", "quiet"])
def test_its_bytes_are_not_the_last_clients(desk, family, active, unread, quiet):
    """The client before has closed, its socket is open yet: what comes now is the next one's."""
    if active:
        desk.active()
    server = serving(desk)
    old_peer = desk.network.dial(80)
    old, _ = server.accept()
    old.settimeout(3)
    old_peer.send(b"one" * 20)
    if not unread:
        assert old.recv(100) == b"one" * 20
    old_peer.close()
    desk.let(1)
    desk.line.spoil(LOST)
    peer = desk.network.dial(80)
    desk.let(0.5)
    if not quiet:
        peer.send(b"TWO!")
        desk.let(0.5)
    server.settimeout(14)
    found, _ = tried(server.accept)
    if quiet:
        peer.send(b"TWO!")
        desk.let(0.5)
    got, error = read(old)
    # Where the module drops what a link had left, and gives the link to another, that is told.
    assert (got, error) == (b"one" * 20 * unread, None) or error.errno == errno.ECONNRESET
    assert b"TWO" not in got
    if not found:
        found, _ = tried(server.accept)
    found[0].settimeout(3)
    assert found[0].recv(10) == b"TWO!"
    server.close()


def test_a_client_behind_a_lost_network_is_accepted(desk):
    """The old one's link went with the Wi-Fi; its socket is not closed yet."""
    server = serving(desk)
    desk.network.dial(80)
    old, _ = server.accept()
    desk.module.wifi_lost()
    desk.let(1)
    desk.module.wifi_back()
    desk.let(1)
    server.settimeout(0)
    poll(desk, server.accept, seconds=12)
    desk.line.spoil(LOST)
    peer = desk.network.dial(80)
    peer.send(b"hello")
    server.settimeout(20)
    client, _ = server.accept()
    assert desk.line.hits == 1
    client.settimeout(5)
    assert client.recv(10) == b"hello"
    old.settimeout(5)
    _, error = tried(old.recv, 10)
    assert error and error.errno == errno.ECONNRESET
    for sock in (old, client, server):
        tried(sock.close)


@pytest.mark.parametrize("family", DATED)
def test_over_tls_too(make_desk, family):
    """A quiet client of a TLS server."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    server = listener(desk, tls_context())
    desk.line.spoil(LOST)
    dial(desk, 8443)
    server.settimeout(20)
    client, _ = server.accept()
    assert desk.line.hits == 1
    client.close()
    server.close()


# A line that firmware never prints: where links push, payload may be lost with it.
HOLE = b"\r\nxyz\r\n"
GONE_AND_BACK = b"WIFI DISCONNECT\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n4,CONNECT\r\n"


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_our_own_connection_is_no_client(desk, kind):
    """Bytes get lost while it opens, then its CONNECT comes: the server does not take it."""
    desk.active()
    server = serving(desk)
    desk.line.answer(b"AT+CIPSTART", lambda data: HOLE + data)
    if kind == "TCP":
        sock = desk.socket()
        sock.sendall(b"ours")
        assert sock.recv(10) == b"ours"
    else:
        sock = desk.pool.socket(type=2)
        sock.sendto(b"ours", ("10.9.8.7", 4000))
    assert desk.line.hits == 1
    server.settimeout(0)
    with pytest.raises(OSError) as caught:
        server.accept()
    assert caught.value.errno == errno.EAGAIN
    sock.close()
    server.close()
    desk.works()


@pytest.mark.parametrize("face", ["circuitpython", "micropython"])
def test_a_client_gets_the_link_while_it_is_asked_about(desk, face):
    """No CONNECT came for it. While the module lists its links, the network goes and comes back."""
    desk.active()
    server = serving(desk)
    sock = Stream(desk.radio) if face == "micropython" else desk.pool.socket()
    sock.settimeout(5)
    desk.line.answer(b"AT+CIPSTART", lambda data: data.replace(b"4,CONNECT\r\n", b""))
    desk.line.answer(b"AT+CIPSTAT", lambda data: GONE_AND_BACK + data)
    with pytest.raises(OSError) as caught:
        sock.connect(("echo.test", 7))
    assert caught.value.errno in (errno.ECONNREFUSED, errno.ECONNRESET)
    assert desk.line.hits == 2
    sock.close()
    server.close()
    desk.works()
