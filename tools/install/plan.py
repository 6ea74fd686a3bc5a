"""The plan of an installation on a board: it is made first, shown, and then carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from espat_tools.install import manifest
from espat_tools.install.builtin import NAMES
from espat_tools.install.manifest import Manifest
from espat_tools.install.target import Found, digest

RENEWED = frozenset(("espat", *NAMES))
"""Modules whose unwanted files are removed. To other modules, files are only added."""

ROOTS = ("", "lib/")
"""The folders in which boards look for modules, in this order."""


@dataclass
class Plan:
    """`write` and `remove` are the changes, `same` is there already; all are paths on the board.

    `foreign` are those paths whose files are not as the last installation left them.
    """

    write: dict[str, bytes] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    free: int = 0
    """How many bytes the replaced and removed files use now."""

    def needed(self, block: int) -> int:
        """How many bytes of flash the new files use, each in whole blocks."""
        return sum(_blocks(len(data), block) for data in self.write.values())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.write and not self.remove


def _blocks(size: int, block: int) -> int:
    return -(-size // block) * block


def module(path: str) -> str:
    """The top-level name by which a file on the board, or its package, is imported."""
    return path.removeprefix("lib/").partition("/")[0].partition(".")[0]


def places(wanted: Iterable[str], old: Manifest | None) -> list[str]:
    """Where to look on the board: the wanted files, and all that could be loaded instead of them.

    A file `x.py` is loaded instead of `x.mpy` in the same folder, a folder instead of both, and a
    file in the root instead of one in lib/.
    """
    found = {manifest.PATH: None}
    for path in wanted:
        name = module(path)
        for root in ROOTS:
            found.update(dict.fromkeys((f"{root}{name}", f"{root}{name}.py", f"{root}{name}.mpy")))
    if old:
        found.update(dict.fromkeys(old.files))
    return list(found)


def made(
    wanted: Mapping[str, bytes], found: Mapping[str, Found], old: Manifest | None, block: int
) -> Plan:
    """The plan for a board on which `found` was seen at the `places()`."""
    plan = Plan()
    for path, data in wanted.items():
        here = found.get(path)
        if here and here.digest == digest(data):
            plan.same.append(path)
            continue
        plan.write[path] = data
        if here:
            plan.replaced.append(path)
    renewed = {module(path) for path in wanted} | RENEWED
    left = found.keys() - wanted.keys() - {manifest.PATH}
    plan.remove = sorted(path for path in left if module(path) in renewed)
    for path in plan.replaced + plan.remove:
        plan.free += _blocks(found[path].size, block)
        if old is None or not old.owns(path, found[path].digest):
            plan.foreign.append(path)
    return plan


def removal(found: Mapping[str, Found], old: Manifest, block: int) -> Plan:
    """The plan that removes what the last installation wrote."""
    plan = Plan(remove=sorted(path for path in old.files if path in found))
    plan.foreign = [path for path in plan.remove if not old.owns(path, found[path].digest)]
    plan.free = sum(_blocks(found[path].size, block) for path in plan.remove)
    return plan
