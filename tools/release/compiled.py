"""The folder of .mpy files for MicroPython, with a package.json that mip and mpremote install."""

from pathlib import Path
from tempfile import TemporaryDirectory

from espat_tools import mip, runtimes, where
from espat_tools.install.sources import compiled

OLDEST = (1, 20)
"""Whose compiler is used: bytecode of its format loads in every later MicroPython so far."""


def build(driver: Path, output: Path, version: str) -> Path:
    """Compile a driver folder into `output`; its package.json. Raises runtimes.Missing."""
    if reason := runtimes.mpy_cross_missing():
        raise runtimes.Missing(reason)
    names = {
        f"espat/{path.relative_to(driver).as_posix()}": path for path in where.python_files(driver)
    }
    with TemporaryDirectory(prefix="espat-mpy-") as folder:
        made = compiled(names, Path(folder), OLDEST)
    for name, data in made.items():
        target = output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    package = output / "package.json"
    package.write_text(mip.text(mip.listed(made, version)), "utf-8")
    return package
