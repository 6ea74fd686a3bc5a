# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ipaddress`` as CircuitPython has it, for boards that lack the module."""

from espat.faces.ipv4 import IPv4Address, ip_address

__all__ = ("IPv4Address", "ip_address")
