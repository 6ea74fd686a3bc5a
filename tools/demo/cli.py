"""`espat demo`: the command line."""

import sys
from pathlib import Path

import click

from espat_tools import asking
from espat_tools.demo.wanted import DEFAULT_PROFILE
from espat_tools.emulator import PROFILES

RUNTIMES = ("cpython", "micropython")
STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""

_HELP = {
    "port": "A real module, on this serial port.",
    "baud": "Bits a second.",
    "ssid": "The network to join; with --port.",
    "password": "Its password. Given here, it can be seen by others on this machine: better put it "
    f"into the variable {asking.VARIABLE}, or be asked for it.",
    "url": "The page to fetch, http://... or https://...; needed with --port.",
    "ca": "The CA that an https server must come from, PEM.  [default: the roots that `espat ca` "
    "put into the module]",
    "runtime": "What runs the driver.",
    "profile": f"What the emulator plays: {', '.join(PROFILES)}.  [default: {DEFAULT_PROFILE}]",
    "paced": "Make the emulator's wire as slow as a real one.",
    "trace": "Show the conversation with the module, with secrets masked.",
    "picture": "Draw the conversation into FILE: HTML, as `espat trace` makes it.",
}
_EXAMPLES = """\b
Examples:
  espat demo                         everything emulated, on this machine
  espat demo --runtime micropython   the driver as it runs on a board
  espat demo --trace | less          what was said
  espat demo --trace-picture a.html  the same as a picture
  espat demo --paced --baud 921600   no faster than a wire
\b
  espat demo --port /dev/ttyUSB0 --ssid MyNetwork --url http://example.com/
  espat demo --port /dev/ttyUSB0 --ssid MyNetwork --url https://example.com/
  espat demo --url https://localhost:8443/ --ca my-ca.pem
"""


@click.command(epilog=_EXAMPLES)
@click.option("--port", metavar="DEVICE", help=_HELP["port"])
@click.option(
    "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
)
@click.option("--ssid", metavar="NAME", help=_HELP["ssid"])
@click.option("--password", metavar="WORD", help=_HELP["password"])
@click.option("--url", metavar="URL", help=_HELP["url"])
@click.option(
    "--ca", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=_HELP["ca"]
)
@click.option(
    "--runtime",
    type=click.Choice(RUNTIMES),
    default="cpython",
    show_default=True,
    help=_HELP["runtime"],
)
@click.option(
    "--profile", type=click.Choice(list(PROFILES)), metavar="MODULE", help=_HELP["profile"]
)
@click.option("--paced", is_flag=True, help=_HELP["paced"])
@click.option("--trace", is_flag=True, help=_HELP["trace"])
@click.option("--trace-picture", "picture", metavar="FILE", help=_HELP["picture"])
def demo(**options: object) -> None:
    """Fetch a page through an ESP-AT module.

    The module is emulated and the page served on this machine, unless --port names a real module.
    The driver finds the module on its serial port, joins the network and fetches the page, which
    is compared, byte by byte, with the one that was served. A server of https is verified.
    """
    from espat_tools.demo.going import CLEAR, go  # noqa: PLC0415 - not needed for --help

    try:
        go(**options)
    except CLEAR as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(STOPPED)
