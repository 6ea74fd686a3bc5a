"""What the picture shows, as data: bars with times, made of a transcript.

Times are in seconds. A transcript says when the host gave bytes to its UART, and when it got those
of the module: how long they were on the wire follows from the rate.
"""

import re
from dataclasses import dataclass, field

from espat_tools.transcripts import HOST, MODULE, SETTING, Masker, Transcript, talk
from espat_tools.transcripts.talk import Item, Talk

BITS = 10
"""Of a byte on a wire: start, eight, stop."""
BAUD = 115200
"""Where a transcript does not tell the rate."""
MOST, FEW = 8192, 512
"""Bytes of a piece that the picture keeps, of its beginning; and where there are many in all."""
MANY = 4_000_000

KINDS = (
    talk.COMMAND, talk.ESCAPE, talk.PAYLOAD, talk.RAW, talk.ECHO, talk.REPLY, talk.RESULT,
    talk.BUSY, talk.PROMPT, talk.NOTICE, talk.NOISE, talk.BLANK,
)  # fmt: skip
OK, REFUSED, BUSY, LOST = "ok", "refused", "busy", "lost"
"""How a command ended; LOST: no result came, or the module restarted first."""
GOOD = (b"OK", b"SEND OK")

_OPENED = re.compile(rb"(?:(\d),)?CONNECT|\+LINK_CONN:0,(\d),.*")
_CLOSED = re.compile(rb"(?:(\d),)?(?:CLOSED|CONNECT FAIL)")
_ANNOUNCED = re.compile(rb"\+IPD,(\d+),\d+")
ONLY = -1
"""The link of a module that has one and does not number it."""


@dataclass
class Bar:
    """A command from its first byte to its result."""

    text: str
    start: float
    end: float
    outcome: str = LOST
    result: str = ""
    first: float = -1.0
    """When the first of its reply came."""
    last: float = -1.0
    """When the last of it that the host said was said: its payload."""


@dataclass
class Span:
    """A state that lasts: a link, the network."""

    row: str
    text: str
    start: float
    end: float = -1.0


@dataclass
class Picture:
    """All that is drawn."""

    pieces: list = field(default_factory=list)
    """[kind, 0 host or 1 module, start, end, command, link, head, bytes, count], by their start."""
    bars: list[Bar] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    marks: list[tuple[float, str]] = field(default_factory=list)
    """Settings of the line, and restarts."""
    end: float = 0.0


def _text(data: bytes) -> str:
    """Bytes as letters of one byte each: JSON has no bytes."""
    return data.decode("latin-1")


