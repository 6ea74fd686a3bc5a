"""The engine against what no working module says. The far end is a script: `script.py`."""

import errno

import pytest

from tests.driver.script import (
    BUSY_P,
    BUSY_S,
    ERROR,
    OK,
    SEND_FAIL,
    SEND_OK,
    EspAt,
    NonOs,
    ScriptedDesk,
)

RECV_5 = b"\r\nRecv 5 bytes\r\n"


@pytest.fixture(params=[EspAt, NonOs])
def desk(request):
    """A radio on a script of each dialect."""
    return ScriptedDesk(request.param)


def took(desk, call, *args):
    """(errno or 0, simulated seconds) of a call."""
    start = desk.clock.now()
    number = 0
    try:
        call(*args)
    except OSError as error:
        number = error.errno
        assert str(error)
    return number, desk.clock.now() - start


# -- busy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("busy", [BUSY_P, BUSY_S])
@pytest.mark.parametrize("command", [b"AT+CIPSTART", b"AT+CIPSEND", b"AT+CIPRECVDATA", b"AT+CIPC"])
def test_busy_means_again(desk, command, busy, times):
    """What was sent has been thrown away: it is sent again, and not too fast."""
    desk.script.on(command, *[(busy,)] * times)
    start = desk.clock.now()
    desk.works()
    assert len(desk.said(command)) >= times + 1
    assert desk.clock.now() - start <= 2 + times


@pytest.mark.parametrize("result", [OK, ERROR])
@pytest.mark.parametrize("command", [b"AT+CIPSTART", b"AT+CIPSEND", b"AT+CIPRECVDATA"])
def test_busy_and_then_the_result_of_what_kept_it_busy(desk, command, result):
    """That is not ours; ours is sent again and has its own."""
    desk.script.on(command, (BUSY_P, 0.05, result))
    desk.works()
    assert len(desk.said(command)) == 2


def test_busy_for_ever(desk):
    desk.script.on(b"AT+CIPSTART", *[(BUSY_P,)] * 10_000)
    desk.port.tick = 0.01
    number, seconds = took(desk, desk.socket, None)
    assert number in (errno.ETIMEDOUT, errno.EAGAIN)
    assert seconds <= 90


def test_busy_while_it_sends(desk):
    """NonOS says so while a payload is on its way; the verdict is what counts."""
    desk.script.on("payload", (RECV_5, BUSY_S, 0.1, SEND_OK))
    desk.socket().sendall(b"hello")
    assert desk.script.payloads == [b"hello"]
    desk.works()


# -- verdicts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stray", [SEND_OK, SEND_FAIL, OK, ERROR, b"\r\nFAIL\r\n"])
def test_a_stray_verdict_means_nothing(desk, stray):
    sock = desk.socket()
    desk.script.say(stray, stray)
    desk.modem.step()
    desk.script.on("payload", (RECV_5, 1.0, desk.script.dialect.fail))
    number, seconds = took(desk, sock.send, b"hello")
    assert number == errno.ECONNRESET
    assert seconds >= 1
    desk.works()


@pytest.mark.parametrize("stray", [SEND_OK, SEND_FAIL])
def test_a_verdict_before_its_time(desk, stray):
    """Of the send before: ours comes behind "Recv n bytes"."""
    desk.script.on("payload", (stray, 0.5, RECV_5, 0.5, SEND_OK))
    sock = desk.socket()
    start = desk.clock.now()
    assert sock.send(b"hello") == 5
    assert desk.clock.now() - start >= 1
    desk.works()


def test_fail_and_then_ok(desk):
    """Capture 15. The first verdict counts, the second is nobody's."""
    desk.script.on("payload", (RECV_5, desk.script.dialect.fail, 0.01, SEND_OK))
    sock = desk.socket()
    assert took(desk, sock.send, b"hello")[0] == errno.ECONNRESET
    other = desk.socket()
    desk.script.on("payload", (RECV_5, 1.0, desk.script.dialect.fail))
    number, seconds = took(desk, other.send, b"there")
    assert (number, seconds >= 1) == (errno.ECONNRESET, True)
    desk.works()


def test_ok_and_then_fail(desk):
    desk.script.on("payload", (RECV_5, SEND_OK, 0.01, desk.script.dialect.fail))
    sock = desk.socket()
    assert sock.send(b"hello") == 5
    desk.script.on("payload", (0.1, RECV_5, SEND_OK))
    assert sock.send(b"again") == 5
    desk.works()


