"""Shows a transcript for people: in colour, line ends as symbols, long payloads shortened."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from .form import HOST, MODULE, Event, Transcript

_SIGNS = {0x0D: "␍", 0x0A: "␊", 0x00: "␀", 0x09: "␉", 0x1B: "␛"}
_STYLES = {HOST: "cyan", MODULE: "green"}
_HEAD = 48
_TAIL = 16
"""How many bytes of a long event are shown at its beginning and at its end."""


def table(transcript: Transcript) -> Table:
    """The conversation as a table, with long payloads shortened."""
    grid = Table.grid(padding=(0, 1))
    for justify in ("right", "left", "left"):
        grid.add_column(justify=justify, overflow="fold")
    for item in transcript.body:
        if isinstance(item, Event):
            grid.add_row(Text(f"{item.time:.3f}", "dim"), item.way, _text(item, whole=False))
        else:
            grid.add_row("", "", Text(item, "yellow"))
    return grid


def lines(transcript: Transcript) -> Iterator[Text]:
    """The whole conversation, one line for each event, however long."""
    for item in transcript.body:
        if isinstance(item, Event):
            head = Text(f"{item.time:8.3f} ", "dim")
            yield head.append(f"{item.way} ", "default").append_text(_text(item, whole=True))
        else:
            yield Text(item, "yellow")


def title(transcript: Transcript) -> str:
    """The header in a line or two, as markup."""
    lines = [f"[bold]{escape(transcript.title or transcript.name)}[/bold]"]
    lines.append(escape(f"{transcript.firmware}; {transcript.source}; {transcript.date}"))
    if not transcript.masked:
        lines.append("[red]not masked: it may hold passwords and keys[/red]")
    return "\n".join(lines)


def summary(transcript: Transcript) -> str:
    """A line with the size of the conversation."""
    events = transcript.events
    counts = {way: len(transcript.said(way)) for way in (HOST, MODULE)}
    seconds = events[-1].time - events[0].time if events else 0.0
    return (
        f"{len(events)} events in {seconds:.3f} s, {counts[HOST]} bytes to the module, "
        f"{counts[MODULE]} from it"
    )


def _text(event, whole):
    if not isinstance(event.what, bytes):
        text = Text(f"{event.what[0]} {event.what[1]}", "magenta")
    else:
        text = _bytes(event.what, whole)
        text.stylize(_STYLES[event.way])
    if event.note:
        text.append(f"  {event.note}", "yellow")
    return text


def _bytes(data, whole):
    if whole or len(data) <= _HEAD + _TAIL + 20:
        return Text(signs(data))
    left = len(data) - _HEAD - _TAIL
    text = Text(signs(data[:_HEAD]))
    text.append(f" … {left} bytes … ", "bold")
    return text.append(signs(data[-_TAIL:]))


def signs(data: bytes) -> str:
    """Bytes on one line: ASCII as it is, line ends as symbols, the rest in hexadecimal."""
    return "".join(
        chr(byte) if 32 <= byte < 127 else _SIGNS.get(byte, f"\\x{byte:02x}") for byte in data
    )
