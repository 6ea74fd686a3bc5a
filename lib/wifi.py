# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module.

``wifi.radio`` is made when it is first asked for, by espat_board.py (a file of boards/ under that
name) or by settings.toml: see espat/board.py. Nothing is joined by itself. ``AuthMode``,
``Network`` and ``PowerManagement`` are loaded when asked for, too.
"""

from espat import Radio, lazy  # noqa: F401

lazy.call("board", "note", "wifi", "network", "socketpool")


def __getattr__(name):
    if name == "radio":
        found = lazy.call("board", "radio")
    elif name in ("AuthMode", "Network", "PowerManagement"):
        from espat.members import types

        found = getattr(types, name)
    else:
        raise AttributeError(name)
    globals()[name] = found
    return found
