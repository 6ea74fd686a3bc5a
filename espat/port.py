# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""One interface to ``busio.UART``, ``machine.UART``, ``serial.Serial`` and Blinka's UART; and the
clock.

Reads never wait, and read at most as many bytes as the view holds. Nothing here knows AT commands.
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
            """The time in milliseconds."""
            return time.monotonic_ns() // 1000000 & 0x1FFFFFFF

    def ticks_diff(t1, t0):
        """``t1 - t0`` in milliseconds, right for up to three days either way."""
        return ((t1 - t0 + 0x10000000) & 0x1FFFFFFF) - 0x10000000


_DESKTOP = sys.implementation.name == "cpython"


class Port:
    """The UART operations that the modem needs.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, or an object that behaves like
        one of them. Its read time-out, if it has one, is set to 0: espat does its own waiting.
    """

    def __init__(self, uart):
        self.uart = uart
        # machine.UART's method that tells how many bytes can be read; None on other UARTs.
        self.any = getattr(uart, "any", None)
        if not self.any and hasattr(uart, "timeout"):
            uart.timeout = 0

    def ready(self):
        """Whether bytes may have arrived. If not, a memoryview for ``read()`` would be in vain."""
        if self.any:
            return self.any()
        return getattr(self.uart, "in_waiting", True)

    def read(self, view):
        """Read the bytes that have arrived into a memoryview, without waiting. Returns how many."""
        if not self.any:
            if not hasattr(self.uart, "timeout"):  # Blinka's reads wait until the view is full
                view = view[: self.uart.in_waiting]
            return (len(view) and self.uart.readinto(view)) or 0
        done = 0
        n = self.any()
        while n and done < len(view):
            n = min(n, len(view) - done)  # a longer statement would take heap for its frame
            n = self.uart.readinto(view[done:] if done else view, n) or 0
            done += n
            n = n and self.any()
        return done

    def write(self, view):
        """Write as much of a memoryview as the UART accepts. Returns how many bytes."""
        return self.uart.write(view) or 0

    # Milliseconds on a clock that wraps around: use the values with ``since()`` only.
    ticks = staticmethod(ticks_ms)

    def since(self, t0):
        """Milliseconds since ``t0``, a value of ``ticks()``; after three days just a high number.

        ``ticks_diff()`` then takes ``t0`` for a time to come: waits would last for days.
        """
        ms = ticks_diff(self.ticks(), t0)
        return ms if ms >= 0 else 0x3FFFFFFF

    def pause(self):
        """Nothing can be read now: yield the CPU for less than a byte takes at 115200 baud."""
        if _DESKTOP:
            time.sleep(0.00005)
