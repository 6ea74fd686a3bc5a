"""Server sockets: the module listens, and its clients are sockets like any other."""


import pytest

from tests.driver.desk import read_all, read_exactly

PORT = 8080


@pytest.fixture
def home(make_desk, family):
    """A desk of each family, its radio joined."""
    return make_desk(family).join()


def serve(desk, backlog=5, timeout=5, port=PORT):
    """A socket that listens."""
    sock = desk.pool.socket()
    sock.setsockopt(0xFFF, 4, 1)
    sock.bind(("", port))
    sock.listen(backlog)
    sock.settimeout(timeout)
    return sock


def number(raised):
    return raised.value.errno


def test_a_client_talks_with_us(home):
    with serve(home) as listener:
        peer = home.network.dial(PORT)
        sock, (address, port) = listener.accept()
        assert (address, port) == ("192.168.1.77", peer._channel.remote[1])
        assert sock.timeout is None
        sock.settimeout(5)
        peer.send(b"hello")
        assert read_exactly(sock, 5) == b"hello"
        sock.sendall(b"good day")
        assert peer.data == b"good day"
        peer.send(b"bye")
        peer.close()
        assert read_all(sock) == b"bye"
        sock.close()


def test_the_commands(home):
    """What a server sends to the module, in order, and nothing beside."""
    first = len(home.module.commands)
    listener = serve(home, backlog=2)
    peer = home.network.dial(PORT)
    sock, _ = listener.accept()
    sock.close()
    assert peer.closed
    listener.close()
    found = [line for line in home.module.commands[first:] if b"RECVLEN" not in line]
    asked = b"AT+CIPSTATE?" if home.modem.can >> 7 & 1 else b"AT+CIPSTATUS"
    expected = [b"AT+CIPSERVERMAXCONN=2"] if home.modem.can >> 11 & 1 else []
    expected += [b"AT+CIPSERVER=1,8080", asked, b"AT+CIPCLOSE=0", b"AT+CIPSERVER=0"]
    assert [line.strip() for line in found] == expected
