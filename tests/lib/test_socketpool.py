"""lib/socketpool.py: CircuitPython's sockets, each member at work on a module."""

import errno

import pytest

import espat
from espat.sockets import Socket
from tests.driver.desk import read_all
from tests.lib import aliases

socketpool = aliases.load("socketpool")

CONSTANTS = {
    "AF_INET": 2,
    "AF_INET6": 10,
    "SOCK_STREAM": 1,
    "SOCK_DGRAM": 2,
    "SOCK_RAW": 3,
    "EAI_NONAME": -2,
    "SOL_SOCKET": 0xFFF,
    "SO_REUSEADDR": 4,
    "TCP_NODELAY": 1,
    "IPPROTO_IP": 0,
    "IPPROTO_ICMP": 1,
    "IPPROTO_TCP": 6,
    "IPPROTO_UDP": 17,
    "IPPROTO_IPV6": 41,
    "IPPROTO_RAW": 255,
    "IP_MULTICAST_TTL": 5,
}


@pytest.fixture
def board(make_desk, profile):
    """A desk whose pool is CircuitPython's."""
    desk = make_desk(profile).join()
    desk.pool = socketpool.SocketPool(desk.radio)
    return desk


def test_the_pool(board, prove):
    pool = board.pool
    assert isinstance(pool, espat.SocketPool)
    assert {pool: 1}[pool] == 1
    assert pool != socketpool.SocketPool(board.radio)
    assert not hasattr(pool, "timeout"), "MiniMQTT would take it for its own"
    assert not hasattr(pool, "set_interface"), "it is no pool of the ESP32SPI kind"
    for wrong in (None, object()):
        with pytest.raises(TypeError, match=r"espat\.Radio"):
            socketpool.SocketPool(wrong)
    prove("socketpool.SocketPool")


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(board, name, prove):
    assert getattr(board.pool, name) == getattr(socketpool.SocketPool, name) == CONSTANTS[name]
    prove(f"socketpool.SocketPool.{name}")


@pytest.mark.parametrize("how", [(10, 1), (2, 3)])
def test_other_sockets_are_refused(board, how):
    with pytest.raises(OSError, match="IPv4"):
        board.pool.socket(*how)


def test_names(board, prove):
    pool = board.pool
    family, kind, proto, _, address = pool.getaddrinfo("echo.test", 7, 0, pool.SOCK_STREAM)[0]
    assert (family, kind, proto, address[1]) == (pool.AF_INET, pool.SOCK_STREAM, 0, 7)
    assert pool.getaddrinfo(host="192.168.1.2", port=80)[0][-1] == ("192.168.1.2", 80)
    with pytest.raises(pool.gaierror, match=r"nowhere\.test") as caught:
        pool.getaddrinfo("nowhere.test", 80)
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == pool.EAI_NONAME
    board.module.hold()
    with pytest.raises(OSError) as caught:
        pool.getaddrinfo("echo.test", 80)
    assert not isinstance(caught.value, pool.gaierror)
    prove("socketpool.SocketPool.getaddrinfo", "socketpool.SocketPool.gaierror")


def test_a_client(board, prove):
    pool = board.pool
    with pool.socket(pool.AF_INET, pool.SOCK_STREAM, pool.IPPROTO_TCP) as sock:
        assert isinstance(sock, Socket)
        assert sock.type == pool.SOCK_STREAM
        assert {sock: 1}[sock] == 1
        sock.settimeout(1)
        sock.connect(("echo.test", 7))
        assert sock.send(b"hello") == 5
        sock.sendall(memoryview(b" world"))
        buffer = bytearray(16)
        assert sock.recv_into(buffer, 5) == 5
        assert buffer[:5] == b"hello"
        got = 5
        while got < 11:
            got += sock.recv_into(memoryview(buffer)[got:])
        assert buffer[:11] == b"hello world"
        with pytest.raises(OSError) as caught:
            sock.recv_into(buffer)
        assert caught.value.errno == errno.ETIMEDOUT
        sock.setblocking(False)
        with pytest.raises(OSError) as caught:
            sock.recv_into(buffer)
        assert caught.value.errno == errno.EAGAIN
    sock.close()
    with pytest.raises(OSError) as caught:
        sock.send(b"x")
    assert caught.value.errno == errno.EBADF
    prove("socketpool.Socket", "socketpool.SocketPool.socket")
    for name in ("type", "connect", "send", "sendall", "recv_into", "settimeout", "setblocking"):
        prove(f"socketpool.Socket.{name}")
    prove("socketpool.Socket.close")


def test_a_server(board, prove):
    pool = board.pool
    with pool.socket(pool.AF_INET, pool.SOCK_STREAM) as server:
        server.setsockopt(pool.SOL_SOCKET, pool.SO_REUSEADDR, 1)
        server.bind(("192.168.1.50", 80))
        server.listen(10)
        server.setblocking(False)
        with pytest.raises(OSError) as caught:
            server.accept()
        assert caught.value.errno == errno.EAGAIN
        peer = board.network.dial(80, None)
        server.settimeout(5)
        client, (address, port) = server.accept()
        assert isinstance(address, str)
        assert isinstance(port, int)
        peer.send(b"knock")
        peer.close()
        client.settimeout(5)
        assert read_all(client) == b"knock"
        client.close()
    prove(*(f"socketpool.Socket.{name}" for name in ["setsockopt", "bind", "listen", "accept"]))


def test_datagrams(board, prove):
    pool = board.pool
    peer = board.network.udp("clock.test", 123, lambda peer, where, data: peer.send(data, where))
    with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as sock:
        assert sock.type == pool.SOCK_DGRAM
        sock.settimeout(5)
        where = pool.getaddrinfo("clock.test", 123)[0][4]
        assert sock.sendto(b"what time?", where) == 10
        buffer = bytearray(64)
        if not peer.inbox:
            board.let(0.2)
        assert sock.recvfrom_into(buffer) == (10, where)
        assert buffer[:10] == b"what time?"
    prove("socketpool.Socket.sendto", "socketpool.Socket.recvfrom_into")
