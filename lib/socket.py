# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socket`` as MicroPython has it on a Pico W, for boards whose Wi-Fi is an ESP-AT module."""

from espat import lazy
from espat.faces.socket import (
    AF_INET,
    IP_ADD_MEMBERSHIP,
    IPPROTO_IP,
    IPPROTO_TCP,
    IPPROTO_UDP,
    MSG_DONTWAIT,
    MSG_PEEK,
    SO_BROADCAST,
    SO_KEEPALIVE,
    SO_REUSEADDR,
    SOCK_DGRAM,
    SOCK_STREAM,
    SOL_SOCKET,
    TCP_NODELAY,
    getaddrinfo,
    socket,
)

__all__ = (
    "AF_INET",
    "IPPROTO_IP",
    "IPPROTO_TCP",
    "IPPROTO_UDP",
    "IP_ADD_MEMBERSHIP",
    "MSG_DONTWAIT",
    "MSG_PEEK",
    "SOCK_DGRAM",
    "SOCK_STREAM",
    "SOL_SOCKET",
    "SO_BROADCAST",
    "SO_KEEPALIVE",
    "SO_REUSEADDR",
    "TCP_NODELAY",
    "getaddrinfo",
    "socket",
)

lazy.call("board", "note", "socket", "network")
