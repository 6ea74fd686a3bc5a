"""An ESP-AT Wi-Fi module in software: the far end of every test, and a desk without hardware.

>>> from espat_tools.emulator import Module
>>> with Module("esp32c3-3.3") as module:
...     uart = module.uart()
...     _ = uart.write(b"AT\\r\\n")
...     uart.read()
b'AT\\r\\n\\r\\nOK\\r\\n'

It follows the firmware byte for byte, as far as that is known; see :mod:`.lines` for how well.
The network ends at loopback unless a :class:`SocketNetwork` is told to reach further.
"""

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
