# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's one TCP server. Loaded when it is needed.

Its clients get links from 0 up. Every function raises ``ATError`` where the module refuses it, and
``OSError``: ETIMEDOUT, ECONNRESET (the module restarted), EOPNOTSUPP, EIO (garbled reply).
"""

try:
    from micropython import const
except ImportError:
    const = int

from .asking import ask, need, number
from .command import run

_ESPAT = const(9)
_SERVICES = const(11)
_CMD = const(14)
_SSLSERVER = const(25)


def cipserver(modem, on, port=None, close=False, kind=None, ca=None):
    """``AT+CIPSERVER=1[,<port>[,"<kind>"[,<ca>]]]``, ``=0``, ``=0,1``: listen, or stop.

    All families.

    :param int on: 0 or 1
    :param int port: 1 to 65535; None: 333
    :param bool close: with ``on=0``: close its clients' links too. ESP-AT 2.2
    :param str kind: ``"SSL"``, with a port: clients speak TLS, and are shown the certificate in
        ``server_cert``. ESP32
    :param int ca: with ``kind``: 1: they need a certificate of ``server_ca``; 0: they need none
    :raises ATError: single-link mode, or a server runs on another port
    Source: reference, CIPSERVER; dialects.md 1, row 10.
    """
    args = (number("on", on, 0, 1),)
    if kind is not None or ca is not None:
        if kind != "SSL" or port is None or not on:
            raise ValueError('kind: "SSL" is wanted, and with it on=1 and a port')
        need(modem, _SSLSERVER, "a TLS server")
        args += (number("port", port, 1, 65535), kind)
        if ca is not None:
            args += (number("ca", ca, 0, 1),)
    elif on and port is not None:
        args += (number("port", port, 1, 65535),)
    elif not on and close:
        need(modem, _CMD, "AT+CIPSERVER=0,1")
        args += (1,)
    run(modem, b"+CIPSERVER=", args)


def cipserver_query(modem):
    """``AT+CIPSERVER?``: (0,), or (1, port, type, ca) as far as the firmware tells. ESP-AT.

    :returns: a tuple: 1 and, from ESP8266 2.2 on, the port and ``"TCP"``; on ESP32 whether clients
        need a certificate, and more
    Source: dialects.md 1, row 10.
    """
    need(modem, _ESPAT, "AT+CIPSERVER?")
    return tuple(ask(modem, b"+CIPSERVER", "d"))


def cipservermaxconn(modem, count):
    """``AT+CIPSERVERMAXCONN=<count>``: how many clients, 1 to 5, before the server is made.

    NonOS 1.6, ESP-AT. Source: reference, CIPSERVERMAXCONN; dialects.md 1, row 11.

    :raises ATError: there are more already (``words``: ``Have n Connections``)
    """
    need(modem, _SERVICES, "AT+CIPSERVERMAXCONN")
    run(modem, b"+CIPSERVERMAXCONN=", (number("count", count, 1, 5),))


def cipservermaxconn_query(modem):
    """``AT+CIPSERVERMAXCONN?``: how many clients, an int. NonOS 1.6, ESP-AT. Source: reference."""
    need(modem, _SERVICES, "AT+CIPSERVERMAXCONN")
    return ask(modem, b"+CIPSERVERMAXCONN", "d")[0]


def cipsto(modem, seconds):
    """``AT+CIPSTO=<seconds>``: when the server drops a client that says nothing. All families.

    :param int seconds: 0 to 7200; 0: never
    Source: reference, CIPSTO.
    """
    run(modem, b"+CIPSTO=", (number("seconds", seconds, 0, 7200),))


def cipsto_query(modem):
    """``AT+CIPSTO?``: seconds, an int. All families. Source: reference, CIPSTO."""
    return ask(modem, b"+CIPSTO", "d")[0]
