"""Formats counts as tables."""

from . import judge
from .changes import FAMILIES
from .rules import RULES

COLUMNS = ("exact", "told", "cannot be told")


def table(head, rows):
    """A table in Markdown, with numbers aligned to the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def _rows(counter, keys):
    rows = []
    for key in keys:
        counts = [counter[key, column] for column in COLUMNS]
        faults = sum(counter[key, fault] for fault in judge.FAULTS)
        if sum(counts) + faults:
            rows.append([key, sum(counts) + faults, *counts, faults])
    return rows


def by_family(counts):
    """The results by family of changes."""
    rows = _rows(counts.verdicts, FAMILIES)
    total = [sum(row[i] for row in rows) for i in range(1, 6)]
    return table(["changed", "cases", *COLUMNS, "faults"], [*rows, ["all", *total]])


def by_profile(counts):
    """The results by family of modules."""
    keys = sorted({profile for profile, _ in counts.profiles})
    return table(["module", "cases", *COLUMNS, "faults"], _rows(counts.profiles, keys))


def cannot_be_told(counts):
    """What no driver can detect, by family of modules."""
    profiles = sorted({profile for profile, _ in counts.profiles})
    rows = [[name, *(counts.excused[p, name] for p in profiles)] for name, *_ in RULES]
    return table(["changed", *profiles], rows)


def faults(counts, each=3):
    """The faults, with some cases of each kind."""
    lines = []
    for (found, family, role), rows in sorted(counts.faults.items()):
        lines.append(f"{found}: {family}, {role} ({len(rows)} kept)")
        for cell, change, around, why in rows[:each]:
            lines += [f"    {cell}: {change}", f"        {around}", f"        {why}"]
    return "\n".join(lines)


def later(counts, each):
    """The cases in which the next connection failed at the first try, or a link was left open."""
    rows = [f"    {cell}: {change}: {error}" for cell, change, error in counts.later[:each]]
    return "\n".join(["afterwards, no fault:", *rows]) if rows else ""


def small(counts):
    """The other counts."""
    slowest = ", ".join(f"{name} {took:.1f} s" for name, took in sorted(counts.slowest.items()))
    tries = ", ".join(f"{n or 'none'}: {count:,}" for n, count in sorted(counts.tries.items()))
    left = counts.there_are - counts.cases
    hours = counts.there_are * counts.seconds / max(1, counts.cases) / 3600
    rest = f"At that pace all of them take {hours:.0f} hours.\n" if left > 0 else ""
    return (
        f"{counts.cases:,} of {counts.there_are:,} conversations in {counts.seconds:.0f} s, "
        f"{counts.failed:,} faults.\n{rest}"
        f"Afterwards a new connection worked at try {tries}.\n"
        f"The module was left with an open link {counts.left_open:,} times.\n"
        f"The longest calls, in simulated seconds: {slowest}."
    )
