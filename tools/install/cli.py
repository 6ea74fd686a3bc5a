"""`espat install` and `espat ports`: the command line."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

import espat
from espat_tools import asking, troubles
from espat_tools.demo.wanted import Unwanted
from espat_tools.install import entries, find, index, plan, sources, work
from espat_tools.install.ports import ask, rows
from espat_tools.install.target import Target
from espat_tools.install.work import Wishes, Work

STOPPED = 130
"""Exit status after Ctrl-C, as in shells."""

_HELP = {
    "board": "The board file that says where the module is: a name of boards/, see --boards.  "
    "[default: by what the board calls itself]",
    "path": "The drive of a CircuitPython board, such as /media/CIRCUITPY or D:.",
    "port": "The serial port of a MicroPython board, such as /dev/ttyACM0 or COM5.",
    "ssid": "Your network: its name and password go into settings.toml (MicroPython: secrets.py), "
    f"if there is none yet. The password is asked for, or taken from {asking.VARIABLE}.",
    "names": "Put wifi.py, socketpool.py, ssl.py and their like onto a CircuitPython board, as far "
    "as it lacks them.  [default: yes]",
    "packages": f"Put {', '.join(index.PACKAGES)} onto a MicroPython board, as far as it lacks "
    "them; fetched from --index.  [default: yes]",
    "index": "Where they are fetched from: any index of MicroPython packages.",
    "dry": "Say what would be done, and do nothing.",
    "update": "Bring an espat that is on the board to this version, with what was installed then.",
    "remove": "Take away what espat install brought; your own files stay.",
    "yes": "Answer every question with yes: files that something else put there are replaced.",
    "boards": "List the board files, and do nothing.",
}
_EXAMPLES = """\b
Examples:
  espat install                                     the board that is plugged in
  espat install --path /media/CIRCUITPY --ssid home
  espat install --port /dev/ttyACM0 --board waveshare_pico_esp8266
  espat install --dry-run
  espat install --update
