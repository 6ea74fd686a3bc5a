"""What is made of the tables: boards/README.md between its marks, and the drawings."""

from collections.abc import Iterable
from pathlib import Path

from espat_tools import where
from espat_tools.boards.draw import DRAWINGS, draw
from espat_tools.boards.files import Board, boards, shown
from espat_tools.boards.modules import MODULES

_DRAWINGS = Path(__file__).resolve().parents[2] / "docs" / "wiring"


def files() -> dict[Path, str]:
    """Every file that is made of the tables, and what it must hold."""
    known = boards()
    readme = where.boards_folder() / "README.md"
    made = {readme: page(readme.read_text("utf-8"), known)}
    for name, (board, there) in DRAWINGS.items():
        made[_DRAWINGS / f"{name}.svg"] = draw(known[board], there)
    return made


def page(text: str, known: dict[str, Board]) -> str:
    """The page with its two tables made anew."""
    text = _between(text, "boards", _boards(known))
    return _between(text, "modules", _modules())


def _between(text: str, name: str, table: Iterable[str]) -> str:
    begin, end = f"<!-- {name}: made by python -m espat_tools.boards -->\n", f"<!-- /{name} -->\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return before + begin + "\n" + "\n".join(table) + "\n\n" + end + after


def _boards(known: dict[str, Board]) -> Iterable[str]:
    yield "| file | board | module | TX | RX | RTS, CTS | reset | held high | firmware |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, board in sorted(known.items()):
        held = ", ".join(shown(pin) for pin in board.wiring.high)
        flow = ", ".join(filter(None, (board.pin("rts"), board.pin("cts"))))
        cells = [
            f"[`{name}.py`]({name}.py)",
            board.title.split(", with")[0],
            board.fields["Module"],
            board.pin("tx"),
            board.pin("rx"),
            flow or "-",
            board.pin("off") or "-",
            held or "-",
            board.fields["Firmware"].split(". ")[0],
        ]
        yield f"| {' | '.join(cells)} |"


def _modules() -> Iterable[str]:
    head = "module, firmware", "your TX to", "your RX to", "its RTS", "its CTS", "log UART"
    yield f"| {' | '.join(head)} |"
    yield "|---|---|---|---|---|---|"
    for module in MODULES.values():
        log = ", ".join(map(str, filter(None, module.log or ()))) or "-"
        cells = [
            f"**{module.name}**" + (f": {module.note}" if module.note else ""),
            str(module.rx),
            str(module.tx),
            str(module.rts or "-"),
            str(module.cts or "-"),
            log,
        ]
        yield f"| {' | '.join(cells)} |"
