"""`espat emulate`: the command line."""

import click

from espat_tools.emulator import PROFILES
from espat_tools.emulator.limits import RATES, REACHES

DEFAULT_PROFILE = "esp32c3-3.3"

_HELP = {
    "profile": f"What it plays: {', '.join(PROFILES)}.  [default: {DEFAULT_PROFILE}]",
    "link": "Make PATH a link to the pseudo-terminal: the same path every time.",
    "tcp": "A TCP port for raw bytes, on loopback unless HOST is given; 0 for any free one. "
    "Instead of the pseudo-terminal, unless --link or --pty asks for that too.",
    "pty": "A pseudo-terminal; there is one anyway without --tcp.",
    "ap": "An access point: NAME[:PASSWORD][,rssi=-70][,channel=6][,security=wpa2][,hidden]"
    "[,no-dhcp][,silent]. May be given again. A backslash goes before a colon in NAME, and before "
    "a comma in PASSWORD that one of these words follows.  [default: espat:correct horse]",
    "flash": "Keep what the module stores in FILE (JSON), from one run to the next.",
    "host": "A host on its network: NAME[:PORT]=ADDRESS[:PORT], such as web.test=127.0.0.1:8080, "
    "where whatever port is asked for leads to 8080. May be given again.",
    "network": "How far it reaches: this machine alone, or whatever this machine reaches.",
    "baud": "Pace both directions at so many bits a second, as a wire does.",
    "rx_size": "Receive buffer of the program in bytes; what comes while it is full is lost.",
    "rtscts": "RTS/CTS is on from the beginning.",
    "fault": "What shall go wrong, such as 'busy at AT+CIPSEND 2nd'. May be given again; 'help' "
    "lists what there is.",
    "scenario": "A scenario file, or the name of one that comes along; 'help' lists those. Options "
    "go before what it says.",
    "timing": "How long something takes: NAME=TIME, such as peer=20ms, dns=0.3s or join=4s. May be "
    "given again; a name that is none is answered with all of them.",
    "seed": "What is left to chance is the same with the same seed.  [default: 0]",
    "boot": "Begin with the boot, and its noise.",
    "joined": "Begin joined to the first access point.",
    "quiet": "Print the ports to open, one a line, and nothing else.",
    "json": 'Print one JSON object a line: first "ready" with the ports, then what happens.',
}
_EXAMPLES = """\b
Examples:
  espat emulate                                       a port to open
  espat emulate --link /tmp/module --baud 115200      always there, as fast as a wire
  espat emulate --tcp 3333 --ap home:secret           for pyserial's socket://127.0.0.1:3333
  espat emulate --host web.test=127.0.0.1:8080        a name for a server of yours
  espat emulate --fault "drop 3 bytes after 1000"     something goes wrong
  espat emulate --scenario flaky-wifi                 much does
\b
The faults, and the rest: docs/emulator.md.
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--profile", type=click.Choice(list(PROFILES)), metavar="MODULE", help=_HELP["profile"]
)
@click.option("--link", metavar="PATH", help=_HELP["link"])
@click.option("--tcp", metavar="[HOST:]PORT", help=_HELP["tcp"])
@click.option("--pty", is_flag=True, help=_HELP["pty"])
@click.option("--ap", metavar="AP", multiple=True, help=_HELP["ap"])
@click.option("--host", metavar="HOST", multiple=True, help=_HELP["host"])
@click.option("--network", type=click.Choice(list(REACHES)), help=_HELP["network"])
@click.option("--flash", metavar="FILE", help=_HELP["flash"])
@click.option("--baud", type=click.IntRange(*RATES), metavar="N", help=_HELP["baud"])
@click.option("--rx-size", type=click.IntRange(1), metavar="N", help=_HELP["rx_size"])
@click.option("--rtscts", is_flag=True, help=_HELP["rtscts"])
@click.option("--fault", metavar="TEXT", multiple=True, help=_HELP["fault"])
@click.option("--scenario", metavar="FILE", help=_HELP["scenario"])
@click.option("--timing", metavar="NAME=TIME", multiple=True, help=_HELP["timing"])
@click.option("--seed", type=int, metavar="N", help=_HELP["seed"])
@click.option("--boot", is_flag=True, help=_HELP["boot"])
@click.option("--joined", is_flag=True, help=_HELP["joined"])
@click.option("--quiet", is_flag=True, help=_HELP["quiet"])
@click.option("--json", "as_json", is_flag=True, help=_HELP["json"])
def emulate(
    link: str | None, tcp: str | None, pty: bool, quiet: bool, as_json: bool, **options: object
) -> None:
    """An ESP-AT module in software, on a port that any program opens.

    Everything stays on this machine unless --network says otherwise. Ctrl-C ends it.
    """
    if quiet and as_json:
        raise click.UsageError("--quiet and --json exclude each other.")
    from espat_tools.emulate.set_up import go  # noqa: PLC0415 - not needed for --help

    go(link, tcp, pty, quiet, as_json, options)
