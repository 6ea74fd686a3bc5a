# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ipaddress`` as CircuitPython has it, for boards that lack the module.

Its contents are loaded from ipv4.py when first used.
"""

STAYS = True


def __getattr__(name):
    if name in ("IPv4Address", "ip_address"):
        from . import ipv4

        return getattr(ipv4, name)
    raise AttributeError(name)
