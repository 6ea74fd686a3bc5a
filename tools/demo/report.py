"""What the demo shows: what happens while it happens, and at the end what it took."""

import textwrap
import time
from collections.abc import Callable

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from espat_tools.demo.place import Place
from espat_tools.demo.wanted import Wanted

_BITS = 10  # of a byte on a wire: start, eight, stop
_STEP = 20  # per cent from one line of progress to the next, where there is no bar
_BLOCK = 65536  # bytes from one line to the next, where the length is not known
_NAME = 10  # columns for the name of a row
_WIDTH = 100
_COLOURS = {"->": "cyan", "<-": "green", "==": "magenta"}


class Quiet:
    """No progress: the conversation is shown instead."""

    def waiting(self, what: str) -> None:
        """Something that takes time has begun."""

    def begun(self, length: int | None) -> None:
        """The page is coming; its length in bytes, if it was promised."""

    def done(self, size: int) -> None:
        """So many bytes of it have come."""

    def stop(self) -> None:
        """Clear away what moves."""


class Lines(Quiet):
    """A line now and then, for logs and pipes."""

    def __init__(self, row: Callable[[str, str], None]):
        self._row = row
        self._length: int | None = None
        self._next = 0

    def begun(self, length: int | None) -> None:
        """See Quiet."""
        self._length = length
        self._next = self._gap = max(1, length * _STEP // 100) if length else _BLOCK

    def done(self, size: int) -> None:
        """See Quiet."""
        if size < self._next:
            return
        self._next = size - size % self._gap + self._gap
        of = f" of {self._length:,}" if self._length else ""
        self._row("", f"{size:,}{of} bytes")


class Bar(Quiet):
    """A bar that moves, for terminals."""

    def __init__(self, console: Console):
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True)
        self._status = console.status("")
        self._task = None

    def waiting(self, what: str) -> None:
        """See Quiet."""
        self._status.update(what)
        self._status.start()

    def begun(self, length: int | None) -> None:
        """See Quiet."""
        self._status.stop()
        self._bar.start()
        self._task = self._bar.add_task("fetching", total=length)

    def done(self, size: int) -> None:
        """See Quiet."""
        self._bar.update(self._task, completed=size)

    def stop(self) -> None:
        """See Quiet."""
        self._status.stop()
        self._bar.stop()


class Report:
    """Takes the events of a visit, shows them, and sums them up."""

    def __init__(self, place: Place, wanted: Wanted):
        self._place = place
        self._wanted = wanted
        self._console = Console()
        self._times: dict[str, float] = {}
        self._figures: dict[str, dict] = {}
        self._progress = self._make_progress()
        self._shown = {
            "started": self._started,
            "trying": self._trying,
            "joining": self._joining,
            "joined": self._joined,
            "found": self._found,
            "verified": self._verified,
            "begun": self._progress.begun,
            "progress": self._went_on,
            "trace": self._trace,
        }

    def __enter__(self) -> "Report":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._progress.stop()

    def _make_progress(self) -> Quiet:
        if self._wanted.trace:
            return Quiet()
        return Bar(self._console) if self._console.is_terminal else Lines(self.row)

    def tell(self, event: str, **figures: object) -> None:
        """Something has happened."""
        self._times[event] = time.monotonic()
        self._figures[event] = figures
        if event in self._shown:
            self._shown[event](**figures)

    def row(self, name: str, text: str) -> None:
        """A line, or more, with a name in front."""
        width = min(self._console.width, _WIDTH)
        lines = textwrap.wrap(text, max(width - _NAME, _NAME))
        for line in lines:
            self._console.print(Text.assemble((f"{name:{_NAME}}", "bold"), line), soft_wrap=True)
            name = ""

    # While it happens

    def _started(self, runtime: str) -> None:
        self.row("module", self._place.what)
        self.row("driver", f"espat in {runtime}")

    def _trying(self, rate: int) -> None:
        self.row("", f"nothing answers; trying {rate} baud")

    def _joining(self, ssid: str) -> None:
        self._say(f"joins {ssid}")
        self._progress.waiting(f"finding the module, and joining {ssid} (half a minute at most)")

    def _joined(self, ssid: str, address: str | None) -> None:
        self.row("joined", f"{ssid}: the module is {address}")
        self._progress.waiting(f"connecting to {self._wanted.url.host}")

    def _found(self, host: str, address: str) -> None:
        self.row("fetching", f"{self._wanted.url}" + (f" at {address}" if address != host else ""))

    def _verified(self, dates: bool) -> None:
        roots = "--ca" if self._wanted.ca else "the module's roots"
        checked = "name and dates" if dates else "name (this firmware does not look at dates)"
        self.row("verified", f"{self._wanted.url.host}: chain, by {roots}, {checked}")

    def _went_on(self, done: int, piece: int) -> None:
        self._progress.done(done)
        self._say(f"{piece} bytes of the page")

    def _trace(self, way: str, line: str) -> None:
        click.echo(f"{click.style(way, fg=_COLOURS.get(way))} {line}")

    def _say(self, text: str) -> None:
        if self._wanted.trace:
            self._trace("==", text)

    # At the end

    def summary(self) -> None:
        """What it took."""
        self._progress.stop()
        for name, text in self._rows():
            self.row(name, text)

    def _rows(self) -> list[tuple[str, str]]:
        figures = self._figures["fetched"]
        rows = [
            ("page", self._page(figures["size"])),
            ("time", self._time(figures["size"])),
            ("commands", f"{figures['commands']}, {figures['commands_page']} of them for the page"),
            ("wire", self._wire(figures)),
        ]
        if "heap" in self._figures:
            rows.append(("heap", _heap(**self._figures["heap"])))
        return rows

    def _page(self, size: int) -> str:
        if self._place.expected is None:
            promised = self._figures["begun"]["length"] is not None
            return f"{size:,} bytes, " + (
                "as many as promised; there is nothing to compare them with"
                if promised
                else "all that the server sent; it promised no length"
            )
        return f"{size:,} bytes, compared with what the server sent: every byte is the same"

    def _time(self, size: int) -> str:
        all_of_it = self._times["fetched"] - self._times["joining"]
        page = max(1e-6, self._times["fetched"] - self._times["found"])
        text = (
            f"{all_of_it:.2f} s, {page:.2f} s of them for the page: {size / page / 1000:,.0f} kB/s"
        )
        if self._wanted.port or self._wanted.paced:
            return text
        wire = self._figures["fetched"]["crossed_page"] * _BITS / self._wanted.baud
        return (
            f"{text}. A pseudo-terminal has no speed: a wire of {self._wanted.baud} baud takes "
            f"{wire:.1f} s (--paced shows it)"
        )

    @staticmethod
    def _wire(figures: dict) -> str:
        crossed = figures["crossed_page"]
        return (
            f"{figures['size'] / crossed:.1%} was the page: its {figures['size']:,} bytes of the "
            f"{crossed:,} that crossed the UART for it, both ways, counted at the port"
        )


def _heap(imported: int, made: int, after: int) -> str:
    return (
        f"{imported:,} bytes for importing the driver, {made:,} for a radio and its sockets' pool, "
        f"{after:,} in all after the page (64-bit objects; boards have 32-bit ones)"
    )
