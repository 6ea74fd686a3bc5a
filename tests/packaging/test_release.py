"""`espat release`: everything from a tag, and only if the tag and the versions agree."""

import subprocess
import sys
import tarfile
import zipfile

import pytest
from click.testing import CliRunner

import espat
from espat_tools import cli, where
from espat_tools.demo.wanted import Unwanted
from espat_tools.release import build
from tests.packaging.conftest import git

VERSION = espat.__version__


def test_these_are_its_parts(released):
    assert {path.name for path in released.iterdir()} == {
        f"espat-{VERSION}-py3-none-any.whl",
        f"espat-{VERSION}.tar.gz",
        f"espat-py-{VERSION}.zip",
        f"espat-examples-{VERSION}.zip",
        f"espat-{VERSION}.json",
        f"espat-micropython-{VERSION}.zip",
    }


def test_what_is_not_committed_stays_out(released):
    names = []
    for path in released.glob("*.[zw][ih][pl]"):
        with zipfile.ZipFile(path) as packed:
            names += packed.namelist()
    assert any(name.endswith("radio.py") for name in names)
    assert not any("not_committed" in name for name in names)


def test_the_sdist_makes_the_same_wheel(released, tmp_path):
    """As pip does it where no wheel fits: from the source package alone."""
    with tarfile.open(released / f"espat-{VERSION}.tar.gz") as packed:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
        packed.extractall(tmp_path, **safely)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    command += ["-w", str(tmp_path), str(tmp_path / f"espat-{VERSION}")]
    subprocess.run(command, check=True, capture_output=True)
    (again,) = tmp_path.glob("*.whl")
    assert _contents(again) == _contents(released / again.name)


def _contents(wheel):
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.getinfo(name).CRC for name in packed.namelist()}


def test_the_compiled_folder_holds_every_file_and_its_list(compiled_folder):
    driver = where.driver_folder()
    wanted = {
        f"espat/{path.relative_to(driver).with_suffix('.mpy').as_posix()}"
        for path in where.python_files(driver)
    }
    found = {p.relative_to(compiled_folder).as_posix() for p in compiled_folder.rglob("*.*")}
    assert found == wanted | {"package.json"}


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        ("package.json", (VERSION, "9.9.9"), "package.json says 9.9.9"),
        ("espat/__init__.py", (VERSION, "9.9.9"), "espat/__init__.py says 9.9.9"),
        ("CHANGELOG.md", (f"[{VERSION}]", "[9.9.9]"), f"has no section [{VERSION}]"),
    ],
)
def test_versions_that_differ_are_refused(tagged, tmp_path, path, change, said):
    work = tmp_path / "checkout"
    git(tmp_path, "clone", "-q", str(tagged), str(work))
    text = (work / path).read_text("utf-8")
    (work / path).write_text(text.replace(*change), "utf-8")
    git(work, "commit", "-qam", "another version")
    git(work, "tag", "-f", VERSION)
    with pytest.raises(Unwanted) as refused:
        list(build.parts(VERSION, tmp_path / "out", checkout=work))
    assert said in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_tag_that_is_none(tagged, tmp_path):
    with pytest.raises(Unwanted, match="git archive"):
        list(build.parts("9.9.9", tmp_path, checkout=tagged))


def test_without_a_tag_that_of_the_commit_is_taken(tagged, monkeypatch):
    seen = []
    monkeypatch.setattr(build, "_built", lambda *how: seen.append(how[2]) or ())
    lines = list(build.parts(None, None, check=True, checkout=tagged))
    assert seen == [VERSION]
    assert lines[-1] == "All of it can be built."


def test_a_commit_without_a_tag_is_told_what_to_do(tagged, tmp_path):
    work = tmp_path / "checkout"
    git(tmp_path, "clone", "-q", "--no-tags", str(tagged), str(work))
    with pytest.raises(Unwanted, match=r"git tag 1\.2\.3"):
        list(build.parts(None, tmp_path / "out", checkout=work))


def test_the_commands_say_errors_as_sentences():
    done = CliRunner().invoke(cli.main, ["release", "--check", "no-such-tag"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: git archive: ")
