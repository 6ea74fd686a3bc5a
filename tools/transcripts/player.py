"""Replays a transcript, without I/O and with only the clock that it is given.

The host must send the right bytes in the right order; it does not matter in which pieces they
come, or when.
"""

import re
from collections.abc import Callable

from .form import HOST, MODULE, SETTING, Event, Transcript
from .masker import HIDDEN, SHORTEST
from .secret_scan import Scan
from .turns import must_hear

_ROWS = re.compile(rb"\*{%d,}|(?<=://)\*+(?=@)" % SHORTEST)
_SHOWN = 60
"""How many bytes of each side a message about a difference shows."""


class Departed(Exception):
    """The host sent something else: `got` instead of `expected`, in this `line`.

    Both are the bytes from the difference on; `expected` is empty if nothing more was expected.
    `before` is what the host had already sent of that line.
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
    """One event. Before a host's event, the host must have read ``must_hear`` bytes of the module.

    An asterisk matches any byte where it hides a secret: where ``flags`` say so, as the user of a
    URL, or in a row that is long enough to hide a secret from elsewhere.
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
        """Whether any of its bytes is hidden."""
        return self._hidden is not None

    def agrees(self, at: int, piece: bytes) -> int:
        """How many bytes of ``piece`` agree with the event from the position ``at`` on."""
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

    `now` returns the time in seconds. `speed` is how many times faster than in the recording the
    module answers; 0: at once. In a masked transcript, any byte matches a hidden one.
    """

    def __init__(self, transcript: Transcript, now: Callable[[], float], speed: float = 0.0):
        self.name = transcript.name
        self._now = now
        self._speed = speed
        self._steps = _steps(transcript)
        self._at = 0  # the current step,
        self._done = 0  # and how many bytes of it were sent
        self._out = bytearray()  # what the module has sent and the host has not read
        self._heard = 0  # how many bytes the host has read
        self._since = now()  # when the step before ended,
        self._before = 0.0  # and when it did in the transcript

    # ---- where it is ----------------------------------------------------------------------------

    @property
    def _step(self) -> _Step | None:
        return self._steps[self._at] if self._at < len(self._steps) else None

    @property
    def over(self) -> bool:
        """Whether everything was sent and read."""
        self._speak()
        return self._step is None and not self._out

    @property
    def line(self) -> int:
        """The line of the transcript that comes next, or the last one."""
        steps = self._steps
        return steps[min(self._at, len(steps) - 1)].event.line if steps else 0

    @property
    def due(self) -> float | None:
        """When the module sends next, by `now`; None while it is the host's turn."""
        step = self._step
        if step is None or step.event.way != MODULE:
            return None
        if not self._speed:
            return self._since
        return self._since + (step.event.time - self._before) / self._speed

    def missing(self) -> str:
        """A sentence that says what is still missing, "" if nothing is."""
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
        """Let the module send what is due."""
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
        """How many bytes `take` would return."""
        self._speak()
        return len(self._out)

    def take(self, limit: int) -> bytes:
        """Return and remove what the module has sent, at most `limit` bytes."""
        self._speak()
        data = bytes(self._out[:limit])
        del self._out[:limit]
        self._heard += len(data)
        return data

    def feed(self, data: bytes) -> None:
        """Take bytes from the host. Raises Departed if the transcript has something else."""
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
        """The step that the host is at now.

        The bytes of both ends may cross on the line, so the module's steps before it are sent
        first, even if the host has not read them yet.
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
