# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``busio.UART`` over the pseudo-terminal of wasm_runner.mjs.

As CircuitPython's: nothing read is None, ``readinto`` and ``write`` take one buffer and no str, and
the time-out is a property of 0 to 100 seconds.
"""

import device_


class UART:
    def __init__(self, tx, rx, *, baudrate=9600, timeout=1, receiver_buffer_size=64):
        assert (tx, rx) == ("GP0", "GP1")
        assert receiver_buffer_size >= 2048
        self.baudrate = baudrate
        self.timeout = timeout

    @property
    def timeout(self):
        return self._timeout

    @timeout.setter
    def timeout(self, seconds):
        if not 0 <= seconds <= 100:
            raise ValueError("timeout must be 0-100")
        self._timeout = seconds

    def readinto(self, buf):
        assert self._timeout == 0, "a read that waits"
        got = bytes.fromhex(device_.read(min(len(buf), 2048)))
        buf[: len(got)] = got
        return len(got) or None

    def write(self, buf):
        if isinstance(buf, str):
            raise TypeError("a bytes-like object is required")
        return device_.write(bytes(buf).hex()) or None

    def deinit(self):
        self.readinto = self.write = None
