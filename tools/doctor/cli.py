"""`espat doctor`: the command line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console

import espat_tools  # noqa: F401 - makes pyserial know espat:// and the like
from espat_tools.demo.place import open_port
from espat_tools.demo.wanted import Unwanted
from espat_tools.doctor.examine import examine
from espat_tools.doctor.show import show
from espat_tools.doctor.wire import Wire
from espat_tools.install import find

WRONG, STOPPED = 1, 130
"""Exit statuses: something is wrong; after Ctrl-C, as in shells. A port that cannot be opened gives
2, like a wrong option."""

_WRITE_TIMEOUT = 2  # seconds after which flow control is assumed to block the port

_HELP = {
    "port": "Where the module is: a device, or any URL of pyserial's.  [default: the only adapter]",
    "baud": "The rate to begin with; others are tried if nothing answers.",
    "rtscts": "Use RTS and CTS at this end.",
    "listen": "Listen so many seconds before the first word: time to press the module's reset.",
    "json": "For programs.",
}
_EXAMPLES = """\b
Examples:
  espat doctor --port /dev/ttyUSB0
  espat doctor --port /dev/ttyUSB0 --listen 10     press the module's reset meanwhile
  espat doctor --port /dev/ttyUSB0 --json
\b
The exit status is 0 if all is well, 1 if something is wrong, 2 if the port cannot be opened.
What each finding means: docs/troubleshooting.md.
"""


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show what is being done: as a status on a terminal, else as lines on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield lambda text: None
    elif not console.is_terminal:
        yield lambda text: click.echo(f"{text} ...", err=True)
    else:
        with console.status("") as status:
            yield lambda text: status.update(f"{text} ...")


def _the_only_one() -> str:
    """The port of the only adapter that is plugged in; boards with their own USB do not count."""
    found = [port.device for port in find.ports() if not find.is_board(port)]
    if len(found) == 1:
        return found[0]
    raise click.UsageError(
        f"Which port? There are {', '.join(found)}: --port PORT."
        if found
        else "No adapter is plugged in; name a port with --port PORT, if there is one all the same."
    )


@click.command(epilog=_EXAMPLES)
@click.option("--port", metavar="PORT", help=_HELP["port"])
@click.option(
    "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
)
@click.option("--rtscts", is_flag=True, help=_HELP["rtscts"])
@click.option(
    "--listen", type=click.FloatRange(0, 600), default=1.0, show_default=True, help=_HELP["listen"]
)
@click.option("--json", "json_", is_flag=True, help=_HELP["json"])
def doctor(port: str | None, baud: int, rtscts: bool, listen: float, json_: bool) -> None:
    """Find out what is wrong between this machine and a module.

    It finds the rate, reads the firmware, and measures the wire; no network is needed, nothing is
    written to the module's flash. Modules that do not answer are told apart by what they say.
    """
    port = port or _the_only_one()
    try:
        device = open_port(port, baud)
    except Unwanted as error:
        raise click.UsageError(str(error)) from None
    with device:
        device.write_timeout = _WRITE_TIMEOUT
        device.rtscts = rtscts
        try:
            with _progress(json_) as tell:
                done = examine(Wire(device), baud, listen=listen, rtscts=rtscts, tell=tell)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(STOPPED)
        except OSError as error:
            raise click.UsageError(
                f"{port}: {error}: is the adapter still plugged in, and no other program on it?"
            ) from None
    show(port, done, json_)
    if not done.well:
        sys.exit(WRONG)
