# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ssl`` as CircuitPython has it, for boards that lack it: TLS done by the module."""

STAYS = True

PROTOCOL_TLS_CLIENT = 16
PROTOCOL_TLS_SERVER = 17
CERT_NONE = 0
CERT_REQUIRED = 2


def __getattr__(name):
    if name not in ("SSLContext", "create_default_context"):
        raise AttributeError(name)
    from .. import tls

    return getattr(tls, name)
