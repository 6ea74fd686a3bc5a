"""The circup bundle: CircuitPython's own builder over a staged tree that holds espat/ alone.

Over the checkout it would take tools/ and lib/ for libraries too, and a bundle with a top-level
wifi.py would be installed by `circup install --auto` on boards that have Wi-Fi of their own.
"""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from espat_tools.demo.wanted import Unwanted
from espat_tools.release.version import repository_of, version_of

_PROJECT = """\
[project]
name = "espat"
version = "{version}"
description = "A driver for ESP-AT Wi-Fi modules"

[tool.setuptools]
packages = ["espat"]
"""
_REQUIREMENTS = "Adafruit-Blinka\npyserial\n"
_BUILD = (
    "from circuitpython_build_tools.scripts.build_bundles import build_bundles\nbuild_bundles()"
)
_ON_A_DESKTOP = ("_desktop", "_micropython")
"""Ends of the names of examples that no CircuitPython board runs."""


def build(driver: Path, output: Path, forms: Sequence[str] = ("py", "json")) -> list[Path]:
    """The zips (and the JSON) of a driver folder, named as circup asks for them.

    `forms` are those of circuitpython-build-tools; `mpy` fetches CircuitPython's own compilers.
    Raises Unwanted.
    """
    if importlib.util.find_spec("circuitpython_build_tools") is None:
        raise Unwanted("The builder of bundles is not here: pip install circuitpython-build-tools")
    version, repository = version_of(driver), repository_of(driver)
    prefix = repository.partition("/")[2].lower().replace("_", "-")
    output.mkdir(parents=True, exist_ok=True)
    before = set(output.iterdir())
    with TemporaryDirectory(prefix="espat-bundle-") as folder:
        staged = Path(folder) / prefix
        _stage(driver, staged, version, repository)
        options = ["--filename_prefix", prefix, "--library_location", "."]
        options += ["--package_folder_prefix", "espat", "--output_directory", str(output.resolve())]
        for form in forms:
            options += ["-o", form]
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, *options],
            cwd=staged,
            capture_output=True,
            text=True,
            check=False,
        )
    for path in output.glob("z-build_tools_version-*"):
        path.unlink()
    if done.returncode:
        raise Unwanted(f"circuitpython-build-tools failed:\n{(done.stdout + done.stderr).strip()}")
    return sorted(set(output.iterdir()) - before)


def _stage(driver: Path, staged: Path, version: str, repository: str) -> None:
    """A git repository with the tag of this version, as the builder wants one."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi", "py.typed")
    shutil.copytree(driver, staged / "espat", ignore=ignored)
    (staged / "requirements.txt").write_text(_REQUIREMENTS)
    (staged / "pyproject.toml").write_text(_PROJECT.format(version=version))
    (staged / "examples").mkdir()
    for path in sorted(driver.parent.glob("examples/espat_*.py")):
        if not path.stem.endswith(_ON_A_DESKTOP):
            shutil.copy(path, staged / "examples")
    _git(staged.parent, "init", "-q", str(staged))
    _git(staged, "remote", "add", "origin", f"https://github.com/{repository}.git")
    _git(staged, "add", ".")
    _git(staged, "commit", "-qm", version)
    _git(staged, "tag", version)


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=espat", "-c", "user.email=espat@example.invalid"]
    who += ["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"]
    try:
        subprocess.run(
            ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True
        )
    except FileNotFoundError:
        raise Unwanted(
            "git is not here: the builder of CircuitPython's bundles needs it."
        ) from None
    except subprocess.CalledProcessError as error:
        raise Unwanted(f"git {arguments[0]}: {error.stderr.decode().strip()}") from None
