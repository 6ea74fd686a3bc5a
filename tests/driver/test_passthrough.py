"""Passthrough as a stream: in, out, alone, and when something goes wrong."""

import array
import errno

import pytest

from tests.driver.desk import ALL, Line, pattern
from tests.driver.secure import HOST, PORT, blind, serve, trusting

ESPAT = tuple(family for family in ALL if family.startswith("esp"))
OLD = tuple(family for family in ALL if not family.startswith("esp"))
SERVING = ESPAT[:-1]
"""All but the ESP8266's: a server's passthrough came with 2.3."""

every = pytest.mark.parametrize("family", ALL)


@pytest.fixture
def desk(make_desk, profile):
    return make_desk(profile).join()


def opened(desk, *args, **named):
    return desk.radio.passthrough(*(args or ("echo.test", 7)), **named)


def echoed(stream, data):
    """Whether what is written comes back."""
    stream.write(data)
    got = b""
    while len(got) < len(data):
        got += stream.read(len(data) - len(got))
    return got == data


def fails(number, call, *args, **named):
    with pytest.raises(OSError) as caught:
        call(*args, **named)
    assert caught.value.errno == number, caught.value
    return str(caught.value)


# In and out


@every
def test_the_commands(family, make_desk):
    desk = make_desk(family).join()
    count = len(desk.module.commands)
    with opened(desk) as stream:
        entered = desk.module.commands[count:]
        assert echoed(stream, b"\0\r\nOK\r\n+IPD,0,5:>" + bytes(range(256)))
    passive = [b"AT+CIPRECVMODE=0"] if family != "nonos-1.3" else []
    asked = [line for line in entered if b"SYSMSG" not in line]
    assert asked == [
        *passive,
        b"AT+CIPMUX=0",
        b'AT+CIPSTART="TCP","echo.test",7',
        b"AT+CIPMODE=1",
        b"AT+CIPSEND",
    ]
    left = desk.module.commands[count + len(entered) :]
    assert left[0] == b"AT"  # nothing of the stream was a command
    wanted = (b"AT+CIPMODE=0", b"AT+CIPCLOSE", b"AT+CIPMUX=1")
    assert [line for line in left if line in wanted] == list(wanted)
    assert desk.modem.up and not desk.modem.single
    assert desk.modem.passive == bool(passive)
    assert desk.radio.connected
    desk.works()


@every
def test_the_way_out_is_alone_on_the_line(family, make_desk):
    """20 ms of silence before and behind it, and a second before the next command."""
    desk = make_desk(family, paced=True).join()
    with opened(desk, "sink.test", 9) as stream:
        stream.write(b"x" * 3000)
    sent = [(when, data) for when, way, data in desk.module.log if way == "<"]
    out = b"".join(data for _, data in sent)
    at = out.rindex(b"+++")
    assert out[at + 3 :].startswith(b"AT\r\n")
    times = [when for when, data in sent for _ in data]
    assert times[at] - times[at - 1] > 0.02
    assert times[at + 3] - times[at + 2] > 1
    assert bytes(desk.sink.data) == b"x" * 3000


def test_it_wants_the_module_for_itself(desk):
    with desk.socket():
        assert "close all sockets" in fails(errno.EBUSY, opened, desk)
        desk.works()
    with desk.pool.socket(2, 2) as udp:
        udp.bind(("", 4000))
        fails(errno.EBUSY, opened, desk)
    with desk.pool.socket() as listener:
        listener.bind(("", 8080))
        listener.listen()
        fails(errno.EBUSY, opened, desk)
    with opened(desk) as stream:
        assert echoed(stream, b"hello")


def test_nothing_else_gets_at_the_module_meanwhile(desk):
    with opened(desk) as stream:
        sock = desk.pool.socket()
        for call in (
            lambda: desk.radio.ping("echo.test"),
            lambda: desk.radio.connected,
            lambda: desk.radio.command("AT"),
            lambda: sock.connect(("echo.test", 7)),
            lambda: desk.radio.connect("espat", "correct horse"),
            lambda: opened(desk),
        ):
            assert "close() the stream" in fails(errno.EBUSY, call)
            assert echoed(stream, b"hello")
    desk.radio.connect("espat", "correct horse")
    desk.works()


