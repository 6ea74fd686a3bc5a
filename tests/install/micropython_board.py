"""A MicroPython board on a serial port: a real MicroPython behind a pseudo-terminal.

Its root is a folder of this machine. A soft reset, which ends the interpreter, starts the next one
on the same port, as a board does.
"""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import threading
import tty

from espat_tools import runtimes

_BOOT = """
import os, sys, vfs
vfs.umount("/")
vfs.mount(vfs.VfsPosix({root!r}), "/")
os.chdir("/")
sys.path[:] = ["", ".frozen", "/lib"]
del vfs
try:
    os.stat("boot.py")
except OSError:
    pass
else:
    exec(open("boot.py").read())
"""


class MicroPythonBoard:
    """`port` is what mpremote opens; `root` is where its files are. A context manager."""

    def __init__(self, root):
        self.root = root
        self._boot = _BOOT.format(root=str(root))
        self._outer, self._kept = pty.openpty()
        tty.setraw(self._kept)
        self.port = os.ttyname(self._kept)
        self._raw = False
        self._stop, self._stopped = os.pipe()
        self._child = self._inner = None
        self._start()
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        os.close(self._stopped)
        self._thread.join()
        self._end()
        for fd in (self._outer, self._kept, self._stop):
            os.close(fd)

    def _start(self):
        """An interpreter that has run its boot.py, at its prompt."""
        self._inner, end = pty.openpty()
        tty.setraw(end)
        settings = termios.tcgetattr(end)
        settings[3] |= termios.ISIG  # Ctrl-C interrupts a program
        termios.tcsetattr(end, termios.TCSANOW, settings)
        self._child = subprocess.Popen(
            [*runtimes.interpreter(), "-i", "-c", self._boot],
            stdin=end,
            stdout=end,
            stderr=end,
            env={**os.environ, "TERM": "dumb"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one call
        )
        os.close(end)
        if self._raw:
            os.write(self._inner, b"\x01")

    def _end(self):
        os.close(self._inner)
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def _relay(self):
        while True:
            ready, _, _ = select.select([self._outer, self._inner, self._stop], [], [])
            if self._stop in ready:
                return
            if self._outer in ready:
                self._to_board(os.read(self._outer, 4096))
            if self._inner in ready:
                self._from_board()

    def _to_board(self, data):
        for mark in (b"\x01", b"\x02"):
            if data.endswith(mark) and not data.endswith(b"\x05A\x01"):
                self._raw = mark == b"\x01"
        os.write(self._inner, data)

    def _from_board(self):
        try:
            data = os.read(self._inner, 4096)
        except OSError:  # the interpreter has ended
            self._child.wait()
            os.close(self._inner)
            os.write(self._outer, b"MPY: soft reboot\r\n")
            self._start()
            return
        os.write(self._outer, data)
