"""The wheel, installed away from any checkout."""

import json
import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

from espat_tools import where
from espat_tools.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
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
def installed(released, tmp_path_factory):
    """The scripts folder of an environment that holds the wheel of the release.

    The wheel's dependencies come from this environment, by a path file: so nothing is fetched, and
    the project itself, which is installed here as editable, stays out.
    """
    folder = tmp_path_factory.mktemp("wheel")
    (wheel,) = released.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    _run(python, "-m", "pip", "install", "-q", "--no-deps", str(wheel), cwd=folder)
    place = _run(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=folder)
    Path(place.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return scripts


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
    assert driver == _names(where.driver_folder()) >= {"parser.py", "py.typed", "radio.pyi"}
    own = {name for name in tools if not name.startswith("_board/")}
    assert own == {name for name in _names(where.tools_folder()) if not name.endswith(".md")}
    assert own >= {"cli.py", "py.typed", "wasm_runner.mjs", "bench/onboard/steps.py"}


def test_it_puts_the_driver_onto_a_board(installed, tmp_path):
    """`espat install` away from any checkout: lib/ and boards/ come along in the wheel."""
    drive = tmp_path / "drive"
    drive.mkdir()
    said = "Adafruit CircuitPython 10.3.1 on 2026-09-20; Raspberry Pi Pico with rp2040\r\n"
    (drive / "boot_out.txt").write_text(said + "Board ID:raspberry_pi_pico\r\n")
    _run(str(installed / "espat"), "install", "--path", str(drive), cwd=tmp_path)
    driver = {f"lib/espat/{name}" for name in _names(where.driver_folder()) if name[-3:] == ".py"}
    names = {f"lib/{name}" for name in _names(where.lib_folder()) if name[-3:] == ".py"}
    own = {"boot_out.txt", "espat_board.py", "lib/espat.json"}
    assert _names(drive) >= driver | own
    assert _names(drive) <= driver | own | names


def test_the_driver_says_its_version_and_metadata_the_same(installed, tmp_path):
    program = "import espat; from importlib.metadata import version; print(espat.__version__, "
    printed = _run(str(installed / "python"), "-c", program + "version('espat'))", cwd=tmp_path)
    assert len(set(printed.split())) == 1
