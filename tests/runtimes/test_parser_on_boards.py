"""The parser tells the same story in every MicroPython, however the bytes are cut.

That it is the right story is for the parser's own tests; here are a few exchanges of each kind,
and what they mean, written out so that the interpreters cannot agree on nonsense.
"""

import contextlib
import io
from ast import literal_eval
from pathlib import Path

import pytest

PROGRAM = (Path(__file__).parent / "onboard" / "parser_events.py").read_text("utf-8")

BLOCKS = (1, 2, 3, 7, 64, 4096)

# bytes asked for, whether a prompt is awaited, what the module says, what that means
EXCHANGES = [
    (0, False, b"+GMR:1\r\n\r\nOK\r\n", [(1, b"+GMR:1"), (2, b"OK")]),
    (0, False, b"\r\nbusy p...\r\n\r\nERROR\r\n", [(8, b"busy p..."), (3, b"ERROR")]),
    (
        0,
        False,
        b"WIFI CONNECTED\r\nWIFI GOT IP\r\n",
        [(24, b"WIFI CONNECTED"), (25, b"WIFI GOT IP")],
    ),
    (0, False, b"\r\nready\r\n", [(22, b"ready")]),
    (0, True, b"\r\nOK\r\n\r\n>", [(2, b"OK"), (9, b">")]),
    (0, False, b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n", [(11, 5), (5, b"SEND OK")]),
    (0, False, b"\r\n+IPD,3,1460\r\n3,CLOSED\r\n", [(18, 3, 1460), (20, 3)]),
    (
        0,
        False,
        b"\r\n+IPD,0,5:a\r\nbc0,CLOSED\r\n",
        [(12, 0, 5, None), (15, b"a\r\nbc"), (20, 0)],
    ),
    (
        0,
        False,
        b'\r\n+IPD,1,4,"fe80::1",80:OK\r\n1,CLOSED\r\n',
        [(12, 1, 4, b"fe80::1"), (15, b"OK\r\n"), (20, 1)],
    ),
    (
        0,
        False,
        b"\r\n+IPD,4,2,192.168.4.1,8080:hi\r\n+CWJAP:1\r\n",
        [(12, 4, 2, b"192.168.4.1"), (15, b"hi"), (1, b"+CWJAP:1")],
    ),
    (
        6,
        False,
        b"+CIPRECVDATA:6,OK\r\n>>\r\nOK\r\n",
        [(12, -1, 6, None), (15, b"OK\r\n>>"), (2, b"OK")],
    ),
    (6, False, b"\r\n+CIPRECVDATA,3:abc\r\nOK\r\n", [(12, -1, 3, None), (15, b"abc"), (2, b"OK")]),
]


def _input():
    exchanges = [exchange[:3] for exchange in EXCHANGES]
    return f"EXCHANGES = {exchanges!r}\nBLOCKS = {BLOCKS!r}\n"


def _wanted():
    return [meaning for *_, meaning in EXCHANGES for _ in BLOCKS]


def _told(printed):
    return [literal_eval(line) for line in printed.splitlines()]


def test_on_cpython():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(_input() + PROGRAM, {"__name__": "parser_events"})
    assert _told(printed.getvalue()) == _wanted()


def test_on_micropython(any_micropython):
    assert _told(any_micropython(_input() + PROGRAM).check()) == _wanted()


@pytest.mark.parametrize("mpy", [True, False])
def test_compiled_or_not(micropython, mpy):
    assert _told(micropython(_input() + PROGRAM, mpy=mpy).check()) == _wanted()
