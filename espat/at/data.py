# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sending and receiving by hand; sockets have ways of their own.

``link`` is 0 to 4, or None for the form of single-link mode. Each function is named after its
command and takes the modem first. Each raises ``ATError`` where the module refuses the command, and
``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module restarted), EOPNOTSUPP (the firmware
lacks it), EIO (a reply that cannot be read, or that ended without its bytes); arguments out of
range raise ``ValueError``. The modes set here are the driver's own: after a restart of the module
the radio sets what its sockets need.
"""

from .. import calls
from ..parser import const
from .args import Payload, ask, link_first, need, number, sized
from .essential import garbled, text

_SEND_OK = const(5)
_TRANSFER_MS = const(30000)
_MOST = const(0x7FFFFFFF)


def cipsend(modem, link, data, host=None, port=None):
    """``AT+CIPSEND=[<link>,]<length>[,"<host>",<port>]``, and the bytes at the prompt.

    :param data: bytes, bytearray or memoryview of bytes: 1 to 2048; ESP-AT 2.3 and later, not on
        ESP8266: to 8192
    :param str host: with ``port``, whom a datagram goes to
    :raises ATError: no such link, or it broke; part of it may have been sent
    :raises TypeError: ``data`` is not bytes
    All families. Source: reference, CIPSEND; dialects.md 1, row 5.
    """
    view = sized("data", data, 1, modem.largest)
    args = link_first(link, (len(view),)) + _peer(host, port)
    calls.put(modem, b"+CIPSEND=", args, view, link or 0, _SEND_OK, b"", _TRANSFER_MS)


def cipsendex(modem, link, data, host=None, port=None):
    """``AT+CIPSENDEX=[<link>,]<most>[,"<host>",<port>]``: bytes that end with ``\\0``.

    A backslash in ``data`` is doubled on its way: ``\\x`` loses its own, ``\\0`` is the end.

    :param data: bytes, bytearray or memoryview of bytes: 1 to 2046, each backslash counted twice;
        ESP-AT 2.3 and later, not on ESP8266: to 8190
    :raises ATError, TypeError: as ``cipsend()``
    All families. Source: reference, CIPSENDEX; dialects.md 1, row 6.
    """
    most = modem.largest
    data = bytes(sized("data", data, 1, most)).replace(b"\\", b"\\\\")
    if len(data) > most - 2:
        raise ValueError("data out of 1..%d bytes, backslashes counted twice" % (most - 2))
    args = link_first(link, (most,)) + _peer(host, port)
    view = memoryview(data + b"\\0")
    calls.put(modem, b"+CIPSENDEX=", args, view, link or 0, _SEND_OK, b"", _TRANSFER_MS)


def cipsendl(modem, link, data):
    """``AT+CIPSENDL=[<link>,]<length>``: many bytes, which leave while they come in. ESP-AT 2.3.

    Not on ESP8266. Without RTS/CTS bytes may be lost where the network is slower than the UART.

    :param data: bytes, bytearray or memoryview of bytes, from 1 on
    :returns: the (sent, received) that the module told on its way, a list
    :raises ATError, TypeError: as ``cipsend()``
    Source: dialects.md 1, row 5c.
    """
    need(modem, "SENDL", b"+CIPSENDL")
    view = sized("data", data, 1, _MOST)
    args = link_first(link, (len(view),))
    progress = b"+CIPSENDL:"
    lines = calls.put(modem, b"+CIPSENDL=", args, view, link or 0, _SEND_OK, progress, _TRANSFER_MS)
    told = []
    for line in lines:
        sent, _, received = line[len(progress) :].partition(b",")
        if sent.isdigit() and received.isdigit():
            told.append((int(sent), int(received)))
    return told


def _peer(host, port):
    if host is None and port is None:
        return ()
    return text("host", host, 1, 64), number("port", port, 1, 65535)


def ciprecvmode(modem, mode):
    """``AT+CIPRECVMODE=<mode>``: 0 active, 1 passive receive, for all links.

    Sockets follow from the next byte on. After a restart of the module it is 1 again, what sockets
    need. NonOS 1.7 (TCP only), ESP8266 2.1, ESP32 2.0.
    Source: reference, CIPRECVMODE.
    """
    _sure(modem, b"+CIPRECVMODE", (number("mode", mode, 0, 1),), "PASSIVE")
    modem.passive = mode == 1


def _sure(modem, name, args, needs=None):
    """A setting that the driver must know: sent again if its OK was lost."""
    if needs:
        need(modem, needs, name)
    name += b"="
    if not calls.sure(modem, name, args):
        raise calls.refusal(modem, name, modem.code, 5000)


def ciprecvmode_query(modem):
    """``AT+CIPRECVMODE?``: 0 or 1. NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference."""
    return ask(modem, b"+CIPRECVMODE", "d", "PASSIVE")[0]


def ciprecvtype(modem, link, mode):
    """``AT+CIPRECVTYPE=[<link>,]<mode>``: receive mode of one link. ESP-AT 3.3, not ESP8266.

    It is not sent again after a restart of the module, when no link stands.

    :param int link: 0 to 4; 5: all
    :param int mode: 0 active, 1 passive
    Source: dialects.md 1, row 26.
    """
    args = link_first(link, (number("mode", mode, 0, 1),), 5)
    _sure(modem, b"+CIPRECVTYPE", args, "RECVTYPE")


def ciprecvlen_query(modem):
    """``AT+CIPRECVLEN?``: bytes that the module holds, a list of ints, one for each link.

    :returns: -1: the link is closed (NonOS and WizFi360 say 0). One int in single-link mode
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVLEN; dialects.md 1, row 28.
    """
    return [n for n in ask(modem, b"+CIPRECVLEN", "", "PASSIVE") if isinstance(n, int)]


def ciprecvdata(modem, link, length):
    """``AT+CIPRECVDATA=[<link>,]<length>``: bytes that the module holds, passive receive.

    :param int length: at most so many; 1 to 2147483647, on NonOS and WizFi360 to 2048. No more than
        the host's UART buffer holds should be asked for
    :returns: bytes; with ``cipdinfo(modem, 1)`` ``modem.parser.peer``, ``.port`` tell who sent
    :raises ATError: the module holds nothing
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVDATA; dialects.md 1, row 27.
    """
    need(modem, "PASSIVE", b"+CIPRECVDATA")
    number("length", length, 1, _MOST if modem.has("RECVDATA_ANY") else 2048)
    payload = Payload(modem)
    args = link_first(link, (length,))
    calls.fetch(modem, b"+CIPRECVDATA=", args, payload, length, link=link or 0)
    return payload.data()


def cipdinfo(modem, on):
    """``AT+CIPDINFO=<on>``: show the remote end with ``+IPD`` and ``+CIPRECVDATA``. All families.

    After a restart of the module it is 0 again, what TCP sockets need.

    :param int on: 0 or 1
    Source: reference, CIPDINFO.
    """
    _sure(modem, b"+CIPDINFO", (number("on", on, 0, 1),))
    modem.parser.remote = bool(on)


def cipdinfo_query(modem):
    """``AT+CIPDINFO?``: True or False. All families. Source: dialects.md 1, row 18."""
    value = ask(modem, b"+CIPDINFO", "")[0]
    word = value.lower() if isinstance(value, str) else value
    if word not in (0, 1, "true", "false"):
        raise garbled(b"+CIPDINFO", str(value).encode())
    return word in (1, "true")
