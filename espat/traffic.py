# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sending and receiving by hand. Loaded when it is needed; sockets have ways of their own.

``link`` is 0 to 4, or None for the form of single-link mode. Every function raises ``ATError``
where the module refuses, and ``OSError``: ETIMEDOUT, ECONNRESET (the module restarted),
EOPNOTSUPP (the firmware lacks it), EIO (garbled reply).
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import Place, ask, link_first, need, number, text
from .command import run
from .modem import fail

# Capabilities.
_PASSIVE = const(0)
_RECVTYPE = const(1)
_SEND8K = const(3)
_CUR = const(4)
_SENDL = const(15)
_TIMED = const(17)

_OK = const(2)
_SEND_OK = const(5)
_SEND_FAIL = const(6)
_SEND_MS = const(30000)
_ERR_COMMAND = const(32)  # of errors.py


def cipsend(modem, link, data, host=None, port=None):
    """``AT+CIPSEND=[<link>,]<length>[,"<host>",<port>]``, and the bytes at the prompt.

    All families.

    :param data: bytes, bytearray or memoryview, 1 to 2048 bytes; ESP-AT 2.3 and later, not on
        ESP8266: to 8192
    :param str host: with ``port``, whom a datagram goes to
    :raises ATError: no such link, or it broke; part of it may have been sent
    Source: reference, CIPSEND; dialects.md 1, row 5.
    """
    view = _piece(data, _most(modem))
    args = link_first(link, (len(view),)) + _peer(host, port)
    _send(modem, b"+CIPSEND=", args, link, view)


def cipsendex(modem, link, data, host=None, port=None):
    """``AT+CIPSENDEX=[<link>,]<most>[,"<host>",<port>]``: bytes that end with ``\\0``.

    All families.

    A backslash in ``data`` is doubled on its way: ``\\x`` loses its own, ``\\0`` is the end.

    :param data: 1 to 2046 bytes, each backslash counted twice; ESP-AT 2.3 and later, not on
        ESP8266: to 8190
    Source: reference, CIPSENDEX; dialects.md 1, row 6.
    """
    most = _most(modem)
    data = bytes(_piece(data, most)).replace(b"\\", b"\\\\")
    if len(data) > most - 2:
        raise ValueError("data out of 1..%d bytes, backslashes counted twice" % (most - 2))
    args = link_first(link, (most,)) + _peer(host, port)
    _send(modem, b"+CIPSENDEX=", args, link, memoryview(data + b"\\0"))


def cipsendl(modem, link, data):
    """``AT+CIPSENDL=[<link>,]<length>``: many bytes, which leave while they come in. ESP-AT 2.3.

    Not on ESP8266. Without RTS/CTS bytes may be lost where the network is slower than the UART.

    :param data: bytes, bytearray or memoryview, from 1 byte on
    :returns: the (sent, received) that the module told on its way, a list
    Source: dialects.md 1, row 5c.
    """
    need(modem, _SENDL, "AT+CIPSENDL")
    view = _piece(data, 0x7FFFFFFF)
    args = link_first(link, (len(view),))
    lines = _send(modem, b"+CIPSENDL=", args, link, _Stream(modem, view), b"+CIPSENDL:")
    told = []
    for line in lines:
        sent, _, received = line[10:].partition(b",")
        if sent.isdigit() and received.isdigit():
            told.append((int(sent), int(received)))
    return told


def _most(modem):
    return 8192 if modem.can >> _SEND8K & 1 else 2048


def _piece(data, most):
    if isinstance(data, str):
        raise TypeError("data: bytes are wanted")
    view = memoryview(data)
    if not 1 <= len(view) <= most:
        raise ValueError("data out of 1..%d bytes" % most)
    return view


def _peer(host, port):
    if host is None and port is None:
        return ()
    return text("host", host, 1, 64), number("port", port, 1, 65535)


def _send(modem, name, args, link, view, progress=b""):
    modem.turn()
    modem.begin(name, args, progress, _SEND_MS)
    modem.link = link or 0
    modem.payload = view
    modem.parser.prompt = True
    try:
        while modem.state:
            modem.rest()
    except BaseException:
        modem.payload = None  # called off
        raise
    if modem.code != _SEND_OK:
        words = b"SEND FAIL" if modem.code == _SEND_FAIL else modem.words
        raise fail(_ERR_COMMAND, name, modem.code, words, _SEND_MS)
    return modem.lines


