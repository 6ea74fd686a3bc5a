# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``tls`` as MicroPython has it on a Pico W: TLS done by the ESP-AT module."""

from espat import lazy
from espat.faces import tls
from espat.faces.tls import (
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
    PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER,
)

__all__ = (
    "CERT_NONE",
    "CERT_OPTIONAL",
    "CERT_REQUIRED",
    "PROTOCOL_TLS_CLIENT",
    "PROTOCOL_TLS_SERVER",
)

lazy.call("board", "note", "tls", "network")


def __getattr__(name):
    return getattr(tls, name)
