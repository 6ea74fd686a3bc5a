# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Passthrough by hand, and links saved for the next start.

Each function is named after its command and takes the modem first. Each raises ``ATError`` where
the module refuses the command, and ``OSError``: ETIMEDOUT (no answer), ECONNRESET (the module
restarted), EOPNOTSUPP (the firmware lacks it), EIO (a reply that cannot be read); arguments out of
range raise ``ValueError``.

**Saved links.** ``savetranslink...()`` writes to flash with every call, whatever ``AT+SYSSTORE``
says: never call it in a loop, as flash wears out. From its next start on the module is in
passthrough: it takes no command until ``+++`` comes. The start-up of this driver detects that and
ends it until the module restarts; the link stays saved until ``savetranslink_off()``.
"""

from .args import ask, need, number, setting, shortest
from .essential import mac, text

_ESPAT_20 = b"\xff\x20\x20\xff"
_ESPAT_32 = b"\xff\xff\x32\xff"


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
    args = _peer(host, port) + (kind,)
    args += (None if keep_alive is None else number("keep_alive", keep_alive, 0, 7200),)
    if kind == "SSL":
        need(modem, b"\xff\x22\x22\xff", "TLS in passthrough")
    modem.run(b"+SAVETRANSLINK=", shortest(args))


def savetranslink_udp(modem, host, port, local_port=None):
    """``AT+SAVETRANSLINK=1,"<host>",<port>,"UDP"[,<local_port>]``: one write to flash.

    :param str host: name or address, 1 to 64 bytes
    :param int port: 1 to 65535
    :param int local_port: the module's own port, 1 to 65535
    All families. Source: reference, SAVETRANSLINK, UDP.
    """
    local = None if local_port is None else number("local_port", local_port, 1, 65535)
    modem.run(b"+SAVETRANSLINK=", shortest(_peer(host, port) + ("UDP", local)))


def _peer(host, port):
    return 1, text("host", host, 1, 64), number("port", port, 1, 65535)


def savetranslink_server(modem, port, kind="TCP", ca=None):
    """``AT+SAVETRANSLINK=3,<port>,"<kind>"[,<ca>]``: a server for one client; one write to flash.

    :param int port: 1 to 65535
    :param str kind: ``"TCP"`` or ``"SSL"``
    :param int ca: with ``"SSL"``: 1: clients need a certificate; 0: they need none
    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, row 13.
    """
    if kind not in ("TCP", "SSL") or (ca is not None and kind != "SSL"):
        raise ValueError("kind: TCP, or SSL (with ca) is wanted")
    args = 3, number("port", port, 1, 65535), kind
    args += (None if ca is None else number("ca", ca, 0, 1),)
    need(modem, _ESPAT_32, "AT+SAVETRANSLINK=3")
    modem.run(b"+SAVETRANSLINK=", shortest(args))


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
    need(modem, _ESPAT_32, "AT+SAVETRANSLINK=2")
    modem.run(b"+SAVETRANSLINK=", shortest((2, role) + numbers + (peer,)))


def savetranslink_off(modem):
    """``AT+SAVETRANSLINK=0``: start without passthrough again; one write to flash.

    All families. Source: reference, SAVETRANSLINK.
    """
    modem.run(b"+SAVETRANSLINK=", (0,))


def cipreconnintv(modem, interval):
    """``AT+CIPRECONNINTV=<interval>``: how often passthrough tries to restore a broken connection.

    It is sent again when the module has restarted.

    :param int interval: in units of 100 ms, 1 to 36000
    ESP-AT 2.0. Source: reference, CIPRECONNINTV.
    """
    number("interval", interval, 1, 36000)
    need(modem, _ESPAT_20, b"+CIPRECONNINTV")
    setting(modem, b"+CIPRECONNINTV=", (interval,))


def cipreconnintv_query(modem):
    """``AT+CIPRECONNINTV?``: units of 100 ms, an int. ESP-AT 2.0. Source: reference."""
    return ask(modem, b"+CIPRECONNINTV", "d", _ESPAT_20)[0]


def transintvl(modem, ms):
    """``AT+TRANSINTVL=<ms>``: how long passthrough waits for more bytes before it sends.

    It is sent again when the module has restarted.

    :param int ms: 0 to 1000
    ESP-AT 3.2, not ESP8266. Source: dialects.md 1, new commands; unproven.
    """
    number("ms", ms, 0, 1000)
    need(modem, _ESPAT_32, b"+TRANSINTVL")
    setting(modem, b"+TRANSINTVL=", (ms,))


def transintvl_query(modem):
    """``AT+TRANSINTVL?``: ms, an int. ESP-AT 3.2, not ESP8266. Unproven, as ``transintvl()``."""
    return ask(modem, b"+TRANSINTVL", "d", _ESPAT_32)[0]
