"""How bytes come in: passive, active, ahead of the read, cut short, and some of them not at all."""

import contextlib
import errno
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.driver.desk import (
    ALL,
    BOTH,
    Desk,
    Line,
    Wire,
    examples,
    pattern,
    read_all,
    read_exactly,
)
from tests.driver.script import EspAt, NonOs, ScriptedDesk

# -- what reading costs --------------------------------------------------------------------------


@pytest.mark.parametrize("family", ALL)
def test_passive_receive_is_what_every_family_gets_that_has_it(make_desk, family):
    desk = make_desk(family).join()
    assert desk.modem.passive == (family != "nonos-1.3")
    assert bool(desk.module.core.session.passive[4]) == desk.modem.passive


def test_small_reads_are_served_from_a_read_ahead(desk):
    """A body of 10 KB the way adafruit_requests reads it: 326 reads, 321 of them of 32 bytes.

    Design, section 7: a gate of 45 commands; 24 with the 512 bytes of the read-ahead.
    """
    body = pattern(5 * 16 + 321 * 32)
    desk.listen("body.test", 80, greeting=body, close=True)
    with desk.socket("body.test", 80) as sock:
        got = b"".join(read_exactly(sock, 16) for _ in range(5))
        got += b"".join(read_exactly(sock, 32) for _ in range(321))
    assert got == body
    assert len(desk.said(b"CIPRECVDATA")) <= 24


@pytest.mark.parametrize("size", [1, 2, 16, 100, 127])
def test_the_read_ahead_at_every_small_size(desk, size):
    body = pattern(4096)
    desk.listen("body.test", 80, greeting=body)
    with desk.socket("body.test", 80) as sock:
        assert read_exactly(sock, 4096, size) == body
    assert len(desk.said(b"CIPRECVDATA")) <= 12


def test_large_reads_are_one_command_each(desk):
    body = pattern(2900)
    desk.listen("body.test", 80, greeting=body)
    with desk.again(rx_size=2048).join().socket("body.test", 80) as sock:
        desk.let(0.1)
        assert read_exactly(sock, 2900, 1450) == body
    assert len(desk.said(b"CIPRECVDATA")) == 2


@pytest.mark.parametrize("rx_size", [64, 512, 2048])
@pytest.mark.parametrize("piece", [32, 1460, 4096])
def test_never_more_is_asked_for_than_the_uart_holds(desk, rx_size, piece):
    body = pattern(3000)
    desk.listen("body.test", 80, greeting=body, close=True)
    with desk.again(rx_size=rx_size).join().socket("body.test", 80) as sock:
        assert read_all(sock, piece) == body
    asked = [int(line.rpartition(b",")[2]) for line in desk.said(b"CIPRECVDATA")]
    assert max(asked) <= max(rx_size - 64, 32)


class Away(Wire):
    """The program looks away for a second, whenever it has asked for data."""

    looks = 0.0

    def put(self, view):
        if bytes(view).startswith(b"AT+CIPRECVDATA"):
            self.looks = self.clock.now() + 1
        return Wire.put(self, view)

    def take(self, view):
        if self.clock.now() < self.looks:
            self._flow()
            return None
        return Wire.take(self, view)


@pytest.mark.parametrize("rx_size", [128, 576, 2048])
@pytest.mark.parametrize("piece", [32, 4096])
def test_a_whole_answer_fits_the_uart(make_desk, profile, rx_size, piece):
    """Header and end too: nothing is lost however long the program looks away."""
    line = type("Line", (Away,), {"depth": rx_size})
    desk = make_desk(profile, line=line, radio={"rx_size": rx_size}).join()
    body = pattern(3000)
    desk.listen("body.test", 80, greeting=body, close=True)
    with desk.socket("body.test", 80, timeout=60) as sock:
        desk.let(0.5)
        assert read_all(sock, piece) == body
    assert desk.line.lost == 0


class Shallow(Wire):
    """A UART with the receive buffer that CircuitPython makes unless told otherwise."""

    depth = 64


@pytest.mark.parametrize("piece", [32, 1460])
def test_a_uart_of_64_bytes(make_desk, profile, piece):
    """The driver reads in time: what it does not look at for a while is no more than 64 bytes."""
    desk = make_desk(profile, line=Shallow, radio={"rx_size": 64}).join()
    body = pattern(2000)
    desk.listen("body.test", 80, greeting=body, close=True)
    with desk.socket("body.test", 80) as sock:
        assert read_all(sock, piece) == body
    assert desk.line.lost == 0


def test_the_modules_buffer_is_the_receive_buffer(desk):
    """Nobody reads: the module holds what fits, the peer the rest, and nothing is lost."""
    body = pattern(30_000)
    desk.listen("body.test", 80, greeting=body, close=True)
    sock = desk.socket("body.test", 80)
    before = desk.module.bytes_out
    desk.let(60)
    assert desk.module.bytes_out - before < 100  # a notice, not the body
    assert len(desk.network.peers[-1].unread) > 20_000
    assert read_all(sock) == body


# -- links side by side --------------------------------------------------------------------------


