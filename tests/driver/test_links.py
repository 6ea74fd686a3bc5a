"""The five links of a module: all at once, one too many, and used again and again."""

import errno
import gc

import pytest

from tests.driver.desk import read_exactly


def test_five_at_once(make_desk, family):
    desk = make_desk(family).join()
    socks = [desk.socket() for _ in range(5)]
    for number, sock in enumerate(socks):
        sock.sendall(b"number %d" % number)
    for number, sock in reversed([*enumerate(socks)]):
        assert read_exactly(sock, 8) == b"number %d" % number


def test_the_sixth(make_desk, family):
    desk = make_desk(family).join()
    socks = [desk.socket() for _ in range(5)]
    sixth = desk.pool.socket()
    before = desk.module.bytes_in
    with pytest.raises(OSError, match="five") as caught:
        sixth.connect(("echo.test", 7))
    assert caught.value.errno == errno.ENOMEM
    assert desk.module.bytes_in == before
    # The five are well, and one that is closed makes room, for the same socket object too.
    for sock in socks:
        sock.sendall(b"x")
        assert sock.recv(1) == b"x"
    socks[2].close()
    sixth.connect(("echo.test", 7))
    sixth.sendall(b"in")
    assert sixth.recv(2) == b"in"


@pytest.mark.parametrize("which", range(5))
def test_each_of_five_makes_room(desk, which):
    socks = [desk.socket() for _ in range(5)]
    socks[which].close()
    socks[which] = desk.socket()
    for sock in socks:
        sock.sendall(b"y")
        assert sock.recv(1) == b"y"


def test_three_hundred_connects(make_desk, profile):
    """One driver sticks at 255."""
    desk = make_desk(profile).join()
    for number in range(300):
        with desk.socket() as sock:
            word = b"%d" % number
            sock.sendall(word)
            assert sock.recv(8) == word
    assert len(desk.echo.peers) == 300
    assert all(peer.closed for peer in desk.echo.peers)


def test_three_hundred_connects_that_fail(make_desk, profile):
    desk = make_desk(profile).join()
    desk.network.refuse("closed.test", 80)
    for _ in range(300):
        with pytest.raises(OSError) as caught:
            desk.socket("closed.test", 80)
        assert caught.value.errno == errno.ECONNREFUSED
    assert [desk.socket() for _ in range(5)]


def test_three_hundred_peers_that_close_first(make_desk, profile):
    desk = make_desk(profile).join()
    desk.listen("shy.test", 80, greeting=b"bye", close=True)
    for _ in range(300):
        with desk.socket("shy.test", 80) as sock:
            assert sock.recv(8) == b"bye"
            assert sock.recv(8) == b""
    assert [desk.socket() for _ in range(5)]


def test_why_a_connection_did_not_come_about(make_desk, family):
    desk = make_desk(family).join()
    desk.network.refuse("closed.test", 80)
    with pytest.raises(OSError, match=r"closed.test:80") as caught:
        desk.socket("closed.test", 80)
    assert caught.value.errno == errno.ECONNREFUSED
    desk.works()


def test_a_connection_that_nobody_answers(make_desk, profile):
    desk = make_desk(profile, timing={"connect_timeout": 20}).join()
    desk.network.blackhole("hole.test")
    for timeout, number in ((1, errno.ETIMEDOUT), (None, errno.ECONNREFUSED)):
        with desk.within((timeout or 20) + 1), pytest.raises(OSError) as caught:
            desk.socket("hole.test", 80, timeout=timeout)
        assert caught.value.errno == number
        desk.let(20)
    desk.works()


def test_a_time_out_leaves_no_link_behind(make_desk, profile):
    """The module goes on connecting; what then stands belongs to nobody and is closed."""
    desk = make_desk(profile, timing={"connect": 5}).join()
    for _ in range(7):
        sock = desk.pool.socket()
        sock.settimeout(0.5)
        with pytest.raises(OSError) as caught:
            sock.connect(("echo.test", 7))
        assert caught.value.errno == errno.ETIMEDOUT
        sock.close()
        desk.let(6)
    assert len([desk.socket(timeout=10) for _ in range(5)]) == 5
    assert len(desk.module.core.links.open) == 5
    assert sum(not peer.closed for peer in desk.echo.peers) == 5


def test_a_socket_that_is_dropped_unclosed_gives_its_link_back(desk):
    """Where the runtime tells of collected objects, as CPython does."""
    for _ in range(12):
        desk.socket()
        gc.collect()
    desk.works()


def test_where_no_link_is_free_the_error_says_what_to_do(desk):
    socks = [desk.socket() for _ in range(5)]
    with pytest.raises(OSError, match="close") as caught:
        desk.socket()
    assert caught.value.errno == errno.ENOMEM
    assert "5 by sockets" in str(caught.value)
    assert len(socks) == 5


def test_closing_in_turn_with_peers_that_close(desk):
    """Whoever closes first, the link is free afterwards."""
    for turn in range(40):
        socks = [desk.socket() for _ in range(5)]
        for number, sock in enumerate(socks):
            if (turn >> number) & 1:
                desk.echo.peers[-5 + number].close()
            if (turn + number) & 1:
                desk.let(0.002)
            sock.close()
        assert len(desk.module.core.links.open) == 0


def test_a_link_given_back_unread(desk):
    """What the module still holds for the last user never reaches the next."""
    for turn in range(12):
        sock = desk.socket()
        desk.echo.peer.send(b"old news %d" % turn)
        desk.let(0.01 * (turn % 3))
        sock.close()
        with desk.socket() as sock:
            sock.sendall(b"new %d" % turn)
            assert sock.recv(100) == b"new %d" % turn


def test_a_link_given_back_unread_in_active_receive(make_desk, profile):
    desk = make_desk(profile).join().active()
    for turn in range(12):
        sock = desk.socket()
        desk.echo.peer.send(b"old news %d" % turn)
        if turn & 1:
            desk.let(0.01)
        sock.close()
        with desk.socket() as sock:
            sock.sendall(b"new %d" % turn)
            assert sock.recv(100) == b"new %d" % turn


@pytest.mark.parametrize("how", ["restart", "Wi-Fi lost"])
def test_a_lost_socket_never_comes_back_to_life(make_desk, profile, how):
    """Its link is used again 600 times: whatever counts the users, it must not start again."""
    desk = make_desk(profile).join()
    lost = desk.socket()
    if how == "restart":
        desk.module.reset()
    else:
        desk.module.wifi_lost()
        desk.let(1)
        desk.module.wifi_back()
    desk.let(3)
    with pytest.raises(OSError) as caught:
        lost.recv(1)
    assert caught.value.errno == errno.ECONNRESET
    for _ in range(600):
        with desk.socket() as sock:
            assert sock.link == lost.link
            assert not lost.is_ours()
    with desk.socket() as sock:
        sock.sendall(b"x")
        with pytest.raises(OSError) as caught:
            lost.recv(1)
        assert caught.value.errno == errno.ECONNRESET
        lost.close()
        assert sock.recv(1) == b"x"
