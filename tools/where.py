"""Where the files that go to a board are: in an installed package, or in a checkout."""

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _data_folder(name: str) -> Path:
    """`name` inside the installed package, or, in a checkout, beside tools/."""
    installed = _HERE / "_board" / name
    return installed if installed.is_dir() else _HERE.parent / name


def driver_folder() -> Path:
    """The folder of the driver itself, `espat/`; found without importing it."""
    spec = find_spec("espat")
    if spec is None or not spec.submodule_search_locations:
        return _HERE.parent / "espat"
    return Path(next(iter(spec.submodule_search_locations)))


def tools_folder() -> Path:
    """The folder of `espat_tools` itself."""
    return _HERE


def lib_folder() -> Path:
    """The folder of the modules that go into a board's /lib beside the driver."""
    return _data_folder("lib")


def boards_folder() -> Path:
    """The folder of the board files: pins, UART, reset, baud rate."""
    return _data_folder("boards")


def python_files(folder: Path) -> list[Path]:
    """Every .py file below `folder`, sorted; empty where the folder does not exist."""
    return sorted(p for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


def board_files() -> dict[str, Path]:
    """What a board runs: its path on the board (`espat/radio.py`, `lib/wifi.py`) and the file."""
    roots = {"espat": driver_folder(), "lib": lib_folder()}
    return {
        f"{name}/{path.relative_to(root).as_posix()}": path
        for name, root in roots.items()
        for path in python_files(root)
    }
