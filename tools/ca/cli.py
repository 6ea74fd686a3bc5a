"""`espat ca`: the command line."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import click

import espat
import espat_tools  # noqa: F401 - makes pyserial know espat:// and the like
from espat_tools import asking
from espat_tools.ca import sources
from espat_tools.ca.certificates import Certificate, once
from espat_tools.ca.change import Plan, carry_out, plan
from espat_tools.ca.module import holding, looks_at_dates, opened
from espat_tools.ca.show import as_json, each, intention, row, table, warn
from espat_tools.ca.visit import Network, visit
from espat_tools.demo.visit import words
from espat_tools.demo.wanted import Unwanted

STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""

FILE = click.Path(dir_okay=False, path_type=Path)

_HELP = {
    "port": "Where the module is: a device, or any URL of pyserial's.",
    "baud": "Bits a second.",
    "trace": "Show the conversation with the module, with secrets masked.",
    "json": "For programs.",
    "root": "One of the roots that certifi (Mozilla) has: its name, a part of it, or the beginning "
    "of its SHA-256 fingerprint. May be given again.",
    "for": "The root that this host's chain ends in; the host is asked now, and verified. May be "
    "given again.",
    "bundle": "Choose from the roots of this file (PEM), not from certifi's.",
    "replace": "Take out what espat ca put there before.",
    "force": "Put in what is expired, or no CA, all the same.",
    "dry": "Say what would be done, and do nothing.",
    "only": "Take out this one: its name, a part of it, or the beginning of its fingerprint. May "
    "be given again.  [default: all]",
    "host": "Make a verified connection to it through the module.",
    "ssid": "The network to join for --host, if the module is in none.",
    "password": "Its password. Given here, it can be seen by others on this machine: better put it "
    f"into the variable {asking.VARIABLE}, or be asked for it.",
}
_EXAMPLES = """\b
Examples:
  espat ca list --port /dev/ttyUSB0
  espat ca add --port /dev/ttyUSB0 --for www.adafruit.com --for api.github.com
  espat ca add --port /dev/ttyUSB0 --root "ISRG Root X1"
  espat ca add --port /dev/ttyUSB0 --replace my-own-ca.pem
  espat ca check --port /dev/ttyUSB0 --host www.adafruit.com
