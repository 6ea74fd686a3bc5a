# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Multicast groups of UDP sockets. Loaded to join one or to recognize its address, and forgotten.

A link to a group's address receives what is sent to the group and to the module itself (reference,
CIPSTART, notes): so a link, and its socket, can be in one group only.
"""

from ..errors import fail


def is_group(host):
    """Whether an address is that of a multicast group: 224.0.0.0 to 239.255.255.255."""
    first = host.split(".")[0]
    return first.isdigit() and 224 <= int(first) <= 239


def join(sock, value):
    """Set IP_ADD_MEMBERSHIP. A socket that is bound already gets another link, on the same port.

    :param value: 8 bytes: the group's address, and an interface's, which is ignored; or 12
    :raises OSError: EOPNOTSUPP, it is in another group; else as ``UdpSocket.bind()``
    :raises ValueError: not a group's address, or the length is wrong
    """
    value = bytes(value)
    if len(value) not in (8, 12) or not 224 <= value[0] <= 239:
        raise fail("no_group")
    group = "%d.%d.%d.%d" % tuple(value[:4])
    if sock.group == group:
        return
    if sock.group:
        raise fail("one_group")
    sock.group = group
    if sock.link >= 0:
        port = sock.port
        timeout = sock.timeout
        sock.timeout = None  # bind() waits for its commands even with a time-out of 0
        sock.close()
        sock.shut = False
        sock.link = -1
        sock.bind(("", port))
        sock.timeout = timeout
