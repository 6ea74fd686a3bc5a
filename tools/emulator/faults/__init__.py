"""Faults of an emulated module: a small grammar says what goes wrong, and when.

>>> from espat_tools.emulator import Module
>>> with Module(faults=["busy at AT+GMR"]) as module:
...     uart = module.uart()
...     _ = uart.write(b"ATE0\\r\\nAT+GMR\\r\\nAT\\r\\n")
...     uart.read()
b'ATE0\\r\\n\\r\\nOK\\r\\n\\r\\nbusy p...\\r\\n\\r\\nOK\\r\\n'

A fault is an action and a trigger (:data:`ACTIONS`, :data:`TRIGGERS`); see docs/emulator.md.
"""

from .actions import ACTIONS
from .grammar import SLOTS, BadFault
from .layer import Fault, FaultLayer, check
from .triggers import TRIGGERS

__all__ = ["ACTIONS", "SLOTS", "TRIGGERS", "BadFault", "Fault", "FaultLayer", "check"]
