"""The wheel, installed away from any checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from espat_tools import where
from espat_tools.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["pyproject.toml", "setup.py", "README.md", "LICENSE", "espat", "tools", "lib", "boards"]
REPORT = """
import json
from espat_tools import where
print(json.dumps({
    str(folder): [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    for folder in (
        where.lib_folder(), where.boards_folder(), where.driver_folder(), where.tools_folder()
    )
}))
"""


def _run(*command, cwd):
    done = subprocess.run(
        command,
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The scripts folder of an environment that holds the wheel.

    Built from a copy, since setuptools leaves a build/ behind whose old files would get into the
    next wheel. The wheel's dependencies come from this environment, by a path file: so nothing is
    fetched, and the project itself, which is installed here as editable, stays out.
    """
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in SOURCES:
        _copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)]
    _run(*pip, *build, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    _run(python, "-m", "pip", "install", "-q", "--no-deps", str(wheel), cwd=folder)
    place = _run(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=folder)
    Path(place.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return scripts


def _copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _names(folder):
    return {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }


def test_espat_lists_its_commands(installed, tmp_path):
    shown = _run(str(installed / "espat"), "--help", cwd=tmp_path)
    assert all(name in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_can_be_imported(name, installed, tmp_path):
    """`espat --help` imports none of them; their own help does."""
    assert f"espat {name}" in _run(str(installed / "espat"), name, "--help", cwd=tmp_path)


def test_it_carries_what_boards_need(installed, tmp_path):
    printed = _run(str(installed / "python"), "-c", REPORT, cwd=tmp_path)
    folders = json.loads(printed)
    assert not any(Path(folder).is_relative_to(ROOT) for folder in folders)
    lib, boards, driver, tools = map(set, folders.values())
    assert lib == _names(where.lib_folder())
    assert boards == _names(where.boards_folder()) >= {"raspberry_pi_pico.py"}
    assert driver == _names(where.driver_folder()) >= {"parser.py"}
    own = {name for name in tools if not name.startswith("_board/")}
    assert own == {name for name in _names(where.tools_folder()) if not name.endswith(".md")}
    assert own >= {"cli.py", "wasm_runner.mjs", "bench/onboard/steps.py"}
