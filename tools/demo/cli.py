"""`espat demo`: the command line."""

import sys
from pathlib import Path

import click

from espat.tls import pem
from espat_tools import asking, runtimes
from espat_tools.demo.drawing import drawn
from espat_tools.demo.page import Differs
from espat_tools.demo.place import place
from espat_tools.demo.report import Report
from espat_tools.demo.runners import RUNNERS, Failed
from espat_tools.demo.wanted import (
    EMULATED_PASSWORD,
    EMULATED_SSID,
    OWN_PAGE,
    Unwanted,
    Url,
    Wanted,
    parse_url,
)
from espat_tools.emulator import PROFILES

DEFAULT_PROFILE = "esp32c3-3.3"
STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""
CLEAR = (Unwanted, Failed, Differs, runtimes.Missing, runtimes.CompileError)
"""What may go wrong; each says so in a sentence."""

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


def _password(given: str | None, emulated: bool) -> str:
    """The password given, or of the emulator, or asked for."""
    return EMULATED_PASSWORD if given is None and emulated else asking.password(given)


def _check(port: str | None, ssid: str | None, url: str | None, emulator_only: bool) -> None:
    """Raise Unwanted for options that do not fit together."""
    if port and not url:
        raise Unwanted(
            "A real module cannot reach the page that this program serves on loopback: "
            "say which page it shall fetch, with --url http://host/page."
        )
    if port and ssid is None:
        raise Unwanted("Which network shall the module join? Give its name with --ssid.")
    if port and emulator_only:
        raise Unwanted("--profile and --paced are the emulator's, and --port is a real module.")


def _roots(ca: Path | None, url: Url, emulated: bool) -> str | None:
    """The PEM of the CA that is given; None: the module's roots. Raises Unwanted."""
    if ca is None:
        if url.tls and emulated:
            raise Unwanted(
                "The emulated module starts without roots, so it could verify nobody: give the CA "
                "that the server's certificate comes from, with --ca FILE."
            )
        return None
    if not url.tls:
        raise Unwanted("--ca is for pages of https.")
    try:
        return pem.certificates(str(ca)).decode()
    except OSError as error:
        raise Unwanted(f"{ca}: {error.strerror}.") from None
    except ValueError as error:
        raise Unwanted(f"{ca}: {error}.") from None


def _run(port: str | None, profile: str | None, **rest: object) -> None:
    url, ssid = rest.pop("url"), rest.pop("ssid")
    _check(port, ssid, url, emulator_only=bool(profile or rest["paced"]))
    page = parse_url(url) if url else OWN_PAGE
    wanted = Wanted(
        ssid=EMULATED_SSID if ssid is None else ssid,
        url=page,
        ca=_roots(rest.pop("ca"), page, emulated=not port),
        password=_password(rest.pop("password"), emulated=not port),
        own_page=not url,
        port=port,
        profile=profile or DEFAULT_PROFILE,
        **rest,
    )
    with place(wanted) as there, drawn(there, wanted) as where, Report(where, wanted) as report:
        RUNNERS[wanted.runtime](where, wanted, report.tell)
        report.summary()


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
    type=click.Choice(list(RUNNERS)),
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
    try:
        _run(**options)
    except CLEAR as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(STOPPED)
