"""Stands in for CircuitPython's `busio` on CPython: a UART over the device in STAND_IN_UART.

As CircuitPython's: nothing read is None, `readinto` takes a buffer and nothing else, `read()`
without a number would wait.
"""

import os

import serial


class UART:
    """`busio.UART`, as far as espat uses it."""

    def __init__(self, tx, rx, *, baudrate=9600, timeout=1, receiver_buffer_size=64):
        assert (tx, rx) == ("GP0", "GP1")
        assert receiver_buffer_size >= 2048
        self._port = serial.Serial(os.environ["STAND_IN_UART"], baudrate, timeout=timeout)

    @property
    def in_waiting(self):
        """How many bytes can be read at once."""
        return self._port.in_waiting

    @property
    def timeout(self):
        """Seconds that a read waits."""
        return self._port.timeout

    @timeout.setter
    def timeout(self, seconds):
        self._port.timeout = seconds

    @property
    def baudrate(self):
        """Bits a second."""
        return self._port.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        self._port.baudrate = rate

    def readinto(self, buf):
        """Fill a buffer with what comes until the time-out; None if that is nothing."""
        return self._port.readinto(buf) or None

    def write(self, buf):
        """Write all of it."""
        return self._port.write(buf)

    def deinit(self):
        """Close the device."""
        self._port.close()
