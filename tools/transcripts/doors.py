"""Doors, to which a program connects: a pseudo-terminal that it opens as a serial port, or TCP."""

import contextlib
import os
import select
import socket
import time

_BLOCK = 4096
_NAP = 0.01
"""Seconds between polls of a pseudo-terminal that no program has opened."""


class Left(Exception):
    """The program closed its end."""


class Terminal:
    """A pseudo-terminal; ``link`` makes a symbolic link to it, whose name stays the same.

    The program's side is not kept open here, so that it is noticed when no program has it open.
    """

    def __init__(self, baud: int, link: str | None = None):
        import pty  # noqa: PLC0415 - not on Windows
        import tty  # noqa: PLC0415

        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self._set_rate(slave, baud)
        os.set_blocking(self._master, False)
        self.place = self._terminal = os.ttyname(slave)
        os.close(slave)
        self._link = None
        self._present = False
        if link:
            self._link_to(link)

    def _link_to(self, link):
        """Make the link. One that was left behind is replaced; a file or a link in use is not."""
        from espat_tools.emulator.terminal import check_link  # noqa: PLC0415 - not on Windows

        try:
            check_link(link, self._terminal)
            if os.path.islink(link):
                os.unlink(link)
            os.symlink(self._terminal, link)
        except OSError:
            os.close(self._master)
            raise
        self.place = self._link = link

    @staticmethod
    def _set_rate(fd, baud):
        import termios  # noqa: PLC0415 - not on Windows

        settings = termios.tcgetattr(fd)
        settings[4] = settings[5] = getattr(termios, f"B{baud}", termios.B115200)
        termios.tcsetattr(fd, termios.TCSANOW, settings)

    @property
    def baud(self) -> int | None:
        """The rate that the program has set; None if it is not known."""
        from espat_tools.emulator.terminal import rate_of  # noqa: PLC0415 - not on Windows

        return rate_of(self._master)

    def wait(self, seconds: float, others=()) -> None:
        """Until there may be something to read, here or there, but no longer than so."""
        if not self._present:  # select() would return at once, again and again
            select.select(others, [], [], min(seconds, _NAP))
        else:
            select.select([self._master, *others], [], [], seconds)

    def read(self) -> bytes:
        """Return what the program sent, b"" for nothing. Raises Left once when it has closed."""
        try:
            data = os.read(self._master, _BLOCK)
        except BlockingIOError:
            data = b""
        except OSError:  # EIO: nobody has it open
            if self._present:
                self._present = False
                raise Left from None
            return b""
        self._present = True
        return data

    @property
    def present(self) -> bool:
        """Whether a program has opened it."""
        return self._present

    def write(self, data: bytes) -> int:
        """Write to the program; returns how many bytes its buffer took."""
        try:
            return os.write(self._master, data)
        except (BlockingIOError, OSError):
            return 0

    def close(self) -> None:
        """Free it."""
        os.close(self._master)
        if self._link:
            with contextlib.suppress(OSError):
                if os.readlink(self._link) == self._terminal:
                    os.unlink(self._link)


class TcpDoor:
    """A TCP port for one client at a time."""

    baud = None

    def __init__(self, host: str, port: int):
        self._listener = socket.create_server((host, port))
        self._listener.setblocking(False)
        name, number = self._listener.getsockname()[:2]
        self.place = f"socket://{name}:{number}"
        self._client = None

    def wait(self, seconds: float, others=()) -> None:
        """Until there may be something to read, here or there, but no longer than so."""
        ours = [self._listener, *([self._client] if self._client else [])]
        select.select([*ours, *others], [], [], seconds)

    def _accept(self):
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        if self._client:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    @property
    def present(self) -> bool:
        """Whether a client is connected."""
        return self._client is not None

    def read(self) -> bytes:
        """Return what the client sent, b"" for nothing. Raises Left once when it has closed."""
        self._accept()
        if not self._client:
            return b""
        try:
            data = self._client.recv(_BLOCK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._client.close()
            self._client = None
            raise Left
        return data

    def write(self, data: bytes) -> int:
        """Write to the client; returns how many bytes its buffer took."""
        try:
            return self._client.send(data) if self._client else 0
        except OSError:
            return 0

    def close(self) -> None:
        """Free it."""
        for each in (self._client, self._listener):
            if each:
                each.close()


def open_door(tcp: str | None, link: str | None, baud: int) -> Terminal | TcpDoor:
    """Open a TCP port for ``[host:]port``, or a pseudo-terminal if ``tcp`` is None.

    Raises OSError, or ValueError if ``tcp`` is not a TCP port.
    """
    if tcp is None:
        return Terminal(baud, link)
    host, _, port = tcp.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise ValueError(f"“{tcp}” is no TCP port: 4000, or 192.168.1.9:4000, is wanted")
    return TcpDoor(host or "127.0.0.1", int(port))


def drain(door, data: bytes, seconds: float) -> bytes:
    """Write ``data`` for at most ``seconds``; returns what was not taken."""
    end = time.monotonic() + seconds
    while data and time.monotonic() < end:
        count = door.write(data)
        data = data[count:]
        if not count:
            time.sleep(_NAP)
    return data
