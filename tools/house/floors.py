"""The floors that `docs/architecture.md` lists, and the imports held against them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from espat_tools.house.imports import Import, all_imports, rooms

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
"""Where the floors are listed, in a checkout."""

_HEAD = re.compile(r"^\| floor \|.*\n\|[-| ]+\|\n", re.M)


def floors(page: str) -> dict[str, int]:
    """How high each room stands, from the table of a page whose first column is headed "floor".

    The second column has the rooms in backticks, from the ground up: "<" goes a step up, rooms
    between two of them stand side by side. A row begins above the row before it. Raises ValueError.
    """
    head = _HEAD.search(page)
    if head is None:
        raise ValueError("the page has no table of floors")
    found: dict[str, int] = {}
    height = 0
    for row in page[head.end() :].splitlines():
        if not row.startswith("|"):
            break
        height += 1
        for step in row.split("|")[2].split("<"):
            names = re.findall(r"`([^`]*)`", step)
            if not names:
                raise ValueError(f"no room between two steps: {row}")
            for name in names:
                room = "" if name == "__init__" else name
                if room in found:
                    raise ValueError(f"{name} is listed twice")
                found[room] = height
            height += 1
    return found


def astray(imports: Iterable[Import], places: Mapping[str, int]) -> list[str]:
    """What runs sideways or up, as `importer, line: what`; empty where all is well."""
    found = []
    for each in imports:
        here, there = places.get(each.importer), places.get(each.imported)
        if here is not None and there is not None and here <= there:
            found.append(
                f"{_shown(each.importer)}, line {each.line}: {_shown(each.imported)} "
                f"is no lower room"
            )
    return found


def unlisted(known: Iterable[str], places: Mapping[str, int]) -> list[str]:
    """Rooms that the page does not list, or lists though they are not there."""
    return sorted(map(_shown, set(known) ^ set(places)))


def circles(imports: Iterable[Import]) -> list[list[str]]:
    """Each group of rooms that import one another, in circles."""
    leads: dict[str, set[str]] = {}
    for each in imports:
        leads.setdefault(each.importer, set()).add(each.imported)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(leads.get(start, ()))
        while todo:
            room = todo.pop()
            if room not in seen:
                seen.add(room)
                todo += leads.get(room, ())
        return seen

    beyond = {room: reached(room) for room in leads}
    groups = {
        frozenset(other for other in beyond[room] if room in beyond.get(other, ()))
        for room in leads
        if room in beyond[room]
    }
    return sorted(sorted(map(_shown, group)) for group in groups)


def _shown(room: str) -> str:
    return room or "__init__"


@dataclass(frozen=True)
class Counts:
    """The import graph in figures; `lazily` counts each room once for each that hands it over."""

    rooms: int
    floors: int
    circles: int
    upward: int
    late: int
    lazily: int

    def lines(self) -> list[str]:
        """As a table of words and figures."""
        return [
            f"{self.rooms:4} rooms",
            f"{self.floors:4} floors, by the longest way down",
            f"{self.circles:4} circles",
            f"{self.upward:4} imports that do not lead down",
            f"{self.late:4} imports inside functions",
            f"{self.lazily:4} rooms handed to lazy",
        ]


def counts(package: Path, places: Mapping[str, int]) -> Counts:
    """Count what there is. A package without a page has its floors counted, too."""
    imports = all_imports(package)
    return Counts(
        rooms=len(rooms(package)),
        floors=_storeys(imports),
        circles=len(circles(imports)),
        upward=len(astray(imports, places)),
        late=sum(each.late and not each.lazily for each in imports),
        lazily=len({(each.importer, each.imported) for each in imports if each.lazily}),
    )


def _storeys(imports: Iterable[Import]) -> int:
    """How many rooms the longest way down passes; a circle is passed once."""
    leads: dict[str, set[str]] = {}
    for each in imports:
        leads.setdefault(each.importer, set()).add(each.imported)
        leads.setdefault(each.imported, set())
    heights: dict[str, int] = {}

    def height(room: str, above: tuple[str, ...]) -> int:
        if room not in heights:
            lower = [height(other, (*above, room)) for other in leads[room] if other not in above]
            heights[room] = 1 + max(lower, default=0)
        return heights[room]

    return max((height(room, ()) for room in leads), default=0)
