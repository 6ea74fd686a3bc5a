"""What the packages say about themselves agrees with what is in the tree, and with each other."""

import json
import re
import subprocess
from pathlib import Path

import pytest

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

import espat
from espat_tools import mip, where

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MIP = json.loads((ROOT / "package.json").read_text("utf-8"))


def _tracked(folder):
    command = ["git", "ls-files", "--cached", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _present(folder):
    return {p.relative_to(ROOT).as_posix() for p in where.python_files(ROOT / folder)}


def test_versions_agree():
    """espat/__init__.py states it; pyproject.toml reads it there, package.json is made of it."""
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "espat.__version__"}
    assert MIP["version"] == espat.__version__


def test_circup_finds_the_version_first():
    """circup reads the first x.y.z string of the package, and of its .mpy, as the version."""
    source = (ROOT / "espat" / "__init__.py").read_text("utf-8")
    assert re.search(r"\d+\.\d+\.\d+", source).group() == espat.__version__
    assert re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', source, re.M)


def test_setup_py_decides_nothing():
    code = (ROOT / "setup.py").read_text("utf-8")
    assert re.findall(r"setup\((.*)\)", code) == [""]


def test_mip_installs_what_espat_holds():
    """If this fails a file came or went: `python -m espat_tools.mip` writes the list anew."""
    assert MIP["urls"] == [[name, name] for name in sorted(_present("espat"))]
    assert MIP["deps"] == []
    assert json.loads(mip.text(mip.manifest())) == MIP


def test_mip_installs_what_lib_holds():
    """The same for lib/package.json: its paths are the names that programs import."""
    names = [name.removeprefix("lib/") for name in sorted(_present("lib"))]
    found = json.loads((ROOT / "lib" / "package.json").read_text("utf-8"))
    assert found == {
        "urls": [[name, name] for name in names],
        "deps": [],
        "version": MIP["version"],
    }
    assert mip.lib_manifest() == found


def test_package_json_is_no_npm_manifest():
    assert set(MIP) == {"urls", "deps", "version"}


@pytest.mark.parametrize("folder", ["lib", "boards", "espat"])
def test_git_ignores_nothing_that_a_board_needs(folder):
    on_disk = {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / folder).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert on_disk == _tracked(folder)


def test_the_packages_are_all_listed():
    """A folder that pyproject.toml does not name would be missing from the wheel.

    In espat/ every folder with a file is one, with an `__init__.py` or without.
    """
    found = {"espat_tools._board.boards", "espat_tools._board.lib"}
    for folder in {path.parent for path in where.python_files(ROOT / "espat")}:
        found.add(".".join(folder.relative_to(ROOT).parts))
    for init in (ROOT / "tools").rglob("__init__.py"):
        parts = init.parent.relative_to(ROOT / "tools").parts
        found.add(".".join(("espat_tools", *parts)))
    assert found == set(PROJECT["tool"]["setuptools"]["packages"])


def test_requirements_are_what_runs_not_what_tests():
    """circup reads requirements.txt for what a library needs."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").split()
    assert lines == ["Adafruit-Blinka", "pyserial"]


def test_no_message_names_an_extra_of_a_package_that_no_index_has():
    """`pip install 'espat[tls]'` works for nobody; the packages themselves can be installed."""
    naming = [
        path.name
        for path in (ROOT / "tools").rglob("*.py")
        if re.search(r"pip install '?espat\[", path.read_text("utf-8"))
    ]
    assert naming == []
