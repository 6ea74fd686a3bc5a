"""A module behind a pseudo-terminal: a path that any program opens as a serial port.

A pseudo-terminal has no wire: its speed is only a number that both ends can read, and bytes
that one side writes wait in the kernel for the other. The module reads the number, so that a
host at the wrong rate sees garbage; pacing and flow control are not to be had here.
"""

import fcntl
import logging
import os
import select
import struct
import termios
import threading
import tty

_LOG = logging.getLogger("espat_tools.emulator")

_RATES = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name[0] == "B" and name[1:].isdigit()
}

#: Linux: struct termios2 tells a rate that has no constant (asm-generic/termbits.h).
_TCGETS2 = 0x802C542A
_TERMIOS2 = struct.Struct("4IB19B2I")

#: Longest sleep of the pump, in seconds: how soon a change of rate is noticed.
_NAP = 0.02

_BLOCK = 4096


def rate_of(fd):
    """The rate set on a terminal, in baud; None where it cannot be told."""
    speed = termios.tcgetattr(fd)[5]
    if speed in _RATES:
        return _RATES[speed] or None
    try:
        buffer = fcntl.ioctl(fd, _TCGETS2, bytes(_TERMIOS2.size))
    except OSError:
        return None
    return _TERMIOS2.unpack(buffer)[-1] or None


class Terminal:
    """A pseudo-terminal and the thread that moves bytes between it and a module."""

    def __init__(self, module):
        self._module = module
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._set_rate(module.core.baud)
        os.set_blocking(self._master, False)
        #: The path of the serial port.
        self.path = os.ttyname(self._slave)
        self._wake_out, self._wake_in = os.pipe()
        self._output = b""
        self._running = True
        self._error = None
        self._thread = threading.Thread(target=self._run, name="espat emulator", daemon=True)
        self._thread.start()

    def _set_rate(self, baud):
        constant = getattr(termios, f"B{baud}", termios.B115200)
        settings = termios.tcgetattr(self._slave)
        settings[4] = settings[5] = constant
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)

    def wake(self):
        """Look at the module now: it was acted on from another thread."""
        if threading.current_thread() is not self._thread:
            os.write(self._wake_in, b".")

    def close(self):
        """Stop the thread and free the descriptors; raises what the thread failed with."""
        if not self._running:
            return
        self._running = False
        self.wake()
        self._thread.join()
        for fd in (self._master, self._slave, self._wake_out, self._wake_in):
            os.close(fd)
        if self._error:
            raise RuntimeError("the emulated module failed") from self._error

    # -- the pump ----------------------------------------------------------------------------

    def _run(self):
        try:
            while self._running:
                with self._module.lock:
                    self._step()
                    nap = self._nap()
                self._sleep(nap)
        except Exception as error:
            _LOG.exception("the emulated module failed")
            self._error = error

    def _step(self):
        self._module.core.host_baud = rate_of(self._slave)
        data = self._read()
        if data:
            self._module.receive(data)
        else:
            self._module.pump()
        if not self._output:
            self._output = self._module.core.take(_BLOCK)
        self._write()

    def _read(self):
        try:
            return os.read(self._master, _BLOCK)
        except BlockingIOError:
            return b""

    def _write(self):
        while self._output:
            try:
                count = os.write(self._master, self._output)
            except BlockingIOError:
                return
            self._output = self._output[count:] or self._module.core.take(_BLOCK)

    def _nap(self):
        due = self._module.core.next_due()
        if due is None:
            return _NAP
        return min(_NAP, max(0.0, due - self._module.core.clock.now()))

    def _sleep(self, nap):
        readers = [self._master, self._wake_out, *self._module.network_fds()]
        writers = [self._master] if self._output else []
        ready, _, _ = select.select(readers, writers, [], nap)
        if self._wake_out in ready:
            os.read(self._wake_out, _BLOCK)
