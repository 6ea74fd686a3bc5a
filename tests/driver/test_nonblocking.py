"""Sockets that must not wait: each call moves on what it can, and says the rest by its errno.

Between the calls of these tests nothing runs the driver; only time passes, as for a program that
tries again and again.
"""

import errno

import pytest

from tests.driver.desk import Line, Wire, pattern

BLINK = 0.001  # seconds between one try and the next


def tries(desk, call, *args, numbers=(errno.EAGAIN,), limit=50_000):
    """Call until it does not raise one of `numbers`: (result, how often it did)."""
    for count in range(limit):
        try:
            return call(*args), count
        except OSError as error:
            if error.errno not in numbers:
                raise
        desk.clock.advance(BLINK)
    raise AssertionError(f"no progress in {limit} tries")


def connect(desk, host="echo.test", port=7):
    """A socket connected without waiting."""
    sock = desk.pool.socket()
    sock.setblocking(False)
    numbers = (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN)
    tries(desk, sock.connect, (host, port), numbers=numbers)
    return sock


def test_connecting(desk):
    sock = desk.pool.socket()
    sock.setblocking(False)
    with pytest.raises(BlockingIOError) as caught:
        sock.connect(("echo.test", 7))
    assert caught.value.errno == errno.EINPROGRESS
    with pytest.raises(BlockingIOError) as caught:
        sock.connect(("echo.test", 7))
    assert caught.value.errno == errno.EALREADY
    _, count = tries(desk, sock.connect, ("echo.test", 7), numbers=(errno.EALREADY,))
    assert count > 3
    assert tries(desk, sock.send, b"hello")[0] == 5
    assert tries(desk, sock.recv, 10)[0] == b"hello"


@pytest.mark.parametrize("how", ["send", "recv", "recv_into", "readinto"])
def test_using_it_before_it_is_connected(desk, how):
    """POSIX says EAGAIN there, and a program that only ever tries to send gets through."""
    sock = desk.pool.socket()
    sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        sock.connect(("echo.test", 7))
    argument = {"send": b"x", "recv": 1}.get(how, bytearray(1))
    try:
        assert getattr(sock, how)(argument) is None  # what a stream says for EAGAIN
    except OSError as error:
        assert error.errno == errno.EAGAIN
    assert tries(desk, sock.send, b"through")[0] == 7
    assert tries(desk, sock.recv, 10)[0] == b"through"


def test_connecting_to_nobody(desk):
    desk.network.refuse("closed.test", 80)
    with pytest.raises(ConnectionRefusedError):
        connect(desk, "closed.test", 80)
    for _ in range(5):
        connect(desk)


def test_connecting_and_thinking_better_of_it(desk):
    for _ in range(12):
        sock = desk.pool.socket()
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            tries(desk, sock.connect, ("echo.test", 7))
        sock.close()
        desk.clock.advance(1)
    socks = [connect(desk) for _ in range(5)]
    assert len(desk.module.core.links.open) == 5
    assert [tries(desk, sock.send, b"x")[0] for sock in socks] == [1] * 5


def test_a_send_that_must_not_wait(desk):
    sock = connect(desk, "sink.test", 9)
    desk.sink.peer.room = 0  # nobody takes it for now
    assert tries(desk, sock.send, b"first")[0] == 5
    # The module has not confirmed it: there is no second one until it has.
    for _ in range(20):
        with pytest.raises(BlockingIOError):
            sock.send(b"second")
        desk.clock.advance(BLINK)
    desk.sink.peer.room = None
    assert tries(desk, sock.send, b"second")[0] == 6
    desk.let(0.1)
    assert desk.sink.data == b"firstsecond"


def test_a_send_that_failed_is_told_by_the_next_call(desk):
    sock = connect(desk, "sink.test", 9)
    desk.sink.peer.room = 0
    assert tries(desk, sock.send, b"first")[0] == 5
    core = desk.module.core
    core.links.drop(core.links.open[4])
    desk.clock.advance(1)
    with pytest.raises(OSError) as caught:
        tries(desk, sock.send, b"second")
    assert caught.value.errno in (errno.ECONNRESET, errno.ENOTCONN)


@pytest.mark.parametrize("size", [1, 3000, 20_000])
def test_sending_much_without_waiting(desk, size):
    sock = connect(desk, "sink.test", 9)
    rest = memoryview(pattern(size))
    while rest:
        count, _ = tries(desk, sock.send, rest)
        assert count > 0
        rest = rest[count:]
    desk.let(0.1)
    assert desk.sink.data == pattern(size)


def test_readinto_and_nothing_there(desk):
    sock = connect(desk)
    buffer = bytearray(8)
    assert sock.readinto(buffer) is None
    desk.echo.peer.send(b"abc")
    got = 0
    for _ in range(100):
        got = sock.readinto(buffer)
        if got:
            break
        desk.clock.advance(BLINK)
    assert (got, buffer[:3]) == (3, b"abc")
    desk.echo.peer.close()
    for _ in range(10_000):
        got = sock.readinto(buffer)
        if got is not None:
            break
        desk.clock.advance(BLINK)
    assert got == 0


