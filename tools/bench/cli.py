"""`espat bench`: the command line of the benchmarks."""

import dataclasses
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from espat_tools.bench import budgets, columns, instructions

# Each command imports its benchmark when it is called, because `--help` needs none of them.


@click.group(epilog="Example: espat bench memory")
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


@bench.command("memory", epilog="Example: espat bench memory --check")
@_JSON
@_CHECK
@_BUDGETS
def memory_command(as_json: bool, check: bool, gates_file: Path) -> None:
    """Heap by import, radio, join and socket; smallest heap; allocation; .mpy sizes."""
    from rich.console import Console  # noqa: PLC0415

    from espat_tools.bench import memory, memory_report  # noqa: PLC0415

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


@bench.command("sources", epilog="Example: espat bench sources")
@_JSON
def sources_command(as_json: bool) -> None:
    """What .py files, which circup brings, take of a heap beside .mpy files."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from espat_tools.bench import sources  # noqa: PLC0415

    try:
        with Console(stderr=True).status("measuring...") as status:
            rows = sources.measure(lambda what: status.update(f"measuring {what}..."))
            files = sources.compiled(lambda what: status.update(f"measuring {what}..."))
    except (OSError, ValueError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        told = {"heap": rows, "compiled": files}
        told = {name: list(map(dataclasses.asdict, list_)) for name, list_ in told.items()}
        click.echo(json.dumps(told, indent=2))
        return
    table = Table("bytes of heap", ".mpy", ".py", "more")
    for row in rows:
        table.add_row(row.what, *(f"{size:,}" for size in (row.mpy, row.py, row.more)))
    Console().print(table)
    table = Table("bytes of heap to compile", "64-bit", "32-bit")
    for file in files[: sources.LARGEST]:
        short = "" if file.heap_32bit is None else f"{file.heap_32bit:,}"
        table.add_row(file.file, f"{file.heap_64bit:,}", short)
    Console().print(table)


@bench.command("commands", epilog="Example: espat bench commands --check")
@_JSON
@_CHECK
@_BUDGETS
def commands_command(as_json: bool, check: bool, gates_file: Path) -> None:
    """Reads and writes that adafruit_requests causes, on every family."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from espat_tools.bench import commands, memory_report  # noqa: PLC0415

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
        heads = ("family", "reads", "AT+CIPRECVDATA", "writes", "AT+CIPSEND")
        title = "adafruit_requests: 10 KB by .content; two GETs and a POST"
        table = Table(*heads, title=title, title_justify="left")
        for each in counts:
            table.add_row(*map(str, dataclasses.astuple(each)))
        Console().print(table)
        Console().print(memory_report.gate_table(verdicts))
    if check and not all(verdict.kept for verdict in verdicts):
        sys.exit(1)


