"""The in-process UART: a module's serial line as a Python object, without a thread.

It has the face of ``busio.UART``, of MicroPython's ``machine.UART`` and of a pyserial port, as
far as a driver needs them. Every call lets the module work first.
"""

import time


class Uart:
    """The host's end of the line to one module."""

    def __init__(self, module, baudrate):
        self._module = module
        self._closed = False
        #: Seconds that :meth:`read` waits for its first byte; 0 and None do not wait.
        self.timeout = 0
        self.baudrate = baudrate

    # -- settings ----------------------------------------------------------------------------

    @property
    def baudrate(self):
        """The host's rate, in baud; where the module has another both ends see garbage."""
        return self._baudrate

    @baudrate.setter
    def baudrate(self, value):
        self._baudrate = int(value)
        with self._module.lock:
            self._module.pump()
            self._module.core.host_baud = self._baudrate

    # -- receiving ---------------------------------------------------------------------------

    @property
    def in_waiting(self):
        """How many bytes can be read now."""
        with self._module.lock:
            self._module.pump()
            return self._module.core.available

    def any(self):
        """How many bytes can be read now (machine.UART)."""
        return self.in_waiting

    def readinto(self, buffer, nbytes=None):
        """Fill ``buffer`` as far as bytes are there; never waits. None when none are."""
        view = memoryview(buffer)
        limit = len(view) if nbytes is None else min(nbytes, len(view))
        with self._module.lock:
            self._module.pump()
            data = self._module.core.take(limit)
        if not data:
            return None
        view[: len(data)] = data
        return len(data)

    def read(self, nbytes=None):
        """At most ``nbytes`` bytes (None: all there are); None when there are none."""
        end = time.monotonic() + (self.timeout or 0)
        while True:
            with self._module.lock:
                self._module.pump()
                data = self._module.core.take(nbytes)
            if data or time.monotonic() >= end:
                return data or None
            time.sleep(0.001)

    def reset_input_buffer(self):
        """Throw away what could be read."""
        with self._module.lock:
            self._module.pump()
            self._module.core.clear_output()

    # -- sending -----------------------------------------------------------------------------

    def write(self, data):
        """Send ``data``; returns how many bytes that was."""
        with self._module.lock:
            self._module.receive(bytes(data))
        return len(data)

    def flush(self):
        """Everything written has been sent."""

    def reset_output_buffer(self):
        """Nothing waits to be sent."""

    # -- life --------------------------------------------------------------------------------

    def close(self):
        """Let go of the line."""
        self._closed = True

    def deinit(self):
        """Let go of the line (busio, machine)."""
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
