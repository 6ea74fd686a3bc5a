# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Sending and receiving by hand, which sockets do not use; passthrough and links saved for it.

``link`` is 0 to 4, or None for the form of single-link mode. Each function is named after its
command and takes the modem first. Each raises ``ATError`` where the module refuses the command, and
``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module restarted), EOPNOTSUPP (the firmware
lacks it), EIO (a reply that cannot be read, or that ended without its bytes); arguments out of
range raise ``ValueError``. The driver itself uses the modes that are set here: after a restart of
the module the radio sets what its sockets need.

**Saved links.** ``savetranslink...()`` writes to flash with every call, whatever ``AT+SYSSTORE``
says: never call it in a loop, as flash wears out. From its next start on the module is in
passthrough: it takes no command until ``+++`` comes. The start-up of this driver detects that and
ends it until the module restarts; the link stays saved until ``savetranslink_off()``.
"""

from .. import calls
from ..errors import const, fail
from .args import (
    Payload,
    ask,
    fields,
    insist,
    link_first,
    need,
    number,
    peer,
    put_kept,
    shortest,
    sized,
)
from .essential import garbled, mac

_SEND_OK = const(5)
_LOST_SEND = const(7)
_TRANSFER_MS = const(30000)
_MOST = const(0x7FFFFFFF)


def cipsend(modem, link, data, host=None, port=None):
    """``AT+CIPSEND=[<link>,]<length>[,"<host>",<port>]``, and the bytes at the prompt.

    :param data: bytes, bytearray or memoryview of bytes: 1 to 2048; ESP-AT 2.3 and later, not on
        ESP8266: to 8192
    :param str host: with ``port``, the destination of a datagram
    :raises ATError: no such link, or it broke; part of the data may have been sent
    :raises OSError: ETIMEDOUT, ECONNRESET: not confirmed, or for another number of bytes, too
    :raises TypeError: ``data`` is not bytes
    All families. Source: reference, CIPSEND; dialects.md 1, row 5.
    """
    view = sized("data", data, 1, modem.largest)
    args = link_first(link, (len(view),)) + _peer(host, port)
    calls.put(modem, b"+CIPSEND=", args, view, link or 0, _SEND_OK, b"", _TRANSFER_MS)


def cipsendex(modem, link, data, host=None, port=None):
    """``AT+CIPSENDEX=[<link>,]<most>[,"<host>",<port>]``: bytes that end with ``\\0``.

    Each backslash in ``data`` is sent doubled: the module drops a single one, and ``\\0`` is the
    end.

    :param data: bytes, bytearray or memoryview of bytes: 1 to 2046, each backslash counted twice;
        ESP-AT 2.3 and later, not on ESP8266: to 8190
    :raises ATError, OSError, TypeError: as ``cipsend()``
    All families. Source: reference, CIPSENDEX; dialects.md 1, row 6.
    """
    most = modem.largest
    data = bytes(sized("data", data, 1, most)).replace(b"\\", b"\\\\")
    if len(data) > most - 2:
        raise ValueError("data out of 1..%d bytes, backslashes counted twice" % (most - 2))
    args = link_first(link, (most,)) + _peer(host, port)
    view = memoryview(data + b"\\0")
    least = modem.counts = len(data) - data.count(b"\\\\")
    calls.put(modem, b"+CIPSENDEX=", args, view, link or 0, _SEND_OK, b"", _TRANSFER_MS)
    _all_went(modem, link, modem.counts >= least)  # "Recv n bytes" has set it, if it came


def cipsendl(modem, link, data):
    """``AT+CIPSENDL=[<link>,]<length>``: many bytes, sent on while they come in. ESP-AT 2.3.

    Not on ESP8266. Without RTS/CTS bytes may be lost if the network is slower than the UART.

    :param data: bytes, bytearray or memoryview of bytes, 1 or more
    :returns: the (sent, received) that the module reported meanwhile, a list
    :raises ATError, OSError, TypeError: as ``cipsend()``
    Source: dialects.md 1, row 5c.
    """
    need(modem, "SENDL", b"+CIPSENDL")
    view = sized("data", data, 1, _MOST)
    args = link_first(link, (len(view),))
    progress = b"+CIPSENDL:"
    lines = calls.put(modem, b"+CIPSENDL=", args, view, link or 0, _SEND_OK, progress, _TRANSFER_MS)
    told = [tuple(fields(progress, line, "dd")[:2]) for line in lines]
    _all_went(modem, link, told and told[-1][0] == len(view))  # the last one says all
    return told


def _all_went(modem, link, went):
    """Raise an error unless all bytes went: a digit of the length may be lost on the line. Then the
    module has taken the other bytes for commands.
    """
    if not went:
        modem.contact = 0
        modem.lose(link or 0, _LOST_SEND)
        raise fail("lost", _LOST_SEND)


def _peer(host, port):
    return () if host is None and port is None else peer(host, port)


def ciprecvmode(modem, mode):
    """``AT+CIPRECVMODE=<mode>``: 0 active, 1 passive receive, for all links.

    Sockets use the new mode from the next byte on. After a restart of the module it is 1 again, as
    sockets need it. NonOS 1.7 (TCP only), ESP8266 2.1, ESP32 2.0.
    Source: reference, CIPRECVMODE.
    """
    need(modem, "PASSIVE", b"+CIPRECVMODE")
    number("mode", mode, 0, 1)
    insist(modem, b"+CIPRECVMODE=", (mode,), calls.receive(modem, mode))


def ciprecvmode_query(modem):
    """``AT+CIPRECVMODE?``: 0 or 1. NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference."""
    return ask(modem, b"+CIPRECVMODE", "d", "PASSIVE")[0]


def ciprecvtype(modem, link, mode):
    """``AT+CIPRECVTYPE=[<link>,]<mode>``: receive mode of one link. ESP-AT 3.3, not ESP8266.

    A socket that has the link uses the new mode from the next byte on; the next socket on it has
    its own again. It is not sent again after a restart of the module, as no link is open then.

    :param int link: 0 to 4; 5: all
    :param int mode: 0 active, 1 passive
    Source: dialects.md 1, row 26.
    """
    args = link_first(link, (number("mode", mode, 0, 1),), 5)
    need(modem, "RECVTYPE", b"+CIPRECVTYPE")
    links = 31 if link == 5 else 1 << (link or 0)
    modem.typed |= links
    if not mode:
        modem.pushing |= links  # what the module holds may be pushed right behind the OK
    insist(modem, b"+CIPRECVTYPE=", args)
    if mode:
        modem.pushing &= ~links


def ciprecvlen_query(modem):
    """``AT+CIPRECVLEN?``: how many bytes the module holds, a list of ints, one for each link.

    :returns: -1: the link is closed (NonOS and WizFi360 say 0). One int in single-link mode
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVLEN; dialects.md 1, row 28.
    """
    return [n for n in ask(modem, b"+CIPRECVLEN", "", "PASSIVE") if isinstance(n, int)]


def ciprecvdata(modem, link, length):
    """``AT+CIPRECVDATA=[<link>,]<length>``: read bytes that the module holds (passive receive).

    :param int length: the most to read; 1 to 2147483647, on NonOS and WizFi360 to 2048. It should
        not be more than the host's UART buffer holds
    :returns: bytes; with ``cipdinfo(modem, 1)`` the sender is in ``modem.parser.peer``, ``.port``
    :raises ATError: the module holds nothing
    NonOS 1.7, ESP8266 2.1, ESP32 2.0. Source: reference, CIPRECVDATA; dialects.md 1, row 27.
    """
    need(modem, "PASSIVE", b"+CIPRECVDATA")
    number("length", length, 1, _MOST if modem.has("RECVDATA_ANY") else 2048)
    payload = Payload(modem)
    args = link_first(link, (length,))
    steps = calls.fetch(modem, b"+CIPRECVDATA=", args, payload, length, link=link or 0)
    calls.wait(modem, steps)
    return payload.data()


def cipdinfo(modem, on):
    """``AT+CIPDINFO=<on>``: show the remote end with ``+IPD`` and ``+CIPRECVDATA``. All families.

    After a restart of the module it is 0 again, as TCP sockets need it.

    :param int on: 0 or 1
    Source: reference, CIPDINFO.
    """
    insist(modem, b"+CIPDINFO=", (number("on", on, 0, 1),))
    modem.parser.remote = bool(on)


def cipdinfo_query(modem):
    """``AT+CIPDINFO?``: True or False. All families. Source: dialects.md 1, row 18."""
    value = ask(modem, b"+CIPDINFO", "")[0]
    word = value.lower() if isinstance(value, str) else value
    if word not in (0, 1, "true", "false"):
        raise garbled(b"+CIPDINFO", str(value).encode())
    return word in (1, "true")


def savetranslink(modem, host, port, kind="TCP", keep_alive=None):
    """``AT+SAVETRANSLINK=1,"<host>",<port>,"<kind>"[,<keep_alive>]``: one write to flash.

    :param str host: name or address, 1 to 64 bytes
    :param int port: 1 to 65535
    :param str kind: ``"TCP"``; ``"SSL"`` (ESP-AT 2.2), with the settings of ``cipsslcconf()``
    :param int keep_alive: seconds, 1 to 7200; 0: none
    All families. Source: reference, SAVETRANSLINK.
    """
    if kind not in ("TCP", "SSL"):
        raise ValueError("kind: TCP or SSL is wanted")
    args = (1,) + peer(host, port) + (kind, keep_alive)
    if keep_alive is not None:
        number("keep_alive", keep_alive, 0, 7200)
    if kind == "SSL":
        need(modem, b"\xff\x22\x22\xff", "TLS in passthrough")
    _save(modem, args)


def savetranslink_udp(modem, host, port, local_port=None):
    """``AT+SAVETRANSLINK=1,"<host>",<port>,"UDP"[,<local_port>]``: one write to flash.

    :param str host: name or address, 1 to 64 bytes
    :param int port: 1 to 65535
    :param int local_port: the module's own port, 1 to 65535
    All families. Source: reference, SAVETRANSLINK, UDP.
    """
    args = (1,) + peer(host, port) + ("UDP", local_port)
    if local_port is not None:
        number("local_port", local_port, 1, 65535)
    _save(modem, args)


def savetranslink_server(modem, port, kind="TCP", ca=None):
    """``AT+SAVETRANSLINK=3,<port>,"<kind>"[,<ca>]``: a server for one client; one write to flash.

    :param int port: 1 to 65535
    :param str kind: ``"TCP"`` or ``"SSL"``
    :param int ca: with ``"SSL"``: 1: clients need a certificate; 0: they need none
    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, row 13.
    """
    if kind not in ("TCP", "SSL") or (ca is not None and kind != "SSL"):
        raise ValueError("kind: TCP, or SSL (with ca) is wanted")
    args = 3, number("port", port, 1, 65535), kind, ca
    if ca is not None:
        number("ca", ca, 0, 1)
    need(modem, b"\xff\xff\x32\xff", "AT+SAVETRANSLINK=3")
    _save(modem, args)


def savetranslink_ble(modem, role, tx_service, tx_char, rx_service, rx_char, peer=None):
    """``AT+SAVETRANSLINK=2,<role>,<tx service>,<tx char>,<rx service>,<rx char>[,"<peer>"]``: one
    write to flash. From its next start on the module is in passthrough over Bluetooth LE.

    :param int role: 1: client of the peer; 2: server
    :param int tx_service: a number as ``AT+BLEGATTS...?`` or ``AT+BLEGATTC...`` list it, 1 to 255,
        as are ``tx_char``, ``rx_service`` and ``rx_char``
    :param str peer: its address, ``"26:a2:11:22:33:88"``; a client needs it
    ESP-AT 3.2, not ESP8266. Source: command-lists.md, Basic; dialects.md 1, row 13; unproven.
    """
    numbers = tx_service, tx_char, rx_service, rx_char
    for value in numbers:
        number("service, char", value, 1, 255)
    number("role", role, 1, 2)
    if peer is not None:
        mac("peer", peer)
    elif role == 1:
        raise ValueError("peer: a client needs its address")
    need(modem, b"\xff\xff\x32\xff", "AT+SAVETRANSLINK=2")
    _save(modem, (2, role) + numbers + (peer,))


def savetranslink_off(modem):
    """``AT+SAVETRANSLINK=0``: start without passthrough again; one write to flash.

    All families. Source: reference, SAVETRANSLINK.
    """
    _save(modem, (0,))


def _save(modem, args):
    modem.run(b"+SAVETRANSLINK=", shortest(args))


def cipreconnintv(modem, interval):
    """``AT+CIPRECONNINTV=<interval>``: how often passthrough tries to restore a broken connection.

    It is sent again when the module has restarted.

    :param int interval: in units of 100 ms, 1 to 36000
    ESP-AT 2.0. Source: reference, CIPRECONNINTV.
    """
    args = (number("interval", interval, 1, 36000),)
    put_kept(modem, b"+CIPRECONNINTV", args, b"\xff\x20\x20\xff")


def cipreconnintv_query(modem):
    """``AT+CIPRECONNINTV?``: units of 100 ms, an int. ESP-AT 2.0. Source: reference."""
    return ask(modem, b"+CIPRECONNINTV", "d", b"\xff\x20\x20\xff")[0]


def transintvl(modem, ms):
    """``AT+TRANSINTVL=<ms>``: how long passthrough waits for more bytes before it sends.

    It is sent again when the module has restarted.

    :param int ms: 0 to 1000
    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, new commands; unproven.
    """
    put_kept(modem, b"+TRANSINTVL", (number("ms", ms, 0, 1000),), b"\xff\xff\x32\xff")


def transintvl_query(modem):
    """``AT+TRANSINTVL?``: ms, an int. ESP-AT 3.2, not ESP8266. Unproven, as ``transintvl()``."""
    return ask(modem, b"+TRANSINTVL", "d", b"\xff\xff\x32\xff")[0]