def test_five_bodies_at_once(both_ways):
    desk = both_ways
    bodies = [pattern(1800, seed) for seed in range(5)]
    for number, body in enumerate(bodies):
        desk.listen(f"body{number}.test", 80, greeting=body, close=True)
    socks = [desk.socket(f"body{number}.test", 80) for number in range(5)]
    got = [b""] * 5
    while any(len(got[i]) < len(bodies[i]) for i in range(5)):
        for i, sock in enumerate(socks):
            got[i] += sock.recv(100 + 37 * i)
    assert got == bodies
    assert [sock.recv(1) for sock in socks] == [b""] * 5


@examples
@given(
    profile=st.sampled_from(ALL),
    reads=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([1, 31, 127, 128, 700, 3000])),
        min_size=1,
        max_size=25,
    ),
)
def test_any_order_of_reads_over_three_links(profile, reads):
    desk = Desk(profile, line=Wire).join()
    bodies = [pattern(2000, seed) for seed in range(3)]
    for number, body in enumerate(bodies):
        desk.listen(f"body{number}.test", 80, greeting=body, close=True)
    socks = [desk.socket(f"body{number}.test", 80) for number in range(3)]
    rest = list(bodies)
    for which, size in [*reads, (0, 3000), (1, 3000), (2, 3000)]:
        got = socks[which].recv(size)
        assert got == rest[which][: len(got)]
        assert got or not rest[which]
        rest[which] = rest[which][len(got) :]


@examples
@given(
    profile=st.sampled_from(BOTH),
    active=st.booleans(),
    cuts=st.lists(st.integers(0, 300), max_size=30),
    size=st.sampled_from([1, 50, 128, 500, 2048]),
)
def test_any_fragmentation_of_the_line(profile, active, cuts, size):
    """The UART gives bytes in whatever pieces it likes, nothing at all included."""
    pieces = itertools.cycle([*cuts, 20])

    class Cut(Line):
        def take(self, view):
            return Line.take(self, view[: next(pieces)])

    desk = Desk(profile, line=Cut).join()
    if active:
        desk.active()
    with desk.socket() as sock:
        desk.echo.peer.send(pattern(1500))
        assert read_exactly(sock, 1500, size) == pattern(1500)
        sock.sendall(b"and back")
        assert read_exactly(sock, 8) == b"and back"


# -- a read that is cut short --------------------------------------------------------------------


@pytest.mark.parametrize("piece", [32, 128, 700, 1460])
@pytest.mark.parametrize("timeout", [0.001, 0.004, 0.017, 0.05])
def test_a_time_out_in_the_middle_of_a_payload(make_desk, profile, timeout, piece):
    """At 9600 baud a second is 960 bytes: most reads here run out of time on the way."""
    desk = make_desk(profile, line=Wire, radio={"rx_size": 2048}).join()
    desk.radio.command("AT+UART_CUR=9600,8,1,0,0")
    desk.line.baudrate = 9600
    desk.listen("body.test", 80, greeting=pattern(2500), close=True)
    sock = desk.socket("body.test", 80, timeout=30)
    sock.settimeout(timeout)
    got, outs = patiently(desk, sock, piece)
    assert got == pattern(2500)
    assert outs > 5


def patiently(desk, sock, piece, rounds=20_000):
    """All bytes of a socket, its time-outs passed over: (bytes, how many time-outs)."""
    got = b""
    outs = 0
    buffer = bytearray(piece)
    for _ in range(rounds):
        try:
            n = sock.recv_into(buffer)
        except OSError as error:
            assert error.errno in (errno.ETIMEDOUT, errno.EAGAIN)
            outs += 1
            desk.clock.advance(0.0005)
            continue
        if not n:
            return got, outs
        got += buffer[:n]
    raise AssertionError(f"{len(got)} bytes and no end")


@pytest.mark.parametrize("piece", [32, 128, 700, 1460])
def test_reads_that_never_wait(make_desk, profile, piece):
    desk = make_desk(profile, line=Wire).join()
    desk.listen("body.test", 80, greeting=pattern(2500), close=True)
    sock = desk.socket("body.test", 80)
    sock.setblocking(False)
    got, outs = patiently(desk, sock, piece)
    assert got == pattern(2500)
    assert outs > 5


WAITS = [0, 0.001, 0.003, 0.02, 0.1]
PIECES = [1, 40, 128, 900]


@examples
@given(
    profile=st.sampled_from(BOTH),
    active=st.booleans(),
    reads=st.lists(st.tuples(st.sampled_from(WAITS), st.sampled_from(PIECES)), max_size=20),
)
def test_any_mix_of_sizes_and_time_outs(profile, active, reads):
    desk = Desk(profile, line=Wire).join()
    if active:
        desk.active()
    body = pattern(1900)
    desk.listen("body.test", 80, greeting=body)
    sock = desk.socket("body.test", 80)
    got = b""
    for timeout, size in reads:
        sock.settimeout(timeout)
        with contextlib.suppress(TimeoutError, BlockingIOError):
            got += sock.recv(size)
        assert got == body[: len(got)]
    sock.settimeout(5)
    assert got + read_exactly(sock, len(body) - len(got)) == body


