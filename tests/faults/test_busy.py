"""`busy p...` in answer to a command that was carried out all the same.

A real ESP32 (3.x) answers AT+CIPRECVDATA so: the command's own reply follows `busy p...`. Sent
again, the command takes the next bytes of the stream, and the first ones are nobody's.
"""

import pytest

from tests.driver.script import BUSY_P, SEND_OK, EspAt
from tests.faults.rig import (
    FLIPS,
    PASSIVE,
    FarDesk,
    Spoiled,
    before,
    fetch,
    page,
    settled,
    sound,
    tried,
)

BUSY_S = b"\r\nbusy s...\r\n"


def test_the_reply_behind_busy_is_the_commands_own():
    r"""`\r\nbusy p...\r\n+CIPRECVDATA:5,hello\r\nOK\r\n`, with WORLD and again still to be read."""
    desk = FarDesk(EspAt)
    sock = desk.socket()
    desk.script.first = lambda line: (BUSY_P,) if b"CIPRECVDATA" in line else ()
    got = b""
    for text in (b"hello", b"WORLD", b"again"):
        desk.script.arrive(4, text)
        got += sock.recv(5)
    assert got == b"helloWORLDagain"
    assert len(desk.said(b"AT+CIPRECVDATA")) == 3, "each was sent once"
    sock.close()
    desk.works()


@pytest.mark.parametrize("busy", [BUSY_P, BUSY_S], ids=["busy p", "busy s"])
@pytest.mark.parametrize("later", [0, 0.05, 0.29, 0.31, 0.5, 2], ids=lambda s: f"{s} s later")
def test_however_late_the_reply_comes_no_byte_is_missing(dialect, busy, later):
    """busy, a pause, then the reply: the same command may have been sent again in the pause."""
    desk = FarDesk(dialect)
    sock = desk.socket()
    body = bytes(range(256)) * 8
    desk.script.held[4] = body
    left = [3]

    def first(line):
        if b"CIPRECVDATA=" not in line or not left[0]:
            return ()
        left[0] -= 1
        return busy, later

    desk.script.first = first
    desk.script.say(desk.script.waiting(4))
    got, error = b"", None
    while len(got) < len(body) and not error:
        piece, error = tried(sock.recv, 300)
        got += piece or b""
    sound(got, body, error)
    tried(sock.close)
    desk.let(5)
    desk.works()


@pytest.mark.parametrize("part", [1, 2, 3], ids=["payload", "OK", "next notice"])
def test_busy_behind_a_part_of_a_reply_loses_nothing(dialect, part):
    """busy behind the payload, behind its OK, behind the notice of what is left."""
    desk = FarDesk(dialect)
    sock = desk.socket()
    body = bytes(range(200))
    desk.script.held[4] = body
    parts = [9]

    def begin(line):
        parts[0] = 0 if b"CIPRECVDATA=" in line else 9
        return ()

    def answer(piece):
        parts[0] += 1
        return [piece, BUSY_P] if parts[0] == part + 1 else [piece]

    desk.script.first = begin
    desk.script.say(desk.script.waiting(4))
    desk.script.filter = answer
    got, error = b"", None
    while len(got) < len(body) and not error:
        piece, error = tried(sock.recv, 90)
        got += piece or b""
    sound(got, body, error)
    desk.script.filter = lambda piece: [piece]
    tried(sock.close)
    desk.let(2)
    desk.works()


def told_busy(desk, word, nth=1):
    """The nth such command is answered with busy, and carried out all the same."""
    desk.line.answer(word, before(BUSY_P), nth)


COMMANDS = [(b"AT+CIPSTART", 1), (b"AT+CIPSEND", 1), (b"AT+CIPCLOSE", 1)]
COMMANDS += [(b"AT+CIPRECVDATA", n) for n in (1, 2, 3, 5)]
there_are_reads = pytest.mark.there_is(
    lambda word, family: word != b"AT+CIPRECVDATA" or family in PASSIVE
)


