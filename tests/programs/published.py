"""Libraries for MicroPython off the package index, as published: fetched once, and unpacked.

Their archives are for `upip`, or hold modules that would stand before CPython's own: pip refuses
the first, and the others must not be installed. They are kept in the virtual environment.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = Path(sys.prefix) / "espat-published"


def unpacked(requirement: str) -> Path:
    """The folder of what a package has, `"micropython-umqtt.simple==1.3.4"`: found on the index.

    Raises RuntimeError where it cannot be had; what the fetching program said stands in it.
    """
    folder = KEPT / requirement
    if not folder.is_dir():
        KEPT.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as name:
            half = Path(name)
            command = [sys.executable, "-m", "unearth", requirement, "--download", name]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
            )
            archives = [path for path in half.iterdir() if path.is_file()]
            if done.returncode or not archives:
                raise RuntimeError(f"{requirement}: {done.stderr.strip()[-500:] or 'not fetched'}")
            kind = "zip" if archives[0].suffix in (".whl", ".zip") else None
            shutil.unpack_archive(archives[0], half / "files", kind)
            shutil.move(half / "files", folder)
    return folder


def modules(requirement: str) -> dict[str, Path]:
    """Its modules, as `runtimes.unix(modules=)` takes them: path on the board, file."""
    folder = unpacked(requirement)
    inside = folder / requirement.replace("==", "-")  # of a source archive, not of a wheel
    root = inside if inside.is_dir() else folder
    files = [path for path in sorted(root.rglob("*.py")) if path.is_file()]  # some are dead links
    return {str(path.relative_to(root).with_suffix("")): path for path in files}
