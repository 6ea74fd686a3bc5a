"""The order in which the modules of a package are loaded, determined from its source."""

from pathlib import Path

from espat_tools.house.imports import imports_of, rooms


def order(package: Path) -> list[str]:
    """All modules of a package, each after those that it needs; first those that `__init__` loads.

    Names are as in `rooms`. In `__init__` every import counts, also those in functions; in other
    modules only those that run when the module is imported.
    """
    known = rooms(package)
    found: list[str] = []
    open_: set[str] = set()

    def visit(name: str) -> None:
        if name in open_:
            return
        open_.add(name)
        for each in imports_of(name, known):
            if not each.late or not name:
                visit(each.imported)
        found.append(name)

    for name in sorted(known):
        visit(name)
    return [name for name in found if name]
