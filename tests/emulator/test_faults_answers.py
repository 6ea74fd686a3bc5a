"""What faults do to the answers of commands: left out, late, busy, done all the same."""

import pytest

from espat_tools.emulator import PROFILES
from tests.emulator.linked import OK, READY, RECV, SEND_OK, linked, say, sent


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("busy", b"\r\nbusy p...\r\n"),
        ("busy p", b"\r\nbusy p...\r\n"),
        ("busy s", b"\r\nbusy s...\r\n"),
        ("refuse", b"\r\nERROR\r\n"),
        ("ignore", b""),
    ],
)
@pytest.mark.parametrize("profile", ["nonos-1.7.4", "esp32c3-3.3"])
def test_a_command_not_carried_out(desk, fault, answer, profile):
    at = desk(profile, faults=[f"{fault} at AT+CIPMUX=1"])
    lines = [
        (b"AT\r\n", OK),
        (b"AT+CIPMUX=1\r\n", answer),
        (b"AT+CIPMUX?\r\n", b"+CIPMUX:0\r\n" + OK),
    ]
    at.talk(*lines, (b"AT+CIPMUX=1\r\n", OK))
    assert at.module.commands == [b"AT", b"AT+CIPMUX=1", b"AT+CIPMUX?", b"AT+CIPMUX=1"]


def test_busy_by_another_trigger_is_for_the_next_command(desk):
    at = desk(faults=["busy at 1s"])
    at.talk((b"AT\r\n", OK))
    at.wait(1)
    at.talk((b"AT\r\n", b"\r\nbusy p...\r\n"), (b"AT\r\n", OK))


def test_busy_for_a_while(desk):
    at = desk(faults=["busy for 2.5s at AT+GMR"])
    busy = (b"AT\r\n", b"\r\nbusy p...\r\n")
    at.talk((b"AT\r\n", OK), (b"AT+GMR\r\n", busy[1]), busy, busy, (b"AT\r\n", OK))


def test_busy_but_done(desk):
    """Capture 64: ERR CODE, busy p..., and then the command's own reply."""
    at = linked(desk, "busy but done at AT+CIPRECVDATA")
    at.send(b"AT+CIPRECVMODE=1\r\nAT+SYSLOG=1\r\n")
    at.peer.send(b"helloWORLD")
    assert at.wait(1) == b"\r\n+IPD,0,10\r\n"
    read = b"AT+CIPRECVDATA=0,5\r\n"
    busy = b"ERR CODE:0x010b0000\r\n\r\nbusy p...\r\n"
    hello = b"+CIPRECVDATA:5,hello" + OK + b"\r\n+IPD,0,5\r\n"
    at.talk((read, busy + hello), (read, b"+CIPRECVDATA:5,WORLD" + OK))


@pytest.mark.parametrize("profile", PROFILES)
def test_busy_but_done_opens_a_link(desk, profile):
    at = desk(profile, joined=True, faults=["busy but done at AT+CIPSTART"])
    at.send(b"AT+CIPMUX=1\r\n")
    assert say(at, 0) == b"\r\nbusy p...\r\n0,CONNECT\r\n" + OK


def test_busy_to_all_but_a_restart(desk):
    at = desk(faults=["busy to all but AT+RST"])
    busy = b"\r\nbusy p...\r\n"
    at.talk((b"AT\r\n", busy), (b"AT+GMR\r\n", busy), (b"AT+RST\r\n", OK + READY))
    at.talk((b"ATE0\r\n", b"ATE0\r\n" + OK), (b"AT\r\n", OK))


def test_busy_to_all_but_one_for_a_while(desk):
    at = desk(faults=["busy to all but AT+GMR for 2s"])
    at.talk((b"AT\r\n", b"\r\nbusy p...\r\n"))
    assert at.send(b"AT+GMR\r\n").endswith(OK)
    at.talk((b"AT\r\n", OK))


def test_deaf_from_each_result(desk):
    at = desk(faults=["deaf 20ms from each result"])
    at.talk((b"AT\r\n", OK), (b"AT\r\nAT\r\n", OK))
    assert at.send(b"AT\r\n", 0.015) == OK
    assert at.send(b"AT+GM", 0.015) == b""
    assert at.send(b"R\r\n") == b"\r\nERROR\r\n"
    assert at.send(b"AT\r\n", 0.021) == OK
    assert at.send(b"AT\r\n", 0.021) == OK


def test_deaf_from_a_verdict(desk):
    at = linked(desk, "deaf 20ms from each result for 60s")
    at.send(b"AT+CIPSEND=0,2\r\n")
    assert at.send(b"hi", 0.01) == RECV + SEND_OK
    assert at.send(b"AT\r\n") == b""
    assert at.send(b"AT+CIPSEND=0,2\r\n", 0.001) == OK + b"\r\n>"
    assert at.send(b"hi", 0.01) == RECV + SEND_OK
    assert at.send(b"AT\r\n", 60) == b""
    assert at.send(b"AT\r\nAT\r\n") == OK + OK


def test_deaf_at_the_pace_of_a_wire(desk):
    """The time counts from when the result has left: six bytes at 600 baud take 0.1 s."""
    at = desk(faults=["deaf 50ms from each result"], paced=True, baud=600)
    assert at.send(b"AT\r\n", 0.4) == OK
    assert at.send(b"AT\r\n", 1) == OK
    assert at.send(b"AT\r\nAT\r\n", 1) == OK + OK
    assert at.send(b"AT\r\nA" + b"AT\r\n", 1) == OK + b"\r\nERROR\r\n"


