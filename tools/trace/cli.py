"""`espat trace`: the command line."""

import tempfile
import time
from pathlib import Path

import click

FILE = click.Path(path_type=Path)
_HELP = {
    "output": "What to write.  [default: FILE with .html in place of its ending; live: nothing]",
    "port": "Live: where the module is. A program opens another port in its place.",
    "baud": "Live: the module's rate.",
    "tcp": "Live: offer a TCP port, on this machine unless HOST is given, and no pseudo-terminal.",
    "link": "Live: a name for the pseudo-terminal that stays the same.",
    "record": "Live: write the transcript, too.",
    "http": "Live: the port of the page.  [default: a free one]",
    "unmasked": "Show passwords and keys as they are.",
    "force": "Write over files that are there.",
    "open": "Open the picture in a browser.",
}
_EXAMPLES = """\b
Examples:
  espat trace session.txt                          writes session.html
  espat trace session.txt -o picture.html --open
  espat trace --port /dev/ttyUSB0                  a page that shows it as it goes
  espat trace --port /dev/ttyUSB0 -o picture.html --record session.txt
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=FILE, required=False)
@click.option("-o", "--output", type=FILE, metavar="FILE", help=_HELP["output"])
@click.option("--open", "opened", is_flag=True, help=_HELP["open"])
@click.option("--unmasked", is_flag=True, help=_HELP["unmasked"])
@click.option("--force", is_flag=True, help=_HELP["force"])
@click.option("--port", metavar="PORT", help=_HELP["port"])
@click.option(
    "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
)
@click.option("--tcp", metavar="[HOST:]PORT", help=_HELP["tcp"])
@click.option("--link", metavar="PATH", help=_HELP["link"])
@click.option("--record", type=FILE, metavar="FILE", help=_HELP["record"])
@click.option("--http", type=click.IntRange(0, 65535), default=0, metavar="N", help=_HELP["http"])
def trace(file: Path | None, output: Path | None, **options: object) -> None:
    """A conversation with a module as a picture: one HTML file, to open in any browser.

    FILE is a transcript, made by `espat record`, `espat console` or record://. With --port the
    conversation is drawn while it goes on, and Ctrl-C ends it. Commands and replies stand over
    time, with payload, waits, notices, errors, and how busy the wire is; bytes show on hover.
    """
    if (file is None) == (options["port"] is None):
        raise click.UsageError("Either FILE, a transcript, or --port, where a module is.")
    if file is not None:
        _draw(file, output or file.with_suffix(".html"), options)
    else:
        _live(output, options)


def _draw(file, output, options):
    transcript = _opened(file)
    write(transcript, output, masked=not options["unmasked"], force=options["force"])
    if options["opened"]:
        click.launch(str(output))


def _opened(file):
    """The transcript; without its last line, where who wrote it was stopped in the middle."""
    from espat_tools.transcripts import Malformed, load_begun  # noqa: PLC0415 - as below
    from espat_tools.transcripts.cli import opened  # noqa: PLC0415 - not needed for --help

    try:
        return opened(file)
    except click.ClickException:
        try:
            transcript = load_begun(file)
        except (OSError, Malformed):
            transcript = None
        if transcript is None:
            raise
    click.echo(f"{file}: its last line was not written to its end, and is left out", err=True)
    return transcript


def write(transcript, output: Path, masked: bool = True, force: bool = False) -> None:
    """Write the picture, and say so. Raises ClickException for a file that cannot be written."""
    from .page import render  # noqa: PLC0415 - not needed for --help

    if output.exists() and not force:
        raise click.ClickException(f"{output} is there already: another name, or --force")
    try:
        output.write_text(render(transcript, masked), "utf-8")
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror}") from None
    click.echo(f"{output}: {len(transcript.events)} events", err=True)


# ---- live ---------------------------------------------------------------------------------------


def _live(output, options):
    if output and output.exists() and not options["force"]:
        raise click.ClickException(f"{output} is there already: another name, or --force")
    if options["record"]:
        if options["record"].exists() and not options["force"]:
            raise click.ClickException(f"{options['record']} is there already: --force")
        _watch(options["record"], output, options)
        return
    with tempfile.TemporaryDirectory(prefix="espat-trace-") as folder:
        _watch(Path(folder, f"{time.strftime('%Y-%m-%d %H.%M')}.txt"), output, options)


def _watch(path, output, options):
    """Sit between a program and the module, as `espat record` does, and show the picture."""
    import serial  # noqa: PLC0415 - not needed for --help

    import espat_tools  # noqa: F401, PLC0415 - makes pyserial know espat:// and the like
    from espat_tools.transcripts import Recorder, load  # noqa: PLC0415 - as that
    from espat_tools.transcripts.live_cli import device, door  # noqa: PLC0415 - as that
    from espat_tools.urlhandlers.options import source_of  # noqa: PLC0415 - as that

    from .live import Gallery  # noqa: PLC0415 - as that

    masked = not options["unmasked"]
    module = device(options["port"], options["baud"])
    way_in = None
    try:
        way_in = door(options["tcp"], options["link"], options["baud"])
        with (
            Recorder(path, source=source_of(options["port"]), mask=masked) as recorder,
            Gallery(path, masked, options["http"]) as gallery,
        ):
            click.echo(f"Open {way_in.place} in place of the module's port. Ctrl-C ends it.")
            click.echo(f"The picture: {gallery.url}")
            if options["opened"]:
                click.launch(gallery.url)
            _relay(way_in, module, recorder)
    except serial.SerialException as error:
        raise click.ClickException(f"the port was lost: {error}") from None
    except OSError as error:
        raise click.ClickException(f"the page cannot be shown: {error}") from None
    finally:
        if way_in:
            way_in.close()
        module.close()
    if output:
        write(load(path), output, masked, options["force"])


def _relay(way_in, module, recorder):
    from espat_tools.transcripts.relay import Relay  # noqa: PLC0415 - not needed for --help

    relay = Relay(way_in, module, recorder)
    try:
        while True:
            relay.step()
    except KeyboardInterrupt:
        return