def test_closed_is_closed(desk):
    stream = opened(desk)
    stream.close()
    stream.close()
    for call in (stream.any, stream.read, lambda: stream.write(b"x")):
        fails(errno.EBADF, call)


# What is read and written


@pytest.mark.parametrize("size", [1, 5, 700, 4000])
def test_what_the_peer_says_at_once(desk, size):
    """It comes as +IPD, before there is a prompt: these are the stream's first bytes."""
    greeting = pattern(size)
    desk.listen("hello.test", 23, greeting=greeting)
    with opened(desk, "hello.test", 23) as stream:
        got = b""
        while len(got) < size:
            got += stream.read()
        assert got == greeting


def test_more_than_can_be_kept_is_no_silent_loss(desk):
    desk.listen("hello.test", 23, greeting=pattern(100_000))
    assert "bytes were lost" in fails(errno.ECONNRESET, opened, desk, "hello.test", 23)
    desk.works()


def test_reads_and_their_deadlines(desk):
    with opened(desk, "sink.test", 9, timeout=0.5) as stream:
        with desk.within(0.6):
            fails(errno.ETIMEDOUT, stream.read)
        stream.settimeout(0)
        assert stream.read() is None
        assert stream.readinto(bytearray(4)) is None
        assert stream.any() == 0
        desk.sink.peer.send(b"abcdefgh")
        desk.clock.advance(0.01)
        assert stream.any() == 8
        buffer = bytearray(b"........")
        assert stream.readinto(buffer, 2) == 2
        assert buffer == b"ab......"
        assert stream.readinto(memoryview(buffer)[2:5]) == 3
        assert stream.read(99) == b"fgh"
        with pytest.raises(ValueError):
            stream.readinto(buffer, 9)
        for seconds in (-1, float("nan"), "1"):
            with pytest.raises(ValueError):
                stream.settimeout(seconds)
        for wrong in (bytes(4), "text", None):
            with pytest.raises(TypeError):
                stream.readinto(wrong)


def test_a_uart_that_takes_nothing(desk):
    class Stuck(Line):
        stuck = False

        def put(self, view):
            return None if self.stuck else Line.put(self, view[:100])

    desk._line = Stuck
    desk.again()
    with opened(desk, "sink.test", 9, timeout=0.5) as stream:
        assert stream.write(b"x" * 1000) == 1000
        desk.line.stuck = True
        assert "2 bytes more" in fails(errno.ETIMEDOUT, stream.write, b"yy")
        stream.settimeout(0)
        assert stream.write(b"yy") is None
        desk.line.stuck = False
        assert stream.write(b"z" * 150) == 150
        desk.clock.advance(0.1)
        stream.any()
        assert bytes(desk.sink.data) == b"x" * 1000 + b"z" * 150


PLUSES = (
    [b"+++"],
    [b"+", b"+", b"+"],
    [b"++", b"+"],
    [b"+", b"++", b"+"],
    [b"++++"],
    [b"+++", b"+++"],
    [b"+" * 9],
    [b"a+++"],
    [b"+++b"],
    [b"abc", b"+++", b"def"],
)


@pytest.mark.parametrize("pause", [0, 0.1])
@pytest.mark.parametrize("pieces", PLUSES)
def test_pluses_are_data(desk, pieces, pause):
    with opened(desk, "sink.test", 9) as stream:
        for piece in pieces:
            assert stream.write(piece) == len(piece)
            desk.clock.advance(pause)
        desk.clock.advance(2)
        assert stream.any() == 0
        assert bytes(desk.sink.data) == b"".join(pieces)
        desk.sink.peer.send(b"still there")
        desk.clock.advance(0.1)
        assert stream.read() == b"still there"