def test_a_late_ok(desk):
    """Two seconds and more under retransmission: waited for."""
    desk.script.on("payload", (RECV_5, 8.0, SEND_OK))
    sock = desk.socket(timeout=15)
    assert took(desk, sock.send, b"hello") == (0, pytest.approx(8, abs=0.1))
    desk.works()


def test_an_ok_that_comes_when_nobody_waits_any_more(desk):
    """The wait was given up; what comes then is not credited to the next send."""
    desk.script.on("payload", (RECV_5,))
    sock = desk.socket(timeout=None)
    number, seconds = took(desk, sock.send, b"hello")
    assert number == errno.ECONNRESET
    assert seconds <= 30
    other = desk.socket()
    desk.script.say(SEND_OK)
    desk.script.on("payload", (0.5, RECV_5, 0.5, desk.script.dialect.fail))
    assert took(desk, other.send, b"there")[0] == errno.ECONNRESET
    desk.works()


def test_no_prompt(desk):
    desk.script.on(b"AT+CIPSEND", (OK,))
    sock = desk.socket(timeout=None)
    number, seconds = took(desk, sock.send, b"hello")
    assert number in (errno.ETIMEDOUT, errno.ECONNRESET)
    assert seconds <= 30
    assert desk.script.payloads == []
    desk.works()


def test_no_prompt_within_the_time_out_of_the_socket(desk):
    desk.script.on(b"AT+CIPSEND", (OK,))
    sock = desk.socket(timeout=1)
    number, seconds = took(desk, sock.send, b"hello")
    assert number == errno.ETIMEDOUT
    assert seconds <= 1.1


def test_a_prompt_that_comes_when_it_was_given_up(desk):
    """The module then wants a payload, and the next command must not become one."""
    desk.script.on(b"AT+CIPSEND", (OK, 2.0, desk.script.dialect.prompt[-1]))
    sock = desk.socket(timeout=1)
    assert took(desk, sock.send, b"hello")[0] == errno.ETIMEDOUT
    desk.works()
    assert b"hello" not in desk.script.payloads
    assert desk.script.payloads == [b"still there?"]


@pytest.mark.parametrize("data", [b"x", b"xy", b"xyz"])
def test_a_short_send_that_was_called_off(desk, data):
    """Three bytes or fewer: there is no calling off by `+++`, for that would be the payload."""
    desk.script.on(b"AT+CIPSEND", (OK, 2.0, desk.script.dialect.prompt[-1]))
    sock = desk.socket(timeout=1)
    number, _ = took(desk, sock.send, data)
    desk.works()
    sent = [each for each in desk.script.payloads if each != b"still there?"]
    assert sent == [] if number else sent == [data]


def test_a_send_of_four_bytes_that_was_called_off(desk):
    desk.script.on(b"AT+CIPSEND", (OK, 2.0, desk.script.dialect.prompt[-1]))
    sock = desk.socket(timeout=1)
    assert took(desk, sock.send, b"wxyz")[0] == errno.ETIMEDOUT
    desk.works()
    assert desk.script.payloads == [b"still there?"]


def test_no_verdict(desk):
    desk.script.on("payload", (RECV_5,))
    sock = desk.socket(timeout=None)
    number, seconds = took(desk, sock.send, b"hello")
    assert number == errno.ECONNRESET
    assert seconds <= 30
    desk.works()


def test_nothing_after_the_payload(desk):
    desk.script.on("payload", (0,))
    sock = desk.socket(timeout=None)
    number, seconds = took(desk, sock.send, b"hello")
    assert number == errno.ECONNRESET
    assert seconds <= 30
    desk.works()


CLOSED_4 = b"4,CLOSED\r\n"


def fails_for_good(desk, sock):
    """The send says that the connection is gone; so does the next."""
    for word in (b"hello", b"again"):
        number, seconds = took(desk, sock.send, word)
        assert number in (errno.ECONNRESET, errno.ENOTCONN, errno.EPIPE)
        assert seconds <= 30
    desk.works()


def test_closed_and_then_fail(desk):
    """As NonOS has it: `n,CLOSED`, then SEND FAIL."""
    sock = desk.socket()
    desk.script.on("payload", (RECV_5, CLOSED_4, 0.01, desk.script.dialect.fail))
    desk.script.open.discard(4)
    desk.script.on(b"AT+CIPSEND=4", desk.script.dialect.prompt)
    fails_for_good(desk, sock)


