# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``tls`` as MicroPython has it on boards with Wi-Fi: TLS done by the module."""

STAYS = True

PROTOCOL_TLS_CLIENT = 0  # the same numbers as on a Pico W
PROTOCOL_TLS_SERVER = 1
CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2


def __getattr__(name):
    if name != "SSLContext":
        raise AttributeError(name)
    from .contexts import TLSContext

    return TLSContext
