r"""Bytes that the module announced and then does not hand over.

`\r\n+IPD,4,518\r\n4,CLOSED\r\n`, and AT+CIPRECVDATA answered by ERROR: over plain TCP that is a
hole. Over TLS it is the usual end: the count includes the close alert.
"""

import errno

import pytest

from tests.driver.desk import pattern
from tests.driver.script import ERROR, OK, EspAt, NonOs
from tests.driver.secure import HOST, blind
from tests.faults.rig import (
    PASSIVE,
    Esp32,
    Esp8266,
    Far,
    FarDesk,
    Spoiled,
    WizFi,
    read,
    settled,
    sound,
    tried,
)

TLS = (EspAt, Esp32, Esp8266)

ENDS = {
    "closed first": lambda script: script.say(b"\r\n+IPD,4,518\r\n", b"4,CLOSED\r\n"),
    "closed later": lambda script: script.say(b"\r\n+IPD,4,518\r\n", 1, b"4,CLOSED\r\n"),
    "never closed": lambda script: script.say(b"\r\n+IPD,4,518\r\n"),
}


@pytest.mark.parametrize("end", ENDS)
def test_announced_and_refused_is_no_clean_end(dialect, end):
    """No byte of 518 is handed over; the link is gone, or stands and has nothing."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=8)
    if end != "never closed":
        desk.script.open.discard(4)
    ENDS[end](desk.script)
    got, error = read(sock)
    assert got == b""
    assert error, "a clean end, though 518 bytes are missing"
    assert error.errno == errno.ECONNRESET or end == "never closed"  # for want of memory, perhaps
    tried(sock.close)
    desk.works()


def test_what_was_read_before_is_given_then_the_hole_is_told(dialect):
    r"""`+IPD,4,1000`, 512 of them read, then ERROR and `4,CLOSED`."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=8)
    body = pattern(1000)
    desk.script.arrive(4, body)
    got = b""
    while len(got) < 512:
        got += sock.recv(512 - len(got))
    if desk.script.held.get(4):
        desk.script.held.pop(4)
        desk.script.open.discard(4)
        desk.script.say(b"4,CLOSED\r\n")
        more, error = read(sock)
        sound(got + more, body, error)
        assert error and error.errno == errno.ECONNRESET
    tried(sock.close)
    desk.works()