class Maker:
    """Takes the events of a transcript in order, and makes the picture."""

    def __init__(self, most: int = MOST):
        self._most = most
        self._talk = Talk()
        self._picture = Picture()
        self._baud = BAUD
        self._free = 0.0
        """Until when the module was speaking."""
        self._latest: list | None = None
        """What the host said last."""
        self._open: dict[str, Span] = {}
        self._fresh = 0.0
        """When the host last said something: no answer to it came before."""

    def add(self, time: float, way: str, what: object) -> None:
        """One event."""
        self._picture.end = max(self._picture.end, time)
        if way == SETTING:
            self._set(time, *what)
        elif way == HOST:
            for item in self._talk.host(what, time):
                self._host(item)
        else:
            for item in self._talk.module(what, time):
                self._module(item)

    def done(self) -> Picture:
        """The picture, when nothing more comes."""
        picture = self._picture
        for item in self._talk.flush(picture.end):
            (self._host if item.way == HOST else self._module)(item)
        for piece in picture.pieces:
            picture.end = max(picture.end, piece[3])
        moved_on = picture.end
        for bar in reversed(picture.bars):
            if bar.end < 0:  # the host gave it up when it said the next
                bar.end = max(bar.start, moved_on)
                bar.last = min(bar.last, bar.end)
            moved_on = bar.start
        for span in picture.spans:
            if span.end < 0:
                span.end = picture.end
        picture.pieces.sort(key=lambda piece: piece[2])
        return picture

    def _set(self, time, name, value):
        if name == "baud":
            if value != self._baud or not self._picture.marks:
                self._picture.marks.append((time, f"{value} baud"))
            self._baud = value
        else:
            self._picture.marks.append((time, f"{name} {value}"))

    # ---- the host's -----------------------------------------------------------------------------

    def _host(self, item: Item):
        start = item.start
        end = start + len(item.data) * BITS / self._baud
        self._cut_short(start)
        self._fresh = start
        self._latest = self._piece(item, start, end)
        bars = self._picture.bars
        if item.kind == talk.COMMAND:
            bars.append(Bar(_text(item.text), start, -1.0))
            bars[-1].last = end
        elif 0 <= item.owner < len(bars):
            bars[item.owner].last = end

    def _cut_short(self, time):
        """What the host said before is over by then: the wire of an emulator is a quick one."""
        if self._latest:
            self._latest[3] = max(self._latest[2], min(self._latest[3], time))

    def _piece(self, item, start, end):
        kept = item.data[: item.head + self._most]
        piece = [KINDS.index(item.kind), int(item.way == MODULE), start, end, item.owner]
        piece += [item.link, item.head, kept, len(item.data)]
        self._picture.pieces.append(piece)
        return piece

    # ---- the module's ---------------------------------------------------------------------------

    def _module(self, item: Item):
        took = len(item.data) * BITS / self._baud
        early = min(item.start, item.end - took)
        start = min(item.end, max(early, self._free, self._fresh))
        self._free = item.end
        self._piece(item, start, item.end)
        if item.kind in (talk.RESULT, talk.PROMPT):
            self._cut_short(item.end)
        self._answer(item, start)
        text = item.text
        if item.kind == talk.NOTICE:
            self._notice(text, item.end)

    def _answer(self, item, start):
        bars = self._picture.bars
        if not 0 <= item.owner < len(bars):
            return
        bar = bars[item.owner]
        if bar.first < 0 and item.kind not in (talk.ECHO, talk.BLANK):
            bar.first = start
        if item.kind == talk.BUSY:
            bar.outcome, bar.end, bar.result = BUSY, item.end, _text(item.text)
        elif item.kind == talk.RESULT:
            bar.outcome = OK if item.text in GOOD else REFUSED
            bar.end, bar.result = item.end, _text(item.text)
            bar.last = min(bar.last, bar.end)
        elif item.kind == talk.PROMPT and self._talk.passthrough:
            bar.outcome, bar.end, bar.result = OK, item.end, "passthrough"

    def _notice(self, text, time):
        opened, closed = _OPENED.fullmatch(text), _CLOSED.fullmatch(text)
        if text == b"ready":
            self._restarted(time)
        elif opened:
            self._begin(_link_row(opened[1] or opened[2]), "", time)
        elif closed:
            self._finish(_link_row(closed[1]), time)
        elif text == b"WIFI GOT IP":
            self._begin("Wi-Fi", "joined", time)
        elif text == b"WIFI DISCONNECT":
            self._finish("Wi-Fi", time)

    def _restarted(self, time):
        self._picture.marks.append((time, "restart"))
        for row in list(self._open):
            self._finish(row, time)
        for bar in self._picture.bars:
            if bar.end < 0:
                bar.end, bar.result = time, "the module restarted"

    def _begin(self, row, text, time):
        self._finish(row, time)
        self._open[row] = Span(row, text, time)
        self._picture.spans.append(self._open[row])

    def _finish(self, row, time):
        span = self._open.pop(row, None)
        if span:
            span.end = time


def _link_row(number) -> str:
    return f"link {int(number)}" if number else "link"


def make(transcript: Transcript, masked: bool = True) -> Picture:
    """The picture of a transcript; secrets hidden unless told otherwise."""
    events = transcript.events
    said = sum(len(event.what) for event in events if event.way != SETTING)
    maker = Maker(MOST if said < MANY else FEW)
    for time, way, what in _hidden(events) if masked and not transcript.masked else _told(events):
        maker.add(time, way, what)
    return maker.done()


def _told(events):
    return ((event.time, event.way, event.what) for event in events)


def _hidden(events):
    masker = Masker()
    for event in events:
        yield from (piece[:3] for piece in masker.add(event.time, event.way, event.what))
    yield from (piece[:3] for piece in masker.flush())


def data(transcript: Transcript, picture: Picture, live: bool = False) -> dict:
    """All that the page needs, for JSON."""
    return {
        "title": transcript.title or transcript.name.rpartition("/")[2],
        "firmware": transcript.firmware,
        "source": str(transcript.source),
        "date": transcript.date,
        "live": live,
        "end": round(picture.end, 6),
        "kinds": KINDS,
        "pieces": [
            [kind, way, round(start, 6), round(end, 6), owner, link, head, _text(kept), count]
            for kind, way, start, end, owner, link, head, kept, count in picture.pieces
        ],
        "bars": [
            [b.text, round(b.start, 6), round(b.end, 6), b.outcome, b.result]
            + [round(b.first, 6), round(b.last, 6)]
            for b in picture.bars
        ],
        "spans": [[s.row, s.text, round(s.start, 6), round(s.end, 6)] for s in picture.spans],
        "marks": [[round(time, 6), text] for time, text in picture.marks],
    }
