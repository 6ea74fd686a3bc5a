"""Writes counts into docs/reliability.md between marks; the rest of the page is kept by hand."""

import re
from pathlib import Path

from . import report


def _put(path, mark, text):
    """Put text between the marks of a page.

    :raises ValueError: the page lacks them
    """
    path = Path(path)
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    page = path.read_text("utf-8")
    if not re.search(re.escape(start) + ".*?" + re.escape(end), page, re.DOTALL):
        raise ValueError(f"{path} has no place for this: {start.strip()} and {end}")
    before, _, rest = page.partition(start)
    path.write_text(before + start + text + end + rest.partition(end)[2], "utf-8")


def write_sweep(path, counts, whole, seed):
    """Write the counts of a sweep."""
    how = "All changes" if whole else f"A sample (seed {seed})"
    parts = [
        f"{how}. {report.small(counts)}",
        report.by_family(counts),
        "By family of modules:",
        report.by_profile(counts),
        "What cannot be told, by what was changed where (`tools/reliability/rules.py`):",
        report.cannot_be_told(counts),
    ]
    if counts.faults:
        parts += ["Faults, some cases of each kind:", f"```\n{report.faults(counts, 2)}\n```"]
    _put(path, "sweep", "\n" + "\n\n".join(parts) + "\n\n")


def write_fuzz(path, counts, seed):
    """Write the counts of a fuzz run."""
    lines = [f"Seed {seed}, {counts.seconds:.0f} s: {counts}."]
    lines += [f"- program {n}, {name}: {error}" for n, name, error in counts.faults]
    _put(path, "fuzz", "\n" + "\n".join(lines) + "\n\n")
