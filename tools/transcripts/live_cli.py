"""`espat record` and `espat replay`: transcripts recorded and replayed while a program runs."""

import sys
import time
from pathlib import Path

import click
import serial
from rich.console import Console

import espat_tools  # noqa: F401 - makes pyserial know espat:// and the like
from espat_tools import troubles
from espat_tools.demo.place import open_port
from espat_tools.demo.wanted import Unwanted
from espat_tools.urlhandlers.options import Unfit, source, source_of

from .cli import FILE, opened
from .doors import open_door
from .player import Player
from .recorder import Recorder
from .relay import Relay
from .stage import Stage

STOPPED = 130
"""Exit status after Ctrl-C if that was too early."""

_TCP = "Offer a TCP port instead of a pseudo-terminal; on this machine only, unless HOST is given."
_LINK = "A name for the pseudo-terminal that stays the same."
_SOURCE = "Where it comes from, such as “real module, ESP-01S”; unless told it is unstated."
_RECORD = """\b
Examples:
  espat record --port /dev/ttyUSB0 -o session.txt
  espat record --port espat://?profile=nonos-1.7.4 -o session.txt --tcp 4000
"""
_REPLAY = """\b
Examples:
  espat replay session.txt
  espat replay session.txt --link /tmp/module --speed 1
"""


def door(tcp: str | None, link: str | None, baud: int):
    """Open a door for a program. Raises ClickException if that is not possible."""
    try:
        return open_door(tcp, link, baud)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        place = tcp or link or "a pseudo-terminal"
        raise click.ClickException(f"could not open {troubles.told(error, place)}") from None


# ---- record -------------------------------------------------------------------------------------


@click.command(epilog=_RECORD)
@click.option("--port", required=True, metavar="PORT", help="Where the module is: a device or URL.")
@click.option("-o", "--output", required=True, type=FILE, metavar="FILE", help="What to write.")
@click.option("--baud", type=click.IntRange(1), default=115200, show_default=True, help="Its rate.")
@click.option("--tcp", metavar="[HOST:]PORT", help=_TCP)
@click.option("--link", metavar="PATH", help=_LINK)
@click.option("--unmasked", is_flag=True, help="Write passwords and keys down as they are.")
@click.option("--source", metavar="TEXT", help=_SOURCE)
@click.option("--firmware", metavar="TEXT", help="What the module runs, if nobody asks it.")
@click.option("--title", metavar="TEXT", help="What happens in it.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def record(port: str, output: Path, baud: int, **options: object) -> None:
    """Sit between a program and a module, and write down what they say.

    A pseudo-terminal, or a TCP port, is offered for the program to open in place of the module's
    port. A rate that the program sets on the pseudo-terminal is set on the module's port. Ctrl-C
    ends it. Passwords and keys are hidden.
    """
    if output.exists() and not options["force"]:
        raise click.ClickException(f"{output} is there already: another name, or --force")
    head = _head(port, options)
    module = device(port, baud)
    try:
        way_in = door(options["tcp"], options["link"], baud)
        try:
            recorder = _recorder(output, head)
            with recorder:
                _relay(Relay(way_in, module, recorder), way_in, recorder)
        except OSError as error:
            raise click.ClickException(
                f"{troubles.told(error, output)}. What was said until then is in it."
            ) from None
        finally:
            way_in.close()
    finally:
        module.close()
    click.echo(f"{output}: {recorder.lines} events", err=True)


def _head(port, options):
    """The arguments of Recorder besides the file."""
    told = options["source"]
    try:
        where = source(told) if told else source_of(port)
    except Unfit as error:
        raise click.ClickException(str(error)) from None
    head = {name: options[name] or "" for name in ("firmware", "title")}
    for name, text in head.items():
        if text and not text.isprintable():
            raise click.ClickException(f"--{name}: one line of text is wanted")
    return {"source": where, "mask": not options["unmasked"], **head}


def device(port: str, baud: int):
    """Open the module's port for this program alone.

    Bytes read by another program would be missing in the transcript. Raises ClickException if the
    port cannot be opened.
    """
    try:
        return open_port(port, baud)
    except Unwanted as error:
        raise click.ClickException(str(error)) from None


def _recorder(output, head):
    try:
        return Recorder(output, **head)
    except OSError as error:
        raise click.ClickException(troubles.told(error, output)) from None


def _relay(relay, door, recorder):
    console = Console(stderr=True)
    shown = 0.0
    try:
        place = f"[bold]{door.place}[/bold]"
        console.print(f"Open {place} in place of the module's port. Ctrl-C ends it.")
        with console.status("waiting for a program...") as status:
            while True:
                relay.step()
                if time.monotonic() - shown > 0.2:
                    shown = time.monotonic()
                    status.update(
                        f"{recorder.lines} events, {relay.to_module} bytes to the module, "
                        f"{relay.from_module} from it"
                    )
    except KeyboardInterrupt:
        return
    except serial.SerialException as error:
        recorder.close()
        raise click.ClickException(
            f"the port was lost: {error}. {recorder.path} has what was said until then."
        ) from None


# ---- replay -------------------------------------------------------------------------------------


@click.command(epilog=_REPLAY)
@click.argument("file", type=FILE)
@click.option("--tcp", metavar="[HOST:]PORT", help=_TCP)
@click.option("--link", metavar="PATH", help=_LINK)
@click.option(
    "--speed",
    type=click.FloatRange(0),
    default=0.0,
    help="1 answers as slowly as the module did, 10 ten times faster.  [default: at once]",
)
def replay(file: Path, tcp: str | None, link: str | None, speed: float) -> None:
    """Play a transcript to a program, and say where the program departed from it.

    A pseudo-terminal, or a TCP port, is offered for the program to open. The exit status is 0 when
    all was said, by both, and 1 when the program said something else or left before the end.
    """
    player = Player(opened(file), time.monotonic, speed)
    way_in = door(tcp, link, 115200)
    console = Console(stderr=True)
    try:
        console.print(f"Open [bold]{way_in.place}[/bold] as the module's port. Ctrl-C ends it.")
        departed = Stage(way_in, player).play()
    except KeyboardInterrupt:
        click.echo(f"Stopped. {player.missing() or 'All was said.'}", err=True)
        sys.exit(STOPPED)
    finally:
        way_in.close()
    if departed:
        raise click.ClickException(departed)
    click.echo(f"{file}: all was said.", err=True)
