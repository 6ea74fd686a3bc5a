"""Lines of many firmwares, and the ways in which a hostile line changes a module's output."""

from .wire import NOISE

LINES = (
    b"\r\nOK\r\n",
    b"\r\nERROR\r\n",
    b"\r\nFAIL\r\n",
    b"\r\nSEND OK\r\n",
    b"\r\nSEND FAIL\r\n",
    b"\r\nSEND Canceled\r\n",
    b"\r\nbusy p...\r\n",
    b"\r\nbusy s...\r\n",
    b"\r\nready\r\n",
    b"\r\nOK\r\n\r\n>",
    b"> ",
    b"\r\nRecv 5 bytes\r\n",
    b"\r\nRecv 65536 bytes\r\n",
    b"WIFI DISCONNECT\r\n",
    b"WIFI CONNECTED\r\n",
    b"WIFI GOT IP\r\n",
    b"DHCP TIMEOUT\r\n",
    b"0,CONNECT\r\n",
    b"4,CONNECT\r\n",
    b"7,CONNECT\r\n",
    b"CONNECT\r\n",
    b"0,CLOSED\r\n",
    b"4,CLOSED\r\n",
    b"4,CONNECT FAIL\r\n",
    b"DNS Fail\r\n",
    b"ALREADY CONNECTED\r\n",
    b"link is not valid\r\n",
    b"\r\nWill force to restart!!!\r\n",
    b"ERR CODE:0x01090000\r\n",
    b'+LINK_CONN:0,0,"TCP",1,"192.168.1.77",50000,80\r\n',
    b'+LINK_CONN:0,9,"TCP",1,"",,\r\n',
    b"\r\n+IPD,4,5\r\n",
    b"\r\n+IPD,4,99999\r\n",
    b"\r\n+IPD,4,5:hello",
    b"\r\n+IPD,0,0:",
    b"\r\n+IPD,9,3:abc",
    b'\r\n+IPD,4,3,"192.168.1.9",70000:abc',
    b'\r\n+IPD,4,3,"300.1.2.999",-1:abc',
    b"+CIPRECVDATA:5,hello\r\nOK\r\n",
    b"\r\n+CIPRECVDATA,5:hello\r\nOK\r\n",
    b"+CIPRECVDATA:99999,",
    b"+CIPRECVDATA:0,\r\nOK\r\n",
    b"+CIPRECVLEN:5,5,5,5,5\r\n",
    b"+CIPRECVLEN:\r\n",
    b"+CIPRECVLEN:x,,9999999999999,\r\n",
    b"+CIPSTATE:\r\n",
    b'+CIPSTATE:9,"TCP"\r\n',
    b'+CIPSTATE:0,"TCP","192.168.1.77",50000,80,1\r\n',
    b'+CIPSTATUS:0,"TCP","192.168.1.77",50000,80,1\r\n',
    b"STATUS:\r\n",
    b"STATUS:5\r\n",
    b"+CWJAP:\r\n",
    b"+CWJAP:9\r\n",
    b'+CWJAP:"espat","02:00:00:00:00:01",6,-50\r\n',
    b'+CWJAP:"espat","02:0\r\n',
    b"No AP\r\n",
    b"+CWMODE:\r\n",
    b"+CWMODE:x\r\n",
    b"+CWSTATE:2\r\n",
    b'+CIPSTA:ip:"192.168.1.50"\r\n',
    b"+CIPSTA:ip:\r\n",
    b'+CIPSTAMAC:"zz"\r\n',
    b"+CWLAP:(\r\n",
    b'+CWLAP:(3,"espat",-40\r\n',
    b"+CIPDOMAIN:\r\n",
    b'+CIPDOMAIN:"1.2.3.4"\r\n',
    b"+PING:\r\n",
    b"+PING:TIMEOUT\r\n",
    b"+CIPMUX:0\r\n",
    b"+CIPSNTPTIME:\r\n",
    b"AT version:\r\n",
    b"AT version:3.2.0.0(abc - ESP32 - x)\r\n",
    b"AT verWIFI GOT IP\r\nsion:3.2.0.0(x)\r\n",
    b"+UART_CUR:\r\n",
    b"+CIPSERVER:1\r\n",
    b"\r\n\r\n\r\n",
    b"\xff\xfe\x00+\r\n",
    b"x" * 700 + b"\r\n",
    b"+CIPAP:" + b"9" * 300 + b"\r\n",
    NOISE,
)
"""Lines of many firmwares: correct, cut off, or absurd."""


def _lost(_chance, data, at, end):
    return data[:at] + data[end:]


def _doubled(_chance, data, at, end):
    return data[:end] + data[at:]


def _flipped(chance, data, at, end):
    part = bytes(byte ^ (1 << chance.randrange(8)) for byte in data[at:end])
    return data[:at] + part + data[end:]


def _interrupted(chance, data, at, _end):
    return data[:at] + chance.choice(LINES) + data[at:]


def _foreign_before(chance, data, _at, _end):
    return chance.choice(LINES) + data


def _foreign_behind(chance, data, _at, _end):
    return data + chance.choice(LINES)


def _cut(_chance, data, at, _end):
    return data[:at]


def _silent(_chance, _data, _at, _end):
    return b""


def _repeated(chance, data, _at, _end):
    return data * chance.choice((2, 2, 3, 20))


def _renumbered(chance, data, _at, _end):
    """Replace one number by another."""
    starts = [i for i in range(len(data)) if 48 <= data[i] < 58]
    if not starts:
        return data
    at = end = chance.choice(starts)
    while end < len(data) and 48 <= data[end] < 58:
        end += 1
    return data[:at] + chance.choice(NUMBERS) + data[end:]


def _fields_cut(chance, data, _at, _end):
    """Cut off the last fields of a line, or what is in its quotes."""
    for mark in chance.sample((b",", b'"', b":"), 3):
        at = data.rfind(mark)
        if at >= 0:
            return data[: at + chance.randrange(2)] + b"\r\n"
    return data


def _noise(chance, _data, _at, _end):
    return chance.randbytes(chance.randrange(60))


NUMBERS = (b"", b"0", b"1", b"4", b"5", b"255", b"65536", b"-1", b"99999999999", b"x")
WAYS = (
    _lost,
    _doubled,
    _flipped,
    _interrupted,
    _foreign_before,
    _foreign_behind,
    _cut,
    _silent,
    _repeated,
    _renumbered,
    _fields_cut,
    _noise,
)


def mutated(chance, data):
    """`data` as changed by a hostile line or module."""
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 1, 2, 3, 8, 30)))
    return chance.choice(WAYS)(chance, data, at, end)
