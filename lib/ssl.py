# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ssl`` as the runtime has it on boards with Wi-Fi, for those whose Wi-Fi is an ESP-AT module."""

import sys

from espat import lazy

if sys.implementation.name == "micropython":
    from espat.faces import ssl_micropython as face
else:
    from espat.faces import ssl_circuitpython as face

CERT_NONE = face.CERT_NONE
CERT_REQUIRED = face.CERT_REQUIRED
PROTOCOL_TLS_CLIENT = face.PROTOCOL_TLS_CLIENT
PROTOCOL_TLS_SERVER = face.PROTOCOL_TLS_SERVER

lazy.call("board", "note", "ssl", "tls")


def __getattr__(name):
    return getattr(face, name)
