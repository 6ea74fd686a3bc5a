"""Writes a transcript while the conversation is going on."""

import os
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from .form import HOST, MODULE, SETTING, Event, Source, Transcript
from .masker import Masker, Piece

UNKNOWN = "unknown"
_GMR = b"AT version:"


def _create(path, mask):
    """Create the file; if it may contain secrets, only its owner can read it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    number = os.open(path, flags, 0o666 if mask else 0o600)
    return os.fdopen(number, "w", encoding="utf-8", newline="\n")


class Recorder:
    """A file that grows line by line; each line is flushed, so that it survives a crash.

    With `mask`, secrets are hidden, and events that may contain the beginning of a secret wait
    until that is decided. `now` returns the time in seconds. Raises OSError as opening a file does.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        firmware: str = "",
        source: Source | None = None,
        title: str = "",
        mask: bool = True,
        now: Callable[[], float] = time.monotonic,
    ):
        self.path = Path(path)
        self.lines = 0
        self._head = Transcript(
            firmware=firmware or UNKNOWN,
            source=source or Source("unstated"),
            date=date.today().isoformat(),
            title=title,
            masked=mask,
        )
        self._masker = Masker(hide=mask)
        self._mask = mask
        self._now = now
        self._lock = threading.Lock()  # programs read and write in two threads
        self._start = None
        self._latest = 0.0
        self._tail = b""  # the end of what the module sent, until its version was found in it
        self._version = b""
        self._file = _create(self.path, mask)
        self._file.write(self._head.header())
        self._file.flush()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """Whether the file is complete."""
        return self._file.closed

    def host(self, data: bytes) -> None:
        """Record bytes from the host."""
        self._add(HOST, bytes(data))

    def module(self, data: bytes) -> None:
        """Record bytes from the module."""
        self._add(MODULE, bytes(data))

    def setting(self, name: str, value: int) -> None:
        """Record a setting of the host's port: one of SETTINGS."""
        self._add(SETTING, (name, int(value)))

    def close(self) -> None:
        """Write what was held back, and the firmware if the module printed it.

        May be called more than once.
        """
        with self._lock:
            if self._file.closed:
                return
            try:
                self._write(self._masker.flush())
            finally:
                self._file.close()
        if self._version and self._head.firmware == UNKNOWN:
            self._tell_firmware()

    def _add(self, way, what):
        if what != b"":
            with self._lock:
                self._put(way, what)

    def _put(self, way, what):
        if self._file.closed:
            return
        if way == MODULE:
            self._note_version(what)
        now = self._now()
        if self._start is None:
            self._start = now
        self._latest = max(self._latest, round(now - self._start, 3))
        if self._mask:
            self._write(self._masker.add(self._latest, way, what))
        else:
            self._write([Piece(self._latest, way, what)])

    def _write(self, pieces):
        for piece in pieces:
            self._file.write(f"{Event(piece.time, piece.way, piece.what)}\n")
            self.lines += 1
        self._file.flush()

    # ---- which firmware it was ------------------------------------------------------------------

    def _note_version(self, data):
        if self._version or self._head.firmware != UNKNOWN:
            return
        self._tail = (self._tail + data)[-4096:]
        at = self._tail.find(_GMR)
        end = self._tail.find(b"\r\n", at)
        if at >= 0 and end >= 0:
            self._version = self._tail[at:end]
            self._tail = b""

    def _tell_firmware(self):
        """Write the firmware into the header; the file is replaced as a whole."""
        self._head.firmware = self._version.decode("ascii", "replace").replace("\ufffd", "?")
        old = self.path.read_text("utf-8")
        new = self._head.header() + old.split("\n\n", 1)[1]
        half = self.path.with_name(self.path.name + ".part")
        try:
            with _create(half, self._mask) as file:
                file.write(new)
            os.replace(half, self.path)
        except OSError:
            half.unlink(missing_ok=True)
            raise
