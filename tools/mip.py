"""The package.json that MicroPython's `mip` installs the driver by, and that of lib/.

`python -m espat_tools.mip` writes both anew from what espat/ and lib/ hold; a test says when that
is due.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from espat_tools import where
from espat_tools.release.version import version_of


def manifest() -> dict:
    """What package.json must say: each file of the driver, and its version."""
    driver = where.driver_folder()
    files = where.python_files(driver)
    return _manifest([f"espat/{p.relative_to(driver).as_posix()}" for p in files])


def lib_manifest() -> dict:
    """What lib/package.json must say: the files that go beside the driver."""
    folder = where.lib_folder()
    return _manifest([p.relative_to(folder).as_posix() for p in where.python_files(folder)])


def _manifest(names: Iterable[str]) -> dict:
    return listed(names, version_of(where.driver_folder()))


def listed(names: Iterable[str], version: str) -> dict:
    """A package.json for files that lie where they are installed to, below it."""
    return {"urls": [[name, name] for name in sorted(names)], "deps": [], "version": version}


def text(found: dict) -> str:
    """A manifest as it is written: one file a line, so that a change shows as one."""
    urls = ",\n".join(f"    {json.dumps(pair)}" for pair in found["urls"])
    version = json.dumps(found["version"])
    return f'{{\n  "urls": [\n{urls}\n  ],\n  "deps": [],\n  "version": {version}\n}}\n'


if __name__ == "__main__":
    root = Path(where.driver_folder()).parent
    (root / "package.json").write_text(text(manifest()), "utf-8")
    (root / "lib" / "package.json").write_text(text(lib_manifest()), "utf-8")
