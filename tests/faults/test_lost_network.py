r"""A connection that ended with its network is told as that, never as an end of its stream.

`WIFI DISCONNECT\r\n` is lost on the line; the module forgets the links without another word. Who
asks it for its links later finds them gone: for a lost CLOSED that is the clean end of a stream,
for a lost WIFI DISCONNECT bytes are missing behind what came.
"""

import errno

import pytest

from espat.faces.stream import Stream
from tests.driver.desk import pattern
from tests.driver.secure import HOST, PORT, blind, serve
from tests.faults.rig import Spoiled, command, once, settled, tried

NOTICE = b"WIFI DISCONNECT\r\n"
BENT = {
    "lost": once(NOTICE, b""),
    "bent": once(NOTICE, b"WIFI DISC0NNECT\r\n"),
    "cut": once(NOTICE, b"WIFI DISCO"),
}
KINDS = {"socketpool": lambda desk: desk.pool.socket(), "socket": lambda desk: Stream(desk.radio)}


def opened(desk, kind="socketpool", size=700):
    """A connection over which so much has come, of a body that is longer."""
    server = desk.listen("long.test", 80)
    sock = KINDS[kind](desk)
    sock.settimeout(8)
    sock.connect(("long.test", 80))
    server.peer.send(pattern(size))
    got = b""
    while len(got) < size:
        got += sock.recv(size)
    return sock


def cut_off(sock):
    """The next read says that the connection is lost."""
    got, error = tried(sock.recv, 100)
    assert error, f"the stream ends with {got!r}, and nobody says that it was cut off"
    assert error.errno == errno.ECONNRESET, error


@pytest.mark.parametrize("how", BENT)
@pytest.mark.parametrize("kind", KINDS)
def test_a_network_that_is_gone(make_desk, family, kind, how):
    """Out of reach, and it stays so."""
    desk = make_desk(family, line=Spoiled).join()
    sock = opened(desk, kind)
    desk.line.spoil(BENT[how])
    desk.module.wifi_lost()
    desk.let(0.1)
    assert desk.line.hits
    cut_off(sock)
    sock.close()
    desk.module.wifi_back()
    desk.let(3)
    settled(desk)


def test_a_network_that_is_back(make_desk, family):
    """The module has joined it again by itself before anybody asks."""
    desk = make_desk(family, line=Spoiled).join()
    sock = opened(desk)
    desk.line.spoil(BENT["lost"])
    desk.module.wifi_lost()
    desk.module.wifi_back()
    desk.let(5)
    assert desk.line.hits
    cut_off(sock)
    sock.close()
    desk.works()


@pytest.mark.parametrize("how", ["stop_station", "cwqap"])
def test_a_network_that_the_program_left(make_desk, family, how):
    """AT+CWQAP, answered OK."""
    desk = make_desk(family, line=Spoiled).join()
    sock = opened(desk)
    desk.line.spoil(BENT["lost"])
    desk.radio.stop_station() if how == "stop_station" else command("cwqap")(desk.modem)
    desk.let(0.1)
    assert desk.line.hits
    cut_off(sock)


def test_a_program_that_must_not_wait(make_desk, family):
    """Polled, with a time-out of 0: EAGAIN, then ECONNRESET, never b""."""
    desk = make_desk(family, line=Spoiled).join()
    sock = opened(desk)
    sock.settimeout(0)
    desk.line.spoil(BENT["lost"])
    desk.module.wifi_lost()
    for _ in range(200):
        got, error = tried(sock.recv, 100)
        assert error, got
        if error.errno != errno.EAGAIN:
            break
        desk.let(0.1)
    assert error.errno == errno.ECONNRESET, error


@pytest.mark.parametrize("back", [False, True])
def test_a_client_of_the_soft_ap_stays(make_desk, family, back):
    """The station's links are lost, those in the soft-AP's network are not."""
    desk = make_desk(family, line=Spoiled).join()
    desk.radio.start_ap("mine", "password1")
    peer, client = desk.served_in_soft_ap()
    sock = opened(desk)
    desk.line.spoil(BENT["lost"])
    desk.module.wifi_lost()
    if back:
        desk.module.wifi_back()
    desk.let(5 if back else 0.1)
    assert desk.line.hits
    cut_off(sock)
    peer.send(b"GET /")
    assert client.recv(10) == b"GET /"


def test_a_lost_closed_is_still_a_clean_end(make_desk, family):
    r"""`4,CLOSED\r\n` lost while the network stands: every byte, and the end."""
    desk = make_desk(family, line=Spoiled).join()
    server = desk.listen("short.test", 80)
    sock = desk.socket("short.test", 80, timeout=8)
    desk.line.spoil(once(b"4,CLOSED\r\n", b""))
    server.peer.send(b"all of it")
    server.peer.close()
    desk.let(0.1)
    assert sock.recv(100) == b"all of it"
    assert sock.recv(100) == b""
    assert desk.line.hits


def test_a_udp_socket_hears_of_it(make_desk, family):
    """Waiting for a datagram, with a soft-AP on: the loss is found out in seconds, not never."""
    desk = make_desk(family).join()
    desk.radio.start_ap("mine", "password1")
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(2)
    sock.connect(("10.0.0.1", 7))
    desk.module.wifi_lost()
    desk.let(0.1)
    _, error = tried(sock.recv, 100)
    assert error and error.errno == errno.ECONNRESET, error


def test_a_link_that_is_being_opened_is_not_missed(make_desk, family):
    """TLS takes its link before CIPSTART: a list of links that lacks it then says nothing of it."""
    desk = make_desk(family, line=Spoiled).join()
    server = serve(desk)
    desk.line.ask(b"+CIPSSL", lambda data: desk.module.inject(b"WIFI CONNECTED\r\n") or data)
    with blind().wrap_socket(desk.pool.socket(), server_hostname=None) as sock:
        sock.settimeout(15)
        sock.connect((HOST, PORT))
        sock.send(b"hello")
        assert desk.line.hits
    assert server
