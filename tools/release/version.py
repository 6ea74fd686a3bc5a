"""What a driver folder says of itself in `espat/__init__.py`, the one place that states it."""

import re
from pathlib import Path

from espat_tools.demo.wanted import Unwanted


def version_of(driver: Path) -> str:
    """`__version__` of a driver folder, read and not imported. Raises Unwanted."""
    source = (driver / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', source, re.M)
    if found is None:
        raise Unwanted(f"{driver}/__init__.py states no __version__ of three numbers.")
    return found[1]


def repository_of(driver: Path) -> str:
    """`OWNER/REPO` of `__repo__`: whose releases circup looks at. Raises Unwanted."""
    source = (driver / "__init__.py").read_text("utf-8")
    found = re.search(r'^__repo__ = "https://github\.com/([\w-]+/[\w-]+)\.git"$', source, re.M)
    if found is None:
        raise Unwanted(f"{driver}/__init__.py states no __repo__ at GitHub, where circup looks.")
    return found[1]
