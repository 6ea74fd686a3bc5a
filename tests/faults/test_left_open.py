r"""What the module still has open though the driver closed it: a command that did not arrive.

`AT+CIPCLOSE=3\r\n` less its CR LF, and the like: the peer would wait for ever, and the next
connection on that link would be refused.
"""

import errno

import pytest

from tests.faults.rig import Spoiled, command

LOST = {
    "all of it": lambda line: b"",
    "its CR LF": lambda line: line[:-2],
    "its LF": lambda line: line[:-1],
}
BENT = {
    "one bit bent": lambda line: line.replace(b"AT+CIP", b"AT+CIQ"),
    "the first byte": lambda line: line[1:],
}
MISNAMED = {
    "another link": lambda line: line.replace(line[-3:-2], b"%d" % (line[-3] - 48 ^ 1)),
    "no link": lambda line: line.replace(line[-3:-2], b"8"),
}
each_loss = pytest.mark.parametrize("loss", LOST)
each_change = pytest.mark.parametrize("loss", [*LOST, *BENT])
each_close = pytest.mark.parametrize("loss", [*LOST, *BENT, *MISNAMED])
closes = LOST | BENT | MISNAMED


@pytest.fixture
def desk(make_desk, family):
    """A radio that has joined, by a line that can damage commands."""
    made = make_desk(family, line=Spoiled).join()
    made.port.tick = 0.01
    return made


def open_links(desk):
    """Which links the module has open, after the next command."""
    desk.radio.command("AT")
    return sorted(desk.module.core.links.open)


def close(desk, sock, change):
    """Close a socket whose `AT+CIPCLOSE` arrives changed once: the module has no link open then."""
    desk.line.ask(b"AT+CIPCLOSE", change)
    sock.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1


@each_close
def test_a_close_that_did_not_arrive_is_made_again(desk, loss):
    """Of a TCP socket."""
    sock = desk.socket()
    close(desk, sock, closes[loss])
    assert desk.echo.peer.closed
    desk.works()


@each_close
def test_also_if_the_program_must_not_wait(desk, loss):
    """The link is closed again as soon as the radio is used."""
    sock = desk.socket()
    sock.settimeout(0)
    close(desk, sock, closes[loss])
    assert desk.echo.peer.closed
    desk.works()


@pytest.mark.parametrize("timeout", [5, 0])
def test_a_close_that_hit_another_connection_is_told(desk, timeout):
    """One bit, and the module closes the other: its stream was cut off, not ended by its peer."""
    cut, closed = desk.socket(), desk.socket()
    names = b"%d" % closed.link, b"%d" % cut.link
    closed.settimeout(timeout)
    close(desk, closed, lambda line: line.replace(*names))
    with pytest.raises(OSError) as info:
        cut.recv(100)
    assert info.value.errno == errno.ECONNRESET
    desk.works()


def test_also_beside_one_that_its_peer_has_closed(desk):
    """Which of the two the command has closed cannot be told."""
    cut, ended = desk.socket(), desk.socket()
    desk.echo.peer.close()
    closed = desk.socket()
    names = b"%d" % closed.link, b"%d" % cut.link
    close(desk, closed, lambda line: line.replace(*names))
    for sock in (cut, ended):
        with pytest.raises(OSError) as info:
            sock.recv(100)
        assert info.value.errno == errno.ECONNRESET
    desk.works()


@each_close
def test_of_a_servers_client(desk, loss):
    """It would wait for an answer, and take one of the five links."""
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen()
    peer = desk.network.dial(80)
    client, _ = server.accept()
    close(desk, client, closes[loss])
    assert peer.closed
    desk.works()


@each_close
def test_of_a_udp_socket_too(desk, loss):
    """It would go on pushing datagrams."""
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.bind(("0.0.0.0", 4000))
    close(desk, sock, closes[loss])
    desk.works()


@each_change
def test_a_server_stops_all_the_same(desk, loss):
    """`AT+CIPSERVER=0` does not arrive: it would go on taking clients that nobody accepts."""
    sock = desk.pool.socket()
    sock.bind(("0.0.0.0", 80))
    sock.listen()
    desk.line.ask(b"AT+CIPSERVER=0", (LOST | BENT)[loss])
    sock.close()
    assert desk.line.hits == 1
    assert desk.module.core.links.server is None
    desk.works()


@each_change
def test_a_close_by_hand_is_made_again(desk, loss):
    """cipclose() raises; what it may have left open is closed before the next command."""
    command("cipstart")(desk.modem, 2, "TCP", "echo.test", 7)
    desk.line.ask(b"AT+CIPCLOSE", (LOST | BENT)[loss])
    with pytest.raises((OSError, RuntimeError)):
        command("cipclose")(desk.modem, 2)
    assert open_links(desk) == []
    assert desk.echo.peer.closed
    desk.works()
