# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``machine.UART`` over a terminal device, for the unix build of MicroPython, which has no UART.

The device is a pseudo-terminal of the emulator, or a real serial port. Only what espat and programs
ask of a UART is here: ``any``, ``read``, ``readinto``, ``write``, ``init``, ``deinit``.
"""

import sys
import termios

# Where `tcgetattr` keeps them; MicroPython's termios does not name them.
_VTIME, _VMIN = (17, 16) if sys.platform == "darwin" else (5, 6)

# Linux's numbers of the rates that MicroPython's termios does not name; on macOS a rate is its own.
_FAST = {230400: 0o10003, 460800: 0o10004, 921600: 0o10007, 1500000: 0o10012}


class PtyUART:
    """A UART on the terminal device ``path``, with ``rxbuf`` bytes of receive buffer."""

    def __init__(self, path, baudrate=115200, rxbuf=2048):
        self._file = open(path, "r+b", 0)
        self._buf = bytearray(rxbuf)
        self._view = memoryview(self._buf)
        self._start = 0  # what was received and not yet read is _buf[_start:_end]
        self._end = 0
        termios.setraw(self._file.fileno())
        self.init(baudrate)

    def init(self, baudrate=115200):
        """Set the rate, in bits a second; one that the terminal cannot be told is passed over."""
        fd = self._file.fileno()
        settings = termios.tcgetattr(fd)
        # Without these a read waits until the whole buffer is full.
        settings[6][_VTIME] = 0
        settings[6][_VMIN] = 0
        fast = None if sys.platform == "darwin" else _FAST.get(baudrate)
        rate = getattr(termios, "B%d" % baudrate, fast)
        if rate is not None:
            settings[4] = settings[5] = rate
        termios.tcsetattr(fd, termios.TCSANOW, settings)

    def any(self):
        """How many bytes can be read at once, without waiting."""
        if self._start == self._end:
            self._start = 0
            self._end = self._file.readinto(self._buf) or 0
        return self._end - self._start

    def readinto(self, buf, nbytes=None):
        """Read into ``buf`` what is there, at most ``nbytes``; the count, or None if nothing is."""
        n = min(self.any(), len(buf) if nbytes is None else nbytes)
        if not n:
            return None
        memoryview(buf)[:n] = self._view[self._start : self._start + n]
        self._start += n
        return n

    def read(self, nbytes=None):
        """What is there, at most ``nbytes``, as bytes; None if nothing is."""
        n = self.any() if nbytes is None else min(self.any(), nbytes)
        if not n:
            return None
        data = bytes(self._view[self._start : self._start + n])
        self._start += n
        return data

    def write(self, buf):
        """Write all of ``buf``; how many bytes that is."""
        view = memoryview(buf)
        sent = 0
        while sent < len(view):
            sent += self._file.write(view[sent:]) or 0
        return sent

    def deinit(self):
        """Close the device."""
        self._file.close()
