# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One face over ``busio.UART``, ``machine.UART``, ``serial.Serial`` and Blinka's UART; and the
clock.

Reads never wait and are bounded by the view given. Nothing here knows AT.
"""

import sys
import time

try:
    from time import ticks_diff, ticks_ms
except ImportError:  # CircuitPython and CPython: a clock that wraps at 2**29, as supervisor's does
    try:
        from supervisor import ticks_ms
    except ImportError:

        def ticks_ms():
            """Milliseconds on the clock."""
            return time.monotonic_ns() // 1000000 & 0x1FFFFFFF

    def ticks_diff(t1, t0):
        """``t1 - t0`` in milliseconds, right for up to 37 hours either way."""
        return ((t1 - t0 + 0x10000000) & 0x1FFFFFFF) - 0x10000000


_DESKTOP = sys.implementation.name == "cpython"


class Port:
    """What the modem asks of a UART.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, or what behaves like one of
        them. Its read time-out, where it has one, is set to 0: espat does its own waiting.
    """

    def __init__(self, uart):
        self.uart = uart
        # How many bytes are here; None where only a read tells.
        self.any = getattr(uart, "any", None)  # machine.UART
        self._ask = self.any is None and not hasattr(uart, "timeout")
        if self.any is None and not self._ask:
            uart.timeout = 0

    def read(self, view):
        """Put bytes that are here into a memoryview, waiting for none; how many that was."""
        n = len(view)
        if n and (self.any or self._ask):
            here = self.any() if self.any else self.uart.in_waiting
            if here < n:
                n = here
                view = view if self.any else view[:n]
        if not n:
            return 0
        return (self.uart.readinto(view, n) if self.any else self.uart.readinto(view)) or 0

    def write(self, view):
        """Write what the UART takes of a memoryview; how many bytes that was."""
        return self.uart.write(view) or 0

    # Milliseconds on a clock that wraps: only ``since()`` makes sense of them.
    ticks = staticmethod(ticks_ms)

    def since(self, t0):
        """Milliseconds since ``t0``, a value of ``ticks()``; right for up to 37 hours."""
        return ticks_diff(ticks_ms(), t0)

    def pause(self):
        """Nothing to read just now: give way, for less time than a byte takes at 115200 baud."""
        if _DESKTOP:
            time.sleep(0.00005)
