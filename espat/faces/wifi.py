# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module.

``wifi.radio`` is made when first used, as espat_board.py (a file of boards/ under that name) or
settings.toml say: see board.py. It does not join a network by itself. ``AuthMode``, ``Network`` and
``PowerManagement`` are loaded when first used, too.
"""

from .. import held, lazy
from ..radio import Radio

__all__ = ("Radio",)

STAYS = True


def __getattr__(name):
    if name == "radio":
        return lazy.call("board", "shared") if held.radio is None else held.radio
    if name in ("AuthMode", "Network", "PowerManagement"):
        from ..members import types

        return getattr(types, name)
    raise AttributeError(name)
