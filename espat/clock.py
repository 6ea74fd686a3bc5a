# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Milliseconds for runtimes whose ``time`` has no ``ticks_ms``: CircuitPython and CPython.

They wrap at 2**29, as those of CircuitPython's ``supervisor`` do.
"""

import time

try:
    from supervisor import ticks_ms
except ImportError:

    def ticks_ms():
        return time.monotonic_ns() // 1000000 & 0x1FFFFFFF


def ticks_diff(a, b):
    """``a - b``, right for up to 37 hours either way."""
    return ((a - b + 0x10000000) & 0x1FFFFFFF) - 0x10000000