"""


def _sentences(command: Callable) -> Callable:
    """The same command, whose errors are sentences."""

    @functools.wraps(command)
    def run(**options: object) -> None:
        try:
            command(**options)
        except BrokenPipeError:
            raise  # the pager that shows our output was left
        except (Unwanted, OSError, ValueError, espat.ATError) as error:
            raise click.ClickException(words(error)) from None
        except KeyboardInterrupt as stop:
            click.echo(str(stop) or "Stopped.", err=True)
            sys.exit(STOPPED)

    return run


def _module_options(command: Callable) -> Callable:
    """The options that say where the module is."""
    for option in (
        click.option("--trace", is_flag=True, help=_HELP["trace"]),
        click.option(
            "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
        ),
        click.option("--port", required=True, metavar="PORT", help=_HELP["port"]),
    ):
        command = option(command)
    return command


def _trace(on: bool) -> Callable | None:
    return (lambda way, line: click.echo(f"{way} {line}", err=True)) if on else None


_REMOVE = 'Example: espat ca remove --port /dev/ttyUSB0 --root "ISRG Root X1"'
_CHECK = "Example: espat ca check --port /dev/ttyUSB0 --host www.adafruit.com --ssid NAME"


@click.group(epilog=_EXAMPLES)
def ca() -> None:
    """The roots that a module verifies servers with: what makes HTTPS safe.

    Roots that are put in here are what tls.create_default_context() trusts, on every board that
    the module is wired to. The certificates that modules ship with are left alone, and not trusted.
    """


@ca.command("list", epilog="Example: espat ca list --port /dev/ttyUSB0")
@_module_options
@click.option("--json", "json", is_flag=True, help=_HELP["json"])
@_sentences
def list_(port: str, baud: int, trace: bool, json: bool) -> None:
    """List the certificates that a module holds."""
    with opened(port, baud, _trace(trace)) as radio:
        (as_json if json else table)(holding(radio), port)


# ---- add ----------------------------------------------------------------------------------------


@ca.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE.pem]...")
@_module_options
@click.option("--root", "names", metavar="NAME", multiple=True, help=_HELP["root"])
@click.option("--for", "hosts", metavar="HOST[:PORT]", multiple=True, help=_HELP["for"])
@click.option("--bundle", type=FILE, metavar="FILE", help=_HELP["bundle"])
@click.option("--replace", is_flag=True, help=_HELP["replace"])
@click.option("--force", is_flag=True, help=_HELP["force"])
@click.option("--dry-run", is_flag=True, help=_HELP["dry"])
@_sentences
def add(port: str, baud: int, trace: bool, replace: bool, dry_run: bool, **options: object) -> None:
    """Put roots into a module: those of files, by name, or those that hosts need.

    They come to those that are there; what is there already is not written again.
    """
    chosen = _chosen(**options)
    with opened(port, baud, _trace(trace)) as radio:
        made = plan(radio, lambda before: chosen if replace else before + chosen, force=replace)
        _do(radio, port, made, dry_run)


def _chosen(
    files: tuple[Path, ...],
    names: tuple[str, ...],
    hosts: tuple[str, ...],
    bundle: Path | None,
    force: bool,
) -> list[Certificate]:
    """The roots that are asked for. Raises Unwanted."""
    if not (files or names or hosts):
        raise Unwanted("Which roots? Give a FILE, --root NAME, or --for HOST.")
    found = [certificate for path in files for certificate in sources.from_file(path)]
    if names or hosts:
        path = sources.bundle_path(bundle)
        place = path.name if bundle else "certifi"
        roots = sources.from_file(path)
        found += [sources.by_name(name, roots, place) for name in names]
        found += [sources.for_host(host, roots, place) for host in hosts]
    found = once(found)
    for certificate in found:
        for problem in certificate.problems():
            if not force:
                raise Unwanted(f"{certificate.name}: {problem} (--force puts it in all the same).")
            warn(f"{certificate.name}: {problem}.")
    return found


def _do(radio: espat.Radio, port: str, made: Plan, dry_run: bool) -> None:
    """Say what is to be done, and do it."""
    intention(radio.firmware, port, made)
    made.check()
    if made.same:
        row("done", "there is nothing to write: the module has just that")
    elif dry_run:
        row("done", "nothing: this was a dry run")
    else:
        row("writing", "do not take the power away")
        carry_out(radio, made)
        row("done", "written, and read back: every byte is the same")


# ---- remove, check ------------------------------------------------------------------------------


@ca.command(epilog=_REMOVE)
@_module_options
@click.option("--root", "names", metavar="NAME", multiple=True, help=_HELP["only"])
@click.option("--dry-run", is_flag=True, help=_HELP["dry"])
@_sentences
def remove(port: str, baud: int, trace: bool, names: tuple[str, ...], dry_run: bool) -> None:
    """Take out what espat ca put in: all of it, or by name."""

    def wanted(before: list[Certificate]) -> list[Certificate]:
        gone = [sources.by_name(name, before, "the module") for name in names]
        return [root for root in before if root not in gone] if names else []

    with opened(port, baud, _trace(trace)) as radio:
        _do(radio, port, plan(radio, wanted, force=not names), dry_run)


@ca.command(epilog=_CHECK)
@_module_options
@click.option("--host", "hosts", metavar="HOST[:PORT]", multiple=True, help=_HELP["host"])
@click.option("--ssid", metavar="NAME", help=_HELP["ssid"])
@click.option("--password", metavar="WORD", help=_HELP["password"])
@_sentences
def check(
    *,
    port: str,
    baud: int,
    trace: bool,
    hosts: tuple[str, ...],
    ssid: str | None,
    password: str | None,
) -> None:
    """Read the roots back, and try them on hosts. The exit status is 1 if one cannot be used."""
    places = [sources.host_and_port(host) for host in hosts]
    word = asking.password(password) if places and ssid is not None else None
    with opened(port, baud, _trace(trace)) as radio:
        made = plan(radio, lambda before: before, force=False)
        if not made.before:
            raise Unwanted(
                "The module has no roots: contexts without a CA of their own refuse to connect. "
                "espat ca add puts some in."
            )
        row("module", f"{radio.firmware} on {port}; the roots' place is client_ca.{made.number}")
        each("has", made.before)
        if not looks_at_dates(radio):
            row("", "This firmware does not look at the dates of certificates.")
        bad = _bad(made.before)
        failed = visit(radio, places, Network(ssid, word)) if places else 0
    if bad or failed:
        sys.exit(1)


def _bad(certificates: list[Certificate]) -> bool:
    """Warn of those that cannot be used; whether there were any."""
    found = [(each.name, problem) for each in certificates for problem in each.problems()]
    for name, problem in found:
        warn(f"{name}: {problem}.")
    return bool(found)
