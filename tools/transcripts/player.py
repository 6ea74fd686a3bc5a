"""Playing a transcript back: no I/O, and no clock but the one given.

Strict about what the host says, bytes and order; free about how it is cut up, and when it comes.
"""

import re
from collections.abc import Callable

from .form import HOST, MODULE, SETTING, Event, Transcript
from .masker import HIDDEN, SHORTEST
from .secret_scan import Scan
from .turns import must_hear

_ROWS = re.compile(rb"\*{%d,}|(?<=://)\*+(?=@)" % SHORTEST)
_SHOWN = 60
"""Bytes that a departure shows of either side."""


class Departed(Exception):
    """The host said something else: in which `line`, what was `expected`, what was `got` instead.

    Both are bytes from the place of the difference on; `expected` is empty where all was said.
    `before` is what the host had said of that line already.
    """

    def __init__(
        self,
        place: str,
        reason: str,
        *,
        line: int,
        expected: bytes,
        got: bytes,
        before: bytes = b"",
    ):
        super().__init__(f"{place}, line {line}: {reason}")
        self.line = line
        self.reason = reason
        self.expected = expected
        self.got = got
        self.before = before


class _Step:
    """One event; before it speaks the host must have heard so many bytes of the module.

    Any byte will do for an asterisk where ``flags`` say that a secret stands, where a URL has its
    user, or in a row of so many that they hide one that was said elsewhere.
    """

    def __init__(self, event: Event, flags: bytes, must_hear: int):
        self.event = event
        self.data = event.what
        self.must_hear = must_hear
        self._hidden = None
        if flags and HIDDEN in self.data:
            hidden = [flag and byte == HIDDEN for byte, flag in zip(self.data, flags, strict=True)]
            for row in _ROWS.finditer(self.data):
                hidden[row.start() : row.end()] = [True] * len(row[0])
            self._hidden = hidden if any(hidden) else None

    @property
    def masked(self) -> bool:
        """Does it hide anything?"""
        return self._hidden is not None

    def agrees(self, at: int, piece: bytes) -> int:
        """How many bytes of a piece are as they should be from a place on."""
        if not self.masked:
            expected = self.data[at : at + len(piece)]
            if piece == expected:
                return len(piece)
        for count, byte in enumerate(piece):
            there = at + count
            hidden = self._hidden and self._hidden[there] and byte not in b"\r\n"
            if not hidden and byte != self.data[there]:
                return count
        return len(piece)


class Player:
    """The module's end of a transcript.

    `now` tells the time in seconds. `speed` is how many times faster than recorded the module
    speaks; 0: as soon as it has the word. Where the transcript is masked any byte will do for one
    that is hidden.
    """

    def __init__(self, transcript: Transcript, now: Callable[[], float], speed: float = 0.0):
        self.name = transcript.name
        self._now = now
        self._speed = speed
        self._steps = _steps(transcript)
        self._at = 0  # the step under way,
        self._done = 0  # and how much of it was said
        self._out = bytearray()  # what the module has said, and nobody has read
        self._heard = 0  # bytes that were read
        self._since = now()  # when the step before ended,
        self._before = 0.0  # and when it did in the transcript

    # ---- where it is ----------------------------------------------------------------------------

    @property
    def _step(self) -> _Step | None:
        return self._steps[self._at] if self._at < len(self._steps) else None

    @property
    def over(self) -> bool:
        """Was everything said and read?"""
        self._speak()
        return self._step is None and not self._out

    @property
    def line(self) -> int:
        """The line of the transcript that is next to be said, or the last one."""
        steps = self._steps
        return steps[min(self._at, len(steps) - 1)].event.line if steps else 0

    @property
    def due(self) -> float | None:
        """When the module speaks next, by `now`; None while the host has the word."""
        step = self._step
        if step is None or step.event.way != MODULE:
            return None
        if not self._speed:
            return self._since
        return self._since + (step.event.time - self._before) / self._speed

    def missing(self) -> str:
        """In a sentence what is still to be said, "" if nothing is."""
        self._speak()
        if self._out:
            return f"the host has not read {_shown(self._out)}"
        step = self._step
        if step is None:
            return ""
        who = "host" if step.event.way == HOST else "module"
        return f"line {step.event.line}: the {who} has not said {_shown(step.data[self._done :])}"

    # ---- both ends ------------------------------------------------------------------------------

    def _speak(self):
        """Let the module say what is due."""
        while self.due is not None and self.due <= self._now():
            self._out += self._step.data
            self._go(len(self._step.data), at=self.due)

    def _go(self, count, at=None):
        self._done += count
        if self._done == len(self._step.data):
            self._before = self._step.event.time
            self._since = self._now() if at is None else at
            self._at += 1
            self._done = 0

    @property
    def available(self) -> int:
        """How many bytes `take` would give."""
        self._speak()
        return len(self._out)

    def take(self, limit: int) -> bytes:
        """What the module has said, at most `limit` bytes."""
        self._speak()
        data = bytes(self._out[:limit])
        del self._out[:limit]
        self._heard += len(data)
        return data

    def feed(self, data: bytes) -> None:
        """The host says something. Raises Departed where the transcript has something else."""
        data = bytes(data)
        while data:
            step = self._host_step(data)
            piece = data[: len(step.data) - self._done]
            same = step.agrees(self._done, piece)
            if same < len(piece):
                self._differs(step, data, same)
            self._go(same)
            data = data[same:]

    def _host_step(self, data):
        """The step that the host may say now. Bytes cross on a line: what the module was about to
        say is on its way, though nobody may have read it yet.
        """
        while self._step is not None and self._step.event.way == MODULE:
            self._out += self._step.data
            self._go(len(self._step.data))
        step = self._step
        if step is None:
            reason = f"all was said, and then the host said {_shown(data)}"
            raise Departed(self.name, reason, line=self.line, expected=b"", got=data)
        unheard = step.must_hear - self._heard
        if not self._done and unheard > 0:
            rest = bytes(self._out[:unheard])
            reason = f"the host said {_shown(data)} before it had read {_shown(rest)}"
            line = step.event.line
            raise Departed(self.name, reason, line=line, expected=step.data, got=data)
        return step

    def _differs(self, step, data, same):
        at = self._done + same
        expected = step.data[at:]
        reason = f"expected {_shown(expected)}, got {_shown(data[same:])}"
        if at:
            reason += f", behind {_shown(step.data[:at], tail=True)}"
        if step.masked:
            reason += " (a secret must be as long as the one that was masked)"
        before = step.data[:at]
        self._go(same)
        raise Departed(
            self.name,
            reason,
            line=step.event.line,
            expected=expected,
            got=data[same:],
            before=before,
        )


def _steps(transcript):
    events = [event for event in transcript.events if event.way != SETTING]
    scan = Scan(reply=False, on_line=lambda line, flags: None)
    steps = []
    for event, count in zip(events, must_hear(events), strict=True):
        flags = b""
        if transcript.masked and event.way == HOST:
            flags = scan.feed(event.what)
        steps.append(_Step(event, flags, count))
    return steps


def _shown(data, tail=False):
    data = bytes(data)
    if len(data) <= _SHOWN:
        return repr(data)
    piece = data[-_SHOWN:] if tail else data[:_SHOWN]
    return f"...{piece!r}" if tail else f"{piece!r}..."
