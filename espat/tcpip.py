# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""TCP/IP commands beside those that sockets are made of. Loaded when one is needed."""

try:
    from micropython import const
except ImportError:
    const = int

from .command import let_go, run
from .modem import ATError, fail

_ERR_DNS = const(22)


def cipdomain(modem, host):
    """``AT+CIPDOMAIN="<host>"``: the address of a name, a str such as ``"93.184.216.34"``.

    :param str host: 1 to 64 bytes
    :raises OSError: (-2, message), the name is not known or nobody answers; ETIMEDOUT after 20 s

    Source: reference, CIPDOMAIN; in quotes from ESP-AT 2.2 on (dialects.md 1, row 2).
    """
    if not 0 < len(host.encode() if isinstance(host, str) else host) <= 64:
        raise ValueError("host name out of 1..64 bytes")
    try:
        lines = run(modem, b"+CIPDOMAIN=", (host,), b"+CIPDOMAIN:", 20000)
    except ATError:
        lines = ()
    for line in lines:
        address = str(line[11:].strip(b'" '), "ascii")
        if address and address != "0.0.0.0":
            return address
    raise fail(_ERR_DNS, host)


def addresses(radio, host, port, family=0, type=0, proto=0, flags=0):
    """What ``SocketPool.getaddrinfo()`` gives; nothing is sent for a host that is an address."""
    if not host.replace(".", "0").isdigit():
        host = cipdomain(radio.up(), host)
    let_go("tcpip")
    return [(2, type or 1, proto, "", (host, port))]
