"""The files of boards/, read: what they wire, and what their first lines say."""

import ast
import runpy
from dataclasses import dataclass
from pathlib import Path

from espat.wiring import Wiring
from espat_tools import where

FIELDS = ("Module", "Firmware", "Tested", "Source")
"""What each file says of itself, one line each, under its title."""


@dataclass(frozen=True)
class Board:
    """One file. `id`: what CircuitPython calls the board; None where it is not known to run."""

    file: Path
    title: str
    fields: dict[str, str]
    notes: str
    id: str | None
    wiring: Wiring

    @property
    def name(self) -> str:
        """The file's, without `.py`."""
        return self.file.stem

    def pin(self, which: str) -> str:
        """A pin of the wiring for people: CircuitPython's name, MicroPython's number; or ""."""
        pair = getattr(self.wiring, which)
        return shown(pair) if pair else ""


def shown(pin: tuple[str | None, int | None]) -> str:
    """One name of a pin if both runtimes mean the same, else both."""
    name, number = pin
    if number is None or name == f"GP{number}":
        return str(name)
    return f"{name}, GP{number}" if name else f"GP{number}"


def boards() -> dict[str, Board]:
    """Every file of boards/ by its name. Raises ValueError: one says too little of itself."""
    return {path.stem: read(path) for path in where.python_files(where.boards_folder())}


def read(path: Path) -> Board:
    """One file. Raises ValueError."""
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    title, _, rest = doc.partition("\n\n")
    table, _, notes = rest.partition("\n\n")
    fields = dict(line.partition(": ")[::2] for line in table.splitlines())
    if tuple(fields) != FIELDS or not all(fields.values()):
        raise ValueError(f"{path.name}: under its title {', '.join(FIELDS)} are wanted")
    loaded = runpy.run_path(str(path))
    return Board(path, title, fields, notes, loaded["BOARD_ID"], loaded["wiring"])
