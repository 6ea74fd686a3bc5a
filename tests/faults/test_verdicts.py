r"""What became of a send: `Recv n bytes`, `SEND OK`, `SEND FAIL`, `n,CLOSED`, or nothing at all.

A blocking send returns what the module confirmed, or raises in bounded time. No byte of a command
or of an escape reaches the peer.
"""

import errno

import pytest

from tests.driver.desk import BOTH
from tests.driver.script import SEND_FAIL, SEND_OK
from tests.faults.rig import Spoiled, settled, tried

RECV = b"\r\nRecv 9 bytes\r\n"
DATA = b"temp=21.5"


# -- 16: a verdict without `Recv` --------------------------------------------------------------


def test_a_verdict_alone_is_a_verdict(far):
    r"""`\r\nSEND OK\r\n` and no Recv before it: AT 0.9 has none."""
    sock = far.socket(timeout=None)
    far.script.on("payload", (SEND_OK,), (SEND_OK,))
    for _ in range(2):
        took, n, error = far.took(sock.send, DATA)
        assert (n, error) == (9, None)
        assert took < 3  # a verdict that comes alone is doubted for a while: it may be an old one
    assert far.script.payloads == [DATA, DATA]
    far.works()


@pytest.mark.parametrize("at", [at for at in range(len(RECV)) if at != RECV.index(b"9")])
@pytest.mark.parametrize("how", ["dropped", "bent"])
def test_a_spoiled_recv_line_does_not_hide_the_verdict(far, at, how):
    r"""Each byte of `\r\nRecv 9 bytes\r\n`: `Recv9 bytes`, `Rcv 9 bytes`, `Recv 9 byts`...

    But its number: a module that took less than it was sent was told less, by a bent command.
    """
    bent = RECV[:at] + (b"" if how == "dropped" else bytes([RECV[at] ^ 1])) + RECV[at + 1 :]
    sock = far.socket(timeout=None)
    far.script.on("payload", (bent, SEND_OK))
    took, n, error = far.took(sock.send, DATA)
    assert (n, error) == (9, None)
    assert took < 1.5
    far.works()


@pytest.mark.parametrize("verdict", [b"\r\nSEND FAIL\r\n", b"SEND FAIL\r\n"], ids=repr)
def test_a_failure_alone_is_a_verdict_too(far, verdict):
    """SEND FAIL without Recv: told at once, not after 20 s."""
    sock = far.socket(timeout=None)
    far.script.on("payload", (verdict,))
    took, _, error = far.took(sock.send, DATA)
    assert error and error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)
    assert took < 3
    tried(sock.close)
    far.works()


def test_the_late_verdict_of_one_send_is_not_the_next_ones(far):
    """SEND OK of a send that timed out comes as the next one's payload has just left."""
    sock = far.socket(timeout=2)
    far.script.on("payload", (RECV,))
    n, error = tried(sock.send, DATA)
    assert error and error.errno == errno.ETIMEDOUT
    tried(sock.close)
    other = far.socket(timeout=6)
    link = far.link
    far.script.on("payload", (SEND_OK, 0.5, b"\r\nRecv 9 bytes\r\n", SEND_FAIL))
    n, error = tried(other.send, DATA)
    assert error, f"{n} bytes confirmed on link {link}, by the verdict of another send"


# -- 17: CLOSED of the link that is being sent on ----------------------------------------------


@pytest.mark.parametrize("timeout", [None, 5])
@pytest.mark.parametrize("recv", [(), (RECV,)], ids=["before Recv", "behind Recv"])
@pytest.mark.parametrize("then", [(), (1, SEND_FAIL), (SEND_FAIL,)], ids=["", "FAIL later", "FAIL"])
def test_closed_ends_the_wait_for_a_verdict(far, timeout, recv, then):
    r"""Payload out, then `4,CLOSED\r\n`, and no SEND OK: an exception, soon."""
    sock = far.socket(timeout=timeout)
    far.script.on("payload", (*recv, b"4,CLOSED\r\n", *then))
    far.script.open.discard(4)
    far.script.open.add(4)
    took, n, error = far.took(sock.send, DATA)
    assert error, f"send() returned {n}, which nobody confirmed"
    assert error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)
    assert took < 4
    far.script.open.discard(4)
    tried(sock.close)
    far.works()


