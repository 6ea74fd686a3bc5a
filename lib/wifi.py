# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module."""

from espat import lazy
from espat.faces import wifi

lazy.call("board", "note", "wifi", "network", "socketpool")


def __getattr__(name):
    return getattr(wifi, name)
