"""A serial port for reading and writing, which keeps all that was received."""

import time
from collections.abc import Callable

from espat.rates import set_rate
from espat_tools.doctor.signs import boots

_PIECE = 4096  # bytes read at once
_NAP = 0.002  # seconds between two reads
_QUIET = 0.03  # seconds without a byte after which an answer has ended


class Stuck(Exception):
    """The port accepts no bytes, because flow control blocks it."""


class Wire:
    """One end of the wire.

    `port` is a pyserial port that does not wait (`timeout=0`), or behaves like one. A test can give
    its own clock: `now` in seconds, and `sleep`. `rate` is the current rate, `booted` the rate at
    which the start of a module was heard; 0: none yet.
    """

    def __init__(
        self,
        port: object,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ):
        self.port = port
        self.now = now
        self.sleep = sleep
        self.heard = bytearray()
        self.last = now()  # when the last byte came
        self.rate = self.booted = 0

    def tune(self, rate: int) -> bool:
        """Set the rate in baud and discard waiting bytes; returns False if that is impossible."""
        try:
            set_rate(self.port, rate)
        except (OSError, ValueError, OverflowError):
            return False
        except Exception as error:  # termios.error is none of these, and not everywhere
            if type(error).__module__ != "termios":
                raise
            return False
        self.rate = rate
        self.listen(0)
        return True

    def say(self, data: bytes) -> None:
        """Write. Raises Stuck."""
        try:
            written = self.port.write(data)
        except OSError as error:  # includes pyserial's time-out
            if "timeout" not in str(error).lower():
                raise
            raise Stuck from None
        if written == 0:
            raise Stuck

    def listen(self, seconds: float, until: Callable[[bytes], object] | None = None) -> bytes:
        """Return what comes in `seconds`; or, once `until` is true for it, up to the next pause."""
        got = bytearray()
        end = self.now() + seconds
        quiet = None
        while True:
            piece = self.port.read(_PIECE)
            if piece:
                got += piece
                self.heard += piece
                self.last = self.now()
                quiet = None
                if until is not None and until(bytes(got)):
                    quiet = self.now() + _QUIET
            elif self.now() >= (end if quiet is None else min(quiet, end)):
                if boots(got):
                    self.booted = self.rate
                return bytes(got)
            else:
                self.sleep(_NAP)

    def ask(self, data: bytes, seconds: float, until: Callable[[bytes], object]) -> bytes:
        """Write `data`, and return what comes. Raises Stuck."""
        self.say(data)
        return self.listen(seconds, until)