def test_closed_and_then_silence(desk):
    """What comes after `>` may be `CLOSED` and nothing else: that is the end of it."""
    sock = desk.socket(timeout=None)
    desk.script.on("payload", (CLOSED_4,))
    desk.script.open.discard(4)
    desk.script.on(b"AT+CIPSEND=4", desk.script.dialect.prompt)
    fails_for_good(desk, sock)


def test_closed_and_then_ok(desk):
    """The payload went, and then the peer: the send is good, the next is not."""
    sock = desk.socket()
    desk.script.on("payload", (CLOSED_4, RECV_5, SEND_OK))
    assert took(desk, sock.send, b"hello")[0] in (0, errno.ECONNRESET)
    desk.script.open.discard(4)
    assert took(desk, sock.send, b"again")[0] in (errno.ECONNRESET, errno.ENOTCONN, errno.EPIPE)
    desk.works()


def test_no_such_link(desk):
    sock = desk.socket()
    desk.script.open.discard(4)
    number, seconds = took(desk, sock.send, b"hello")
    assert number in (errno.ENOTCONN, errno.EPIPE, errno.ECONNRESET)
    assert seconds <= 1
    desk.works()


# -- opening and closing -------------------------------------------------------------------------


def test_close_is_never_answered(desk):
    sock = desk.socket()
    desk.script.on(b"AT+CIPCLOSE=4", (0,))
    number, seconds = took(desk, sock.close)
    assert number == 0
    assert seconds <= 15
    desk.works()


def test_closed_without_a_result(desk):
    sock = desk.socket()
    desk.script.on(b"AT+CIPCLOSE=4", (CLOSED_4,))
    assert took(desk, sock.close)[0] == 0
    desk.script.open.discard(4)
    desk.works()


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.5, 3])
def test_the_closed_of_the_last_user_comes_late(desk, delay):
    """CIPCLOSE was answered with OK alone; its CLOSED must not hit whoever has the link now."""
    sock = desk.socket()
    desk.script.on(b"AT+CIPCLOSE=4", (OK,))
    sock.close()
    desk.script.open.discard(4)
    socks = [desk.socket() for _ in range(5)]  # the link is needed again
    desk.clock.advance(delay)
    desk.script.say(CLOSED_4)
    for _ in range(3):
        desk.modem.step()
    for sock in socks:
        assert sock.send(b"hello") == 5


# What CIPSTART says, and the errno that comes of it.
STARTS = {
    "connect, then ok": ((b"4,CONNECT\r\n", OK), 0),
    "error": ((ERROR,), errno.ECONNREFUSED),
    "error, then closed": ((ERROR, CLOSED_4), errno.ECONNREFUSED),
    "connect fail": ((b"4,CONNECT FAIL\r\n", ERROR), errno.ECONNREFUSED),
    "closed, then ok": ((CLOSED_4, OK), errno.ECONNREFUSED),
    "no name": ((b"DNS Fail\r\n", ERROR), -2),
    "no ip": ((b"no ip\r\n", ERROR), errno.ENOTCONN),
    "a reason nobody knows": ((b"Link type ERROR\r\n", ERROR), errno.ECONNREFUSED),
}


@pytest.mark.parametrize("name", STARTS)
def test_what_a_connect_can_end_in(desk, name):
    steps, expected = STARTS[name]
    desk.script.on(b"AT+CIPSTART=4", steps)
    assert took(desk, desk.socket)[0] == expected
    desk.script.open.clear()
    desk.works()
    assert [desk.socket() for _ in range(4)]


def test_connected_without_a_word(desk):
    """OK, but its CONNECT was lost: the list of links tells."""
    desk.script.on(b"AT+CIPSTART=4", (OK,))
    desk.script.open.add(4)
    sock = desk.socket()
    assert sock.send(b"hello") == 5


def test_a_connect_that_is_never_answered(desk):
    desk.port.tick = 0.01
    for _ in range(2):
        desk.script.on(b"AT+CIPSTART", (0,))
        number, seconds = took(desk, desk.socket, None)
        assert number == errno.ETIMEDOUT
        assert seconds <= 90
    desk.works()


def test_silent_in_the_middle_of_a_reply(desk):
    desk.port.tick = 0.01
    desk.script.on(b"AT+CIPSTART", (b"4,CONN",))
    number, seconds = took(desk, desk.socket, None)
    assert number == errno.ETIMEDOUT
    assert seconds <= 90
    desk.works()