def test_every_call_moves_the_line_along(make_desk, profile):
    """At 9600 baud a reply takes many calls: none of them may stand still."""
    desk = make_desk(profile, line=Wire).join()
    desk.radio.command("AT+UART_CUR=9600,8,1,0,0")
    desk.line.baudrate = 9600
    sock = connect(desk)
    assert tries(desk, sock.send, pattern(500))[0] == 500
    got = b""
    while len(got) < 500:
        piece, _ = tries(desk, sock.recv, 200)
        assert piece
        got += piece
    assert got == pattern(500)


@pytest.mark.parametrize("line", [Line, Wire])
@pytest.mark.parametrize("most", [700, 64])
@pytest.mark.parametrize("nap", [BLINK, 0.01])
def test_turns_are_fair(make_desk, profile, line, most, nap):
    """Five programs in one loop that naps: each gets its bytes, none waits for ever."""
    desk = make_desk(profile, line=line).join()
    socks = [connect(desk) for _ in range(5)]
    bodies = [pattern(3000, seed) for seed in range(5)]
    out = [memoryview(body) for body in bodies]
    got = [b""] * 5
    finished = {}
    for turn in range(50_000):
        for number, sock in enumerate(socks):
            out[number] = out[number][attempt(sock.send, out[number][:most]) or 0 :]
            got[number] += attempt(sock.recv, 400) or b""
            if len(got[number]) == 3000:
                finished.setdefault(number, turn)
        if len(finished) == 5:
            break
        desk.clock.advance(nap)
    assert got == bodies
    assert max(finished.values()) <= 3 * min(finished.values())


@pytest.mark.parametrize("timeout", [0, 0.0005, 1])
def test_announced_bytes_are_read_while_another_sends(desk, timeout):
    """The other's send is not confirmed yet, and nobody but the reader moves the line along."""
    desk.listen("page.test", 80, greeting=pattern(3000))
    reader = desk.socket("page.test", 80)
    sender = desk.socket()
    assert reader.recv(1) == pattern(3000)[:1]
    got = 1 + len(reader.recv(511))
    for _ in range(3):
        sender.setblocking(False)
        assert tries(desk, sender.send, b"x" * 100)[0] == 100
        reader.settimeout(timeout)
        numbers = (errno.EAGAIN, errno.ETIMEDOUT)
        data, _ = tries(desk, reader.recv, 512, numbers=numbers, limit=2000)
        assert data == pattern(3000)[got : got + len(data)]
        got += len(data)


def test_who_was_turned_away_and_stays_away_is_not_waited_for(desk):
    """Its turn is kept for a moment; who waits, waits for nobody."""
    first, second, third = (connect(desk) for _ in range(3))
    assert tries(desk, first.send, b"one")[0] == 3
    with pytest.raises(BlockingIOError):
        second.send(b"two")
    third.settimeout(5)
    with desk.within(0.1):
        assert third.send(b"three") == 5
    assert tries(desk, first.send, b"four")[0] == 4
    with pytest.raises(BlockingIOError):
        second.send(b"two")
    with desk.within(0.5):
        assert tries(desk, first.send, b"five")[0] == 4


def attempt(call, argument):
    """What a call gives, None where it would have to wait."""
    if not argument:
        return None
    try:
        return call(argument)
    except BlockingIOError:
        return None


def test_beside_one_that_waits(desk):
    """A blocking call drives the others' commands to their end as well."""
    slow = connect(desk, "sink.test", 9)
    desk.sink.peer.room = 0
    assert tries(desk, slow.send, b"slow")[0] == 4

    def later():
        if desk.clock.now() > end:
            desk.sink.peer.room = None

    end = desk.clock.now() + 2
    desk.port.hooks.append(later)
    with desk.socket(timeout=10) as sock:
        sock.sendall(b"here")
        assert sock.recv(4) == b"here"
    assert desk.sink.data == b"slow"


def test_a_close_that_must_not_wait(desk):
    for _ in range(12):
        sock = connect(desk)
        tries(desk, sock.send, b"bye")
        start = desk.clock.now()
        sock.close()
        assert desk.clock.now() == start
        desk.clock.advance(0.1)
    assert [connect(desk) for _ in range(5)]


def test_the_module_restarts_between_two_tries(desk):
    sock = connect(desk)
    desk.module.reset()
    with pytest.raises(ConnectionResetError):
        tries(desk, sock.recv, 1)
    desk.works()


def test_a_connect_that_the_module_forgets(desk):
    """It restarts while the connection is coming about."""
    sock = desk.pool.socket()
    sock.setblocking(False)
    with pytest.raises(BlockingIOError):
        sock.connect(("echo.test", 7))
    desk.module.reset()
    with pytest.raises(OSError) as caught:
        tries(desk, sock.connect, ("echo.test", 7), numbers=(errno.EALREADY,))
    assert caught.value.errno == errno.ECONNRESET
    desk.works()