class _Stream:
    """A payload that is taken in pieces, and whose verdict comes with no ``Recv n bytes``."""

    def __init__(self, modem, view):
        self.modem = modem
        self.view = view

    def __len__(self):
        return max(513, len(self.view))  # more than one piece, so that slices are asked for

    def __getitem__(self, piece):
        self.modem._received = True
        return self.view[piece]


def ciprecvmode(modem, mode):
    """``AT+CIPRECVMODE=<mode>``: 0 active, 1 passive receive, for all links.

    Sockets follow from the next byte on. NonOS 1.7 (TCP only), ESP8266 2.1, ESP32 2.0.
    Source: reference, CIPRECVMODE.
    """
    need(modem, _PASSIVE, "AT+CIPRECVMODE")
    run(modem, b"+CIPRECVMODE=", (number("mode", mode, 0, 1),))
    modem.passive = mode == 1


def ciprecvmode_query(modem):
    """``AT+CIPRECVMODE?``: 0 or 1. NonOS 1.7, ESP8266 2.1, ESP32 2.0."""
    need(modem, _PASSIVE, "AT+CIPRECVMODE")
    return ask(modem, b"+CIPRECVMODE", "d")[0]


def ciprecvtype(modem, link, mode):
    """``AT+CIPRECVTYPE=[<link>,]<mode>``: receive mode of one link. ESP-AT 3.3, not ESP8266.

    :param int link: 0 to 4; 5: all
    :param int mode: 0 active, 1 passive
    Source: dialects.md 1, row 26.
    """
    need(modem, _RECVTYPE, "AT+CIPRECVTYPE")
    run(modem, b"+CIPRECVTYPE=", link_first(link, (number("mode", mode, 0, 1),), 5))


def ciprecvlen_query(modem):
    """``AT+CIPRECVLEN?``: bytes that the module holds, a list of ints, one for each link.

    -1: closed (NonOS says 0). One int in single-link mode.
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVLEN; dialects.md 1, row 28.
    """
    need(modem, _PASSIVE, "AT+CIPRECVLEN")
    return [n for n in ask(modem, b"+CIPRECVLEN", "") if isinstance(n, int)]


def ciprecvdata(modem, link, length):
    """``AT+CIPRECVDATA=[<link>,]<length>``: bytes that the module holds, passive receive.

    :param int length: at most so many; 1 to 2147483647, on NonOS and WizFi360 to 2048. No more than
        the host's UART buffer holds should be asked for
    :returns: bytes; with ``cipdinfo(modem, 1)`` ``modem.parser.peer``, ``.port`` tell who sent
    :raises ATError: the module holds nothing
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVDATA; dialects.md 1, row 27.
    """
    need(modem, _PASSIVE, "AT+CIPRECVDATA")
    number("length", length, 1, 2048 if modem.can >> _CUR & 1 else 0x7FFFFFFF)
    args = link_first(link, (length,))
    modem.turn()
    at = link or 0
    place = Place(modem.parser)
    owner = modem.owners[at]
    modem.begin(b"+CIPRECVDATA=", args)
    modem.owners[at] = place
    modem.link = at
    modem.parser.asked = length
    try:
        while modem.state:
            modem.rest()
    finally:
        modem.owners[at] = owner
    if modem.code != _OK:
        raise fail(_ERR_COMMAND, b"+CIPRECVDATA=", modem.code, modem.words, modem.limit)
    return bytes(place.buf[: place.n])


def cipdinfo(modem, on):
    """``AT+CIPDINFO=<0|1>``: show the remote end with ``+IPD`` and ``+CIPRECVDATA``. All families.

    Source: reference, CIPDINFO.
    """
    run(modem, b"+CIPDINFO=", (number("on", on, 0, 1),))
    modem.parser.remote = bool(on)


def cipdinfo_query(modem):
    """``AT+CIPDINFO?``: True or False. All families. Source: dialects.md 1, row 18."""
    value = ask(modem, b"+CIPDINFO", "")[0]
    return value == 1 or (isinstance(value, str) and value.lower() == "true")
