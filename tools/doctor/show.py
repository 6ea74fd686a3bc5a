"""Shows the findings, for people or for programs."""

import json
import textwrap

import click
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from espat_tools.doctor.examine import Examined
from espat_tools.doctor.faults import BAD, GOOD, NOTE, Finding
from espat_tools.doctor.measure import Way
from espat_tools.doctor.signs import shown

_NAME = 10  # columns for the name of a row
_WIDTH = 96
_COLOURS = {GOOD: "green", NOTE: "yellow", BAD: "red"}
_BITS = 10  # bits of a byte on the wire


def rows(port: str, done: Examined) -> list[tuple[str, str]]:
    """The facts: (name, line) of each."""
    found = [("port", port)]
    if done.rate:
        found.append(("rate", f"{done.rate} baud"))
    else:
        found.append(("heard", shown(done.heard) if done.heard else "nothing"))
    if done.firmware:
        found.append(("firmware", done.firmware))
    for line in done.version:
        found.append(("", line))
    if done.can:
        found.append(("can", "; ".join(done.can)))
    if done.cannot:
        found.append(("cannot", "; ".join(done.cannot)))
    if done.measured and done.rate:
        found.append(("echo", _way(done.measured.echo, "lines, there and back", done.rate)))
        found.append(("replies", _way(done.measured.replies, "from the module", done.rate)))
    return found


def _way(way: Way, what: str, rate: int) -> str:
    if not way.messages:
        return "not measured"
    share = way.rate / (rate / _BITS)
    pace = f"{share:.0%} of what {rate} baud can carry" if 0 < share < 1.1 else "no wire in between"
    return f"{way.messages} {what}, {way.sent} bytes, {way.damaged} damaged; {pace}"


def plain(port: str, done: Examined) -> str:
    """The findings as text without colours, in lines of 96 columns."""
    lines = []
    for name, text in rows(port, done):
        lines += textwrap.wrap(
            text, _WIDTH, initial_indent=f"{name:<{_NAME}}", subsequent_indent=" " * _NAME
        )
    for finding in done.findings:
        lines += ["", *_told(finding)]
    return "\n".join(lines)


def _told(finding: Finding) -> list[str]:
    lines = [*_wrapped(finding.says, "")]
    if finding.causes:
        lines.append("It may be:")
        lines += [line for cause in finding.causes for line in _wrapped(cause, "- ")]
    if finding.do:
        lines.append("What to do:")
        number = 0
        for step in finding.do:
            if step.startswith("  "):
                lines += _wrapped(step.strip(), "     ")
            else:
                number += 1
                lines += _wrapped(step, f"{number}. ")
    return lines


def _wrapped(text: str, mark: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False
    )


def rich(console: Console, port: str, done: Examined) -> None:
    """Print the findings in colour on a terminal."""
    facts = Table.grid(padding=(0, 2))
    for name, text in rows(port, done):
        facts.add_row(Text(name, style="bold"), Text(text))
    console.print(facts)
    for finding in done.findings:
        first, *rest = _told(finding)
        head = len(_wrapped(finding.says, ""))
        body = [Text(line, style="bold") for line in [first, *rest][:head]]
        body += [Text(line) for line in [first, *rest][head:]]
        console.print(Panel(Group(*body), border_style=_COLOURS[finding.level]))


def as_json(port: str, done: Examined) -> str:
    """The findings as one JSON object."""
    measured = done.measured
    return json.dumps(
        {
            "port": port,
            "well": done.well,
            "rate": done.rate,
            "firmware": done.firmware,
            "version": done.version,
            "can": done.can,
            "cannot": done.cannot,
            "echo": measured.echo.told() if measured else None,
            "replies": measured.replies.told() if measured else None,
            "heard": shown(done.heard, 200),
            "findings": [
                {
                    "name": finding.name,
                    "level": finding.level,
                    "says": finding.says,
                    "causes": finding.causes,
                    "do": [step.strip() for step in finding.do],
                }
                for finding in done.findings
            ],
        },
        indent=2,
    )


def show(port: str, done: Examined, json_: bool) -> None:
    """Print it: JSON if asked for, colours on a terminal, else plain text."""
    if json_:
        click.echo(as_json(port, done))
        return
    console = Console()
    if console.is_terminal:
        rich(console, port, done)
    else:
        click.echo(plain(port, done))
