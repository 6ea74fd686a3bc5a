"""A non-blocking connect(), as event loops have it: whoever's call completes it.

Once connected, connect() returns None or raises EISCONN; a refusal is told once, by its own name.
"""

import errno

import pytest

from tests.faults.rig import tried

PENDING = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)
EISCONN = getattr(errno, "EISCONN", 106)


def pair(make_desk, family):
    """(desk, a connected socket that must not wait, one that has yet to connect)."""
    desk = make_desk(family).join()
    desk.network.refuse("no.test", 81)
    first = desk.socket()
    first.settimeout(0)
    second = desk.pool.socket()
    second.settimeout(0)
    return desk, first, second


def knock(desk, sock, address, between):
    """connect() until it says something else than "under way": (None, or the OSError; calls)."""
    for calls in range(1, 200):
        _, error = tried(sock.connect, address)
        if error is None or error.errno not in PENDING:
            return error, calls
        between()
        desk.let(0.02)
    return error, calls


def reading(sock):
    def between():
        for _ in range(20):
            tried(sock.recv, 10)

    return between


def through_command(desk):
    return lambda: tried(desk.radio.command, "AT")


COMPLETERS = {
    "another socket's recv": lambda desk, first: reading(first),
    "another socket's send": lambda desk, first: lambda: tried(first.send, b"x"),
    "radio.connected": lambda desk, first: lambda: desk.radio.connected,
    "its own connect": lambda desk, first: lambda: None,
    "a command": lambda desk, first: through_command(desk),
}
each_completer = pytest.mark.parametrize("completer", COMPLETERS)


@each_completer
def test_a_connect_that_somebody_else_completed_has_succeeded(make_desk, family, completer):
    """EINPROGRESS, EALREADY, ... then None or EISCONN, and the socket carries data."""
    desk, first, second = pair(make_desk, family)
    between = COMPLETERS[completer](desk, first)
    error, calls = knock(desk, second, ("echo.test", 7), between)
    assert error is None or error.errno == EISCONN, error
    assert calls < 100
    starts = desk.said(b"AT+CIPSTART")
    assert len(starts) == 2, starts
    second.settimeout(5)
    second.send(b"hello")
    assert second.recv(10) == b"hello"


def test_a_connect_after_that_says_so_again(make_desk, family):
    """connect() on a socket that is connected: EISCONN each time (or None), never EALREADY."""
    desk, first, second = pair(make_desk, family)
    knock(desk, second, ("echo.test", 7), reading(first))
    for _ in range(3):
        _, error = tried(second.connect, ("echo.test", 7))
        assert error is None or error.errno == EISCONN, error
    assert len(desk.said(b"AT+CIPSTART")) == 2


@each_completer
def test_a_refusal_that_somebody_else_saw_is_told(make_desk, family, completer):
    """ECONNREFUSED, by the next connect(); not a new connection begun, not EALREADY for ever."""
    desk, first, second = pair(make_desk, family)
    between = COMPLETERS[completer](desk, first)
    error, calls = knock(desk, second, ("no.test", 81), between)
    assert error and error.errno == errno.ECONNREFUSED, error
    assert calls < 190
    assert len(desk.said(b"AT+CIPSTART")) == 2
    first.settimeout(5)
    assert first.send(b"x") == 1
    second.close()


@each_completer
def test_a_name_that_is_not_found_is_told(make_desk, family, completer):
    """-2 where the firmware tells it (NonOS), else ECONNREFUSED, as a blocking connect() says."""
    desk, first, second = pair(make_desk, family)
    blocking = desk.pool.socket()
    blocking.settimeout(5)
    _, wanted = tried(blocking.connect, ("nowhere.test", 80))
    between = COMPLETERS[completer](desk, first)
    error, _ = knock(desk, second, ("nowhere.test", 80), between)
    assert error and error.errno == wanted.errno, (error, wanted)
    second.close()


def test_recv_and_send_tell_a_refusal_too(make_desk, family):
    """A program that polls by recv() in place of connect() hears something, and it ends."""
    desk, first, second = pair(make_desk, family)
    tried(second.connect, ("no.test", 81))
    for _ in range(100):
        tried(first.recv, 10)
        desk.let(0.05)
        _, error = tried(second.recv, 10)
        assert error
        if error.errno not in (*PENDING, errno.EAGAIN):
            break
    assert error.errno in (errno.ECONNREFUSED, errno.ENOTCONN)


def test_three_at_once_take_turns(make_desk, family):
    """Three non-blocking connects begun in a row all come to their end."""
    desk = make_desk(family).join()
    socks = [desk.pool.socket() for _ in range(3)]
    done = set()
    for sock in socks:
        sock.settimeout(0)
    for _ in range(300):
        for sock in socks:
            if sock in done:
                continue
            _, error = tried(sock.connect, ("echo.test", 7))
            if error is None or error.errno == EISCONN:
                done.add(sock)
            else:
                assert error.errno in PENDING, error
        if len(done) == 3:
            break
        desk.let(0.02)
    assert len(done) == 3
    for sock in socks:
        sock.settimeout(5)
        sock.send(b"hello")
        assert sock.recv(10) == b"hello"


def test_a_blocking_connect_on_one_that_stands_is_eisconn(make_desk, profile):
    """Twice connect() on the same socket, time-out or not."""
    desk = make_desk(profile).join()
    sock = desk.socket()
    _, error = tried(sock.connect, ("echo.test", 7))
    assert error is None or error.errno == EISCONN
    sock.send(b"hello")
    assert sock.recv(10) == b"hello"