def test_one_refusal_while_the_bytes_are_there_loses_none(dialect):
    """ERROR once, for want of the module's memory; the bytes wait, and can be read then."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=12)
    body = pattern(300)
    desk.script.on(b"AT+CIPRECVDATA=", (ERROR,))
    desk.script.arrive(4, body)
    got, error = read(sock, 300)
    sound(got, body, error)
    tried(sock.close)
    desk.works()


class Quiet(Far):
    """Announces what it holds once, and never what is left of it."""

    def _ciprecvdata(self, rest):
        steps = Far._ciprecvdata(self, rest)
        return steps[:-1] if steps[-1][:6] == b"\r\n+IPD" else steps


def secured(desk):
    sock = desk.pool.socket()
    sock.settimeout(8)
    sock = blind().wrap_socket(sock, server_hostname=HOST)
    sock.connect((HOST, 443))
    return sock


@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
@pytest.mark.parametrize("order", ["closed first", "closed behind the first read"])
@pytest.mark.parametrize("dialect", TLS, ids=lambda d: d.__name__)
def test_what_was_announced_once_is_read_to_its_end(dialect, tls, order):
    """`+IPD,4,1500` once, `4,CLOSED`, then reads of 512: 1500 bytes come, then the end."""
    desk = FarDesk(dialect, script=Quiet)
    desk.port.tick = 0.02
    sock = secured(desk) if tls else desk.socket(timeout=8)
    body = pattern(1500)
    desk.script.arrive(4, body)
    got = b""
    if order != "closed first":
        got += sock.recv(512)
    desk.script.open.discard(4)
    desk.script.say(b"4,CLOSED\r\n")
    more, error = read(sock, piece=512)
    assert (got + more, error) == (body, None)
    tried(sock.close)
    desk.works()


@pytest.mark.parametrize("said", [100, 1000, 1531, 4000])
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("dialect", TLS, ids=lambda d: d.__name__)
def test_over_tls_the_count_is_only_a_hint(dialect, said, closed):
    """Too low (the present record only, from 3.2) or too high (with the alert): 1500 bytes come.

    What cannot be read any more ends the stream, without an error.
    """
    desk = FarDesk(dialect, script=Quiet)
    desk.port.tick = 0.02
    sock = secured(desk)
    body = pattern(1500)
    desk.script.held[4] = body
    desk.script.say(b"\r\n+IPD,4,%d\r\n" % said)
    if closed:
        desk.script.open.discard(4)
        desk.script.say(b"4,CLOSED\r\n")
    got, error = read(sock, 1500, 512)
    assert (got, error) == (body, None)
    if not closed:
        desk.script.open.discard(4)
        desk.script.say(b"4,CLOSED\r\n")
    assert read(sock) == (b"", None)
    sock.close()
    desk.works()


@pytest.mark.parametrize("dialect", TLS, ids=lambda d: d.__name__)
def test_over_tls_the_alert_alone_is_a_clean_end(dialect):
    r"""`\r\n+IPD,4,31\r\n4,CLOSED\r\n`, ERROR: 31 bytes of a close alert."""
    desk = FarDesk(dialect)
    sock = secured(desk)
    desk.script.open.discard(4)
    desk.script.say(b"\r\n+IPD,4,31\r\n", b"4,CLOSED\r\n")
    assert read(sock) == (b"", None)
    sock.close()
    desk.works()


EMPTY = {
    "OK alone": (OK,),
    "no bytes": lambda d: (d.recvdata(b""), OK),
    "another line": (b"+SOMETHING:1\r\n", OK),
    "half a header": (b"+CIPRECVDA", OK),
}


@pytest.mark.parametrize("dialect", [Esp8266, Esp32, WizFi], ids=lambda d: d.__name__)
def test_a_module_that_never_hands_over_what_it_told_holds_no_udp_socket_up(dialect):
    """`+IPD,4,100`, then `+CIPRECVDATA:0` for ever: what a UDP socket fetches before it opens."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=8)
    desk.script.on(b"AT+CIPRECVDATA=", *[(dialect.recvdata(b""), OK)] * 500)
    asked = []
    desk.script.first = lambda line: asked.append(line) or ()
    desk.script.say(b"\r\n+IPD,4,100\r\n")
    other = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    tried(other.bind, ("0.0.0.0", 5000))
    assert 0 < len([line for line in asked if b"CIPRECVDATA=" in line]) < 10
    tried(other.close)
    tried(sock.close)


@pytest.mark.parametrize("what", EMPTY)
@pytest.mark.there_is(  # NonOs, WizFi: TLS is active; what TLS announced can be an alert
    lambda dialect, what, tls: not tls or (dialect not in (NonOs, WizFi) and what != "no bytes")
)
@pytest.mark.parametrize("tls", [False, True], ids=["TCP", "TLS"])
def test_a_read_that_ends_in_ok_without_bytes_is_a_hole(dialect, what, tls):
    """A command that must bring data and ends without it: ECONNRESET, or the bytes later."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = secured(desk) if tls else desk.socket(timeout=8)
    body = pattern(900)
    steps = EMPTY[what]
    held = body[:400]

    def lost(line):
        if b"CIPRECVDATA=" in line and held in desk.script.held.get(4, b""):
            desk.script.held[4] = body[400:]  # they have left the module

    desk.script.first = lambda line: lost(line) or ()
    desk.script.on(b"AT+CIPRECVDATA=", steps(dialect) if callable(steps) else steps)
    desk.script.arrive(4, body)
    got, error = read(sock, 900)
    sound(got, body, error)
    assert error and error.errno == errno.ECONNRESET
    tried(sock.close)
    desk.script.first = lambda line: ()
    settled(desk)


def held(dialect, said, leaves=False):
    """A desk whose module has 300 bytes, and answers every read by what `said` gives."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=None)

    def first(line):
        if b"CIPRECVDATA=" not in line:
            return ()
        if leaves:
            desk.script.held.pop(4, None)
        return said

    desk.script.on(b"AT+CIPRECVDATA=", *[()] * 100)
    desk.script.first = first
    desk.script.arrive(4, pattern(300))
    return desk, sock


