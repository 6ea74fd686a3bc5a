"""The parts of a transcript, and how it is written as text.

:mod:`.reader` is strict; it reads what is written here back unchanged.
"""

from dataclasses import dataclass, field

MAGIC = "espat transcript"
VERSION = 1

HOST = "->"
"""From the host to the module."""
MODULE = "<-"
"""From the module to the host."""
SETTING = "--"
"""A setting of the host's end of the line: it has no bytes, and a replay does not check it."""

SETTINGS = {"baud": (1, 10_000_000), "rts": (0, 1), "dtr": (0, 1), "break": (0, 1)}
"""{name: (least value, greatest value)}"""

SOURCES = {
    "real module": "captured from a module of flesh and blood; someone vouches for it",
    "emulator": "recorded from the emulator of this project",
    "wire format": "written by hand from what firmware is known to print",
    "unstated": "recorded through a port, and nobody said what was behind it",
}
"""Where a conversation comes from; an emulator's must never be taken for a real module's."""


class Malformed(ValueError):
    """Not a transcript: `line` is the wrong line, counted from 1, or 0 for the whole file."""

    def __init__(self, name: str, line: int, reason: str):
        where = f"{name}, line {line}" if line else name
        super().__init__(f"{where}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Source:
    """One of SOURCES, and a text that says which one exactly."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}, {self.detail}" if self.detail else self.kind


@dataclass(frozen=True)
class Event:
    """One line: `what` is bytes, or for a SETTING its name and number.

    `time` is in seconds since the beginning, in steps of 1 ms; `note` is the comment at its end.
    """

    time: float
    way: str
    what: bytes | tuple[str, int]
    note: str = ""
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        what = repr(self.what) if isinstance(self.what, bytes) else f"{self.what[0]} {self.what[1]}"
        text = f"{self.time:8.3f} {self.way} {what}"
        return f"{text}  # {self.note}" if self.note else text


@dataclass
class Transcript:
    """Header and body; strings in the body are comments, and "" is an empty line."""

    firmware: str
    source: Source
    date: str
    title: str = ""
    masked: bool = True
    body: list[Event | str] = field(default_factory=list)
    name: str = field(default="transcript", compare=False)

    @property
    def events(self) -> list[Event]:
        """The body without its comments."""
        return [item for item in self.body if isinstance(item, Event)]

    def said(self, way: str) -> bytes:
        """All bytes that one end sent."""
        return b"".join(event.what for event in self.events if event.way == way)

    def header(self) -> str:
        """The lines before the body, with the empty line at their end."""
        lines = [f"{MAGIC} {VERSION}"]
        lines += [f"title: {self.title}"] if self.title else []
        lines += [
            f"firmware: {self.firmware}",
            f"source: {self.source}",
            f"date: {self.date}",
            f"masked: {'yes' if self.masked else 'no'}",
        ]
        return "\n".join(lines) + "\n\n"

    def text(self) -> str:
        """The whole file."""
        return self.header() + "".join(
            f"{item}\n" if item else "\n" for item in map(_line, self.body)
        )


def _line(item: Event | str) -> str:
    if isinstance(item, Event):
        return str(item)
    return f"# {item}" if item else ""
