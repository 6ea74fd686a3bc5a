"""An ESP-AT Wi-Fi module in software, for tests and for work without hardware.

>>> from espat_tools.emulator import Module
>>> with Module("esp32c3-3.3") as module:
...     uart = module.uart()
...     _ = uart.write(b"AT\\r\\n")
...     uart.read()
b'AT\\r\\n\\r\\nOK\\r\\n'

It follows the firmware byte for byte, as far as that is known; :mod:`.lines` gives the evidence.
Its network ends at loopback unless a :class:`SocketNetwork` with ``reach="any"`` is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .access_point import AccessPoint
    from .clock import RealClock, SimClock
    from .core import Core
    from .faults import BadFault
    from .memory import MemoryNetwork
    from .module import Module
    from .profiles import PROFILES, Profile, Timing
    from .scenario import BadScenario, Scenario, load_scenario
    from .sockets import SocketNetwork

__all__ = [
    "PROFILES",
    "AccessPoint",
    "BadFault",
    "BadScenario",
    "Core",
    "MemoryNetwork",
    "Module",
    "Profile",
    "RealClock",
    "Scenario",
    "SimClock",
    "SocketNetwork",
    "Timing",
    "load_scenario",
]
_ROOMS = {
    "PROFILES": "profiles",
    "AccessPoint": "access_point",
    "BadFault": "faults",
    "BadScenario": "scenario",
    "Core": "core",
    "MemoryNetwork": "memory",
    "Module": "module",
    "Profile": "profiles",
    "RealClock": "clock",
    "Scenario": "scenario",
    "SimClock": "clock",
    "SocketNetwork": "sockets",
    "Timing": "profiles",
    "load_scenario": "scenario",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use: help texts that list profiles need no other module."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
