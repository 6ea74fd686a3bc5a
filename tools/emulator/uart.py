"""The in-process UART: a module's serial line as a Python object, without a thread.

It has the methods of ``busio.UART``, of MicroPython's ``machine.UART`` and of a pyserial port
that a driver needs. Calls that move bytes first let the module do what is due.
"""

import time

from .clock import RealClock

#: How many seconds a flush waits for the module to take a byte.
_PATIENCE = 10.0


class Uart:
    """The host's end of the serial line to one module."""

    def __init__(self, module, end, baudrate):
        self._module = module
        self._end = end
        self._closed = False
        #: Seconds that :meth:`read` waits for its first byte; 0 and None do not wait.
        self.timeout = 0
        self.baudrate = baudrate

    # -- settings ----------------------------------------------------------------------------

    @property
    def baudrate(self):
        """The host's rate in baud; if the module has another, both ends receive garbage."""
        return self._end.baudrate

    @baudrate.setter
    def baudrate(self, value):
        with self._module.lock:
            self._module.line.retune(self._end, int(value))

    @property
    def rtscts(self):
        """RTS/CTS on the host's side; the module needs it too (last field of AT+UART_CUR)."""
        return self._end.rtscts

    @rtscts.setter
    def rtscts(self, value):
        self._end.rtscts = bool(value)

    @property
    def overruns(self):
        """How many bytes were lost because the host's receive buffer (``rx_size``) was full."""
        with self._module.lock:
            self._module.pump()
        return self._end.overruns

    # -- receiving ---------------------------------------------------------------------------

    @property
    def in_waiting(self):
        """How many bytes can be read now."""
        with self._module.lock:
            return self._module.line.available(self._end)

    def any(self):
        """How many bytes can be read now (machine.UART)."""
        return self.in_waiting

    def readinto(self, buffer, nbytes=None):
        """Read into ``buffer`` without waiting; returns the number of bytes, None for no bytes."""
        view = memoryview(buffer)
        limit = len(view) if nbytes is None else min(nbytes, len(view))
        data = self._take(limit)
        if not data:
            return None
        view[: len(data)] = data
        return len(data)

    def read(self, nbytes=None):
        """Return at most ``nbytes`` bytes (None: all that have come), or None if there are none."""
        end = time.monotonic() + (self.timeout or 0)
        while True:
            data = self._take(nbytes)
            if data or time.monotonic() >= end:
                return data or None
            time.sleep(0.001)

    def _take(self, limit):
        with self._module.lock:
            return self._module.line.read(self._end, limit)

    def reset_input_buffer(self):
        """Discard what could be read."""
        self._take(None)

    # -- sending -----------------------------------------------------------------------------

    def write(self, data):
        """Send ``data``; returns its length. A paced line is still sending when this returns."""
        with self._module.lock:
            self._module.line.write(self._end, data)
        return len(data)

    @property
    def out_waiting(self):
        """How many written bytes the module has not read yet."""
        with self._module.lock:
            self._module.pump()
            return self._module.line.unsent

    def flush(self):
        """Wait until the module has read all written bytes; with a simulated clock, do not wait.

        Raises TimeoutError if the module took nothing for ten seconds, because of flow control or
        a network that accepts no data.
        """
        left, end = self.out_waiting, time.monotonic() + _PATIENCE
        while isinstance(self._module.clock, RealClock) and left:
            time.sleep(0.001)
            before, left = left, self.out_waiting
            if left < before:
                end = time.monotonic() + _PATIENCE
            elif time.monotonic() >= end:
                raise TimeoutError(f"the module takes nothing: {left} bytes are not sent")

    def reset_output_buffer(self):
        """Discard what has not been sent."""
        with self._module.lock:
            self._module.pump()
            self._module.line.discard_unsent()

    # -- life --------------------------------------------------------------------------------

    def close(self):
        """Close this end of the line."""
        self._closed = True

    def deinit(self):
        """Close this end of the line (busio, machine)."""
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
