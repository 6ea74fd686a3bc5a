"""The files for a board: driver, module names and board file, compiled if possible."""

import re
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from espat_tools import runtimes, where
from espat_tools.demo.wanted import Unwanted
from espat_tools.install.target import Target

BOARD_FILE = "espat_board.py"
"""The file that `espat.board` looks for; it is in the root, where a user can see and change it."""

_MPY = 6
"""The .mpy version of MicroPython since 1.19; bytecode of 6.x can be loaded by every 6.y."""
_NEWEST_SINCE = (1, 23)
"""The MicroPython version since which the output of mpy-cross has not changed."""


def boards() -> dict[str, Path]:
    """The files of boards/: {name: path}."""
    return {path.stem: path for path in where.python_files(where.boards_folder())}


def board_of(target: Target) -> str | None:
    """The name of the file for a board, by the board's own name; None for none or several."""
    known = boards()
    if target.board_id in known:
        return target.board_id
    found = []
    for name, path in known.items():
        said = re.search(r'^BOARD_ID = "(\w+)"', path.read_text("utf-8"), re.M)
        if said and said[1] == target.board_id:
            found.append(name)
    return found[0] if len(found) == 1 else None


def board_file(name: str) -> bytes:
    """The bytes of a board file. Raises Unwanted."""
    known = boards()
    if name not in known:
        raise Unwanted(f"There is no board {name!r}; there are {', '.join(sorted(known))}.")
    return known[name].read_bytes()


def driver(target: Target) -> dict[str, bytes]:
    """The driver's files: {path on this board: bytes}."""
    folder = where.driver_folder()
    files = {
        f"lib/espat/{path.relative_to(folder).as_posix()}": path
        for path in where.python_files(folder)
    }
    return _made(files, target)


def names(wanted: Iterable[str]) -> dict[str, bytes]:
    """Files of lib/ for a CircuitPython board: {path on the board: bytes}.

    On a MicroPython board, `import espat_board` installs the names.
    """
    return {f"lib/{name}.py": (where.lib_folder() / f"{name}.py").read_bytes() for name in wanted}


def compiles(target: Target) -> bool:
    """Whether this board gets .mpy files: a MicroPython board, if the compiler is installed.

    CircuitPython has its own compiler, which is on no package index, and CircuitPython refuses
    files from MicroPython's compiler.
    """
    if target.runtime != "micropython" or getattr(target, "mpy", 0) != _MPY:
        return False
    return runtimes.mpy_cross_missing() is None


def _made(files: Mapping[str, Path], target: Target) -> dict[str, bytes]:
    if not compiles(target):
        return {name: path.read_bytes() for name, path in files.items()}
    with tempfile.TemporaryDirectory(prefix="espat-install-") as folder:
        return compiled(files, Path(folder), target.version)


def compiled(
    files: Mapping[str, Path], folder: Path, version: tuple[int, int] | None = None
) -> dict[str, bytes]:
    """Compile into `folder` for this MicroPython (None: the newest); returns {path: bytes}."""

    def one(name: str) -> tuple[str, bytes]:
        target = (folder / name).with_suffix(".mpy")
        called = name.removeprefix("lib/")
        runtimes.compile_file(files[name], target, name=called, compat=_compat(version))
        return target.relative_to(folder).as_posix(), target.read_bytes()

    with ThreadPoolExecutor() as several:
        return dict(several.map(one, files))


def _compat(version: tuple[int, int] | None) -> str | None:
    """The compiler version for this MicroPython; None for the newest."""
    return f"{version[0]}.{version[1]}" if version and version < _NEWEST_SINCE else None