@pytest.mark.parametrize("timeout", [None, 5])
def test_what_came_before_closed_can_still_be_read(far, timeout):
    r"""`+IPD,4,26` (or in the ring), send, `4,CLOSED`: the 26 bytes, then the end."""
    sock = far.socket(timeout=timeout)
    body = b"HTTP/1.0 400 Bad Request\r\n"
    far.script.arrive(4, body)
    far.script.on("payload", (b"4,CLOSED\r\n",))
    _, error = tried(sock.send, DATA)
    assert error
    far.script.open.discard(4)
    sock.settimeout(8)
    got = b""
    while len(got) < len(body):
        piece, error = tried(sock.recv, 100)
        assert not error, error
        assert piece, "the end before what came"
        got += piece
    assert got == body
    tried(sock.close)
    far.works()


def test_closed_then_send_ok_has_been_sent(far):
    """The peer closes as the verdict is on its way: what it confirms was sent."""
    sock = far.socket(timeout=5)
    far.script.on("payload", (b"4,CLOSED\r\n", RECV, SEND_OK))
    n, error = tried(sock.send, DATA)
    assert n == 9 or error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)
    far.script.open.discard(4)
    tried(sock.close)
    far.works()


@pytest.mark.parametrize("timeout", [None, 5])
def test_closed_in_place_of_the_prompt_ends_the_wait(far, timeout):
    r"""`4,CLOSED\r\n` and no `>`: in firmware that answers nothing more."""
    sock = far.socket(timeout=timeout)
    far.script.on(b"AT+CIPSEND=", (b"4,CLOSED\r\n",))
    took, _, error = far.took(sock.send, DATA)
    assert error and error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ETIMEDOUT)
    assert took < 8
    far.script.open.discard(4)
    tried(sock.close)
    far.works()


def test_closed_of_another_link_ends_nothing(far):
    """`3,CLOSED` while link 4 waits for its verdict."""
    sock = far.socket(timeout=5)
    other = far.socket(timeout=5)
    far.script.on("payload", (b"3,CLOSED\r\n", 1, RECV, SEND_OK))
    assert tried(sock.send, DATA) == (9, None)
    far.script.open.discard(3)
    tried(other.close)
    far.works()


# -- 18: payload lost on its way to the module -------------------------------------------------

BODY = b"temperature=21.5;humidity=40;" * 10
PLACES = {"first": 0, "middle": 145, "last": 289}


class Thirsty(Spoiled):
    """Loses bytes of payload on their way to the module."""

    left = None

    def deliver(self, data):
        if self.left is not None and data[:2] != b"AT" and len(data) > 3:
            at, count = self.left
            if at < len(data):
                self.left = None
                data = data[:at] + data[at + count :]
            else:
                self.left = at - len(data), count
        Spoiled.deliver(self, data)


def honest(heard, at, count):
    """What a peer may have got: nothing, or the beginning of what arrived; none of ours else."""
    arrived = BODY[:at] + BODY[at + count :]
    assert arrived.startswith(bytes(heard)) or bytes(heard) == BODY, bytes(heard)[-40:]


@pytest.mark.parametrize("count", [1, 2, 5, 290])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("timeout", [2, 30, None])
def test_a_send_that_lost_bytes_raises(make_desk, family, timeout, place, count):
    """290 announced, 289 arrive: no `Recv`. ETIMEDOUT, the link is lost, the radio works."""
    desk = make_desk(family, line=Thirsty).join()
    desk.port.tick = 0.02
    sock = desk.socket("sink.test", 9, timeout=timeout)
    at = min(PLACES[place], 290 - count)
    desk.line.left = at, count
    n, error = tried(sock.send, BODY)
    assert error, f"send() returned {n} of 290"
    assert error.errno in (errno.ETIMEDOUT, errno.ECONNRESET)
    again = tried(sock.send, b"more")[1]
    assert again, "nobody knows what went: the link is of no more use"
    tried(sock.close)
    desk.let(1)
    settled(desk)
    honest(desk.sink.data, at, count)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("family", BOTH)
def test_sendall_tells_it_too(make_desk, family, count):
    """In the second of three blocks."""
    desk = make_desk(family, line=Thirsty).join()
    desk.port.tick = 0.02
    sock = desk.socket("sink.test", 9, timeout=4)
    desk.line.left = 3000, count
    _, error = tried(sock.sendall, BODY * 20)
    assert error and error.errno in (errno.ETIMEDOUT, errno.ECONNRESET)
    tried(sock.close)
    settled(desk)
    assert (BODY * 20).startswith(bytes(desk.sink.data[:2048]))
    assert b"AT" not in desk.sink.data and b"+" not in desk.sink.data


