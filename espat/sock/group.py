# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""UDP sockets that are in a multicast group. Loaded to join one or to tell one, and forgotten.

A link to a group's address receives what is sent to the group and to the module itself (reference,
CIPSTART, notes): a link, and so a socket, is in one group.
"""

from ..errors import fail


def is_group(host):
    """Whether an address is a group's, 224.0.0.0 to 239.255.255.255."""
    first = host.split(".")[0]
    return first.isdigit() and 224 <= int(first) <= 239


def join(sock, value):
    """IP_ADD_MEMBERSHIP. A socket that is bound already gets another link, on the same port.

    :param value: the group's address and that of an interface, which does not matter: 8 bytes
    :raises OSError: EOPNOTSUPP, it is in another group; else as ``UdpSocket.bind()``
    :raises ValueError: no group, or of another length
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
        sock.timeout = None  # these commands are waited for, as those of bind() are
        sock.close()
        sock.shut = False
        sock.link = -1
        sock.bind(("", port))
        sock.timeout = timeout
