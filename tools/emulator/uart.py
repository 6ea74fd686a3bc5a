"""The in-process UART: a module's serial line as a Python object, without a thread.

It has the face of ``busio.UART``, of MicroPython's ``machine.UART`` and of a pyserial port, as
far as a driver needs them. Every call lets the module work first.
"""

import time

from .clock import RealClock

#: Seconds that a flush waits for a byte to be taken.
_PATIENCE = 10.0


class Uart:
    """The host's end of the line to one module."""

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
        """The host's rate, in baud; where the module has another both ends see garbage."""
        return self._end.baudrate

    @baudrate.setter
    def baudrate(self, value):
        with self._module.lock:
            self._module.line.retune(self._end, int(value))

    @property
    def rtscts(self):
        """RTS/CTS on the host's side; it takes both ends (AT+UART_CUR's last field)."""
        return self._end.rtscts

    @rtscts.setter
    def rtscts(self, value):
        self._end.rtscts = bool(value)

    @property
    def overruns(self):
        """Bytes lost because the host did not read and its buffer (``rx_size``) was full."""
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
        """Fill ``buffer`` as far as bytes are there; never waits. None when none are."""
        view = memoryview(buffer)
        limit = len(view) if nbytes is None else min(nbytes, len(view))
        data = self._take(limit)
        if not data:
            return None
        view[: len(data)] = data
        return len(data)

    def read(self, nbytes=None):
        """At most ``nbytes`` bytes (None: all there are); None when there are none."""
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
        """Throw away what could be read."""
        self._take(None)

    # -- sending -----------------------------------------------------------------------------

    def write(self, data):
        """Send ``data``; returns how many bytes that was. A paced line is still sending then."""
        with self._module.lock:
            self._module.line.write(self._end, data)
        return len(data)

    @property
    def out_waiting(self):
        """How many bytes written have not arrived yet."""
        with self._module.lock:
            self._module.pump()
            return self._module.line.unsent

    def flush(self):
        """Wait until all that was written has been sent; a simulated clock does not move.

        TimeoutError when nothing was taken for ten seconds: flow control, or a network that stands.
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
        """Throw away what has not been sent."""
        with self._module.lock:
            self._module.pump()
            self._module.line.discard_unsent()

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
