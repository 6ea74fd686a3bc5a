r"""The answers to the driver's own questions can be torn too, and say what is not so.

Whoever waits has the module asked which links stand and what they hold. One byte of the answer is
lost, doubled or bent: the connection stands all the same, and every byte of it comes.
"""

import errno

import pytest

from tests.driver.desk import pattern
from tests.driver.script import OK
from tests.faults.rig import (
    Esp32,
    FarDesk,
    Spoiled,
    once,
    passive_where_it_is,
    read,
    settled,
    tried,
)

BODY = pattern(300, 7)
CHANGES = {
    "dropped": lambda data, at: data[:at] + data[at + 1 :],
    "two dropped": lambda data, at: data[:at] + data[at + 2 :],
    "doubled": lambda data, at: data[: at + 1] + data[at:],
    "bit 0": lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
    "bit 3": lambda data, at: data[:at] + bytes([data[at] ^ 8]) + data[at + 1 :],
}


class Late:
    """The far end says its piece, and closes, so many seconds after a connection began."""

    def __init__(self, desk, server, seconds):
        self.desk, self.server = desk, server
        self.due = desk.clock.now() + seconds
        desk.port.hooks.append(self)

    def __call__(self):
        if self.due and self.desk.clock.now() > self.due:
            self.due = 0
            self.server.peer.send(BODY)
            self.server.peer.close()


def waiting_read(desk, active, question, change, at):
    """What a read gives during which a question was asked whose answer is changed at a place.

    The answer's length, 0 where it was not asked; and what came, and how it ended.
    """
    desk.join()
    desk.port.tick = 0.02
    if active:
        desk.active()
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80, timeout=20)
    size = [0]

    def torn(data):
        start = data.find(b"+CIP")
        size[0] = max(size[0], len(data) - start if start >= 0 else 0)
        return data if start < 0 or start + at >= len(data) else change(data, start + at)

    desk.line.answer(question, torn)
    Late(desk, server, 3)
    got = read(sock)
    tried(sock.close)
    return size[0], got


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("question", [b"AT+CIPRECVLEN?", b"AT+CIPSTATE?", b"AT+CIPSTATUS"])
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
@passive_where_it_is
def test_no_byte_of_an_answer_ends_a_connection(make_desk, family, active, question, change):
    """`+CIPSTATE:,"TCP",...`, `+CIPRECVLEN:-1,-1,-1,-10`: never a clean end before the bytes."""
    wrong = []
    size, at = 1, 0
    while at < size:
        desk = make_desk(family, line=Spoiled)
        asked, (got, error) = waiting_read(desk, active, question, CHANGES[change], at)
        desk.module.close()
        if not asked:
            return  # this firmware is asked something else
        size = asked
        # A count that grew is of bytes that never come: that is told. So are words of nobody's,
        # which may be bytes that were pushed.
        if got != BODY and not (error and error.errno == errno.ECONNRESET):
            wrong.append((at, len(got), error))
        at += 1
    assert not wrong, wrong


@pytest.mark.parametrize("patience", [None, 0])
def test_a_link_that_is_gone_is_found_by_two_answers(make_desk, family, patience):
    """`4,CLOSED` was lost: two answers in a row lack the link, and that is the end."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    desk.line.spoil(lambda data: data.replace(b"4,CLOSED\r\n", b""))
    server.peer.close()
    desk.let(0.5)
    assert desk.line.hits == 1
    sock.settimeout(patience)
    end = desk.clock.now() + 25
    got, error = None, True
    while error and desk.clock.now() < end:
        got, error = tried(sock.recv, 100)
        desk.port.pause()
    assert (got, error) == (b"", None)
    sock.settimeout(5)
    sock.close()
    settled(desk)


@pytest.mark.parametrize("name", [b"+IPD,", b"\r\n+IPD,4", b"IPD,4,300"], ids=repr)
@pytest.mark.parametrize("patience", [0, 0.2, None], ids=["polls", "waits shortly", "waits"])
def test_a_pushed_payload_without_its_header_is_told(make_desk, family, name, patience):
    """300 bytes, and no line end among them: no read gives what comes behind them."""
    body = bytes(c if c not in b"\r\n" else 0x55 for c in pattern(300, 7))
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.active()
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    desk.line.spoil(lambda data: data.replace(name, b"", 1))
    server.peer.send(body)
    desk.let(0.5)
    assert desk.line.hits == 1
    sock.settimeout(patience)
    error, end = None, desk.clock.now() + 25
    while desk.clock.now() < end:
        got, error = tried(sock.recv, 100)
        assert not got, got
        assert error, "an end, though the connection stands"
        if error.errno not in (errno.EAGAIN, errno.ETIMEDOUT):
            break
        desk.port.pause()
    assert error.errno == errno.ECONNRESET
    tried(sock.close)
    settled(desk)


TORN_ROWS = {
    "cut": lambda data: data[: data.find(b"+CIPSTAT") + 10] + b"\r\n\r\nOK\r\n",
    "no link": lambda data: data.replace(b':4,"', b':,"'),
}


@pytest.mark.parametrize("how", TORN_ROWS)
def test_a_connection_whose_connect_and_row_are_torn_stands(make_desk, family, how):
    """`4,CONNECT` is lost, and the list of links is torn: it is asked for once more."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(b"AT+CIPSTART=", once(b"4,CONNECT\r\n", b""))
    desk.line.answer(b"AT+CIPSTAT", lambda data: TORN_ROWS[how](data) if b"+CIP" in data else data)
    sock = desk.socket()
    assert desk.line.hits == 2
    sock.send(b"hello")
    assert sock.recv(10) == b"hello"
    sock.close()
    settled(desk)


class Mute(Esp32):
    """Says OK to CIPSTART without CONNECT, and no link in its list."""

    @staticmethod
    def links(numbers):
        return [b"+CIPSTATE:\r\n"]


@pytest.mark.parametrize("join", [False, True])
def test_of_a_module_that_took_the_command_nobody_says_that_it_is_not_joined(join):
    """It would have refused it: what is not known is whether the connection stands."""
    desk = FarDesk(Mute, join=join)
    desk.script.on(b"AT+CIPSTART=", (OK,))
    sock = desk.pool.socket()
    sock.settimeout(5)
    _, error = tried(sock.connect, ("10.0.0.1", 80))
    assert error and "not joined" not in str(error)
    desk.radio.command("AT")
    assert b"AT+CIPCLOSE=4" in desk.script.commands  # it may stand there
