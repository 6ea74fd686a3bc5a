"""How `espat emulate` shows what happens: not at all, as JSON, line by line, or live."""

import json
from collections import deque
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from espat_tools.emulate.watch import Event, Watch

_NAME = 9
_LATEST = 12
_COLOURS = {"command": "cyan", "wifi": "green", "link": "green", "closed": "yellow"}
_COLOURS |= {"fault": "magenta", "warning": "yellow", "failed": "red", "reset": "yellow"}


def _in_words(event: Event) -> str:
    """The facts of an event in a line."""
    facts = event.facts
    return _WORDS.get(event.name, lambda facts: "")(facts)


_WORDS = {
    "command": lambda facts: facts["command"],
    "wifi": lambda facts: f"{facts['state']} {facts['ssid']}".strip(),
    "link": lambda facts: f"{facts['link']} {facts['type']} {facts['remote']} ({facts['role']})",
    "closed": lambda facts: str(facts["link"]),
    "fault": lambda facts: facts["fault"],
    "warning": lambda facts: facts["text"],
    "failed": lambda facts: facts["text"],
    "bytes": lambda facts: f"{facts['in']:,} in, {facts['out']:,} out" + _lost(facts),
}


def _lost(figures: dict) -> str:
    """How many bytes were lost, and where; nothing where none were."""
    places = (("lost_by_host", "host"), ("lost_by_module", "module"))
    lost = [f"{figures[key]:,} lost by the {name}" for key, name in places if figures[key]]
    return "".join(f", {each}" for each in lost)


def port_rows(ports: dict) -> list[tuple[str, str]]:
    """The ports to open, with their names."""
    rows = [("port", ports["link"] or ports["pty"])] if ports["pty"] else []
    if ports["link"]:
        rows.append(("", f"a link to {ports['pty']}"))
    if ports["tcp"]:
        rows.append(("TCP", f"{ports['tcp']}, for pyserial socket://{ports['tcp']}"))
    return rows


class Quiet:
    """The ports alone, one a line: for scripts."""

    def __init__(self, out: TextIO):
        self._out = out

    def __enter__(self) -> "Quiet":
        return self

    def __exit__(self, *_exc: object) -> None:
        """Nothing to clear away."""

    def line(self, text: str) -> None:
        """A line, out at once."""
        self._out.write(text + "\n")
        self._out.flush()

    def ready(self, about: dict) -> None:
        """The module runs; ``about`` says on which ports, and what it is."""
        for key in ("link", "pty", "tcp"):
            if about[key] and not (key == "pty" and about["link"]):
                self.line(about[key])

    def event(self, event: Event) -> None:
        """Something happened."""

    def tick(self, watch: Watch) -> None:
        """A while has passed."""

    def end(self, figures: dict) -> None:
        """It is over."""


class Json(Quiet):
    """One JSON object a line."""

    def _put(self, name: str, facts: dict) -> None:
        self.line(json.dumps({"event": name} | facts, ensure_ascii=False))

    def ready(self, about: dict) -> None:
        self._put("ready", about)

    def event(self, event: Event) -> None:
        name = "booted" if event.name == "ready" else event.name
        self._put(name, {"seconds": event.seconds} | event.facts)

    def end(self, figures: dict) -> None:
        self._put("end", figures)


class Lines(Quiet):
    """A line for each thing that happens."""

    def ready(self, about: dict) -> None:
        for name, text in about_rows(about):
            self.line(f"{name:{_NAME}} {text}")

    def event(self, event: Event) -> None:
        self.line(f"{event.seconds:9.3f} {event.name:{_NAME}} {_in_words(event)}".rstrip())

    def end(self, figures: dict) -> None:
        self.line(summary(figures))


def about_rows(about: dict) -> list[tuple[str, str]]:
    """What runs, and where to find it."""
    rows = port_rows(about)
    pace = f"paced at {about['baud']} baud" if about["paced"] else "not paced"
    rows.append(("module", f"{about['profile']}, {pace}, seed {about['seed']}"))
    rows.append(("Wi-Fi", ", ".join(about["access_points"]) or "no access points"))
    rows.append(("network", about["network"]))
    return rows


def summary(figures: dict) -> str:
    """The end, in a sentence."""
    return (
        f"Ended after {figures['seconds']:.1f} s: {figures['in']:,} bytes in, "
        f"{figures['out']:,} out, {_counted(figures['commands'], 'command')}, "
        f"{_counted(figures['faults'], 'fault')}{_lost(figures)}."
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


class Screen(Quiet):
    """A picture of the module that is drawn anew as things happen."""

    def __init__(self, console: Console):
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._about: list[tuple[str, str]] = []
        self._latest: deque = deque(maxlen=_LATEST)

    def __enter__(self) -> "Screen":
        self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._live.stop()

    def ready(self, about: dict) -> None:
        self._about = about_rows(about)

    def event(self, event: Event) -> None:
        if event.name != "bytes":
            self._latest.append(event)

    def tick(self, watch: Watch) -> None:
        self._live.update(self._picture(watch))

    def _picture(self, watch: Watch) -> Group:
        figures = watch.figures()
        table = Table.grid(padding=(0, 2))
        for name, text in [
            *self._about,
            ("", ""),
            ("station", watch.wifi),
            (
                "links",
                "   ".join(f"{n}: {text}" for n, text in sorted(dict(watch.links).items())) or "-",
            ),
            ("bytes", f"{figures['in']:,} in, {figures['out']:,} out{_lost(figures)}"),
            ("commands", f"{figures['commands']:,}"),
            ("faults", f"{figures['faults']:,}"),
        ]:
            table.add_row(Text(name, "bold"), Text(text, overflow="ellipsis"))
        latest = [
            Text.assemble(
                f"{event.seconds:9.3f} ",
                (f"{event.name:{_NAME}} ", _COLOURS.get(event.name, "")),
                _in_words(event),
                overflow="ellipsis",
                no_wrap=True,
            )
            for event in self._latest
        ]
        return Group(table, Text(""), *latest, Text("Ctrl-C ends it.", "dim"))

    def end(self, figures: dict) -> None:
        self._live.stop()
        for name, text in self._about:
            self._console.print(Text.assemble((f"{name:{_NAME}} ", "bold"), text))
        self._console.print(summary(figures), highlight=False)
