# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ssl`` as CircuitPython has it, for boards that lack it: TLS done by the ESP-AT module."""

from espat import lazy, tls

lazy.call("board", "note", "ssl", "tls")

SSLContext = tls.SSLContext
create_default_context = tls.create_default_context
CERT_NONE = tls.CERT_NONE
CERT_REQUIRED = tls.CERT_REQUIRED
PROTOCOL_TLS_CLIENT = tls.PROTOCOL_TLS_CLIENT
PROTOCOL_TLS_SERVER = tls.PROTOCOL_TLS_SERVER
