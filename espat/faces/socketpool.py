# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socketpool`` as CircuitPython has it, for boards that lack it: sockets of an ESP-AT module."""

from .. import sockets
from ..radio import Radio
from ..sockets import Socket

__all__ = ("Socket", "SocketPool")

STAYS = True


class SocketPool(sockets.SocketPool):
    """The sockets of a radio: ``socketpool.SocketPool(wifi.radio)``.

    :param Radio radio: ``wifi.radio``, or an ``espat.Radio``
    """

    AF_INET6 = 10
    SOCK_RAW = 3
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 4
    TCP_NODELAY = 1
    IPPROTO_IP = 0
    IPPROTO_ICMP = 1
    IPPROTO_UDP = 17
    IPPROTO_IPV6 = 41
    IPPROTO_RAW = 255
    IP_MULTICAST_TTL = 5
    EAI_NONAME = -2

    class gaierror(OSError):
        """The name is unknown, or no name server answered: ``errno`` is ``EAI_NONAME``."""

    def __init__(self, radio):
        if not isinstance(radio, Radio):
            raise TypeError("an espat.Radio is wanted: is there Wi-Fi of the board's own?")
        sockets.SocketPool.__init__(self, radio)

    def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        """``[(family, type, proto, "", (address, port))]``.

        :raises gaierror: the name is unknown
        """
        try:
            return sockets.SocketPool.getaddrinfo(self, host, port, family, type, proto, flags)
        except OSError as e:
            if e.args[0] != self.EAI_NONAME:
                raise
            raise self.gaierror(*e.args)