@there_are_reads
@pytest.mark.parametrize(("word", "nth"), COMMANDS, ids=str)
def test_a_command_carried_out_behind_busy_does_its_work_once(make_desk, family, word, nth):
    """Every command of a conversation in turn; CIPSTART sent twice opens, or kills, another."""
    desk = make_desk(family, line=Spoiled).join()
    body = page(desk)
    told_busy(desk, word, nth)
    start = len(desk.module.commands)
    got, error = fetch(desk)
    if word != b"AT+CIPCLOSE":
        assert desk.line.hits == 1
    assert (got, error) == (body, None)
    starts = [c for c in desk.module.commands[start:] if b"AT+CIPSTART" in c]
    assert len(starts) == 1, starts
    settled(desk)


@there_are_reads
@pytest.mark.parametrize(("word", "nth"), COMMANDS, ids=str)
def test_a_command_refused_with_busy_is_sent_again(make_desk, family, word, nth):
    """busy, and not carried out."""
    desk = make_desk(family).join()
    body = page(desk)
    desk.module.fault(
        f"busy at {word.decode()} {nth}{'th' if nth > 3 else ['st', 'nd', 'rd'][nth - 1]}"
    )
    assert fetch(desk) == (body, None)
    settled(desk)


@pytest.mark.parametrize(
    "word", [b"AT+GMR", b"AT+CIPMUX=", b"AT+CIPRECVMODE=", b"AT+CWJAP", b"AT+CWMODE", b"AT+CIPSTA?"]
)
def test_set_up_and_join_come_through_busy(make_desk, family, word):
    """busy in front of the replies that set-up and join live on."""
    desk = make_desk(family, line=Spoiled)
    told_busy(desk, word)
    desk.join()
    body = page(desk)
    assert fetch(desk) == (body, None)


@pytest.mark.parametrize("word", [b"AT+CIPSTART", b"AT+CIPSEND"])
def test_udp_comes_through_busy(make_desk, family, word):
    """A datagram sent once arrives once, and its answer comes."""
    desk = make_desk(family, line=Spoiled).join()
    peer = desk.network.udp("one.test", 1001, lambda p, source, data: p.send(b"re:" + data, source))
    told_busy(desk, word)
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(8)
    sock.sendto(b"hello", ("one.test", 1001))
    assert sock.recv(100) == b"re:hello"
    assert [data for _, data in peer.inbox] == [b"hello"]
    sock.close()
    settled(desk)


def test_the_verdict_behind_busy_is_the_sends_own():
    r"""`\r\nbusy p...\r\n\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n`: it has left, and leaves once."""
    desk = FarDesk(EspAt)
    sock = desk.socket()
    desk.script.on("payload", (BUSY_P, b"\r\nRecv 5 bytes\r\n", BUSY_P, SEND_OK))
    assert sock.send(b"hello") == 5
    assert desk.script.payloads == [b"hello"]
    desk.works()


@pytest.mark.parametrize("flip", FLIPS, ids=lambda f: f[0])
@pytest.mark.parametrize("at", range(13))
def test_a_spoiled_busy_costs_no_byte(flip, at):
    r"""Each byte of `\r\nbusy p...\r\n` bent, before a reply that is the command's own."""
    desk = FarDesk(EspAt)
    desk.port.tick = 0.02
    sock = desk.socket(timeout=8)
    body = bytes(range(200))
    desk.script.held[4] = body
    bent = BUSY_P[:at] + flip[1](BUSY_P[at : at + 1]) + BUSY_P[at + 1 :]
    desk.script.first = lambda line: (bent,) if b"CIPRECVDATA=" in line else ()
    desk.script.say(desk.script.waiting(4))
    got, error = b"", None
    while len(got) < len(body) and not error:
        piece, error = tried(sock.recv, 90)
        got += piece or b""
    sound(got, body, error)
    desk.script.first = lambda line: ()
    tried(sock.close)
    desk.let(2)
    desk.works()
