# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``socketpool`` as CircuitPython has it, for boards that lack it: sockets of an ESP-AT module."""

from espat.faces.socketpool import Socket, SocketPool

__all__ = ("Socket", "SocketPool")
