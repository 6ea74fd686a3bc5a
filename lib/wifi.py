# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``wifi`` as CircuitPython has it, for boards whose Wi-Fi is an ESP-AT module.

``wifi.radio`` is made when it is first asked for: by espat_board.py, which is a file of boards/
under that name, or by settings.toml: see espat/making.py. Nothing is joined by itself.
``AuthMode``, ``Network`` and ``PowerManagement`` are loaded when asked for, too.
"""

from espat import Radio  # noqa: F401
from espat.native import note

note("wifi", "network", "socketpool")


def __getattr__(name):
    if name == "radio":
        from espat.making import radio

        found = radio()
    elif name in ("AuthMode", "Network", "PowerManagement"):
        from espat import kinds

        found = getattr(kinds, name)
    else:
        raise AttributeError(name)
    globals()[name] = found
    return found