@bench.command("emulator", epilog="Example: espat bench emulator --runs 3")
@click.option("--runs", default=columns.RUNS, show_default=True, help="Bodies over each port.")
@click.option("--length", default=columns.LENGTH, show_default=True, help="Bytes of a body.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def emulator_command(runs: int, length: int, as_json: bool) -> None:
    """The emulator's own rate: a body through one active link to a raw reader."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from espat_tools.bench import emulator  # noqa: PLC0415

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


@bench.command("pace", epilog="Example: espat bench pace --baud 921600")
@click.option("--baud", "rates", type=int, multiple=True, help="A rate, if not four usual ones.")
@click.option("--seconds", default=columns.SECONDS, show_default=True, help="Time for each figure.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def pace_command(rates: tuple[int, ...], seconds: float, as_json: bool) -> None:
    """How near a paced port of the emulator comes to a wire."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from espat_tools.bench import pace  # noqa: PLC0415

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


def _cell(value: str | float | None) -> str:
    """A figure with separated thousands; "" for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,}"


def _measured(as_json: bool, measure: Callable, title: str, columns: dict[str, str]) -> None:
    """Measure with a progress status, and print a table of `columns` (key of the JSON: heading)."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    try:
        with Console(stderr=True).status("measuring...") as status:
            figures = measure(lambda what: status.update(f"measuring {what}..."))
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    rows = [figure.as_json() for figure in figures]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(title=title, title_justify="left")
    for key, head in columns.items():
        number = not isinstance(rows[0][key], str)
        table.add_column(head, justify="right" if number else "left")
    for row in rows:
        cells = (row[key] for key in columns)
        table.add_row(*map(_cell, cells))
    Console().print(table)


@bench.command("wire", epilog="Example: espat bench wire --json")
@_JSON
def wire_command(as_json: bool) -> None:
    """How much of the wire transfers use, down and up, one link and five (a minute)."""
    from espat_tools.bench import wire  # noqa: PLC0415

    _measured(as_json, wire.measure, "Share of the wire, percent, simulated clock", columns.WIRE)


@bench.command("latency", epilog="Example: espat bench latency --baud 921600")
@click.option("--baud", default=115_200, show_default=True, help="The line's rate.")
@_JSON
def latency_command(baud: int, as_json: bool) -> None:
    """How long a command, a name, a connection, a request take beside the wire alone."""
    from espat_tools.bench import latency  # noqa: PLC0415

    measure = functools.partial(latency.measure, baud=baud)
    _measured(
        as_json, measure, f"Small exchanges at {baud:,} baud, simulated clock", columns.LATENCY
    )


@bench.command("start", epilog="Example: espat bench start --json")
@_JSON
def start_command(as_json: bool) -> None:
    """How long a module is looked for, and what start-up and join say to it."""
    from espat_tools.bench import start  # noqa: PLC0415

    title = "Start-up of a host at 115,200 baud, simulated clock"
    _measured(as_json, start.measure, title, columns.START)


@bench.command("growth", epilog="Example: espat bench growth --requests 1000")
@click.option("--most", default=columns.MOST_BYTES, show_default=True, help="The longest body.")
@click.option(
    "--requests", default=columns.MOST_REQUESTS, show_default=True, help="The most requests."
)
@_JSON
def growth_command(most: int, requests: int, as_json: bool) -> None:
    """Whether cost or heap grows with the length of a body, or with requests."""
    from espat_tools.bench import growth  # noqa: PLC0415

    measure = functools.partial(growth.measure, most=most, requests=requests)
    _measured(
        as_json, measure, "MicroPython on a fake module: ns a byte, us a request", columns.GROWTH
    )


@bench.command("programs", epilog="Example: espat bench programs")
@_JSON
def programs_command(as_json: bool) -> None:
    """JSON, MQTT, datagrams and a served page through published libraries."""
    from espat_tools.bench import programs  # noqa: PLC0415

    _measured(
        as_json, programs.measure, "Programs, simulated clock, 2 ms a packet", columns.PROGRAMS
    )


@bench.command("instructions", epilog="Example: espat bench instructions line")
@click.argument("names", nargs=-1, type=click.Choice(list(instructions.SUBJECTS)))
@_JSON
def instructions_command(names: tuple[str, ...], as_json: bool) -> None:
    """Instructions for a read, a byte, a send, by valgrind (some minutes)."""
    measure = functools.partial(instructions.measure, names=names)
    _measured(as_json, measure, "Instructions, unix MicroPython, callgrind", columns.INSTRUCTIONS)


@bench.command("pico", epilog="Example: espat bench pico")
@_JSON
def pico_command(as_json: bool) -> None:
    """Heap of programs for the Pico W, in MicroPython: as used, and the least (a minute)."""
    from espat_tools.bench import pico  # noqa: PLC0415

    heads = {
        "program": "program",
        "used": "in use, 64-bit",
        "smallest": "smallest heap, 64-bit",
        "used_32": "in use, 32-bit",
    }
    _measured(as_json, pico.measure, "Heap of MicroPython programs, bytes, .mpy", heads)


@bench.command("report", epilog="Example: espat bench report --quick page.md")
@click.argument("page", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--quick", is_flag=True, help="No body over 1 MB, no more than 1,000 requests.")
def report_command(page: Path, quick: bool) -> None:
    """Measure all that takes no real time, and write a page with tables and plots.

    espat bench report docs/performance.md
    """
    from rich.console import Console  # noqa: PLC0415

    from espat_tools.bench import report  # noqa: PLC0415

    try:
        with Console(stderr=True).status("measuring...") as status:
            report.write(page, lambda what: status.update(f"measuring {what}..."), quick=quick)
    except (OSError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{page} and its pictures are written.")
