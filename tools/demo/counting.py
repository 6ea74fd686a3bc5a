# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""A UART that counts what goes through it: on the desktop and on boards."""

try:
    from time import ticks_diff, ticks_us
except ImportError:
    from time import monotonic_ns

    def ticks_us():
        return monotonic_ns() // 1000

    def ticks_diff(a, b):
        return a - b


_BITS = 10  # of a byte on the wire: start, eight, stop
_BUFFER = 2048  # bytes that may have arrived while nobody read


class CountingUART:
    """Counts bytes both ways, in ``received`` and ``sent``, and passes everything else on.

    :param uart: ``busio.UART``, ``machine.UART``, ``serial.Serial``, or what behaves like one
    :param told: called with each rate that the UART is set to, in bits a second
    :param int pace: bits a second; reads then give no more than a wire of that speed had time to
        carry. A pseudo-terminal is as fast as memory. 0: as fast as the UART itself
    """

    def __init__(self, uart, pace=0, told=None):
        self._told = told
        self._uart = uart
        self._pace = pace
        self._free = ticks_us()  # when the wire had carried all that was read and written
        self.received = 0
        self.sent = 0

    def __getattr__(self, name):
        return getattr(self._uart, name)

    @property
    def baudrate(self):
        """The UART's rate in bits a second; None where it does not tell."""
        return getattr(self._uart, "baudrate", None)

    @baudrate.setter
    def baudrate(self, rate):
        self._uart.baudrate = rate
        if self._told:
            self._told(rate)

    @property
    def timeout(self):
        """The UART's read time-out."""
        return self._uart.timeout

    @timeout.setter
    def timeout(self, value):
        self._uart.timeout = value

    def readinto(self, buf, *nbytes):
        """The UART's own, counted."""
        if self._pace:
            view = memoryview(buf)[: nbytes[0] if nbytes else len(buf)]
            n = self._paced(view[: self._arrived()])
        else:
            n = self._uart.readinto(buf, *nbytes)
        self.received += n or 0
        return n

    def write(self, buf):
        """The UART's own, counted."""
        n = self._uart.write(buf)
        self.sent += n or 0
        if self._pace:
            now = ticks_us()
            if ticks_diff(now, self._free) > 0:
                self._free = now  # the wire was idle
            self._carry(n or 0)
        return n

    def _paced(self, view):
        if not len(view):
            return None
        n = self._uart.readinto(view)
        if n:
            self._carry(n)
        else:
            self._free = ticks_us()  # the wire was idle
        return n

    def _arrived(self):
        """How many bytes the wire has had time for, and nobody has read."""
        now = ticks_us()
        n = ticks_diff(now, self._free) * self._pace // (_BITS * 1000000)
        if n > _BUFFER:
            n = _BUFFER
            self._free = now - self._time(n)
        return n if n > 0 else 0

    def _carry(self, n):
        self._free += self._time(n)

    def _time(self, n):
        """Microseconds that the wire takes for ``n`` bytes."""
        return n * _BITS * 1000000 // self._pace