@pytest.mark.parametrize("count", [1, 5])
def test_at_time_out_0_the_next_call_raises(make_desk, family, count):
    """send() returns 290, once the payload has left; what went wrong is told by the next call."""
    desk = make_desk(family, line=Thirsty).join()
    desk.port.tick = 0.02
    sock = desk.socket("sink.test", 9, timeout=4)
    sock.settimeout(0)
    desk.line.left = 100, count
    assert tried(sock.send, BODY) == (290, None)
    desk.let(40)
    _, error = tried(sock.send, b"more")
    for _ in range(50):
        if not error or error.errno != errno.EAGAIN:
            break
        desk.let(1)
        _, error = tried(sock.send, b"more")
    assert error and error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
    tried(sock.close)
    settled(desk)
    honest(desk.sink.data, 100, count)


@pytest.mark.parametrize("call", ["send", "recv"])
@pytest.mark.parametrize("verdict", [(RECV, SEND_FAIL), (RECV, 1, SEND_FAIL), (RECV, 60)])
def test_a_bad_verdict_at_time_out_0_is_told_by_the_next_call(far, verdict, call):
    """SEND FAIL at once, a second later, or never: the next call has something to say."""
    sock = far.socket(timeout=5)
    sock.settimeout(0)
    far.script.on("payload", verdict)
    n, error = tried(sock.send, DATA)
    if error:  # the verdict was there before it returned
        assert error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)
        return
    assert n == 9
    far.let(40)
    _, error = tried(sock.send, b"x") if call == "send" else tried(sock.recv, 10)
    assert error and error.errno in (errno.ECONNRESET, errno.ETIMEDOUT, errno.EPIPE)


@pytest.mark.parametrize("family", BOTH)
def test_a_datagram_that_lost_bytes_raises(make_desk, family):
    """The same for UDP: the peer gets no command's bytes."""
    desk = make_desk(family, line=Thirsty).join()
    desk.port.tick = 0.02
    peer = desk.network.udp("one.test", 1001)
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(4)
    sock.sendto(b"first", peer.place)
    desk.line.left = 100, 1
    _, error = tried(sock.sendto, BODY, peer.place)
    assert error
    tried(sock.close)
    settled(desk)
    for _, data in peer.inbox[1:]:
        assert b"AT" not in data and not data.endswith(b"+")


# -- 19: the prompt of a short send is lost ----------------------------------------------------

SHORT = (b"1", b"ok", b"end", b"four")


@pytest.mark.parametrize("data", SHORT, ids=repr)
@pytest.mark.parametrize("timeout", [4, None])
def test_no_escape_reaches_the_peer_of_a_short_send(make_desk, family, timeout, data):
    """The `>` of AT+CIPSEND=4,1 is lost: the module takes whatever comes next for the payload."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    sock = desk.socket("sink.test", 9, timeout=timeout)
    desk.line.answer(b"AT+CIPSEND", lambda text: text.replace(b">", b"", 1))
    _, error = tried(sock.send, data)
    assert desk.line.hits == 1
    assert error is None or error.errno in (errno.ETIMEDOUT, errno.ECONNRESET)
    tried(sock.close)
    desk.let(2)
    settled(desk)
    if not error:
        assert bytes(desk.sink.data) == data
    assert bytes(desk.sink.data) in (b"", data)


@pytest.mark.parametrize("data", SHORT, ids=repr)
def test_no_escape_reaches_the_peer_of_a_short_datagram(make_desk, family, data):
    """The same by AT+CIPSEND of a UDP link."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    peer = desk.network.udp("one.test", 1001)
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(4)
    sock.sendto(b"first", peer.place)
    desk.line.answer(b"AT+CIPSEND", lambda text: text.replace(b">", b"", 1))
    tried(sock.sendto, data, peer.place)
    tried(sock.close)
    desk.let(2)
    settled(desk)
    assert [d for _, d in peer.inbox[1:]] in ([], [data])


@pytest.mark.parametrize("data", SHORT, ids=repr)
def test_no_escape_reaches_the_peer_at_time_out_0(make_desk, family, data):
    """The same where nothing may wait."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    sock = desk.socket("sink.test", 9, timeout=4)
    sock.settimeout(0)
    desk.line.answer(b"AT+CIPSEND", lambda text: text.replace(b">", b"", 1))
    tried(sock.send, data)
    desk.let(30)
    sock.settimeout(4)
    tried(sock.close)
    desk.let(2)
    settled(desk)
    assert bytes(desk.sink.data) in (b"", data)
