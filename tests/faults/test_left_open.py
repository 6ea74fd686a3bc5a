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


def open_links(desk):
    """Which links the module has open, after the next command."""
    desk.radio.command("AT")
    return sorted(desk.module.core.links.open)


@each_close
def test_a_close_that_did_not_arrive_is_made_again(make_desk, family, loss):
    """Of a TCP socket."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    sock = desk.socket()
    desk.line.ask(b"AT+CIPCLOSE", closes[loss])
    sock.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1
    assert desk.echo.peer.closed
    desk.works()


@each_close
def test_also_if_the_program_must_not_wait(make_desk, family, loss):
    """The link is closed again as soon as the radio is used."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    sock = desk.socket()
    sock.settimeout(0)
    desk.line.ask(b"AT+CIPCLOSE", closes[loss])
    sock.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1
    assert desk.echo.peer.closed
    desk.works()


@pytest.mark.parametrize("timeout", [5, 0])
def test_a_close_that_hit_another_connection_is_told(make_desk, family, timeout):
    """One bit, and the module closes the other: its stream was cut off, not ended by its peer."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    cut, closed = desk.socket(), desk.socket()
    names = b"%d" % closed.link, b"%d" % cut.link
    closed.settimeout(timeout)
    desk.line.ask(b"AT+CIPCLOSE", lambda line: line.replace(*names))
    closed.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1
    with pytest.raises(OSError) as info:
        cut.recv(100)
    assert info.value.errno == errno.ECONNRESET
    desk.works()


@each_close
def test_of_a_servers_client(make_desk, family, loss):
    """It would wait for an answer, and take one of the five links."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen()
    peer = desk.network.dial(80)
    client, _ = server.accept()
    desk.line.ask(b"AT+CIPCLOSE", closes[loss])
    client.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1
    assert peer.closed
    desk.works()


@each_close
def test_of_a_udp_socket_too(make_desk, family, loss):
    """It would go on pushing datagrams."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.bind(("0.0.0.0", 4000))
    desk.line.ask(b"AT+CIPCLOSE", closes[loss])
    sock.close()
    assert open_links(desk) == []
    assert desk.line.hits == 1
    desk.works()


@each_change
def test_a_server_stops_all_the_same(make_desk, family, loss):
    """`AT+CIPSERVER=0` does not arrive: it would go on taking clients that nobody accepts."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    sock = desk.pool.socket()
    sock.bind(("0.0.0.0", 80))
    sock.listen()
    desk.line.ask(b"AT+CIPSERVER=0", (LOST | BENT)[loss])
    sock.close()
    assert desk.line.hits == 1
    assert desk.module.core.links.server is None
    desk.works()


@each_change
def test_a_close_by_hand_is_made_again(make_desk, family, loss):
    """cipclose() raises; what it may have left open is closed before the next command."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    command("cipstart")(desk.modem, 2, "TCP", "echo.test", 7)
    desk.line.ask(b"AT+CIPCLOSE", (LOST | BENT)[loss])
    with pytest.raises((OSError, RuntimeError)):
        command("cipclose")(desk.modem, 2)
    assert open_links(desk) == []
    assert desk.echo.peer.closed
    desk.works()
