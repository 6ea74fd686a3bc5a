"""CircuitPython's own bundle builder, over a staged tree that holds `espat/` alone.

Over the checkout it would take `tools/` and `lib/` for libraries too. The .mpy bundles need
CircuitPython's own mpy-cross, which has to be fetched, so only the source bundle is built here.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import espat
from espat_tools import where

ROOT = Path(__file__).resolve().parents[2]
PROJECT = """\
[project]
name = "espat"
version = "{version}"
description = "staged"

[tool.setuptools]
packages = ["espat"]
"""
BUILD = "from circuitpython_build_tools.scripts.build_bundles import build_bundles\nbuild_bundles()"


def _git(folder, *arguments):
    who = ["-c", "user.name=espat", "-c", "user.email=espat@example.invalid"]
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """The folder with the zip and the JSON."""
    folder = tmp_path_factory.mktemp("bundle")
    staged = folder / "staged"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyi", "py.typed")
    shutil.copytree(where.driver_folder(), staged / "espat", ignore=ignored)
    shutil.copy(ROOT / "requirements.txt", staged)
    (staged / "pyproject.toml").write_text(PROJECT.format(version=espat.__version__))
    _git(folder, "init", "-q", str(staged))
    _git(staged, "remote", "add", "origin", "https://example.invalid/example/espat.git")
    _git(staged, "add", ".")
    _git(staged, "commit", "-qm", "staged")
    _git(staged, "tag", espat.__version__)
    arguments = ["--filename_prefix", "espat", "--library_location", ".", "-o", "py", "-o", "json"]
    done = subprocess.run(
        [sys.executable, "-c", BUILD, *arguments, "--output_directory", str(folder / "out")],
        cwd=staged,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def test_the_bundle_holds_espat_alone(bundles):
    top = f"espat-py-{espat.__version__}"
    with zipfile.ZipFile(bundles / f"{top}.zip") as bundle:
        found = {
            name: bundle.read(name)
            for name in bundle.namelist()
            if name.startswith(f"{top}/lib/") and not name.endswith("/")
        }
    driver = where.driver_folder()
    wanted = {
        f"{top}/lib/espat/{path.relative_to(driver).as_posix()}": path.read_bytes()
        for path in where.python_files(driver)
    }
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_the_index_knows_its_version(bundles):
    (index,) = bundles.glob("*.json")
    entry = json.loads(index.read_text("utf-8"))["espat"]
    assert entry["package"] is True
    assert entry["version"] == espat.__version__
    assert entry["external_dependencies"] == []
