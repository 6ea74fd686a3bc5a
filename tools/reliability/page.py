"""Writes counts into docs/reliability.md between marks; the rest of the page is kept by hand."""

import re
from pathlib import Path

from . import report

HEAD = """# Reliability

A UART has no checksum. What espat makes of a line that loses, doubles and flips bytes, of modules
that restart in the middle of a payload, and of firmware that answers anything, is tried by
programs and counted here. The module is emulated, the clock is simulated; see docs/emulator.md.

What must hold: **a program gets exactly the bytes, or an exception that the docs name; no call
takes longer than its time-out by more than {slack} s; and afterwards the same radio carries a new
connection.** What keeps every count and all framing whole cannot be told by any driver. It is
excused by a rule about what was changed where, never by what came of it, and is listed below.

## Every byte of a conversation

`espat reliability sweep --all` (without `--all` a sample) takes conversations of many payloads, 1
to 1,460 bytes, each sent down and echoed up, then three payloads at once and the peer's end; over
TCP, over TLS and with a client of the module's server, each in passive and in active receive, and
over UDP; on every family; read in pieces of 1, 32, 100 and 1,024 bytes and by `readline`. Shorter
ones have a far end that takes seconds (`--kind slow`), so that the driver asks after lost notices;
a program that must not wait (`polled`), and one with MicroPython's sockets (`faced`), which both go
on until every byte is there or something else than EAGAIN is raised; and UDP sockets that open and
close beside a TCP one (`beside`). In each conversation one thing goes wrong:

- every byte that the module prints outside payload, and the first, middle and last byte of each
  payload: 1 to 5 in a row dropped, doubled, ten ways flipped; the module restarts there, with and
  without the ROM's noise; the rest comes 30 or 300 ms later;
- the same losses for every byte that the host sends, commands and payload;
- `busy p...` before each command, which is thrown away, or carried out all the same;
- a byte of a payload dropped and another of it doubled;
- everything in reads of 1, 2, 3, 5 or 16 bytes.

**exact**: the program and its peer got every byte. **told**: a documented exception, and not a byte
before it that was not sent. **cannot be told**: excused by one of the rules. **faults**: the rest.

<!-- sweep -->
Not run yet.
<!-- /sweep -->

## Hostile modules

`espat reliability fuzz` plays seeded programs of calls on sockets and on the radio against modules
that answer anything: the emulator's own words cut, repeated, renumbered and mixed with words of
other firmware, and a port that invents its answers. Sockets and the radio may raise OSError,
`radio.command` ATError too; nothing else, and no call may hang. `tests/fuzz` does the same with
every command function, and has a state machine with a model of every byte of every socket.

<!-- fuzz -->
Not run yet.
<!-- /fuzz -->

`espat reliability atheris` gives the parser inputs that coverage guides; it needs the package
atheris.

## Found and mended

Kept by hand: what these programs found, and where it was mended.

{mended}
"""
MENDED = "Nothing yet."


def _put(path, mark, text):
    """Put text between the marks of a page; the page is created if it is missing."""
    from .judge import SLACK  # noqa: PLC0415

    path = Path(path)
    old = path.read_text("utf-8") if path.exists() else ""
    mended = old.partition("where it was mended.\n")[2].strip() or MENDED
    page = HEAD.format(slack=SLACK, mended=mended)
    for kept in ("sweep", "fuzz"):
        between = re.search(f"<!-- {kept} -->\n(.*?)<!-- /{kept} -->", old, re.DOTALL)
        body = text if kept == mark else between[1] if between else "Not run yet.\n"
        page = re.sub(
            f"(<!-- {kept} -->\n).*?(<!-- /{kept} -->)",
            lambda match, body=body: match[1] + body + match[2],
            page,
            flags=re.DOTALL,
        )
    path.write_text(page, "utf-8")


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