@every
def test_datagrams(family, make_desk):
    desk = make_desk(family).join()
    heard = []
    peer = desk.network.udp("udp.test", 9, lambda _, source, data: heard.append((source[1], data)))
    with opened(desk, "udp.test", 9, "UDP", local_port=4000) as stream:
        for data in (b"one", b"two"):
            stream.write(data)
            desk.clock.advance(0.1)
            stream.any()
        assert heard == [(4000, b"one"), (4000, b"two")]
        peer.send(b"three", ("192.168.1.50", 4000))
        desk.clock.advance(0.1)
        assert stream.read() == b"three"
    assert desk.said(b"CIPSTART")[-1] == b'AT+CIPSTART="UDP","udp.test",9,4000,0'
    desk.works()


# TLS


NAMING = "esp32c6-5.0.1"
"""It tells and checks the name of CIPSTART, so that one that connects again does."""


def lasting(family):
    """A context whose checks outlast a break."""
    return trusting() if family == NAMING else trusting(check_hostname=False, sni=False)


@pytest.mark.parametrize("family", ESPAT)
def test_tls(family, make_desk):
    desk = make_desk(family).join()
    handler = serve(desk)
    with opened(desk, HOST, PORT, context=lasting(family), timeout=30) as stream:
        assert echoed(stream, b"hello, over TLS" * 5000)
        assert handler.context.names == [HOST if family == NAMING else None]
    assert desk.said(b"CIPSTART")[-1] == b'AT+CIPSTART="SSL","tls.test",443'
    desk.works()


@pytest.mark.parametrize("family", ESPAT)
def test_a_certificate_of_a_stranger(family, make_desk):
    desk = make_desk(family).join()
    serve(desk, "stranger")
    fails(errno.ECONNREFUSED, opened, desk, HOST, PORT, context=lasting(family))
    desk.works()


@pytest.mark.parametrize("family", ESPAT)
def test_what_would_not_be_checked_after_a_break(family, make_desk):
    """Names and keys are forgotten when the link closes, and the module dials by itself."""
    desk = make_desk(family).join()
    handler = serve(desk)
    contexts = [blind(psk=(b"who", b"key"))]
    if family != NAMING:
        contexts.append(trusting())
    for context in contexts:
        said = fails(errno.EOPNOTSUPP, opened, desk, HOST, PORT, context=context)
        assert "after a break" in said
    assert desk.said(b"CIPSTART") == []
    assert handler.peers == []
    desk.works()


@pytest.mark.parametrize("family", OLD)
def test_families_without_tls_in_passthrough(family, make_desk):
    desk = make_desk(family).join()
    fails(errno.EOPNOTSUPP, opened, desk, HOST, PORT, context=trusting())
    desk.works()


# A server


@pytest.mark.parametrize("family", SERVING)
def test_a_server_of_one_client(family, make_desk):
    desk = make_desk(family).join()
    clients = []

    def come():
        if desk.said(b"AT+CIPSERVER=1,8080") and not clients:
            clients.append(desk.network.dial(8080))
            clients[0].send(b"early")

    desk.port.hooks.append(come)
    with opened(desk, None, 8080) as stream:
        assert stream.read() == b"early"
        stream.write(b"hello")
        desk.clock.advance(0.1)
        stream.any()
        assert bytes(clients[0].data) == b"hello"
    assert desk.said(b"MAXCONN=") == [b"AT+CIPSERVERMAXCONN=1", b"AT+CIPSERVERMAXCONN=5"]
    desk.works()


@pytest.mark.parametrize("family", ALL)
def test_a_server_that_nobody_comes_to(family, make_desk):
    desk = make_desk(family).join()
    number = errno.ETIMEDOUT if family in SERVING else errno.EOPNOTSUPP
    fails(number, opened, desk, None, 8080, timeout=1)
    desk.works()


# What goes wrong


def test_nobody_there(desk):
    message = fails(errno.ECONNREFUSED, opened, desk, "nobody.test", 9)
    assert "nobody.test:9" in message
    desk.works()
    with opened(desk) as stream:
        assert echoed(stream, b"hello")


def test_a_peer_that_is_gone_before_it_begins(desk):
    desk.listen("rude.test", 9, close=True)
    try:
        opened(desk, "rude.test", 9).close()
    except OSError as error:
        assert error.errno == errno.EIO
    desk.works()


def test_an_exception_leaves(desk):
    with pytest.raises(ZeroDivisionError), opened(desk) as stream:
        stream.write(b"hello")
        raise ZeroDivisionError
    desk.works()


