"""``replay://FILE``: a transcript as a port: says what the module said.

    replay://session.txt
    replay:///tmp/session.txt?speed=1&cut=1

What is written must be what the host said, in that order, however it is cut up; else the write
raises SerialException, with the line of the file, what was expected and what was got.

``speed=1`` answers as slowly as the module did, ``speed=10`` ten times faster; without it each
answer is there at once. ``cut=1`` gives one byte a read (any number: so many at most), where reads
have a time-out. ``whole=yes`` makes ``close()`` raise SerialException where something was left
unsaid. A baud rate and control lines may be set as one likes.
"""

import threading
import time

from serial.serialutil import (
    PortNotOpenError,
    SerialBase,
    SerialException,
    Timeout,
    to_bytes,
)

from espat_tools.transcripts.form import Malformed
from espat_tools.transcripts.player import Departed, Player
from espat_tools.transcripts.reader import load
from espat_tools.urlhandlers.options import Unfit, replaying

_NAP = 0.001
"""Seconds between looks at a module that has nothing to say yet."""


class Serial(SerialBase):
    """A port that plays a transcript."""

    def __init__(self, *args, **kwargs):
        self._player = None
        self._cut = 0
        self._whole = False
        self._cancelled = False
        self._lock = threading.Lock()  # programs read and write in two threads
        super().__init__(*args, **kwargs)

    def open(self):
        """Read the file; begin at its beginning. Raises SerialException."""
        if self._port is None:
            raise SerialException("Port must be configured before it can be used.")
        if self.is_open:
            raise SerialException("Port is already open.")
        try:
            wanted = replaying(self._port)
            transcript = load(wanted.path)
        except (Unfit, Malformed) as error:
            raise SerialException(str(error)) from error
        except OSError as error:
            reason = f"could not open {wanted.path}: {error.strerror or error}"
            raise SerialException(error.errno, reason) from error
        self._cut = wanted.cut
        self._whole = wanted.whole
        self._player = Player(transcript, time.monotonic, wanted.speed)
        self._reconfigure_port()
        self.is_open = True

    def close(self):
        """Idempotent. With ``whole=yes`` it raises SerialException if something was left unsaid."""
        if self.is_open:
            self.is_open = False
            missing = self._player.missing()
            if self._whole and missing:
                raise SerialException(f"{self._player.name}: closed before all was said: {missing}")

    def _reconfigure_port(self):
        """Any setting will do."""
        if self._baudrate is not None and self._baudrate <= 0:
            raise ValueError(f"Not a valid baudrate: {self._baudrate!r}")

    _update_rts_state = _update_dtr_state = _update_break_state = _reconfigure_port

    @property
    def _live(self) -> Player:
        if not self.is_open:
            raise PortNotOpenError()
        return self._player

    @property
    def over(self) -> bool:
        """Was everything said and read?"""
        return self._live.over

    @property
    def missing(self) -> str:
        """In a sentence what is still to be said; "" if nothing is."""
        return self._live.missing()

    # ---- the conversation -----------------------------------------------------------------------

    @property
    def in_waiting(self):
        """How many bytes can be read without waiting."""
        with self._lock:
            return self._live.available

    def read(self, size=1):
        """At most ``size`` bytes, fewer when ``timeout`` is over.

        Where there is no time-out and all was said it raises SerialException: nothing will come.
        """
        left = Timeout(self._timeout)
        cut = self._cut if self._timeout is not None else 0
        data = bytearray()
        self._cancelled = False
        while len(data) < size:
            limit = size - len(data)
            piece = self._take(min(limit, cut) if cut else limit)
            data += piece
            if piece and cut:
                break
            if not piece:
                if left.expired() or self._cancelled:
                    break
                time.sleep(min(_NAP, left.time_left() or _NAP))
        return bytes(data)

    def _take(self, limit):
        with self._lock:
            player = self._live
            piece = player.take(limit)
            if not piece and self._timeout is None and player.over:
                raise SerialException(f"{player.name}: all was said, nothing more will come")
            return piece

    def write(self, data):
        """The host speaks. Raises SerialException where the transcript has something else."""
        data = to_bytes(data)
        try:
            with self._lock:
                self._live.feed(data)
        except Departed as departed:
            raise SerialException(str(departed)) from departed
        return len(data)

    def cancel_read(self):
        """Let a ``read`` in another thread return."""
        self._cancelled = True

    def flush(self):
        """What was written was heard."""
        self._live  # noqa: B018 - raises if it is closed

    def reset_input_buffer(self):
        """Throw away what could be read."""
        with self._lock:
            self._live.take(self._live.available)

    def reset_output_buffer(self):
        """Nothing waits to be sent."""
        self._live  # noqa: B018 - raises if it is closed

    @property
    def out_waiting(self):
        """Nothing waits to be sent."""
        self._live  # noqa: B018 - raises if it is closed
        return 0

    @property
    def cts(self):
        """The module always listens."""
        self._live  # noqa: B018 - raises if it is closed
        return True

    dsr = cd = cts

    @property
    def ri(self):
        """Nobody rings."""
        self._live  # noqa: B018 - raises if it is closed
        return False
