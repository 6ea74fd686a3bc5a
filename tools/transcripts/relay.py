"""Passes bytes between a program and a module in both directions, and records them."""

import serial

from .doors import Left
from .recorder import Recorder

_NAP = 0.002
"""Seconds between reads of a port that cannot be waited for."""
_MOST = 1 << 16
"""How many bytes a program may leave unread before nothing more is read from the module."""


class Relay:
    """Connects a door, a port and a recorder; ``step()`` moves bytes, or waits a short time."""

    def __init__(self, door, port: serial.SerialBase, recorder: Recorder):
        self._door = door
        self._port = port
        self._recorder = recorder
        self._unread = b""
        self._baud = door.baud
        self.to_module = 0
        self.from_module = 0
        port.timeout = 0
        recorder.setting("baud", port.baudrate)

    def step(self) -> None:
        """Move what is there, or wait a little. Raises SerialException when the port is lost."""
        moved = self._from_program() + self._from_module()
        if not moved:
            self._door.wait(_NAP, ())

    def _from_program(self):
        try:
            data = self._door.read()
        except Left:
            self._unread = b""
            return 0
        self._follow_rate()
        if data:
            self._recorder.host(data)
            self._port.write(data)
            self.to_module += len(data)
        return len(data)

    def _follow_rate(self):
        """Set the module's port to the rate that the program has set on a pseudo-terminal."""
        baud = self._door.baud
        if baud and baud != self._baud:
            self._baud = baud
            self._port.baudrate = baud
            self._recorder.setting("baud", baud)

    def _from_module(self):
        data = b""
        if len(self._unread) < _MOST:
            data = self._port.read(4096) or b""
            if data:
                self._recorder.module(data)
                self.from_module += len(data)
        if self._door.present:
            self._unread += data
            self._unread = self._unread[self._door.write(self._unread) :]
        return len(data)