@every
def test_the_next_program_finds_it_and_gets_out(family, make_desk):
    desk = make_desk(family).join()
    stream = opened(desk, "sink.test", 9)
    stream.write(b"the last words")
    desk.again()
    desk.join()
    desk.works()
    assert bytes(desk.sink.data).startswith(b"the last words")
    assert stream is not None


class Interrupted(Line):
    """Ctrl-C at a call of the UART."""

    at = -1

    def count(self):
        self.at -= 1
        if not self.at:
            raise KeyboardInterrupt


def test_ctrl_c_at_every_call(make_desk):
    """Entering, carrying data, leaving: the same radio works again, or the next one."""
    desk = make_desk("esp32c3-3.3", line=Interrupted).join()
    desk.port.longest = 0
    at, stream = 0, None
    while True:
        at += 23
        desk.line.at = at
        try:
            with opened(desk) as stream:
                assert echoed(stream, b"hello")
        except KeyboardInterrupt:
            desk.line.at = -1
            if stream is not None:
                stream.close()
            desk.works()
        else:
            break
        desk.line.at = -1
    assert at > 500
    desk.line.at = -1
    desk.works()


@every
def test_a_restart_meanwhile(family, make_desk):
    """It comes out of the stream; behind it the module is found, and joined again."""
    desk = make_desk(family).join()
    with opened(desk) as stream:
        desk.module.reset()
        desk.clock.advance(2)
        stream.settimeout(0)
        got = b""
        while stream.any():
            got += stream.read(4096)
        assert got.endswith(b"ready\r\n") or b"ready\r\n" in got
    desk.works()


@every
def test_a_reset_frees_it(family, make_desk):
    desk = make_desk(family).join()
    stream = opened(desk)
    desk.radio.reset()
    fails(errno.EBADF, stream.read)
    desk.join()
    desk.works()


class Faulty(Line):
    """What stands alone as "+++" is lost, or doubled, the first times."""

    times = 0
    doubled = False

    def put(self, view):
        if bytes(view) == b"+++" and self.times:
            self.times -= 1
            if self.doubled:
                self.uart.write(b"+++")
            else:
                return 3
        return Line.put(self, view)


@every
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("doubled", [False, True])
def test_a_way_out_that_is_lost_or_doubled(family, make_desk, times, doubled):
    desk = make_desk(family, line=Faulty).join()
    with opened(desk, "sink.test", 9) as stream:
        desk.line.doubled = doubled
        desk.line.times = times
        stream.write(b"hello")
    desk.works()
    assert bytes(desk.sink.data)[:5] == b"hello"


# Bad input


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("", 7), {}),
        (("x" * 65, 7), {}),
        (("a\r\nAT+RST", 7), {}),
        (("a\0b", 7), {}),
        (("a", 0), {}),
        (("a", 65536), {}),
        (("a", 7, "SSL"), {}),
        (("a", 7, "tcp"), {}),
        (("a", 7, "UDP"), {"local_port": 0}),
        (("a", 7), {"local_port": 4000}),
        (("a", 7), {"reconnect": 0}),
        (("a", 7), {"reconnect": 3601}),
        (("a", 7), {"timeout": -1}),
        ((None, 7, "UDP"), {}),
    ],
)
def test_bad_input(make_desk, args, named):
    desk = make_desk("esp32c3-3.3")
    with pytest.raises(ValueError):
        desk.radio.passthrough(*args, **named)
    assert desk.module.commands == []


@pytest.mark.parametrize("family", OLD)
def test_what_old_firmware_lacks(family, make_desk):
    desk = make_desk(family).join()
    fails(errno.EOPNOTSUPP, opened, desk, reconnect=1)
    desk.works()
    if family == "nonos-1.3":
        fails(errno.EOPNOTSUPP, opened, desk, notices=True)
    desk.works()


def test_wide_items_are_no_bytes(desk):
    with opened(desk) as stream:
        for wrong in (array.array("H", [1]), memoryview(array.array("I", [1])), "text"):
            with pytest.raises(TypeError):
                stream.write(wrong)
