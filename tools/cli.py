"""The command `espat`: a table of subcommands, each imported only when it is used."""

from importlib import import_module

import click

COMMANDS = {
    "demo": ("espat_tools.demo.cli", "demo", "Fetch a page through an ESP-AT module."),
    "emulate": ("espat_tools.emulate.cli", "emulate", "Emulate a module on a serial port."),
    "install": ("espat_tools.install.cli", "install", "Put the driver onto a board."),
    "ports": ("espat_tools.install.cli", "ports", "List what is plugged in: boards, modules."),
    "bundle": ("espat_tools.release.cli", "bundle", "Build the bundle that circup installs."),
    "release": ("espat_tools.release.cli", "release", "Build all that a release consists of."),
    "doctor": ("espat_tools.doctor.cli", "doctor", "Find out what is wrong with a module."),
    "ca": ("espat_tools.ca.cli", "ca", "The roots that a module verifies servers with."),
    "bench": ("espat_tools.bench.cli", "bench", "Measure the driver."),
    "reliability": (
        "espat_tools.reliability.cli",
        "reliability",
        "Disturb the line, and count what comes of it.",
    ),
    "conformance": (
        "espat_tools.conformance.cli",
        "conformance",
        "Play the documents' sessions against a module.",
    ),
    "console": ("espat_tools.console.cli", "console", "Talk to a module by hand."),
    "trace": ("espat_tools.trace.cli", "trace", "A conversation as a picture."),
    "record": ("espat_tools.transcripts.live_cli", "record", "Write down what a module says."),
    "replay": ("espat_tools.transcripts.live_cli", "replay", "Play what a module said."),
    "transcript": (
        "espat_tools.transcripts.cli",
        "transcript",
        "Check, show and mask transcripts.",
    ),
}
"""name: module, click command in it, the line that `espat --help` shows."""


class LazyGroup(click.Group):
    """A click group whose commands come from COMMANDS."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import and return one command; None for an unknown name."""
        if name not in COMMANDS:
            return None
        module, attribute, _summary = COMMANDS[name]
        return getattr(import_module(module), attribute)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands for --help without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in COMMANDS.items()])


_EXAMPLES = """\b
Examples:
  espat demo                      see it work, with no hardware
  espat ports                     what is plugged in
  espat install --ssid NAME       the driver, onto the board that is plugged in
  espat doctor --port /dev/ttyUSB0

Each command says more: espat install --help
"""


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EXAMPLES
)
@click.version_option(package_name="espat", prog_name="espat")
def main() -> None:
    """ESP-AT Wi-Fi modules from CircuitPython, MicroPython and the desktop."""


if __name__ == "__main__":
    main()
