"""Bytes that mean nothing, on the way from a scripted far end: `script.py`."""

import pytest

from tests.driver.script import SEND_OK, EspAt, NonOs, ScriptedDesk

RECV_5 = b"\r\nRecv 5 bytes\r\n"


@pytest.fixture(params=[EspAt, NonOs])
def desk(request):
    """A radio on a script of each dialect."""
    return ScriptedDesk(request.param)


NOISES = {
    "binary": bytes(range(128, 256)) * 4,
    "no line end": b"x" * 5000,
    "lines": b"\r\n".join([b"what?"] * 300),
    "unknown notices": b"+UNKNOWN:1,2,3\r\n" * 50,
    "a log": b"I (1234) wifi: state: run -> init (0)\r\n" * 20,
    "NULs": bytes(2000),
    "blank lines": b"\r\n" * 500,
    "prompts": b">" * 500 + b"\r\n",
    "half a header": b"\r\n+IPD,4,\r\n",
    "a header without a link": b"\r\n+IPD,:\r\n",
    "a header for link 9": b"\r\n+IPD,9,5\r\n",
    "an error code": b"ERR CODE:0x010b0000\r\n+ERRNO:0x50\r\n",
}


@pytest.mark.parametrize("name", NOISES)
def test_garbage_between_two_calls(desk, name):
    sock = desk.socket()
    desk.script.say(NOISES[name], b"\r\n")
    assert sock.send(b"hello") == 5
    desk.script.arrive(4, b"there")
    assert sock.recv(10) == b"there"
    sock.close()
    desk.works()


@pytest.mark.parametrize("name", NOISES)
def test_garbage_before_a_result(desk, name):
    sock = desk.socket()
    desk.script.on("payload", (RECV_5, NOISES[name], b"\r\n", SEND_OK))
    assert sock.send(b"hello") == 5
    sock.close()
    desk.works()


def test_garbage_is_counted(desk):
    desk.script.say(b"x" * 5000, b"\r\n")
    desk.works()
    assert desk.modem.parser.counts[1] == 1