"""


def sentences(command: Callable, stopped: str = "Stopped.") -> Callable:
    """Wrap a command so that its errors are sentences; `stopped` is printed after Ctrl-C."""

    @functools.wraps(command)
    def run(**options: object) -> None:
        try:
            command(**options)
        except BrokenPipeError:
            raise  # the pager that shows the output was closed
        except Unwanted as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{troubles.told(error)}.") from None
        except KeyboardInterrupt:
            click.echo(f"\n{stopped}", err=True)
            sys.exit(STOPPED)

    return run


_STOPPED = "Stopped. Run the same command again: it goes on from here."


def _boards(context: click.Context, _option: click.Option, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        for name in sorted(sources.boards()):
            click.echo(name)
        context.exit()


@click.command(epilog=_EXAMPLES)
@click.option("--board", metavar="NAME", help=_HELP["board"])
@click.option(
    "--path", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help=_HELP["path"]
)
@click.option("--port", metavar="PORT", help=_HELP["port"])
@click.option("--ssid", metavar="NAME", help=_HELP["ssid"])
@click.option("--names/--no-names", default=None, help=_HELP["names"])
@click.option("--packages/--no-packages", default=True, help=_HELP["packages"])
@click.option("--index", "index_", default=index.INDEX, show_default=True, help=_HELP["index"])
@click.option("--dry-run", "dry", is_flag=True, help=_HELP["dry"])
@click.option("--update", is_flag=True, help=_HELP["update"])
@click.option("--remove", is_flag=True, help=_HELP["remove"])
@click.option("--yes", "-y", is_flag=True, help=_HELP["yes"])
@click.option(
    "--boards", is_flag=True, is_eager=True, expose_value=False, callback=_boards,
    help=_HELP["boards"],
)  # fmt: skip
@functools.partial(sentences, stopped=_STOPPED)
def install(
    *,
    board: str | None,
    path: Path | None,
    port: str | None,
    ssid: str | None,
    names: bool | None,
    packages: bool,
    index_: str,
    dry: bool,
    update: bool,
    remove: bool,
    yes: bool,
) -> None:
    """Put the driver onto a board, with the names that its programs import.

    The board is a CircuitPython drive (--path) or a MicroPython serial port (--port); the one that
    is plugged in is found. What is there already and something else brought is replaced only after
    a question. Every file is read again when it is written.
    """
    if path and port:
        raise click.UsageError("--path is for CircuitPython, --port for MicroPython: one of them")
    if update and remove:
        raise click.UsageError("--update or --remove: one of them")
    if board:
        sources.board_file(board)
    with find.target(path, port) as target:
        click.echo(f"{target.what}.")
        if remove:
            _remove(target, dry, yes)
            return
        if update:
            _check_there(target)
        network = _network(target, ssid, dry)
        wishes = Wishes(board, names, packages, index_)
        done = work.work_out(target, wishes)
        _show(done)
        if not dry:
            _install(done, yes)
        _offer(target, done, network, dry, yes)
        if not dry:
            _next(target, done)


# ---- install ------------------------------------------------------------------------------------


def _check_there(target: Target) -> None:
    if work.old_manifest(target) is None and not target.scan(["lib/espat", "espat"]):
        raise Unwanted(f"There is no espat on {target.place} to update: leave out --update.")


def _size(size: int) -> str:
    return f"{size / 1024:,.0f} KB"


def _show(done: Work) -> None:
    """Print in a few lines what will be done."""
    going = done.plan
    if going.empty:
        click.echo(f"espat {espat.__version__} is there already, all {len(going.same)} files.")
    else:
        free, _ = done.target.space()
        new = len(going.write) - len(going.replaced)
        kind = ".mpy" if sources.compiles(done.target) else ".py"
        click.echo(
            f"espat {espat.__version__} ({kind}): {new} new files, {len(going.replaced)} to "
            f"replace, {len(going.remove)} to remove, {len(going.same)} there already. "
            f"{_size(done.needed)} of flash needed, {_size(free)} free."
        )
    beside = [p for p in done.wanted if not p.startswith("lib/espat/")]
    if beside:
        click.echo(f"Beside the driver: {', '.join(beside)}.")
    if done.board:
        click.echo(f"Board file: {done.board}.")
    for path in _few(going.remove):
        click.echo(f"Removes {path}")
    for note in done.notes:
        click.echo(f"Note: {note}")


def _few(paths: list[str], most: int = 6) -> list[str]:
    """These paths, or the first of them and how many more there are."""
    if len(paths) <= most:
        return paths
    return [*paths[: most - 1], f"... and {len(paths) - most + 1} more"]


def _agreed(foreign: list[str], yes: bool, verb: str) -> bool:
    """Whether files that something else put there may be changed; asks unless `yes`."""
    if not foreign:
        return True
    click.echo(f"Not as espat install left them, or put there by something else ({verb}):")
    for path in _few(foreign):
        click.echo(f"  {path}")
    if yes:
        return True
    try:
        return click.confirm(f"{verb.capitalize()} them?", default=False)
    except click.Abort:
        click.echo()
        return False


def _install(done: Work, yes: bool) -> None:
    if done.plan.empty and done.old and done.old.finished:
        return
    work.check_room(done)
    if not _agreed(done.plan.foreign, yes, "replace or remove"):
        raise Unwanted("Nothing was changed. --yes replaces them without a question.")
    with _progress(sum(map(len, done.plan.write.values()))) as (moved, step):
        work.carry_out(done, moved, step)
    click.echo(f"Done: {len(done.plan.write)} files written, all {len(done.wanted)} checked.")


@contextmanager
def _progress(total: int) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """Show a progress bar on standard error if that is a terminal, else nothing."""
    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield (
            lambda size: progress.advance(task, size),
            lambda text: progress.update(task, description=text),
        )


# ---- remove -------------------------------------------------------------------------------------


def _remove(target: Target, dry: bool, yes: bool) -> None:
    old = work.old_manifest(target)
    if old is None:
        raise Unwanted(
            f"espat install has left nothing on {target.place} that says what it brought. Remove "
            "lib/espat/ by hand, or by what brought it (circup uninstall espat)."
        )
    going = plan.removal(target.scan(old.files), old, target.space()[1])
    click.echo(f"{len(going.remove)} files to remove, {_size(going.free)} of flash.")
    if dry:
        return
    if not _agreed(going.foreign, yes, "remove"):
        going.remove = [path for path in going.remove if path not in going.foreign]
    with _progress(0) as (_, step):
        work.take_away(target, old, going, step)
    click.echo(f"Done: {len(going.remove)} files removed.")
    if going.foreign and not set(going.foreign) <= set(going.remove):
        click.echo(f"Kept: {', '.join(going.foreign)}.")
    click.echo("settings.toml, boot.py and your programs are as they were.")


# ---- what is the user's own ---------------------------------------------------------------------


def _network(target: Target, ssid: str | None, dry: bool) -> tuple[str, str] | None:
    """The (name, password) for a new file, or None; it is asked for before anything is written."""
    if ssid is None or dry or entries.network(target, "", "").exists:
        return None
    return ssid, asking.password()


def _offer(
    target: Target, done: Work, network: tuple[str, str] | None, dry: bool, yes: bool
) -> None:
    """Make the user's own files if they are missing and wanted; else print what to add to them."""
    named = entries.network(target, *(network or ("your network", "its password")), done.board)
    _make_or_tell(target, named, network is not None)
    if target.runtime == "micropython" and not target.builtin(["network"]):
        boot = entries.boot(target, done.board)
        _make_or_tell(target, boot, not dry and (yes or _may(boot)))


