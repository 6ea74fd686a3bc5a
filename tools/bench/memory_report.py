"""Shows the figures of `espat bench memory`."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from espat_tools.bench.budgets import Verdict
from espat_tools.bench.memory import BODY, STEPS, Figures, Heap


def as_json(figures: Figures, verdicts: Sequence[Verdict]) -> dict:
    """All figures as an object for `json.dumps`. Sizes are in bytes."""
    return {
        **asdict(figures),
        "gated": figures.gated(),
        "gates": gates_as_json(verdicts),
    }


def show(console: Console, figures: Figures, verdicts: Sequence[Verdict]) -> None:
    """Print the tables."""
    if figures.heaps:
        console.print(_heap_table(figures.heaps))
        console.print(_module_table(figures))
        console.print(_buffer_table(figures.heaps[0]))
    for heap in figures.heaps:
        console.print(
            f"Names (qstrs), {heap.bits}-bit: {heap.names:,} of these bytes. Their table doubles "
            "when it is full, on the account of whichever module fills it."
        )
    if size := figures.client_size():
        names = sorted({name for heap in figures.heaps for name in heap.client})
        console.print(f"A TCP client loads {size:,} bytes of .mpy: {' '.join(names)}")
    for heap in figures.heaps:
        if heap.allocation:
            done = heap.allocation
            console.print(
                f"Receiving, {heap.bits}-bit, collector off: {done.calls} calls of recv_into took "
                f"{done.heap} bytes of heap over {done.uart_reads} UART reads and "
                f"{done.received} bytes: [bold]{done.per_read:.2f}[/] a read."
            )
    for heap in figures.heaps:
        if heap.tls:
            console.print(
                f"TLS, verified, {heap.bits}-bit: [bold]{heap.tls[0]:,}[/] bytes more than a plain "
                f"connection that has sent and received; one more: {heap.tls[1]:,}."
            )
    if figures.smallest_heap:
        console.print(
            f"Smallest heap (64-bit) that joins and streams {BODY // 1024} KB: "
            f"[bold]{figures.smallest_heap // 1024} KB[/], the program, its buffer and a UART's of "
            "2 KB among it."
        )
    for reason in figures.missing:
        console.print(f"[yellow]Not measured:[/] {reason}")
    if verdicts:
        console.print(gate_table(verdicts))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def _heap_table(heaps: Sequence[Heap]) -> Table:
    title = "Heap by step, bytes (" + "; ".join(f"{h.bits}-bit: {h.peer}" for h in heaps) + ")"
    columns = [name for h in heaps for name in (f"{h.bits}-bit", "so far")]
    table = _table(title, "step", *columns, "imports")
    for step in STEPS:
        cells = [f"{n:,}" for h in heaps for n in (h.steps[step], h.up_to(step))]
        names = [name.removeprefix("espat.") for name in heaps[0].imported_by[step]]
        table.add_row(step, *cells, " ".join(names))
    bare = [h.up_to("one open socket", without=("join",)) for h in heaps]
    table.add_section()
    cells = [cell for total in bare for cell in ("", f"{total:,}")]
    table.add_row("one open socket, not counting the join", *cells, "")
    return table


def _module_table(figures: Figures) -> Table:
    table = _table("By module, bytes", "module", *[f"{h.bits}-bit" for h in figures.heaps], ".mpy")
    sizes = dict(figures.mpy)
    for name in figures.heaps[0].modules:
        size = sizes.pop(f"espat/{name}.mpy")
        table.add_row(name, *[f"{h.modules[name]:,}" for h in figures.heaps], f"{size:,}")
    for path, size in sizes.items():
        table.add_row(path.removesuffix(".mpy"), *["" for _ in figures.heaps], f"{size:,}")
    table.add_section()
    totals = [f"{sum(h.modules.values()):,}" for h in figures.heaps]
    table.add_row("all", *totals, f"{sum(figures.mpy.values()):,}")
    return table


def _buffer_table(heap: Heap) -> Table:
    table = _table("Buffers, bytes (part of the above)", "buffer", "size")
    for path, size in heap.buffers.items():
        table.add_row(path, f"{size:,}")
    return table


def gates_as_json(verdicts: Sequence[Verdict]) -> list[dict]:
    """The verdicts for `--json`."""
    return [{**asdict(verdict), "kept": verdict.kept} for verdict in verdicts]


def gate_table(verdicts: Sequence[Verdict]) -> Table:
    """The verdicts as a table."""
    table = _table("Gates", "gate", "figure", "allowed", "")
    for verdict in verdicts:
        figure = "not measured" if verdict.figure is None else f"{verdict.figure:,.10g}"
        word = "[green]kept[/]" if verdict.kept else "[red]NOT KEPT[/]"
        table.add_row(verdict.name, figure, f"{verdict.gate:,}", word)
    return table
