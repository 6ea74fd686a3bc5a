"""`espat bench`: the command line of the benchmarks."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from espat_tools.bench import budgets, memory, memory_report


@click.group()
def bench() -> None:
    """Measure the driver, in real MicroPythons."""


@bench.command("memory")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--check", is_flag=True, help="Exit with status 1 past a gate of budgets.toml.")
@click.option(
    "--budgets",
    "gates_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=budgets.DEFAULT,
    help="The gates, if not those of the checkout.",
)
def memory_command(as_json: bool, check: bool, gates_file: Path) -> None:
    """Heap by import, radio, join and socket; smallest heap; allocation; .mpy sizes."""
    try:
        gates = budgets.load(gates_file) if check or gates_file.is_file() else {}
        with Console(stderr=True).status("measuring...") as status:
            figures = memory.measure(lambda what: status.update(f"measuring {what}..."))
    except (OSError, ValueError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    verdicts = budgets.judge(gates, figures.gated())
    if as_json:
        click.echo(json.dumps(memory_report.as_json(figures, verdicts), indent=2))
    else:
        memory_report.show(Console(), figures, verdicts)
    if check and not all(verdict.kept for verdict in verdicts):
        sys.exit(1)