def _make_or_tell(target: Target, entry: entries.Entry, wanted: bool) -> None:
    if not entry.missing:
        return
    if wanted and not entry.exists:
        target.write(entry.path, entry.data)
        click.echo(f"Made {entry.path}.")
        return
    click.echo(f"Your {entry.path} needs " + ("also:" if entry.exists else "(there is none yet):"))
    for line in entry.missing:
        click.echo(f"  {line}")


def _may(entry: entries.Entry) -> bool:
    if entry.exists or not sys.stdin.isatty():
        return False
    lines = "; ".join(entry.missing)
    return click.confirm(f"Make {entry.path}, with `{lines}` in it?", default=True)


def _next(target: Target, done: Work) -> None:
    """Print what the user should do next."""
    if target.runtime == "micropython":
        click.echo("Next: restart the board (mpremote reset), and at its prompt:")
    else:
        click.echo("Next, at the board's prompt (its serial port, Ctrl-C):")
    if done.board or target.runtime == "circuitpython":  # settings.toml there names the pins
        click.echo("  from espat import board; print(board.shared().firmware)")
        click.echo("It names the module's firmware, or says what is wrong.")
    else:
        click.echo("  import espat")
        click.echo(
            f"It says nothing if all is well. Then write {sources.BOARD_FILE} for your pins: "
            "boards/README.md."
        )


# ---- ports --------------------------------------------------------------------------------------


@click.command(epilog="Example: espat ports")
@click.argument("devices", metavar="[PORT]...", nargs=-1)
@sentences
def ports(devices: tuple[str, ...]) -> None:
    """List what is plugged in, and what it looks like: a board, a module, or nothing.

    Ports of adapters, and ports that are named, are asked for a module at the usual rates; nothing
    is sent to what is a board by its USB name.
    """
    listed = [(name, ask(name)) for name in devices] if devices else list(rows())
    if not listed:
        click.echo("Nothing is plugged in: no drive of CircuitPython, no serial port.")
        return
    width = max(len(name) for name, _ in listed)
    for name, what in listed:
        click.echo(f"{name:{width}}  {what}")
