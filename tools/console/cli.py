"""`espat console`: the command line."""

import os
import sys
from pathlib import Path

import click

_HELP = {
    "port": "Where the module is: a device, or a URL; espat:// is an emulated one.",
    "baud": "Bits a second.",
    "output": "Write down what is said, as a transcript.",
    "unmasked": "Show and write down passwords and keys as they are.",
    "family": "What the module runs, if it is not asked with AT+GMR.",
    "ask": "Ask first which firmware it is, with AT+GMR.  [default: yes]",
    "plain": "Commands from standard input, a line each, even on a terminal.",
    "timeout": "Plain: seconds that a usual command may take.",
    "linger": "Plain: seconds to listen after the last line.",
    "whole": "Shorten no payload.",
    "history": "Where typed lines are kept, secrets hidden; empty for nowhere.  "
    "[default: ~/.local/state/espat/console]",
    "rtscts": "RTS and CTS are wired.",
}
_EXAMPLES = """\b
Examples:
  espat console --port /dev/ttyUSB0
  espat console --port /dev/ttyUSB0 -o session.txt       write it down
  espat console --port espat://?profile=nonos-1.7.4      with an emulated module
  printf 'AT+CWLAP\\n' | espat console --port /dev/ttyUSB0
"""


def _open(url: str, baud: int, rtscts: bool):
    """Open the port for this program alone."""
    import espat_tools  # noqa: F401, PLC0415 - makes pyserial know espat:// and the like
    from espat_tools.demo.place import open_port  # noqa: PLC0415 - not needed for --help
    from espat_tools.demo.wanted import Unwanted  # noqa: PLC0415 - as that

    try:
        port = open_port(url, baud)
    except Unwanted as error:
        raise click.ClickException(str(error)) from None
    port.rtscts = rtscts
    return port


def _history_file(told: str | None) -> Path | None:
    """The file in which typed lines are kept; None if that is not wanted or not possible."""
    if told == "":
        return None
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    path = Path(told) if told else state / "espat" / "console"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return None
    return path


def _face(options: dict):
    """The object that shows the conversation and reads what is typed."""
    if options["plain"] or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from .plain import Plain  # noqa: PLC0415 - without prompt_toolkit

        return Plain(sys.stdin, sys.stdout, options["timeout"], options["linger"], options["whole"])
    from .screen import Screen  # noqa: PLC0415 - slow to import

    return Screen(not options["unmasked"], options["whole"], _history_file(options["history"]))


@click.command(epilog=_EXAMPLES)
@click.option("--port", required=True, metavar="PORT", help=_HELP["port"])
@click.option(
    "--baud", type=click.IntRange(1), default=115200, show_default=True, help=_HELP["baud"]
)
@click.option("--rtscts", is_flag=True, help=_HELP["rtscts"])
@click.option("-o", "--output", metavar="FILE", help=_HELP["output"])
@click.option("--unmasked", is_flag=True, help=_HELP["unmasked"])
@click.option("--family", metavar="FAMILY", help=_HELP["family"])
@click.option("--ask/--no-ask", default=None, help=_HELP["ask"])
@click.option("--whole", is_flag=True, help=_HELP["whole"])
@click.option("--history", metavar="FILE", help=_HELP["history"])
@click.option("--plain", is_flag=True, help=_HELP["plain"])
@click.option("--timeout", type=click.FloatRange(0.1), default=10.0, help=_HELP["timeout"])
@click.option("--linger", type=click.FloatRange(0), default=0.5, help=_HELP["linger"])
def console(port: str, baud: int, rtscts: bool, output: str | None, **options: object) -> None:
    """Talk to a module by hand.

    Commands, their values and what they mean are completed while they are typed, by the family of
    the firmware. Replies, notices (!) and payload (<) are told apart, +++ is sent as it must be,
    and passwords are hidden. Without a terminal, commands come from standard input; the exit
    status is then 1 if one was refused or not answered.
    """
    from . import reference  # noqa: PLC0415 - not needed for --help

    family = options["family"]
    if family and family not in reference.FAMILIES:
        raise click.BadParameter(f"one of {', '.join(reference.FAMILIES)}", param_hint="--family")
    ask = options["ask"] if options["ask"] is not None else not family
    device = _open(port, baud, rtscts)
    try:
        face = _face(options)
        _talk(device, face, {**options, "port": port, "output": output, "ask": ask})
    finally:
        device.close()
    sys.exit(1 if getattr(face, "failures", 0) else 0)


def _talk(device, face, options):
    from espat_tools.transcripts import Recorder  # noqa: PLC0415 - not needed for --help
    from espat_tools.urlhandlers.options import source_of  # noqa: PLC0415 - as that

    from .acting import Actions  # noqa: PLC0415 - as that
    from .session import Session  # noqa: PLC0415 - as that

    masked = not options["unmasked"]

    def record(path):
        return Recorder(path, source=source_of(options["port"]), mask=masked)

    session = Session(device, face.show, masked=masked, changed=face.changed)
    session.family = options["family"] or session.family
    actions = Actions(session, face.line, record)
    try:
        if options["output"]:
            actions.act(f"/record {options['output']}")
        face.run(session, actions, options["ask"])
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except BrokenPipeError:
        _let_go_of_output()
    except OSError as error:
        told = "was the module unplugged, or does another program use it?"
        raise click.ClickException(f"the port was lost: {told} ({error})") from None
    finally:
        session.record(None)


def _let_go_of_output():
    """Discard buffered output, because its reader has gone, as `head` does."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
