"""Measures how many bytes the wire loses or changes, and its speed, by echo and by long replies.

No network is needed. A line that no firmware knows is echoed and answered with ERROR, so it passes
the wire in both directions. A long reply, requested again and again, passes it in one direction. So
if echoes are damaged and replies are not, the damage happens on the way to the module.
"""

from collections import Counter
from dataclasses import asdict, dataclass

from espat_tools.doctor.signs import answered
from espat_tools.doctor.wire import Wire

LINES = 20
LENGTH = 100  # bytes of a line; old firmware accepts 128
REPLIES = 40  # so many that replies have more bytes than echoes
_PATIENCE = 3.0
_DIGITS = b"0123456789"  # a part of such a line, or two lines joined, cannot be a command


@dataclass
class Way:
    """One direction of the wire: bytes sent, messages, and how many came damaged."""

    sent: int = 0
    messages: int = 0
    damaged: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.sent / self.seconds if self.seconds else 0.0

    def told(self) -> dict:
        """The figures for --json."""
        return {**asdict(self), "seconds": round(self.seconds, 3), "rate": round(self.rate)}


@dataclass
class Measured:
    """`echo`: both directions; `replies`: from the module; `silent`: it stopped answering."""

    echo: Way
    replies: Way
    silent: bool = False


def measure(wire: Wire, echoes: bool, question: bytes) -> Measured:
    """Measure. `echoes`: whether echo was on before, which is restored at the end. Raises Stuck."""
    done = Measured(Way(), Way())
    if not _ask(wire, b"ATE1"):
        done.silent = True
        return done
    done.silent = not (_echo(wire, done.echo) and _replies(wire, question, done.replies))
    if not echoes:
        _ask(wire, b"ATE0")
    return done


def _ask(wire: Wire, line: bytes) -> bytes:
    got = wire.ask(line + b"\r\n", _PATIENCE, answered)
    return got if answered(got) else b""


def _echo(wire: Wire, way: Way) -> bool:
    """Measure by echoed lines; returns False if a line and a second try were not answered."""
    silences = 0
    for n in range(LINES):
        turn = n % len(_DIGITS)
        line = b"AT+" + (_DIGITS[turn:] + _DIGITS[:turn]) * (LENGTH // len(_DIGITS))
        begun = wire.now()
        got = _ask(wire, line)
        way.seconds += max(wire.last - begun, 0)
        way.sent += len(line) + 2
        way.messages += 1
        way.damaged += line not in got
        silences = 0 if got else silences + 1
        if silences == 2:
            return False
    return True


def _replies(wire: Wire, question: bytes, way: Way) -> bool:
    """Measure by requesting the same reply many times; the most frequent one counts as right."""
    replies = []
    for _ in range(REPLIES):
        begun = wire.now()
        replies.append(_ask(wire, question))
        way.seconds += max(wire.last - begun, 0)
        if replies[-2:] == [b"", b""]:
            return False
    bodies = [_body(reply, question) for reply in replies]
    whole, _ = Counter(bodies).most_common(1)[0]
    way.sent = sum(map(len, replies))
    way.messages = len(replies)
    way.damaged = sum(body != whole for body in bodies)
    return True


def _body(reply: bytes, question: bytes) -> bytes:
    """A reply without its echo, which may have been damaged on its way to the module."""
    at = reply.find(b"\n")
    return reply[at:] if reply[:2] == question[:2] else reply
