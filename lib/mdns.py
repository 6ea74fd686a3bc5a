# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``mdns`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module."""

from espat import lazy
from espat.faces.mdns import Server

__all__ = ("Server",)

lazy.call("board", "note", "mdns")
