"""The face of a socket: what each call takes, gives and raises."""

import errno
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.driver.desk import BOTH, Desk, Line, Wire, examples, pattern, read_all, read_exactly


def errno_of(call, *args):
    """The errno that a call raises, 0 if it raises nothing."""
    try:
        call(*args)
    except OSError as error:
        assert error.args[1:], "a socket's error says something"
        return error.errno
    return 0


def test_every_family_carries_bytes_both_ways(make_desk, family):
    desk = make_desk(family).join()
    data = pattern(2000)
    with desk.socket() as sock:
        sock.sendall(data)
        assert read_exactly(sock, len(data)) == data


# -- payload that spells the protocol ------------------------------------------------------------

SPELLINGS = {
    "every byte": bytes(range(256)),
    "NULs": bytes(600),
    "ones": b"\xff" * 600,
    "OK": b"\r\nOK\r\n",
    "ERROR": b"\r\nERROR\r\n",
    "SEND OK": b"\r\nSEND OK\r\n",
    "SEND FAIL": b"\r\nSEND FAIL\r\n",
    "prompt": b"\r\n> ",
    "prompts": b">>>>",
    "active header": b"\r\n+IPD,0,5:hello",
    "passive notice": b"\r\n+IPD,4,9999\r\n",
    "reply header": b"+CIPRECVDATA:10,abcdefghij",
    "reply header, old": b"\r\n+CIPRECVDATA,10:abcdefghij",
    "escape": b"+++",
    "closed": b"4,CLOSED\r\n",
    "restart": b"\r\nready\r\n",
    "disconnect": b"WIFI DISCONNECT\r\n",
    "busy": b"\r\nbusy p...\r\n",
    "command": b"AT+RST\r\n",
    "half a header": b"\r\n+IPD,4,",
    "lone CR": b"\r",
    "lone LF": b"\n",
    "CRLF": b"\r\n",
    "a header after a header": b"+IPD,4,1:+IPD,4,1:" * 20,
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_payload_that_spells_the_protocol(both_ways, name):
    desk = both_ways
    data = SPELLINGS[name]
    with desk.socket() as sock:
        for text in (data, data * 3, b"x" + data, data + b"x"):
            sock.sendall(text)
            assert read_exactly(sock, len(text)) == text
    desk.works()


@examples
@given(
    profile=st.sampled_from(BOTH),
    active=st.booleans(),
    data=st.lists(
        st.sampled_from([*SPELLINGS.values()]) | st.binary(min_size=1, max_size=40),
        min_size=1,
        max_size=12,
    ),
    size=st.sampled_from([1, 7, 32, 127, 128, 1460, 4096]),
)
def test_any_payload(profile, active, data, size):
    desk = Desk(profile, line=Wire if active else Line).join()
    if active:
        desk.active()
    data = b"".join(data)
    with desk.socket() as sock:
        desk.echo.peer.send(data)
        assert read_exactly(sock, len(data), size) == data


def test_a_large_body_by_its_digest(both_ways):
    body = pattern(100_000)
    both_ways.listen("big.test", 80, greeting=body, close=True)
    with both_ways.socket("big.test", 80) as sock:
        got = read_all(sock, 1460)
    assert hashlib.sha256(got).digest() == hashlib.sha256(body).digest()


# -- reading -------------------------------------------------------------------------------------


def readers():
    """Ways to read at most 16 bytes off a socket: bytes."""

    def recv_into(sock):
        buffer = bytearray(16)
        return bytes(buffer[: sock.recv_into(buffer)])

    def recv_into_some(sock):
        buffer = bytearray(30)
        return bytes(buffer[: sock.recv_into(buffer, 16)])

    def recv_into_view(sock):
        buffer = bytearray(20)
        n = sock.recv_into(memoryview(buffer)[2:18])
        assert buffer[:2] == buffer[18:] == b"\0\0"
        return bytes(buffer[2 : 2 + n])

    return {
        "recv": lambda sock: sock.recv(16),
        "recv_into": recv_into,
        "recv_into, fewer": recv_into_some,
        "recv_into, a view": recv_into_view,
    }


READERS = readers()


@pytest.mark.parametrize("how", READERS)
def test_a_read_gives_what_is_there(both_ways, how):
    desk = both_ways
    read = READERS[how]
    with desk.socket() as sock:
        desk.echo.peer.send(b"a short one")
        assert read(sock) == b"a short one"
        desk.echo.peer.send(pattern(40))
        got = b""
        while len(got) < 40:
            piece = read(sock)
            assert 0 < len(piece) <= 16
            got += piece
        assert got == pattern(40)


def test_recv_into_and_its_numbers(desk):
    with desk.socket() as sock:
        desk.echo.peer.send(b"abcdef")
        buffer = bytearray(4)
        assert sock.recv_into(buffer, 0) == 4  # 0: what the buffer holds
        assert buffer == b"abcd"
        assert sock.recv_into(buffer, 1) == 1
        assert buffer[0] == ord("e")
        with pytest.raises(ValueError):
            sock.recv_into(buffer, 5)
        assert sock.recv_into(bytearray(0)) == 0
        assert sock.recv(1) == b"f"


@pytest.mark.parametrize("count", [0, 1, 16, 127, 128, 1000, 2920, 5000])
def test_readinto_fills_its_buffer(both_ways, count):
    desk = both_ways
    with desk.socket() as sock:
        desk.echo.peer.send(pattern(count) + b"!")
        buffer = bytearray(count)
        assert sock.readinto(buffer) == count
        assert buffer == pattern(count)
        assert sock.recv(1) == b"!"


def test_readinto_some_of_a_buffer(desk):
    with desk.socket() as sock:
        desk.echo.peer.send(b"abcdef")
        buffer = bytearray(8)
        assert sock.readinto(buffer, 3) == 3
        assert buffer == b"abc" + bytes(5)


def test_readinto_is_short_only_at_the_end(both_ways):
    both_ways.listen("short.test", 80, greeting=pattern(300), close=True)
    with both_ways.socket("short.test", 80) as sock:
        buffer = bytearray(1000)
        assert sock.readinto(buffer) == 300
        assert buffer[:300] == pattern(300)
        assert sock.readinto(buffer) == 0


LINES = [b"first\r\n", b"\n", b"x" * 700 + b"\n", b"\r\n", b"unfinished"]


def test_readline(both_ways):
    both_ways.listen("lines.test", 80, greeting=b"".join(LINES), close=True)
    with both_ways.socket("lines.test", 80) as sock:
        assert [sock.readline() for _ in LINES] == LINES
        assert sock.readline() == b""
        assert sock.readline() == b""


@pytest.mark.parametrize("length", [9, 700, 1800])
@pytest.mark.parametrize(("timeout", "number"), [(0.5, errno.ETIMEDOUT), (0, errno.EAGAIN)])
def test_a_line_that_is_cut_short_stays(both_ways, length, timeout, number):
    """Whatever came of it is there for the next read, once, and what comes behind it is too."""
    half = pattern(length).replace(b"\n", b".")
    with both_ways.socket("echo.test", 7) as sock:
        for _ in range(2):
            sock.settimeout(20)
            sock.sendall(half)
            sock.settimeout(timeout)
            for _ in range(40):
                with pytest.raises(OSError) as caught:
                    sock.readline()
                assert caught.value.errno == number
            sock.settimeout(20)
            sock.sendall(b"whole\nrest")
            assert sock.readline() == half + b"whole\n"
            assert read_exactly(sock, 4) == b"rest"


@examples
@given(
    profile=st.sampled_from(BOTH),
    data=st.lists(st.binary(max_size=200), max_size=6).map(b"\n".join),
    reads=st.lists(st.sampled_from(["line", 1, 5, 130, 600]), min_size=1, max_size=20),
)
def test_lines_among_other_reads(profile, data, reads):
    desk = Desk(profile).join()
    desk.listen("lines.test", 80, greeting=data, close=True)
    rest = data
    with desk.socket("lines.test", 80) as sock:
        for read in reads:
            if read == "line":
                line, end, _ = rest.partition(b"\n")
                got = sock.readline()
                assert got == line + end
            else:
                got = sock.recv(read)
                assert got == rest[: len(got)]
                assert got or not rest
            rest = rest[len(got) :]


# -- the end of a stream -------------------------------------------------------------------------

# 0 and one byte; around the read-ahead; a segment; the module's buffer; more than that.
SIZES = [0, 1, 127, 128, 512, 1460, 2920, 5744, 5745, 20_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [32, 4096])
def test_a_peer_that_closes_before_it_was_heard_out(both_ways, size, piece):
    both_ways.listen("body.test", 80, greeting=pattern(size), close=True)
    sock = both_ways.socket("body.test", 80)
    assert read_all(sock, piece) == pattern(size)
    # 0 has been read once; programs that take it for "nothing yet" must not spin for ever.
    for _ in range(3):
        assert errno_of(sock.recv_into, bytearray(8)) == errno.ECONNRESET


@pytest.mark.parametrize("size", SIZES)
def test_a_peer_that_is_long_gone(desk, size):
    desk.listen("body.test", 80, greeting=pattern(size), close=True)
    sock = desk.socket("body.test", 80)
    desk.let(20)
    assert read_all(sock, 600) == pattern(size)


def test_a_peer_that_closes_after_it_was_heard_out(both_ways):
    sock = both_ways.socket()
    sock.sendall(b"bye")
    assert sock.recv(16) == b"bye"
    both_ways.echo.peer.close()
    assert [sock.recv(16), sock.recv(16), sock.readline()] == [b"", b"", b""]
    assert sock.readinto(bytearray(4)) == 0
    assert sock.recv_into(bytearray(4)) == 0
    assert errno_of(sock.recv_into, bytearray(4)) == errno.ECONNRESET


def test_a_peer_that_connects_and_closes_at_once(both_ways):
    both_ways.listen("shy.test", 80, close=True)
    for _ in range(10):
        with both_ways.socket("shy.test", 80) as sock:
            assert sock.recv(1) == b""
    both_ways.works()


def test_sending_to_one_who_has_gone(both_ways):
    sock = both_ways.socket()
    both_ways.echo.peer.close()
    both_ways.let(0.1)
    assert errno_of(sock.send, b"anybody?") in (errno.ENOTCONN, errno.EPIPE)
    both_ways.works()


def test_last_words_can_be_read_after_the_end(both_ways):
    sock = both_ways.socket()
    both_ways.echo.peer.send(b"last words")
    both_ways.echo.peer.close()
    both_ways.let(2)
    assert read_all(sock) == b"last words"
    number = errno_of(sock.send, b"anybody?")
    assert number in (errno.ENOTCONN, errno.EPIPE)


def test_a_reset_by_the_peer(both_ways):
    sock = both_ways.socket()
    both_ways.echo.peer.reset()
    both_ways.let(0.1)
    try:
        assert sock.recv(1) == b""
    except ConnectionResetError:
        pass
    assert errno_of(sock.send, b"x")


# -- waiting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.05, 0.5, 3])
@pytest.mark.parametrize("how", READERS)
def test_a_read_times_out(both_ways, how, seconds):
    desk = both_ways
    sock = desk.socket()
    sock.settimeout(seconds)
    start = desk.clock.now()
    assert errno_of(READERS[how], sock) == errno.ETIMEDOUT
    took = desk.clock.now() - start
    assert seconds <= took <= seconds + 0.1
    desk.echo.peer.send(b"late")
    assert READERS[how](sock) == b"late"


def test_no_time_out_waits(both_ways):
    desk = both_ways
    sock = desk.socket()
    sock.settimeout(None)
    end = desk.clock.now() + 100

    def later():
        if desk.clock.now() > end:
            desk.port.hooks.clear()
            desk.echo.peer.send(b"at last")

    desk.port.tick = 0.01
    desk.port.hooks.append(later)
    assert sock.recv(100) == b"at last"
    assert desk.clock.now() >= end


def test_blocking_and_not(desk):
    sock = desk.socket()
    sock.setblocking(False)
    assert errno_of(sock.recv, 1) == errno.EAGAIN
    sock.settimeout(0.2)
    assert errno_of(sock.recv, 1) == errno.ETIMEDOUT
    sock.settimeout(0)
    assert errno_of(sock.recv, 1) == errno.EAGAIN
    sock.setblocking(True)
    desk.echo.peer.send(b"x")
    assert sock.recv(1) == b"x"
    with pytest.raises(ValueError):
        sock.settimeout(-1)


# -- life ----------------------------------------------------------------------------------------


def test_before_it_is_connected(desk):
    before = desk.module.bytes_in
    with desk.pool.socket() as sock:
        for call in (lambda: sock.send(b"x"), lambda: sock.recv(1), lambda: sock.sendall(b"x")):
            assert errno_of(call) == errno.ENOTCONN
    assert desk.module.bytes_in == before


def test_after_it_was_closed(desk):
    sock = desk.socket()
    sock.close()
    before = desk.module.bytes_in
    calls = {
        "send": lambda: sock.send(b"x"),
        "recv": lambda: sock.recv(1),
        "recv_into": lambda: sock.recv_into(bytearray(1)),
        "readinto": lambda: sock.readinto(bytearray(1)),
        "readline": sock.readline,
        "connect": lambda: sock.connect(("echo.test", 7)),
    }
    numbers = {name: errno_of(call) for name, call in calls.items()}
    connect = numbers.pop("connect")
    assert set(numbers.values()) == {errno.EBADF}
    assert connect
    assert desk.module.bytes_in == before


def test_closing(desk):
    sock = desk.socket()
    peer = desk.echo.peer
    sock.close()
    assert peer.closed
    before = desk.module.bytes_in
    sock.close()
    sock.close()
    assert desk.module.bytes_in == before


def test_the_end_of_a_with_block(desk):
    with desk.socket() as sock:
        peer = desk.echo.peer
        assert not peer.closed
    assert peer.closed
    with pytest.raises(ZeroDivisionError), desk.socket() as sock:
        peer = desk.echo.peer
        raise ZeroDivisionError
    assert peer.closed
    assert errno_of(sock.recv, 1) == errno.EBADF


def test_connecting_twice(desk):
    sock = desk.socket()
    assert errno_of(sock.connect, ("echo.test", 7)) in (errno.EALREADY, errno.EISCONN)
    sock.sendall(b"still good")
    assert sock.recv(16) == b"still good"


def test_what_libraries_look_for(desk):
    sock = desk.pool.socket()
    assert {sock: 1, desk.pool: 2}[sock] == 1  # hashable, by identity
    assert sock.type == desk.pool.SOCK_STREAM
    assert not hasattr(desk.pool, "timeout")  # MiniMQTT would take it for something else
    assert not hasattr(desk.pool, "set_interface")  # connection_manager likewise
