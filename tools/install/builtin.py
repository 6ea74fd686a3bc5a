"""The CircuitPython boards that have Wi-Fi, or some of its modules, built in.

`python -m espat_tools.install.builtin` writes builtin.txt from the installed circuitpython-stubs;
a test compares the two.
"""

import importlib.util
import re
import textwrap
from pathlib import Path

NAMES = ("wifi", "socketpool", "ssl", "ipaddress", "mdns")
"""The modules in lib/ for boards that lack them."""

_TABLE = Path(__file__).with_suffix(".txt")
_HEAD = "# CircuitPython's boards by what they have built in of: {}.\n# Made by {} of {}.\n"


def modules(board_id: str) -> set[str] | None:
    """Those of NAMES that are built in on this board; None for a board not in the table."""
    for names, boards in table().items():
        if board_id in boards:
            return set(names)
    return None


def table() -> dict[tuple[str, ...], list[str]]:
    """The table: {modules: boards that have exactly these}."""
    parts = re.split(r"^\[(.*)\]$", _TABLE.read_text("utf-8"), flags=re.M)[1:]
    return {
        tuple(names.split()): boards.split()
        for names, boards in zip(parts[::2], parts[1::2], strict=True)
    }


def from_stubs() -> dict[tuple[str, ...], list[str]]:
    """The same table, made from circuitpython-stubs."""
    spec = importlib.util.find_spec("board_definitions")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("circuitpython-stubs is not installed")
    found: dict[tuple[str, ...], list[str]] = {}
    for stub in sorted(Path(next(iter(spec.submodule_search_locations))).glob("*/__init__.pyi")):
        said = re.search(r"^ - Included modules: (.*)$", stub.read_text("utf-8"), re.M)
        present = set(said[1].split(", ")) if said else set()
        found.setdefault(tuple(n for n in NAMES if n in present), []).append(stub.parent.name)
    return found


def _write() -> None:
    text = _HEAD.format(", ".join(NAMES), f"`python -m {__spec__.name}`", "circuitpython-stubs")
    for names, boards in sorted(from_stubs().items()):
        lines = textwrap.wrap(" ".join(boards), 100, break_on_hyphens=False)
        text += "\n".join((f"\n[{' '.join(names)}]", *lines, ""))
    _TABLE.write_text(text, "utf-8")


if __name__ == "__main__":
    _write()
