# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``circuitpython_typing.socket`` for MicroPython: what annotations name."""

CircuitPythonSocketType = InterfaceType = SocketType = None
SocketpoolModuleType = SSLContextType = None
