# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module.

``wifi.radio`` is made when it is first asked for: by espat_board.py, which is a file of boards/
under that name, or by settings.toml: see espat/making.py. Nothing is joined by itself.
"""

from espat import Radio
from espat.kinds import AuthMode, Network, PowerManagement
from espat.native import note

__all__ = ("AuthMode", "Network", "PowerManagement", "Radio")

note("wifi", "network", "socketpool")


def __getattr__(name):
    if name != "radio":
        raise AttributeError(name)
    from espat.making import radio

    globals()["radio"] = made = radio()
    return made