def test_a_buffer_is_not_written_to_after_its_read_has_ended(make_desk, profile):
    """It may be somebody else's by then."""
    desk = make_desk(profile, line=Wire).join()
    desk.listen("body.test", 80, greeting=pattern(2000))
    sock = desk.socket("body.test", 80)
    sock.settimeout(0.005)
    buffer = bytearray(1460)
    with pytest.raises(TimeoutError):
        while True:
            assert sock.recv_into(buffer)
    buffer[:] = bytes(1460)
    desk.let(1)
    assert buffer == bytes(1460)


# -- active receive ------------------------------------------------------------------------------


def test_a_ring_that_runs_over_is_not_silent(make_desk, family):
    """Nobody reads, the module goes on pushing: the socket raises, the others are well."""
    desk = make_desk(family, line=Wire).join().active()
    desk.listen("flood.test", 80, greeting=pattern(10_000))
    sock = desk.socket("flood.test", 80)
    other = desk.socket()
    desk.let(3)
    with pytest.raises(ConnectionResetError, match="lost"):
        while True:  # what had come before the hole may be read
            assert sock.recv(1000)
    other.sendall(b"well")
    assert other.recv(4) == b"well"
    assert desk.modem.parser.counts[0] > 0
    sock.close()
    desk.works()


def test_what_came_before_the_hole_is_whole(make_desk, profile):
    desk = make_desk(profile, line=Wire).join().active()
    desk.listen("flood.test", 80, greeting=pattern(10_000))
    sock = desk.socket("flood.test", 80)
    desk.let(3)
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while True:
            got += sock.recv(100)
            assert got == pattern(10_000)[: len(got)]


@pytest.mark.parametrize(("dialect", "end"), [(EspAt, b"\r\n"), (NonOs, b"")])
def test_nothing_that_came_after_a_hole_is_read(dialect, end):
    """A payload without its header, between others: what came before it may be read, no more."""
    desk = ScriptedDesk(dialect)
    desk.modem.passive = False
    sock = desk.socket(timeout=8)
    header = b"\r\n+IPD,%d,5:" % desk.link
    desk.script.say(header, b"first", end)
    got = sock.recv(1)
    noise = bytes((0, 254, 255, 128)) + b"\r\n"
    desk.script.say(header, b"after", end, noise, header, b"third", end)
    with pytest.raises(ConnectionResetError, match="lost"):
        while True:
            got += sock.recv(100)
    assert b"firstafter".startswith(got)
    desk.script.say(header, b"again", end)
    for read in (sock.recv, lambda n: sock.recv_into(bytearray(n)), lambda _: sock.readline()):
        with pytest.raises(ConnectionResetError, match="lost"):
            read(1)
    sock.close()


@pytest.mark.parametrize("piece", [1460, 4096])
def test_active_with_flow_control(make_desk, profile, piece):
    """One socket, one reader, and a line that waits: nothing is lost."""
    desk = make_desk(profile).join().active()
    body = pattern(20_000)
    desk.listen("body.test", 80, greeting=body, close=True)
    with desk.socket("body.test", 80) as sock:
        assert read_all(sock, piece) == body


def test_an_active_header_with_the_remote_end(make_desk, family):
    """CIPDINFO=1, by another program or an older one of ours."""
    desk = make_desk(family, line=Wire).join().active()
    desk.radio.command("AT+CIPDINFO=1")
    desk.works()


# -- notices that are lost -----------------------------------------------------------------------


class Deaf(Line):
    """A line on which chosen words of the module are wiped out."""

    words = ()

    def take(self, view):
        n = Line.take(self, view) or 0
        for word in self.words:
            data = bytes(view[:n])
            at = data.find(word)
            while at >= 0:
                end = data.index(b"\n", at + 2) + 1
                data = data[:at] + data[end:]
                at = data.find(word)
            view[: len(data)] = data
            n = len(data)
        return n or None


def test_a_lost_notice_of_data(make_desk, profile):
    desk = make_desk(profile, line=Deaf).join()
    sock = desk.socket()
    desk.line.words = (b"\r\n+IPD,",)
    desk.echo.peer.send(b"unheard of")
    with desk.within(3):
        assert sock.recv(100) == b"unheard of"


def test_a_lost_notice_of_an_end(make_desk, profile):
    desk = make_desk(profile, line=Deaf).join()
    sock = desk.socket()
    desk.line.words = (b"4,CLOSED",)
    desk.echo.peer.close()
    with desk.within(5):
        assert sock.recv(100) == b""


def test_a_lost_notice_of_a_connection(make_desk, profile):
    desk = make_desk(profile, line=Deaf).join()
    desk.line.words = (b"4,CONNECT",)
    sock = desk.socket()
    sock.sendall(b"well")
    assert sock.recv(4) == b"well"


def test_a_silent_link_is_asked_about_now_and_then(both_ways):
    """Not never, and not all the time: at most every half second."""
    sock = both_ways.socket()
    sock.settimeout(20)
    before = both_ways.modem.commands
    with pytest.raises(TimeoutError):
        sock.recv(1)
    assert 1 <= both_ways.modem.commands - before <= 40
