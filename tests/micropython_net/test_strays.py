"""Connections of tasks that were cancelled while they made them: nobody closes those sockets."""

import errno

import pytest

from espat.faces.stream import Stream

OUT, IN = 4, 1
LINKS = 5


@pytest.fixture
def desk(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    desk.server = desk.listen("echo.test", 7, answer=lambda data: data)
    return desk


def begun(desk, timeout=0):
    """A socket whose connection is made, or under way."""
    sock = Stream(desk.radio)
    sock.settimeout(timeout)
    try:
        sock.connect(("echo.test", 7))
    except OSError as e:
        assert e.errno == errno.EINPROGRESS
    return sock


def told(desk, sock, wanted=OUT):
    """Poll it, as asyncio does, until it is ready."""
    for _ in range(1000):
        if sock.ioctl(3, wanted) & wanted:
            return sock
        desk.port.pause()
    raise AssertionError("never ready")


def error_of_one_more(desk):
    """The number of the error that one more connection fails with; 0: it stands."""
    sock = begun(desk)
    try:
        for _ in range(1000):
            if sock.ioctl(3, OUT):
                sock.write(b"x")
                return 0
            desk.port.pause()
    except OSError as e:
        return e.errno
    finally:
        sock.close()
    return errno.ETIMEDOUT


def wait(desk, seconds, *polled):
    """Let time pass, while some sockets are polled for bytes."""
    end = desk.clock.now() + seconds
    while desk.clock.now() < end:
        for sock in polled:
            sock.ioctl(3, IN)
        desk.let(0.2)


def test_cancelled_while_it_was_made(desk):
    """Nobody asked what came of it."""
    socks = [begun(desk) for _ in range(LINKS)]
    while any(sock.goal or sock.doing for sock in socks):
        desk.radio.modem.step()
        for sock in socks:
            if sock.goal:
                sock.ioctl(3, OUT)
        desk.port.pause()
    wait(desk, 3)
    assert error_of_one_more(desk) == 0


def test_cancelled_when_it_had_just_been_told(desk):
    """The poll that tells it is done before its task runs: there it may be cancelled."""
    socks = [told(desk, begun(desk)) for _ in range(LINKS)]
    wait(desk, 3)
    assert error_of_one_more(desk) == errno.ENOMEM
    wait(desk, 8)
    assert error_of_one_more(desk) == 0
    assert sum(sock.is_ours() for sock in socks) == LINKS - 1


def test_one_that_is_in_use_is_no_stray(desk):
    """Neither one that waits for what its peer says first, nor one that has written, nor one of a
    program that does not poll, however long nothing comes.
    """
    waiting = told(desk, begun(desk))
    written = told(desk, begun(desk))
    written.write(b"hello")
    blocking = begun(desk, timeout=5)
    read = told(desk, begun(desk))
    desk.server.peer.send(b"hello")
    told(desk, read, IN)
    assert read.read(5) == b"hello"
    last = told(desk, begun(desk))
    wait(desk, 30, waiting, last)
    assert error_of_one_more(desk) == errno.ENOMEM
    assert all(sock.is_ours() for sock in (waiting, written, blocking, read, last))
