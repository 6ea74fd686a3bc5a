"""Folders in espat/, those without an `__init__.py` too, reach a board every way there is."""

import sys

import pytest

from espat_tools import mip, runtimes, where

FILES = {
    "espat/__init__.py": '__version__ = "1.2.3"\n',
    "espat/port.py": "RATE = 115200\n",
    "espat/at/wifi.py": "from ..port import RATE\nfrom .args import COUNT\n",
    "espat/at/args.py": "COUNT = 4\n",
    "espat/at/deep/er.py": "from ..args import COUNT\n",
    "espat/tls/__init__.py": "from ..port import RATE\n",
    "espat/tls/pem.py": "",
}
PROGRAM = """
import espat.at.wifi, espat.tls, espat.at.deep.er
print(espat.at.wifi.RATE, espat.at.wifi.COUNT, espat.tls.RATE, espat.at.deep.er.COUNT)
"""


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """A stand-in for the driver; a cache of compiled files beside it, as an editor leaves one."""
    for name, source in {**FILES, "espat/at/__pycache__/args.py": ""}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    monkeypatch.setattr(where, "driver_folder", lambda: tmp_path / "espat")
    return tmp_path


def test_what_a_board_runs(driver):
    found = {name: path for name, path in where.board_files().items() if name[:4] != "lib/"}
    assert found == {name: driver / name for name in FILES}


def test_mip_installs_them(driver):
    assert mip.manifest()["urls"] == [[name, name] for name in sorted(FILES)]


def test_they_are_imported_in_every_micropython(driver, any_micropython):
    assert any_micropython(PROGRAM).check().split() == ["115200", "4", "115200", "4"]


def test_they_are_compiled_where_asked(driver, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["runtimes", "compile", str(driver / "build")])
    assert runtimes.main() == 0
    out = driver / "build"
    found = {p.relative_to(out).as_posix() for p in (out / "espat").rglob("*.mpy")}
    assert found == {name.replace(".py", ".mpy") for name in FILES}
    assert "er.mpy" in capsys.readouterr().out
