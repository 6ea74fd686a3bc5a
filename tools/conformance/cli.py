"""`espat conformance`: the command line."""

import contextlib
import ipaddress
import socket
import sys
from pathlib import Path

import click

from espat_tools.emulator import PROFILES

DIFFERS, STOPPED = 1, 130
"""Exit statuses: something differs; after Ctrl-C, as in shells."""

_HELP = {
    "port": "Where the module is: a device, or any URL of pyserial's.",
    "emulate": "An emulated module instead.",
    "baud": "The module's rate.",
    "rtscts": "Use RTS and CTS at this end.",
    "ssid": "The access point; asked for if not given, as its password is.",
    "address": "This machine's address for the module; that of the default route unless told.",
    "name": "What the module is, for the report's title: its board, its seller.",
    "report": "Write the report to a file, too.",
}
_EXAMPLES = """\b
Examples:
  espat conformance --port /dev/ttyUSB0 --name "ESP32-C3 SuperMini"
  espat conformance --emulate esp32c3-3.3
\b
It takes a minute or two, restarts the module some thirty times, and writes nothing to its flash.
The module joins your access point, and this machine must be reachable from there: peers are started
on it. The report has no passwords, names or addresses. The exit status is 1 if something differs.
"""


def _own_address() -> str:
    """The address of this machine on the default route; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            raise click.UsageError("this machine has no network: give --address") from None
        return sock.getsockname()[0]


def _checked(_context, _option, value):
    """An address, for click."""
    if value is not None:
        try:
            ipaddress.IPv4Address(value)
        except ValueError:
            raise click.BadParameter("an IPv4 address is wanted") from None
    return value


@contextlib.contextmanager
def _real(port, baud, rtscts, ssid, address):
    import espat_tools  # noqa: F401, PLC0415 - makes pyserial know espat:// and the like
    from espat_tools.conformance.world import World  # noqa: PLC0415 - not needed for --help
    from espat_tools.demo.place import open_port  # noqa: PLC0415 - as that
    from espat_tools.demo.wanted import Unwanted  # noqa: PLC0415 - as that
    from espat_tools.doctor.wire import Wire  # noqa: PLC0415 - as that

    try:
        device = open_port(port, baud)
    except Unwanted as error:
        raise click.UsageError(str(error)) from None
    with device:
        device.rtscts = rtscts
        device.timeout = 0
        device.write_timeout = 5
        ssid = ssid or click.prompt("Access point (2.4 GHz)")
        password = click.prompt("Its password", hide_input=True, default="", show_default=False)
        for what in (ssid, password):
            if any(c in what for c in '\r\n\0",\\'):
                raise click.UsageError("the documents' form has no place for quotes and the like")
        with World(address or _own_address(), ssid, password, has={"time"}) as world:
            yield Wire(device), world


@click.command(epilog=_EXAMPLES)
@click.option("--port", metavar="PORT", help=_HELP["port"])
@click.option("--emulate", type=click.Choice(sorted(PROFILES)), help=_HELP["emulate"])
@click.option(
    "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
)
@click.option("--rtscts", is_flag=True, help=_HELP["rtscts"])
@click.option("--ssid", help=_HELP["ssid"])
@click.option("--address", callback=_checked, help=_HELP["address"])
@click.option("--name", help=_HELP["name"])
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help=_HELP["report"])
def conformance(  # noqa: PLR0917 - click names them
    port: str | None,
    emulate: str | None,
    baud: int,
    rtscts: bool,
    ssid: str | None,
    address: str | None,
    name: str | None,
    report: Path | None,
) -> None:
    """Play the sessions of Espressif's documents against a module, and report what differs."""
    if bool(port) == bool(emulate):
        raise click.UsageError("give --port or --emulate, one of the two")
    from espat_tools.conformance.emulated import emulated  # noqa: PLC0415 - not needed for --help
    from espat_tools.conformance.report import render  # noqa: PLC0415 - as that
    from espat_tools.conformance.suite import Silent, run  # noqa: PLC0415 - as that
    from espat_tools.doctor.wire import Stuck  # noqa: PLC0415 - as that

    place = emulated(emulate) if emulate else _real(port, baud, rtscts, ssid, address)
    try:
        with place as (wire, world, *_):
            results = run(wire, world, emulate or "", lambda what: click.echo(what, err=True))
            page = render(results, world.values, name or emulate or "a module")
    except (Silent, Stuck) as error:
        raise click.ClickException(str(error) or "the port takes no bytes: RTS/CTS?") from None
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(STOPPED)
    click.echo(page, nl=False)
    if report:
        report.write_text(page, "utf-8")
    if not results.well:
        sys.exit(DIFFERS)
