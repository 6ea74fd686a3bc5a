"""A CircuitPython board, accessed by its drive: the folder with its files."""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from espat_tools.demo.wanted import Unwanted
from espat_tools.install import builtin
from espat_tools.install.target import Found, Progress, Target, digest

OLDEST = (9, 0)
_BOOT_OUT = re.compile(
    r"CircuitPython (\d+)\.(\d+)\S* on [^;]*; (.*?)(?: with (\S+))?\s*$", re.MULTILINE
)
_BLOCK = 4096
"""The least size of a file in bytes, if the system does not say it."""

_TEXTS = {
    errno.EROFS: "{} is read-only: its board's program keeps it to itself (storage.remount in "
    "boot.py), or it was pulled out while something was written. Restart the board in safe mode.",
    errno.EACCES: "Some of {} is not yours to read or write: mount the drive as yourself (a file "
    "manager does), or take its files over (chown, chmod).",
    errno.ENOSPC: "{} is full: remove what you do not need, and run the same command again.",
    errno.ENOENT: "{} has gone: was the board unplugged?",
    errno.EIO: "{} does not answer: was the board unplugged?",
    errno.ENOTDIR: "{} has a file where a folder is needed, such as lib: rename it.",
}
_TEXTS |= {errno.EPERM: _TEXTS[errno.EACCES], errno.EEXIST: _TEXTS[errno.ENOTDIR]}


class Drive(Target):
    """A CircuitPython drive. Raises Unwanted if it is not one, or too old."""

    runtime = "circuitpython"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)
        try:
            said = (folder / "boot_out.txt").read_text("utf-8", "replace")
        except OSError as error:
            raise Unwanted(
                f"{folder} is no CircuitPython drive: it has no boot_out.txt ({error.strerror}). "
                "A MicroPython board is reached by --port."
            ) from None
        found = _BOOT_OUT.search(said)
        if found is None:
            raise Unwanted(f"{folder}/boot_out.txt does not say which CircuitPython this is.")
        self.version = int(found[1]), int(found[2])
        self.board = found[3]
        self.chip = found[4] or ""
        name = re.search(r"^Board ID:\s*(\S+)", said, re.M)
        self.board_id = name[1] if name else ""
        if self.version < OLDEST:
            raise Unwanted(
                f"{self.what}: espat needs CircuitPython {OLDEST[0]} or later. "
                "https://circuitpython.org/downloads has it for your board."
            )

    def builtin(self, names: Iterable[str]) -> set[str] | None:
        """See Target; known from the tables of CircuitPython's own stubs."""
        found = builtin.modules(self.board_id)
        return None if found is None else found & set(names)

    def scan(self, paths: Iterable[str]) -> dict[str, Found]:
        """See Target."""
        found = {}
        with self._sentences():
            for path in paths:
                place = self.folder / path
                files = [place] if place.is_file() else place.rglob("*") if place.is_dir() else ()
                for file in files:
                    if file.is_file():
                        data = file.read_bytes()
                        name = file.relative_to(self.folder).as_posix()
                        found[name] = Found(len(data), digest(data))
        return found

    def read(self, path: str) -> bytes | None:
        """See Target."""
        with self._sentences():
            try:
                return (self.folder / path).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write(self, path: str, data: bytes, progress: Progress = lambda _n: None) -> None:
        """See Target; writes through the system's cache, so that a later read is from the board."""
        place = self.folder / path
        with self._sentences():
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                if hasattr(os, "posix_fadvise"):
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        progress(len(data))

    def remove(self, path: str) -> None:
        """See Target."""
        place = self.folder / path
        with self._sentences():
            place.unlink(missing_ok=True)
            while (place := place.parent) != self.folder and not any(place.iterdir()):
                place.rmdir()

    def space(self) -> tuple[int, int]:
        """See Target."""
        with self._sentences():
            if hasattr(os, "statvfs"):
                stat = os.statvfs(self.folder)
                return stat.f_bavail * stat.f_frsize, stat.f_frsize
            return shutil.disk_usage(self.folder).free, _BLOCK

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            text = _TEXTS.get(error.errno or 0, f"{{}}: {error.strerror}.")
            raise Unwanted(text.format(self.place)) from None
