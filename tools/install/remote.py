"""A MicroPython board, accessed by its serial port with mpremote as a library."""

import ast
import contextlib
import errno
import io
import re
from collections.abc import Iterable

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from espat_tools.demo.place import open_port
from espat_tools.demo.wanted import Unwanted
from espat_tools.install.target import Found, Progress, Target, digest

OLDEST = (1, 20)
_CHUNK = 512
"""How many bytes are written at a time, because the board must compile them as a literal first."""

_SILENCE = 5
"""How many seconds a board may take to restart or to answer."""

_FACTS = """
import os, sys
_i = sys.implementation
_machine = getattr(_i, "_machine", None) or os.uname()[4]
print(repr((_i[0], tuple(_i[1][:3]), getattr(_i, "_mpy", 0), _machine, sys.platform)))
"""

# To find only modules of the board itself, the path contains just the frozen modules, and those
# already loaded are not considered: espat.names may have put its own there.
_BUILTIN = """
import sys
_kept = {n: sys.modules.pop(n) for n in NAMES if n in sys.modules}
_path = sys.path[:]
sys.path[:] = [".frozen"]
_found = []
for _n in NAMES:
    try:
        __import__(_n)
        _found.append(_n)
    except Exception:
        pass
sys.path[:] = _path
for _n in NAMES:
    sys.modules.pop(_n, None)
sys.modules.update(_kept)
print(repr(_found))
"""

_SCAN = """
import os
try:
    import hashlib, binascii
    hashlib.sha256
except (ImportError, AttributeError):
    hashlib = None
_b = memoryview(bytearray(512))
def _one(p, size):
    d = ""
    if hashlib:
        h = hashlib.sha256()
        with open(p, "rb") as f:
            while True:
                n = f.readinto(_b)
                if not n:
                    break
                h.update(_b[:n])
        d = binascii.hexlify(h.digest()).decode()[:16]
    print(repr((p, size, d)))
def _walk(p):
    try:
        s = os.stat(p)
    except OSError:
        return
    if not s[0] & 0x4000:
        return _one(p, s[6])
    for n in os.listdir(p):
        _walk(p + "/" + n)
for _p in PATHS:
    _walk("/" + _p)
"""

_SPACE = """
import os
_s = os.statvfs("/")
print(repr((_s[1] * _s[3], _s[1])))
"""


class Remote(Target):
    """A MicroPython board. Raises Unwanted if nothing answers as one, or it is too old."""

    runtime = "micropython"

    def __init__(self, port: str) -> None:
        self.place = port
        open_port(port, 115200).close()  # raises Unwanted, whose text is a sentence
        try:
            self._transport = SerialTransport(port, 115200)
        except TransportError as error:
            raise Unwanted(f"Cannot open {port}: {error}.") from None
        self._transport.serial.timeout = _SILENCE
        try:
            self._enter()
            kind, version, mpy, machine, self.platform = self._asked(_FACTS)[0]
            self.version = version[0], version[1]
            self.mpy = mpy & 0xFF
            self.board, _, self.chip = machine.partition(" with ")
            self.board_id = re.sub(r"\W+", "_", self.board.lower()).strip("_")
            self._check(kind)
        except BaseException:
            self.close()
            raise

    def _check(self, kind: str) -> None:
        if kind == "circuitpython":
            raise Unwanted(
                f"{self.place} is a CircuitPython board: its files are on its drive. Give that "
                "with --path; if there is none, a boot.py hides it."
            )
        if kind != "micropython":
            raise Unwanted(f"{self.place} runs {kind}: espat knows CircuitPython and MicroPython.")
        if self.version < OLDEST:
            raise Unwanted(
                f"{self.what}: espat needs MicroPython {OLDEST[0]}.{OLDEST[1]} or later. "
                "https://micropython.org/download has it for your board."
            )

    def _enter(self) -> None:
        """Enter the raw REPL, if possible after a soft reset, which frees the heap."""
        for soft_reset in (True, False):
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    self._transport.enter_raw_repl(soft_reset=soft_reset, timeout_overall=_SILENCE)
            except (TransportError, OSError):
                continue
            return
        raise Unwanted(
            f"Nothing on {self.place} answers as MicroPython does. `espat ports` says what is "
            "there; a program that runs on the board and never stops is ended by its reset button."
        )

    def close(self) -> None:
        """Leave the board at its friendly prompt."""
        with contextlib.suppress(TransportError, OSError):
            if self._transport.in_raw_repl:
                self._transport.exit_raw_repl()
        with contextlib.suppress(OSError):
            self._transport.close()

    def _asked(self, program: str, **values: object) -> list:
        """Run a program; returns what it printed, one literal for each line."""
        head = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        with self._sentences():
            printed = self._transport.exec(head + program)
        try:
            return [ast.literal_eval(line) for line in printed.decode().splitlines() if line]
        except (ValueError, SyntaxError):
            raise Unwanted(
                f"Something else prints on {self.place} meanwhile: {printed[:60]!r}. Stop the "
                "board's program (a soft reset: Ctrl-D), and run the same command again."
            ) from None

    @contextlib.contextmanager
    def _sentences(self):
        try:
            yield
        except OSError as error:
            text = "is full" if error.errno == errno.ENOSPC else f"says {error}"
            raise Unwanted(f"{self.place} {text}.") from None
        except TransportError as error:
            last = (str(error).strip().splitlines() or ["nothing"])[-1]
            raise Unwanted(f"{self.place} says {last}") from None

    def builtin(self, names: Iterable[str]) -> set[str]:
        """See Target; asks the board."""
        return set(self._asked(_BUILTIN, NAMES=tuple(names))[0])

    def scan(self, paths: Iterable[str]) -> dict[str, Found]:
        """See Target; the board computes the hashes if it can."""
        found = {}
        for path, size, hashed in self._asked(_SCAN, PATHS=tuple(paths)):
            name = path.lstrip("/")
            found[name] = Found(size, hashed or digest(self.read(name) or b""))
        return found

    def read(self, path: str) -> bytes | None:
        """See Target."""
        with self._sentences():
            if not self._transport.fs_exists("/" + path):
                return None
            return bytes(self._transport.fs_readfile("/" + path))

    def write(self, path: str, data: bytes, progress: Progress = lambda _n: None) -> None:
        """See Target."""
        done = 0

        def told(written: int, _size: int) -> None:
            nonlocal done
            progress(written - done)
            done = written

        with self._sentences():
            folder = ""
            for part in path.split("/")[:-1]:
                folder += "/" + part
                if not self._transport.fs_exists(folder):
                    self._transport.fs_mkdir(folder)
            self._transport.fs_writefile("/" + path, data, _CHUNK, told)

    def remove(self, path: str) -> None:
        """See Target."""
        with self._sentences():
            with contextlib.suppress(FileNotFoundError):
                self._transport.fs_rmfile("/" + path)
            folder = path.rpartition("/")[0]
            while folder and not self._transport.fs_listdir("/" + folder):
                self._transport.fs_rmdir("/" + folder)
                folder = folder.rpartition("/")[0]

    def space(self) -> tuple[int, int]:
        """See Target."""
        return tuple(self._asked(_SPACE)[0])
