"""adafruit_connection_manager, as published: it finds our pool by itself, closes its sockets."""

import adafruit_connection_manager as manager
import adafruit_requests
import pytest

from tests.lib.aliases import installed
from tests.programs.conftest import each_family


def exercises(what):
    return pytest.mark.exercises("adafruit_connection_manager", "nginx", what)


@pytest.fixture
def board(make_board, family, nginx):
    """A board whose network has the web server under six names."""
    names = [f"web{number}.test" for number in range(6)]
    return make_board(family, {name: ("127.0.0.1", {80: nginx.port}) for name in names})


@pytest.fixture
def pool(board):
    """What the manager finds for the radio, by its own means."""
    with installed("socketpool"):
        found = manager.get_radio_socketpool(board.radio)
    yield found
    if found in manager._global_connection_managers:
        manager.connection_manager_close_all(found)


@each_family
@exercises("get_radio_socketpool: ours, by the class name of the radio and `socketpool`")
def test_it_finds_our_pool(board, pool):
    with installed("socketpool"):
        import socketpool

        assert manager.get_radio_socketpool(board.radio) is pool
    assert isinstance(pool, socketpool.SocketPool)
    session = adafruit_requests.Session(pool)
    assert session.get("http://web0.test/short.html").text == "<p>short</p>"


@exercises("get_socket: the same connection again, or an error while it is in use")
def test_sockets_are_kept(board, pool):
    connections = manager.get_connection_manager(pool)
    sock = connections.get_socket("web0.test", 80, "http:", timeout=5)
    with pytest.raises(RuntimeError, match="already connected"):
        connections.get_socket("web0.test", 80, "http:")
    connections.free_socket(sock)
    assert (connections.available_socket_count, connections.managed_socket_count) == (1, 1)
    assert connections.get_socket("web0.test", 80, "http:") is sock
    connections.close_socket(sock)
    assert connections.managed_socket_count == 0
    assert not any(board.radio.modem.links[:5])


@exercises("the sixth connection: those that are idle are closed for it")
def test_idle_ones_make_room(board, pool):
    connections = manager.get_connection_manager(pool)
    for number in range(5):
        sock = connections.get_socket(f"web{number}.test", 80, "http:", timeout=5)
        connections.free_socket(sock)
    sock = connections.get_socket("web5.test", 80, "http:", timeout=5)
    assert connections.managed_socket_count == 1
    sock.sendall(b"GET /which HTTP/1.0\r\n\r\n")
    assert sock.readline().startswith(b"HTTP/1.1 200")


@exercises("the sixth connection where none is idle: ENOMEM")
def test_no_room(board, pool):
    connections = manager.get_connection_manager(pool)
    for number in range(5):
        connections.get_socket(f"web{number}.test", 80, "http:", timeout=5)
    with pytest.raises(OSError, match="all five links"):
        connections.get_socket("web5.test", 80, "http:", timeout=5)
    assert connections.managed_socket_count == 5


@exercises("connection_manager_close_all: of a pool, of all pools, forgetting a pool")
def test_close_all(board, pool):
    connections = manager.get_connection_manager(pool)
    for _ in range(2):
        socks = [
            connections.get_socket(f"web{number}.test", 80, "http:", timeout=5)
            for number in range(3)
        ]
        connections.free_socket(socks[0])
        manager.connection_manager_close_all(pool)
        assert connections.managed_socket_count == connections.available_socket_count == 0
        assert not any(board.radio.modem.links[:5])
        for sock in socks:
            with pytest.raises(OSError, match="closed"):
                sock.send(b"x")
    connections.get_socket("web0.test", 80, "http:", timeout=5)
    manager.connection_manager_close_all(pool, release_references=True)
    assert pool not in manager._global_connection_managers
    with installed("socketpool"):
        other = manager.get_radio_socketpool(board.radio)
    assert other is not pool
    sock = manager.get_connection_manager(other).get_socket("web0.test", 80, "http:", timeout=5)
    manager.connection_manager_close_all()
    with pytest.raises(OSError, match="closed"):
        sock.send(b"x")


@exercises("two radios: a pool each")
def test_two_radios(make_board, family, nginx):
    hosts = {"web.test": ("127.0.0.1", {80: nginx.port})}
    boards = [make_board(family, hosts) for _ in range(2)]
    with installed("socketpool"):
        pools = [manager.get_radio_socketpool(board.radio) for board in boards]
    assert [pool.radio for pool in pools] == [board.radio for board in boards]
    for board, pool in zip(boards, pools, strict=True):
        before = board.said(b"+CIPSTART=")
        assert adafruit_requests.Session(pool).get("http://web.test/ten").content
        assert board.said(b"+CIPSTART=") == before + 1
        manager.connection_manager_close_all(pool)
