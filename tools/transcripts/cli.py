"""`espat transcript`: the command line for transcripts that exist already."""

import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from . import showing
from .form import Event, Malformed, Transcript
from .masker import Masker
from .reader import load

FILE = click.Path(path_type=Path)


def opened(path: Path) -> Transcript:
    """Read a file, or raise ClickException with the reason in a sentence."""
    try:
        return load(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None
    except Malformed as error:
        raise click.ClickException(str(error)) from None


@click.group(epilog="Example: espat transcript show session.txt")
def transcript() -> None:
    """Check, show and mask transcripts.

    A transcript is what a program and a module said to each other, as plain text: one event a
    line. `espat record` makes them, `espat replay` plays them. docs/transcripts.md has the format.
    """


@transcript.command(epilog="Example: espat transcript check session.txt")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong.")
def check(files: tuple[Path, ...], quiet: bool) -> None:
    """Say whether files are transcripts, or in which line they are not.

    The exit status is 1 if any is wrong. A file that calls itself masked and holds what would be
    hidden is wrong, too.
    """
    wrong = 0
    for path in files:
        try:
            found = load(path)
            reason = _unmasked(found)
        except (OSError, Malformed) as error:
            reason = f"{path}: {error.strerror}" if isinstance(error, OSError) else str(error)
        if reason:
            wrong += 1
            click.echo(reason, err=True)
        elif not quiet:
            click.echo(f"{path}: {found.source}; {showing.summary(found)}")
    sys.exit(1 if wrong else 0)


def _unmasked(found):
    if found.masked and _masked(found).body != found.body:
        return (
            f"{found.name}: its header says that it is masked, and it holds passwords or keys: "
            "espat transcript mask"
        )
    return ""


@transcript.command(epilog="Example: espat transcript show --whole session.txt")
@click.argument("file", type=FILE)
@click.option("--whole", is_flag=True, help="Shorten no payload.")
def show(file: Path, whole: bool) -> None:
    """Show a transcript for reading: -> is the host, <- the module."""
    found = opened(file)
    console = Console()
    console.print(showing.title(found))
    if whole:
        for line in showing.lines(found):
            console.print(line, soft_wrap=True)
    else:
        console.print(showing.table(found))
    console.print(f"[dim]{showing.summary(found)}[/dim]")


@transcript.command(epilog="Example: espat transcript mask session.txt -o public.txt")
@click.argument("file", type=FILE)
@click.option("-o", "--output", type=FILE, help="Write there.  [default: FILE itself]")
def mask(file: Path, output: Path | None) -> None:
    """Hide passwords and keys in a transcript, each byte as an asterisk.

    What `espat record` hides is hidden: what a comment says is not looked at.
    """
    found = opened(file)
    hidden = _masked(found)
    try:
        (output or file).write_text(hidden.text(), "utf-8", newline="\n")
    except OSError as error:
        raise click.ClickException(f"{output or file}: {error.strerror}") from None
    changed = sum(a.what != b.what for a, b in zip(found.events, hidden.events, strict=True))
    click.echo(f"{output or file}: something was hidden in {changed} of {len(found.events)} events")


def _masked(found: Transcript) -> Transcript:
    """The same transcript with its secrets hidden; comments, times and lines do not change."""
    masker = Masker()
    pieces = []
    for event in found.events:
        pieces += masker.add(event.time, event.way, event.what)
    pieces += masker.flush()
    said = iter(pieces)
    body = [
        replace(item, what=next(said).what) if isinstance(item, Event) else item
        for item in found.body
    ]
    return replace(found, masked=True, body=body)
