"""Closing the clients of a server: how long each may take to close first, and what if both do."""

import pytest

from tests.driver.desk import Line

PORT = 8080
FIRST, COMPANY = 0.049, 0.099  # seconds for one that is alone, and for those that are not


class Crossing(Line):
    """A line on which things happen, one after the other, while a CIPCLOSE is on its way."""

    meanwhile = ()

    def put(self, view):
        if bytes(view).startswith(b"AT+CIPCLOSE="):
            acts, self.meanwhile = self.meanwhile, ()
            for act in acts:
                act()
                self.clock.advance(0.001)
                self.uart.in_waiting  # noqa: B018 - the module takes note of it
        return Line.put(self, view)


@pytest.fixture
def home(make_desk, family):
    """A desk of each family, its radio joined, that listens."""
    desk = make_desk(family, line=Crossing).join()
    desk.listener = desk.pool.socket()
    desk.listener.bind(("", PORT))
    desk.listener.listen(5)
    desk.listener.settimeout(5)
    return desk


def answered(home):
    """A client, and its socket with all that it was sent."""
    peer = home.network.dial(PORT)
    sock, _ = home.listener.accept()
    sock.settimeout(5)
    sock.sendall(b"that is all")
    return peer, sock


def closing(home):
    """Seconds that it takes to close a client that waits for our end."""
    peer, sock = answered(home)
    start = home.clock.now()
    sock.close()
    took = home.clock.now() - start
    home.let(0.01)
    assert peer.closed
    assert peer.data == b"that is all"
    return took


def test_only_one_of_nine_that_wait_for_our_end_is_waited_for(home):
    took = [closing(home) for _ in range(18)]
    assert sum(took[:9]) < FIRST + 0.02
    assert FIRST <= took[9] < FIRST + 0.02  # now and then it is found out again
    assert sum(took[9:]) < FIRST + 0.02


def test_one_that_closes_first_is_waited_for_from_then_on(home):
    assert closing(home) >= FIRST
    peer, sock = answered(home)
    peer.close()
    home.let(0.01)
    sock.close()
    assert not home.said(b"AT+CIPCLOSE=0")[1:]
    peer, sock = answered(home)
    until = home.clock.now() + 0.9 * FIRST
    home.port.hooks.append(lambda: home.clock.now() > until and peer.close())
    sock.close()
    home.port.hooks.clear()
    assert not home.said(b"AT+CIPCLOSE=0")[1:]


def test_in_company_each_is_waited_for(home):
    """Whoever waits for a link gets it at once: the more there are the likelier it is."""
    assert closing(home) >= FIRST
    other, other_sock = answered(home)
    for _ in range(3):
        assert COMPANY <= closing(home) < COMPANY + 0.02
    other_sock.close()
    assert other.data == b"that is all"


def test_one_with_something_unread_is_waited_for(home):
    """Closed before all was read, the connection is reset: what was sent may not arrive."""
    assert closing(home) >= FIRST
    peer, sock = answered(home)
    peer.send(b"and something more")
    home.let(0.01)
    start = home.clock.now()
    sock.close()
    took = home.clock.now() - start
    # Where the module pushes what it gets, nothing is unread there.
    assert COMPANY <= took < COMPANY + 0.02 if home.modem.passive else took < 0.02


def crossed(home):
    """A client that closes by itself as our CIPCLOSE is on its way, and the next one, who got its
    link and asks at once.
    """
    peer, sock = answered(home)
    came = []
    home.line.meanwhile = (
        peer.close,
        lambda: came.append(home.network.dial(PORT)),
        lambda: came[0].send(b"me too"),
    )
    sock.close()
    assert not home.line.meanwhile
    return came[0]


def test_a_close_that_crosses_the_next_client(home):
    """The link is the next client's by then: it is closed. Its socket says so, and gives no byte
    that is another's; the one behind it is served, and given its time.
    """
    closing(home)
    peer = crossed(home)
    home.let(0.1)
    sock, _ = home.listener.accept()
    sock.settimeout(5)
    got = b""
    with home.within(10):
        try:
            while data := sock.recv(100):
                got += data
        except OSError as error:
            assert error.errno
    assert b"me too".startswith(got)
    assert peer.closed
    with pytest.raises(OSError):
        sock.sendall(b"too late")
    sock.close()
    assert closing(home) >= FIRST
