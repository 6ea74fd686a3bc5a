"""The package.json that MicroPython's `mip` installs the driver by.

`python -m espat_tools.mip` writes it anew from what espat/ holds; a test says when that is due.
"""

import json
import re
from pathlib import Path

from espat_tools import where


def manifest() -> dict:
    """What package.json must say: each file of the driver, and its version."""
    driver = where.driver_folder()
    names = [f"espat/{p.relative_to(driver).as_posix()}" for p in where.python_files(driver)]
    source = (driver / "__init__.py").read_text("utf-8")
    version = re.search(r'^__version__ = "(.+)"$', source, re.M)
    if version is None:
        raise ValueError("espat/__init__.py states no __version__")
    return {"urls": [[name, name] for name in names], "deps": [], "version": version[1]}


def text() -> str:
    """The manifest as it is written: one file a line, so that a change shows as one."""
    found = manifest()
    urls = ",\n".join(f"    {json.dumps(pair)}" for pair in found["urls"])
    version = json.dumps(found["version"])
    return f'{{\n  "urls": [\n{urls}\n  ],\n  "deps": [],\n  "version": {version}\n}}\n'


if __name__ == "__main__":
    (Path(where.driver_folder()).parent / "package.json").write_text(text(), "utf-8")
