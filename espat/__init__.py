# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""ESP-AT Wi-Fi modules as sockets, for MicroPython, CircuitPython and CPython."""

__version__ = "0.1.0"
__repo__ = "https://github.com/espat/espat.git"

from .errors import ATError as ATError
from .radio import Radio as Radio
from .sockets import Socket as Socket
from .sockets import SocketPool as SocketPool
