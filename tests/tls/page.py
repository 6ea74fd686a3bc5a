"""docs/tls.md: what comes of each condition with each family; made of the outcomes of the tests."""

from pathlib import Path

from espat_tools.commands.forms import FAMILIES
from tests.tls import rules
from tests.tls.rules import MODES, REFUSALS
from tests.tls.runs import RUNTIMES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tls.md"
_HEAD = Path(__file__).with_name("intro.md")


def render(outcomes):
    """The page for {cell: outcome}."""
    found = {}
    for cell, outcome in outcomes.items():
        key = cell.mode.key, cell.row.key, cell.family
        found.setdefault(key, {})[cell.runtime] = words(outcome)
    parts = [_HEAD.read_text("utf-8").replace("SUMMARY\n", _summary(found))]
    for mode in MODES:
        lines = [
            (row.title, *(_both(found.get((mode.key, row.key, f), {})) for f, _ in FAMILIES))
            for row in rules.rows(mode)
        ]
        parts += [f"\n## {mode.title}\n\n", _table(lines)]
    return "".join(parts)


#: what a family does: (in words, the cells that show it, the cells that would show the lack of it)
_DOES = (
    ("The chain is verified, up to a CA that you give", ["on right"], ["on issuer", "on self"]),
    (
        "The chain alone, no name; NonOS: up to a CA flashed with esptool",
        ["chain right"],
        ["chain issuer"],
    ),
    ("The name in the certificate is verified", ["on right"], ["on name"]),
    ("Dates are verified", ["on right"], ["on expired", "on future"]),
    ("A certificate of the board's own is shown", ["off shown"], ["off missing"]),
    ("ALPN protocols are offered", ["off alpn"], ["off no-alpn"]),
    ("A pre-shared key (PSK) is used", ["off key"], ["off wrong-key"]),
)


def _summary(found):
    """A table of what each family does: yes where one cell connected, and its contrary failed."""

    def said(cell, family):
        return _both(found.get((*cell.split(" "), family), {})).partition(",")[0]

    lines = []
    for title, good, bad in _DOES:
        line = [title]
        for family, _ in FAMILIES:
            does = all(said(cell, family) == "connected" for cell in good)
            does &= all(said(cell, family) == "failed" for cell in bad)
            line.append("yes" if does else "no")
        lines.append(line)
    told = {key[-1] for key, each in found.items() if any("told:" in one for one in each.values())}
    why = ("yes" if family in told else "no" for family, _ in FAMILIES)
    return _table([*lines, ("Why a handshake failed is told", *why)]) + "\n"


def words(outcome):
    """An outcome, as a cell says it."""
    if outcome.kind == "refused":
        return f"refused: {REFUSALS[outcome.why][0] if outcome.why in REFUSALS else outcome.why}"
    return f"{outcome.kind}, told: {outcome.why}" if outcome.why else outcome.kind


def _both(said):
    """What the runtimes gave: once where it is the same, blank where one has not been run."""
    if set(said) != set(RUNTIMES):
        return ""
    if len(set(said.values())) == 1:
        return said[RUNTIMES[0]]
    return "; ".join(f"{runtime}: {said[runtime]}" for runtime in RUNTIMES)


def _table(lines):
    head = ["", *(name for _, name in FAMILIES)]
    return "".join(_line(*cells) for cells in (head, ["---"] * len(head), *lines))


def _line(*cells):
    return "| " + " | ".join(cells) + " |\n"