SLOWER = b"AT+UART_CUR=9600,8,1,0,0\r\n"


def test_early_rate(desk):
    at = desk(faults=["early rate"], paced=True)
    at.talk((b"AT\r\n", OK))
    assert at.send(SLOWER, 0.0028) == b""
    at.uart.baudrate = 9600
    assert at.wait(1) == OK
    at.talk((b"AT\r\n", OK))


def test_without_it_the_ok_has_the_old_rate(desk):
    at = desk(paced=True)
    assert at.send(SLOWER, 0.0028) == OK
    at.uart.baudrate = 9600
    at.talk((b"AT\r\n", OK))


def test_early_rate_of_a_line_without_pace(desk):
    at = desk(faults=["early rate"])
    said = at.send(SLOWER)
    assert len(said) == len(OK)
    assert not said.isascii()
    at.uart.baudrate = 9600
    at.talk((b"AT\r\n", OK))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_ok(desk, profile):
    at = linked(desk, "no ok at AT+CIPMUX?", profile)
    at.talk((b"AT+CIPMUX?\r\n", b"+CIPMUX:1\r\n"), (b"AT+CIPMUX?\r\n", b"+CIPMUX:1\r\n" + OK))
    at.module.fault("no ok at AT+CIPSEND")
    prompt = at.send(b"AT+CIPSEND=0,2\r\n")
    assert prompt.strip() == b">"
    assert at.send(b"hi") == RECV + SEND_OK


def test_no_ok_of_an_error(desk):
    at = desk(faults=["no ok at AT+NONSENSE"])
    at.talk((b"AT+NONSENSE\r\n", b""), (b"AT+NONSENSE\r\n", b"\r\nERROR\r\n"))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_recv(desk, profile):
    """A verdict alone, as AT 0.9 gives it."""
    at = linked(desk, "no recv at AT+CIPSEND each", profile)
    for _ in range(2):
        at.send(b"AT+CIPSEND=0,2\r\n")
        assert at.send(b"hi") == SEND_OK


def test_no_reply(desk):
    at = linked(desk, "no reply at AT+CIPCLOSE")
    at.talk((b"AT+CIPCLOSE=0\r\n", b""), (b"AT+CIPCLOSE=0\r\n", b"\r\nERROR\r\n"))
    assert at.peer.closed


def test_no_reply_to_a_command_that_fails_at_once_or_restarts(desk):
    at = desk(faults=["no reply at AT+NONSENSE", "no reply at AT+RST"])
    at.talk((b"AT+NONSENSE\r\n", b""), (b"AT\r\n", OK), (b"AT+RST\r\n", READY))


def test_no_reply_lets_data_through(desk):
    at = linked(desk, "no reply at AT+CIPDOMAIN")
    at.uart.write(b'AT+CIPDOMAIN="web.test"\r\n')
    at.peer.send(b"data")
    assert at.wait(1) == b"\r\n+IPD,0,4:data\r\n"
    at.talk((b"AT\r\n", OK))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_prompt(desk, profile):
    at = linked(desk, "no prompt at AT+CIPSEND", profile)
    at.talk((b"AT+CIPSEND=0,2\r\n", OK))
    assert at.send(b"hi").endswith(b"SEND OK\r\n")
    assert at.requests == [b"hi"]
    assert b">" in at.send(b"AT+CIPSEND=0,2\r\n")


def test_no_verdict(desk):
    at = linked(desk, "no verdict at AT+CIPSEND 2nd")
    assert sent(at) == RECV + SEND_OK
    assert sent(at) == RECV
    assert at.requests == [b"hi", b"hi"]
    at.talk((b"AT\r\n", OK))


def test_late_verdict(desk):
    at = linked(desk, "late verdict 3s at AT+CIPSEND")
    assert sent(at) == RECV
    assert at.send(b"AT\r\n", 2.8) == OK
    assert at.wait(0.2) == SEND_OK


def test_double_verdict(desk):
    at = linked(desk, "double verdict at AT+CIPSEND")
    assert sent(at) == RECV + SEND_OK * 2
    assert sent(at) == RECV + SEND_OK


def test_what_is_meant_for_a_command_is_not_for_the_next(desk):
    """The CIPSEND that it hit was refused: there was no prompt to leave out."""
    at = linked(desk, "no prompt at AT+CIPSEND")
    at.talk((b"AT+CIPSEND=4,2\r\n", b"\r\nERROR\r\n"), (b"AT+CIPSEND=0,2\r\n", OK + b"\r\n>"))


def test_what_waits_does_not_heap_up(desk):
    at = desk(faults=["busy every 1 byte", "drop 9 bytes at 1h"])
    for _ in range(100):
        at.send(b"AT\r\n", 0)
    at.module.faults.faults[0].cancel()
    busy = 0
    while at.send(b"AT\r\n", 0) != OK:
        busy += 1
    assert busy == 16


def test_what_has_another_trigger_waits_for_its_turn(desk):
    at = linked(desk, "no verdict")
    at.talk((b"AT\r\n", OK))
    assert sent(at) == RECV
    assert sent(at) == RECV + SEND_OK
