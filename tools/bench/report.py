"""Writes `docs/performance.md`: the results of the benchmarks as tables and plots.

    espat bench report docs/performance.md

Every figure of the page is measured in the run that writes it. The plots are drawn by matplotlib
(`pip install matplotlib`), as SVG beside the page; instructions are counted by valgrind.
"""

import platform
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path

from espat_tools.bench import (
    budgets,
    commands,
    growth,
    instructions,
    latency,
    memory,
    programs,
    start,
    wire,
)
from espat_tools.bench.columns import GROWTH, INSTRUCTIONS, LATENCY, PROGRAMS, START, WIRE

_HEAD = """# Performance

What espat costs and how fast it is. This page was written by

```
espat bench report docs/performance.md{quick}
```

with espat {espat} on CPython {python}; each section names the command that measures it alone.
Figures by a simulated clock are the protocol's: the same on every machine. Figures in real time are
one machine's, and good for ratios.

"""


def write(page: Path, progress: Callable[[str], None], *, quick: bool = False) -> None:
    """Measure, and write the page and its pictures. Raises RuntimeError."""
    plot = _pyplot()
    most, requests = (10**6, 10**3) if quick else (growth.MOST_BYTES, growth.MOST_REQUESTS)
    sections = [
        _memory(memory.measure(progress)),
        _instructions(instructions.measure(progress)),
        _commands(commands.measure(progress)),
        _start(start.measure(progress)),
        _wire(wire.measure(progress), page, plot),
        _latency(latency.measure(progress), page, plot),
        _programs(programs.measure(progress)),
        _growth(growth.measure(progress, most, requests), page, plot),
    ]
    short = " --quick" if quick else ""
    head = _HEAD.format(
        quick=short, espat=metadata.version("espat"), python=platform.python_version()
    )
    page.write_text(head + "\n".join(sections), "utf-8")


def _pyplot():
    try:
        import matplotlib  # noqa: PLC0415 - only this command needs it
    except ImportError:
        raise RuntimeError("no matplotlib for the plots: pip install matplotlib") from None
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "espat"
    matplotlib.rcParams["svg.fonttype"] = "none"
    matplotlib.rcParams["font.family"] = "sans-serif"
    from matplotlib import pyplot  # noqa: PLC0415

    return pyplot


