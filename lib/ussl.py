# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``ussl``: the old name of MicroPython's ``ssl``."""

from espat import lazy
from espat.faces import ssl_micropython
from espat.faces.ssl_micropython import CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED

__all__ = ("CERT_NONE", "CERT_OPTIONAL", "CERT_REQUIRED")

lazy.call("board", "note", "ussl", "network")


def __getattr__(name):
    return getattr(ssl_micropython, name)