# -- receiving -----------------------------------------------------------------------------------


def test_nothing_there_after_all(desk):
    """Announced, and then refused for want of bytes: over plain TCP counts are exact, so they are
    lost. Over TLS, where they are not: tests/faults/test_refused_reads.py."""
    sock = desk.socket()
    desk.script.say(b"\r\n+IPD,4,5\r\n")
    assert took(desk, sock.recv, 10)[0] == errno.ECONNRESET
    sock.close()
    desk.works()


def test_less_than_announced(desk):
    """What came is handed out; then the hole is told."""
    sock = desk.socket()
    desk.script.held[4] = b"hello"
    desk.script.say(b"\r\n+IPD,4,500\r\n")
    assert sock.recv(400) == b"hello"
    assert took(desk, sock.recv, 10)[0] == errno.ECONNRESET
    sock.close()
    desk.works()


def test_more_than_announced(desk):
    sock = desk.socket()
    desk.script.held[4] = b"hello, and a lot more"
    desk.script.say(b"\r\n+IPD,4,5\r\n")
    got = b""
    while len(got) < 21:
        got += sock.recv(400)
    assert got == b"hello, and a lot more"


def raises_and_the_next_works(desk, sock):
    """A socket whose stream has a hole says so; no byte behind the hole is given out."""
    seconds = 0
    got = b""
    for _ in range(5):
        start = desk.clock.now()
        try:
            got += sock.recv(600)
        except OSError as error:
            seconds = desk.clock.now() - start
            assert error.errno == errno.ECONNRESET
            break
    else:
        raise AssertionError(f"never told; {got!r}")
    assert seconds <= 30
    assert took(desk, sock.send, b"x")[0] == errno.ECONNRESET
    sock.close()
    desk.script.open.discard(4)
    desk.works()
    return got


def test_a_length_over_what_was_asked_for(desk):
    sock = desk.socket()
    desk.script.arrive(4, b"x" * 600)
    lie = desk.script.dialect.recvdata(b"y" * 700)
    desk.script.on(b"AT+CIPRECVDATA=4", (lie, b"y" * 700, OK))
    assert raises_and_the_next_works(desk, sock) == b""


def test_a_length_shorter_than_what_comes(desk):
    sock = desk.socket()
    desk.script.arrive(4, b"x" * 100)
    desk.script.on(b"AT+CIPRECVDATA=4", (desk.script.dialect.recvdata(b"y" * 60), b"y" * 100, OK))
    assert raises_and_the_next_works(desk, sock) in (b"", b"y" * 60)


def test_a_length_longer_than_what_comes(desk):
    """The module falls silent inside a payload."""
    sock = desk.socket(timeout=None)
    desk.script.arrive(4, b"x" * 100)
    desk.script.on(b"AT+CIPRECVDATA=4", (desk.script.dialect.recvdata(b"y" * 100), b"y" * 60))
    assert raises_and_the_next_works(desk, sock) == b""


@pytest.mark.parametrize("length", [b"8193", b"99999"])
def test_a_length_that_no_segment_has(desk, length):
    lying_header(desk, length)


@pytest.mark.parametrize("length", [b"4294967296", b"9" * 40])
def test_a_length_that_no_number_has(length):
    lying_header(ScriptedDesk(EspAt), length)


def lying_header(desk, length):
    """An active header with a length that cannot be: no end of the stream is made of it."""
    sock = desk.socket()
    desk.modem.passive = False
    desk.script.say(b"\r\n+IPD,4,%s:" % length, b"z" * 300)
    number, _ = took(desk, sock.recv, 100)
    assert number in (errno.ECONNRESET, errno.ETIMEDOUT)
    sock.close()
    desk.modem.passive = True
    desk.works()


def test_a_header_for_a_link_that_is_not_open(desk):
    """Counted and skipped: the line stays in step. Whose bytes they were nobody knows: a digit of
    the header may have been damaged, and so a connection that stands raises.
    """
    sock = desk.socket()
    desk.modem.passive = False
    desk.script.say(b"\r\n+IPD,1,20:4,CLOSED\r\n\r\nready\r\n!", b"\r\n")
    desk.script.say(b"\r\n+IPD,4,5:hello", b"\r\n" if desk.script.dialect is EspAt else b"")
    assert took(desk, sock.recv, 10)[0] == errno.ECONNRESET
    assert desk.modem.parser.counts[0] == 20
    assert desk.modem.restarts == 0
