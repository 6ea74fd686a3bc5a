"""A module behind a pseudo-terminal, which any program can open as a serial port by its path.

A pseudo-terminal has no wire: its speed and its RTS/CTS are settings that both ends can read, and
bytes that one side writes wait in the kernel for the other. The emulator reads the settings, so
that a host at the wrong rate sees garbage, and writes each byte at the time at which it would
have arrived.
"""

import errno
import fcntl
import os
import struct
import termios
import tty

from .port import Port

_RATES = {
    getattr(termios, name): int(name[1:])
    for name in dir(termios)
    if name[0] == "B" and name[1:].isdigit()
}

#: Linux: struct termios2 contains a rate for which there is no constant (asm-generic/termbits.h).
_TCGETS2 = 0x802C542A
_TERMIOS2 = struct.Struct("4IB19B2I")

#: The part in bytes of a limited receive buffer that is kept in the kernel. The terminal's own
#: buffer, whose fill level can be read, is only a little larger.
_KERNEL = 3584


def rate_of(fd):
    """The rate set on a terminal, in baud; None if it is not known."""
    return _settings(fd)[0]


def _settings(fd):
    """(rate or None, whether RTS/CTS is on) of a terminal."""
    settings = termios.tcgetattr(fd)
    rtscts = bool(settings[2] & getattr(termios, "CRTSCTS", 0))
    speed = settings[5]
    if speed in _RATES:
        return _RATES[speed] or None, rtscts
    try:
        buffer = fcntl.ioctl(fd, _TCGETS2, bytes(_TERMIOS2.size))
    except OSError:
        return None, rtscts
    return _TERMIOS2.unpack(buffer)[-1] or None, rtscts


def check_link(path, own):
    """Raise OSError if no link to the terminal ``own`` can be made at ``path``.

    That includes a link that leads to something else that exists.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", folder)
    if os.path.lexists(path) and not os.path.islink(path):
        raise FileExistsError(errno.EEXIST, "is there and is no symbolic link: not replaced", path)
    if os.path.exists(path) and os.readlink(path) != own:
        raise FileExistsError(
            errno.EEXIST,
            f"leads to {os.readlink(path)}, which is in use, perhaps by another emulator: end "
            "that, or remove the link, or give another name",
            path,
        )


class Terminal(Port):
    """A pseudo-terminal."""

    def __init__(self, line, size=None):
        super().__init__(line, size, line.baud)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._set_rate(line.baud)
        os.set_blocking(self._master, False)
        #: The path of the serial port.
        self.path = os.ttyname(self._slave)
        self._links = []
        line.attach(self.end)

    def _set_rate(self, baud):
        constant = getattr(termios, f"B{baud}", termios.B115200)
        settings = termios.tcgetattr(self._slave)
        settings[4] = settings[5] = constant
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)

    def link_to(self, path):
        """Make ``path`` a symbolic link to the terminal, removed by :meth:`close`."""
        path = os.fspath(path)
        check_link(path, self.path)
        fresh = f"{path}.{os.getpid()}"
        try:
            os.symlink(self.path, fresh)
            os.replace(fresh, path)
        except OSError as error:  # which names the terminal
            raise OSError(error.errno, error.strerror, path) from None
        self._links.append(path)

    def close(self):
        """Free the descriptors, and remove the links that still lead to this terminal."""
        self._line.detach(self.end)
        for path in self._links:
            if os.path.islink(path) and os.readlink(path) == self.path:
                os.unlink(path)
        os.close(self._master)
        os.close(self._slave)

    # -- bytes -------------------------------------------------------------------------------

    def fileno(self):
        """The file descriptor of the module's side."""
        return self._master

    def step(self):
        """Adopt the settings of the program, and move bytes."""
        self._follow()
        self._measure()
        super().step()
        self._measure()

    def _follow(self):
        rate, self.end.rtscts = _settings(self._slave)
        if rate != self.end.baudrate:
            self._line.retune(self.end, rate)

    def _receive(self, limit):
        try:
            data = os.read(self._master, limit)
        except BlockingIOError:
            return b""
        self._follow()  # a program may have set its rate just before it wrote these bytes
        return data

    def _send(self, data):
        if self._size is not None:
            data = data[: max(0, min(self._size, _KERNEL) - self._unread())]
            if not data:
                return 0
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    # -- a bounded buffer --------------------------------------------------------------------

    def _unread(self):
        """How many bytes the program has not read."""
        return struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))[0]

    def _measure(self):
        """Count what the program has not read as a part of its receive buffer."""
        if self._size is None:
            return
        unread = self._unread()
        self.end.size = max(0, self._size - unread - len(self._output))
        self.held = bool(self._output) and unread >= min(self._size, _KERNEL)