def table(columns: dict[str, str], rows: Iterable[dict]) -> str:
    """A Markdown table: `columns` are {key of a row: heading}; numbers are aligned right."""
    rows = list(rows)
    right = ["-" if isinstance(rows[0][key], str) else "-:" for key in columns]
    lines = [list(columns.values()), right]
    for row in rows:
        cells = (row[key] for key in columns)
        lines.append([cell if isinstance(cell, str) else f"{cell:,}" for cell in cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _section(title: str, command: str, text: str, *parts: str) -> str:
    return "\n".join([f"## {title}", "", f"`{command}`. {text}", "", *parts])


def _save(plot, figure, page: Path, name: str, alt: str) -> str:
    path = page.with_name(f"{page.stem}-{name}.svg")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plot.close(figure)
    return f"![{alt}]({path.name})\n"


def _met(rows: Sequence[dict], key: str) -> str:
    """A sentence that says how many aims of a table are met."""
    aimed = [row for row in rows if row["aim"] != ""]
    met = sum(row[key] <= row["aim"] for row in aimed)
    return f"Of the {len(aimed)} aims {met or 'none'} {'is' if met < 2 else 'are'} met."


def _memory(figures: memory.Figures) -> str:
    gated, gates = figures.gated(), budgets.load(budgets.DEFAULT, "memory")
    rows = [
        {"what": what, "bytes": round(gated[key]), "gate": gates[key], "aim": aim}
        for key, (what, aim) in MEMORY.items()
        if gated.get(key)
    ]
    return _section(
        "Memory",
        "espat bench memory",
        "Heap of real MicroPythons with the `.mpy` files that a board runs, and their sizes on its "
        "file system. CI fails past a gate (`budgets.toml`); the aim is what it should cost. "
        + _met(rows, "bytes"),
        table({"what": "what", "bytes": "bytes", "gate": "gate", "aim": "aim"}, rows),
    )


MEMORY = {
    "memory.page_32bit": ("joined, one socket, a page of 20 KB read; 32-bit", 26_000),
    "memory.ram_32bit": ("import, radio, one open socket; 32-bit", 22_500),
    "memory.ram_64bit": ("the same, 64-bit", 32_000),
    "memory.tls_32bit": ("a verified TLS connection, on top; 32-bit", ""),
    "memory.tls_64bit": ("the same, 64-bit", ""),
    "memory.smallest_heap_64bit": ("least heap that joins and streams 100 KB; 64-bit", 53_248),
    "allocation.bytes_per_uart_read_32bit": (
        "heap for a read of the UART while receiving; 32-bit",
        "",
    ),
    "size.tcp_client_mpy": (".mpy files that a TCP client loads", 22_000),
    "size.espat_mpy": (".mpy files of espat/ together", 100_000),
}


"""{gate of budgets.toml: (what it measures, its aim, "" for none)}"""

_AIMS = {"byte": 7000, "small": 700, "line": 700, "large": 150, "pieces": 400}


def _instructions(figures: Sequence[instructions.Figure]) -> str:
    rows = [{**each.as_json(), "aim": _AIMS.get(each.name, "")} for each in figures]
    return _section(
        "Instructions",
        "espat bench instructions",
        "What the processor does for a call or a byte, counted by callgrind in the unix "
        "MicroPython (64-bit objects) with a fake module that has its answer at once. `floor` is "
        "the same loop with no driver between: what a MicroPython program pays for the calls "
        "alone. From run to run a figure differs by up to a twentieth, a floor by up to a half. "
        + _met(rows, "instructions"),
        table({**INSTRUCTIONS, "aim": "aim"}, rows),
    )


def _commands(counts: Sequence[commands.Counts]) -> str:
    gates = budgets.load(budgets.DEFAULT, "commands")
    rows = [{"family": each.family, "reads": each.reads, "writes": each.writes} for each in counts]
    return _section(
        "Commands",
        "espat bench commands",
        "What `adafruit_requests` makes of the wire, which reads in pieces of 32 bytes and writes "
        "a request in a dozen: reads (`AT+CIPRECVDATA`) for the content of 10 KB with a UART's "
        "buffer of 576 bytes, and writes (`AT+CIPSEND`) for two GETs and a POST. A family without "
        "passive receive is sent the content unasked. CI fails past "
        f"{gates['commands.reads']} reads and {gates['commands.writes']} writes; the aims are 12 "
        "and 4.",
        table({"family": "family", "reads": "reads", "writes": "writes"}, rows),
    )


def _start(figures: Sequence[start.Figure]) -> str:
    return _section(
        "Start-up",
        "espat bench start",
        "By a simulated clock, a host at 115,200 baud and a module at another rate: when it was "
        "found, and when it was joined (which itself takes 10 ms here). Slow modules are found at "
        "the second try of all rates.",
        table(START, [each.as_json() for each in figures]),
    )


def _wire(figures: Sequence[wire.Figure], page: Path, plot) -> str:
    figure, axes = plot.subplots(figsize=(9, 3.4))
    chosen = [each for each in figures if each.family == wire.FAMILIES[0]]
    kinds = list(dict.fromkeys((each.what, each.links) for each in chosen))
    width = 0.8 / len(kinds)
    for i, kind in enumerate(kinds):
        heights = [each.payload for each in chosen if (each.what, each.links) == kind]
        label = f"{kind[0]}, {kind[1]} link" + "s" * (kind[1] > 1)
        axes.bar([x + i * width for x in range(len(heights))], heights, width * 0.9, label=label)
    axes.set_xticks([x + 0.4 - width / 2 for x in range(len(wire.RATES))])
    axes.set_xticklabels([f"{rate:,} baud" for rate in wire.RATES])
    axes.set_ylim(0, 100)
    axes.set_ylabel("payload, % of the wire")
    axes.set_title(wire.FAMILIES[0], loc="left", fontsize=10)
    axes.legend(fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    return _section(
        "The wire",
        "espat bench wire",
        "By a simulated clock: payload's share of the line's rate, and the share of the time in "
        "which any byte was on it. A module takes 2 ms for each send. What payload lacks while the "
        "wire is in use are commands, headers and results: the AT protocol's own. Up, "
        "1,460 bytes at a time, the 2 ms are the rest; 97 % at 921,600 baud takes sends of 8 KB, "
        "which only ESP-AT from 2.3 on takes, and not on ESP8266. The aim: in use all the time.",
        _save(plot, figure, page, "wire", "payload's share of the wire by rate and transfer"),
        table(WIRE, [each.as_json() for each in figures]),
    )


def _latency(figures: Sequence[latency.Figure], page: Path, plot) -> str:
    slow = [each for each in figures if each.delay]
    figure, axes = plot.subplots(figsize=(8, 2.6))
    names = [each.what for each in slow]
    axes.barh(names, [each.took for each in slow], color="#d0d0d0", label="as the program sees it")
    axes.barh(names, [each.wire for each in slow], height=0.4, label="on the wire alone")
    axes.invert_yaxis()
    axes.set_xlabel("ms at 115,200 baud; module and peer take 2 ms each time")
    axes.legend(fontsize=8)
    return _section(
        "Small exchanges",
        "espat bench latency",
        "By a simulated clock, at 115,200 baud. The aim is a ratio of 1.0 where module and peer "
        "take no time; what they take is waited for.",
        _save(plot, figure, page, "latency", "time of small exchanges, and of the wire alone"),
        table(LATENCY, [each.as_json() for each in figures]),
    )


def _programs(figures: Sequence[programs.Figure]) -> str:
    return _section(
        "Programs",
        "espat bench programs",
        "Published libraries by a simulated clock, module and peers taking 2 ms a packet.",
        table(PROGRAMS, [each.as_json() for each in figures]),
    )


def _growth(figures: Sequence[growth.Figure], page: Path, plot) -> str:
    figure, panes = plot.subplots(1, 2, figsize=(8, 2.6))
    for axes, what in zip(panes, ("body", "requests"), strict=True):
        chosen = [each for each in figures if each.what == what]
        axes.plot([each.count for each in chosen], [each.heap / 1000 for each in chosen], "o-")
        axes.set_xscale("log")
        axes.set_ylim(0, 1.3 * max(each.heap for each in chosen) / 1000)
        axes.set_xlabel("bytes of a body" if what == "body" else "requests")
        axes.set_ylabel("heap in use, KB")
    return _section(
        "Growth",
        "espat bench growth",
        "In the unix MicroPython on a fake module that answers at once: nanoseconds a byte, "
        "microseconds a request (in real time, so only their ratios count), and the heap in use "
        "behind them, after a collection.",
        _save(plot, figure, page, "growth", "heap in use behind bodies and requests"),
        table(GROWTH, [each.as_json() for each in figures]),
    )
