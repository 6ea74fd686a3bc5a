# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The socket pool of a module. TCP sockets are in sock/stream.py, UDP sockets in sock/udp.py."""

from . import lazy
from .errors import fail
from .sock.stream import Socket


class SocketPool:
    """Equivalent to ``socketpool.SocketPool`` of a board with Wi-Fi of its own.

    :param Radio radio: the module
    :raises TypeError: ``radio`` is no radio
    """

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 4
    TCP_NODELAY = 1

    def __init__(self, radio):
        if not hasattr(radio, "modem"):
            raise fail("no_radio")
        self.radio = radio

    def socket(self, family=2, type=1, proto=0):
        """Create a TCP or UDP socket. It takes one of the module's five links when it connects.

        :raises OSError: EOPNOTSUPP, another kind of socket
        """
        if family == 2 and type == 1:
            return Socket(self.radio)
        if family == 2 and type == 2:
            from .sock.udp import UdpSocket

            return UdpSocket(self.radio)
        raise fail("sock_kind")

    def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        """Return ``[(family, type, proto, "", (address, port))]``. A name is resolved by
        ``AT+CIPDOMAIN``.

        :raises OSError: (-2, message), the name is not known
        """
        return lazy.call("sock.repair", "addresses", self.radio, host, port, type, proto)