@pytest.mark.parametrize("leaves", [False, True], ids=["held for ever", "gone"])
@pytest.mark.parametrize("said", ["no bytes", "ERROR"])
def test_what_never_comes_ends_a_wait_without_a_time_out(dialect, said, leaves):
    """The link stands, and each read brings nothing: ECONNRESET, no end of the stream."""
    answer = (dialect.recvdata(b""), OK) if said == "no bytes" else (ERROR,)
    desk, sock = held(dialect, answer, leaves)
    took, _, error = desk.took(sock.recv, 500)
    assert error and error.errno == errno.ECONNRESET
    assert took < 30
    sock.close()


def test_an_empty_answer_while_the_bytes_are_there_loses_none(dialect):
    """`+CIPRECVDATA:0` once; the bytes wait, and can be read then."""
    desk = FarDesk(dialect)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=12)
    body = pattern(300)
    desk.script.on(b"AT+CIPRECVDATA=", (dialect.recvdata(b""), OK))
    desk.script.arrive(4, body)
    assert read(sock, 300) == (body, None)
    tried(sock.close)
    desk.works()


@pytest.mark.parametrize("dialect", [Esp8266, Esp32, WizFi], ids=lambda d: d.__name__)
def test_bytes_that_a_udp_socket_fetches_in_vain_are_a_hole(dialect):
    """They are read for it before it opens, and never come: the TCP socket is told."""
    desk, sock = held(dialect, (dialect.recvdata(b""), OK), leaves=True)
    sock.settimeout(8)
    desk.modem.step()
    other = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    tried(other.bind, ("0.0.0.0", 5000))
    _, error = tried(sock.recv, 500)
    assert error and error.errno == errno.ECONNRESET
    tried(other.close)
    tried(sock.close)


BEHIND = {"ERROR": b"\r\nERROR\r\n", "FAIL": b"\r\nFAIL\r\n", "busy": b"\r\nbusy p...\r\n"}


@pytest.mark.parametrize("polled", [False, True], ids=["waits", "polled"])
@pytest.mark.parametrize("end", BEHIND)
@pytest.mark.parametrize("family", PASSIVE)
def test_bytes_that_came_before_an_error_are_not_passed_over(make_desk, family, end, polled):
    r"""`+CIPRECVDATA:100,...`, and ERROR in place of its OK: later bytes are not the next ones."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.01
    server = desk.listen("a.test", 80)
    sock = desk.socket("a.test", 80)
    sock.settimeout(0 if polled else 2)
    body = pattern(300)
    desk.line.answer(b"AT+CIPRECVDATA=", lambda data: data.replace(b"\r\nOK\r\n", BEHIND[end]))
    got, error = b"", None
    for at in range(0, 300, 100):
        server.peer.send(body[at : at + 100])
        for _ in range(100):
            piece, error = tried(sock.recv, 100)
            got += piece or b""
            if not error or error.errno not in (errno.EAGAIN, errno.ETIMEDOUT):
                break
            desk.let(0.05)
        if error and error.errno != errno.EAGAIN:
            break
    assert desk.line.hits == 1
    sound(got, body, error)
    tried(sock.close)
    settled(desk)
