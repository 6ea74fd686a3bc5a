"""`espat bench`: the command line of the benchmarks."""

import dataclasses
import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from espat_tools.bench import budgets, commands, emulator, memory, memory_report, pace


@click.group()
def bench() -> None:
    """Measure the driver, in real MicroPythons and under real libraries, and the emulator."""


_JSON = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
_CHECK = click.option(
    "--check", is_flag=True, help="Exit with status 1 past a gate of the budgets."
)
_BUDGETS = click.option(
    "--budgets",
    "gates_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=budgets.DEFAULT,
    help="The gates, if not those of budgets.toml in the checkout.",
)


@bench.command("memory")
@_JSON
@_CHECK
@_BUDGETS
def memory_command(as_json: bool, check: bool, gates_file: Path) -> None:
    """Heap by import, radio, join and socket; smallest heap; allocation; .mpy sizes."""
    try:
        gates = budgets.load(gates_file, "memory") if check or gates_file.is_file() else {}
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


@bench.command("commands")
@_JSON
@_CHECK
@_BUDGETS
def commands_command(as_json: bool, check: bool, gates_file: Path) -> None:
    """Reads and writes that adafruit_requests causes, on every family."""
    try:
        gates = budgets.load(gates_file, "commands") if check or gates_file.is_file() else {}
        with Console(stderr=True).status("counting...") as status:
            counts = commands.measure(lambda what: status.update(f"counting {what}..."))
    except (OSError, ValueError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    verdicts = budgets.judge(gates, commands.gated(counts))
    if as_json:
        told = {"families": [dataclasses.asdict(each) for each in counts]}
        told["gates"] = memory_report.gates_as_json(verdicts)
        click.echo(json.dumps(told, indent=2))
    else:
        columns = ("family", "reads", "AT+CIPRECVDATA", "writes", "AT+CIPSEND")
        title = "adafruit_requests: 10 KB by .content; two GETs and a POST"
        table = Table(*columns, title=title, title_justify="left")
        for each in counts:
            table.add_row(*map(str, dataclasses.astuple(each)))
        Console().print(table)
        Console().print(memory_report.gate_table(verdicts))
    if check and not all(verdict.kept for verdict in verdicts):
        sys.exit(1)


@bench.command("emulator")
@click.option("--runs", default=emulator.RUNS, show_default=True, help="Bodies over each port.")
@click.option("--length", default=emulator.LENGTH, show_default=True, help="Bytes of a body.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def emulator_command(runs: int, length: int, as_json: bool) -> None:
    """The emulator's own rate: a body through one active link to a raw reader."""
    try:
        with Console(stderr=True).status("measuring...") as status:
            figures = emulator.measure(length, runs, lambda what: status.update(f"{what}..."))
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps([figure.as_json() for figure in figures], indent=2))
        return
    table = Table(
        "port",
        "median MB/s",
        "slowest",
        "fastest",
        title=f"{length:,} bytes through one active link, {runs} runs, no pacing",
    )
    for figure in figures:
        rates = (figure.median, min(figure.rates), max(figure.rates))
        table.add_row(figure.kind, *(f"{rate:.1f}" for rate in rates))
    Console().print(table)
    Console().print(f"Aim over the TCP port: {emulator.AIM:.0f} MB/s.")


@bench.command("pace")
@click.option("--baud", "rates", type=int, multiple=True, help="A rate, if not four usual ones.")
@click.option("--seconds", default=pace.SECONDS, show_default=True, help="Time for each figure.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def pace_command(rates: tuple[int, ...], seconds: float, as_json: bool) -> None:
    """How near a paced port of the emulator comes to a wire."""
    try:
        with Console(stderr=True).status("measuring...") as status:
            figures = pace.measure(
                rates or pace.RATES, seconds, lambda what: status.update(f"measuring {what}...")
            )
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps([figure.as_json() for figure in figures], indent=2))
        return
    table = Table("port", "baud", "answer late, ms", "95 of 100", "% of the wire")
    for figure in figures:
        delays = (f"{figure.median:.2f}", f"{figure.most:.2f}")
        table.add_row(figure.kind, f"{figure.baud:,}", *delays, f"{figure.percent:.1f}")
    Console().print(table)
