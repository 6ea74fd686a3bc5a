"""The circup bundle, as CircuitPython's own builder makes it."""

import json
import shutil
import zipfile

import pytest
from click.testing import CliRunner

import espat
from espat_tools import cli, where
from espat_tools.demo.wanted import Unwanted
from espat_tools.release import bundle


def _top(released):
    top = f"espat-py-{espat.__version__}"
    with zipfile.ZipFile(released / f"{top}.zip") as opened:
        return {
            name.removeprefix(f"{top}/"): opened.read(name)
            for name in opened.namelist()
            if not name.endswith("/")
        }


def test_the_bundle_holds_espat_alone(released):
    found = {name: data for name, data in _top(released).items() if name.startswith("lib/")}
    driver = where.driver_folder()
    wanted = {
        f"lib/espat/{path.relative_to(driver).as_posix()}": path.read_bytes()
        for path in where.python_files(driver)
    }
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_no_name_of_built_in_wifi_is_at_its_top(released):
    """circup --auto would put it onto boards that have Wi-Fi of their own."""
    tops = {name.split("/")[1] for name in _top(released) if name.startswith("lib/")}
    assert tops == {"espat"}


def test_it_needs_nothing_that_circup_would_fetch(released):
    found = _top(released)
    assert found["requirements/espat/requirements.txt"].split() == [b"Adafruit-Blinka", b"pyserial"]
    assert b"circup_dependencies" not in found["requirements/espat/pyproject.toml"]


def test_its_examples_are_those_for_circuitpython(released):
    found = {name.split("/")[-1] for name in _top(released) if name.startswith("examples/")}
    assert "espat_simpletest.py" in found
    assert not any("desktop" in name or "micropython" in name for name in found)


def test_the_index_knows_its_version(released):
    (index,) = released.glob("*.json")
    entry = json.loads(index.read_text("utf-8"))["espat"]
    assert entry["package"] is True
    assert entry["version"] == espat.__version__
    assert entry["external_dependencies"] == []


def test_the_command_tells_what_a_user_types(tmp_path):
    done = CliRunner().invoke(cli.main, ["bundle", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {
        f"espat-py-{espat.__version__}.zip",
        f"espat-examples-{espat.__version__}.zip",
        f"espat-{espat.__version__}.json",
    }
    assert "circup bundle-add espat/espat\n  circup install espat" in done.output


@pytest.mark.parametrize("name", ["__version__", "__repo__"])
def test_a_driver_that_does_not_say_what_it_is(tmp_path, name):
    driver = tmp_path / "espat"
    shutil.copytree(where.driver_folder(), driver)
    source = (driver / "__init__.py").read_text()
    (driver / "__init__.py").write_text(source.replace(name, "other"))
    with pytest.raises(Unwanted, match=f"states no {name}"):
        bundle.build(driver, tmp_path / "out")
