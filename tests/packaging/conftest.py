"""A release, built once for all tests of this folder: from a tag of what is in the checkout now."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

import espat
from espat_tools.release import build

ROOT = Path(__file__).resolve().parents[2]
VERSION = espat.__version__


def git(folder, *arguments):
    """Run git as somebody."""
    who = ["-c", "user.name=espat", "-c", "user.email=espat@example.invalid"]
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def tagged(tmp_path_factory):
    """A checkout of its own with what git knows here, committed, and tagged with the version."""
    folder = tmp_path_factory.mktemp("tagged") / "checkout"
    for name in git(ROOT, "ls-files", "--cached").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder.parent, "init", "-q", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "all of it")
    git(folder, "tag", VERSION)
    return folder


@pytest.fixture(scope="session")
def released(tagged, tmp_path_factory):
    """The folder of `espat release`."""
    folder = tmp_path_factory.mktemp("released")
    (tagged / "espat" / "not_committed.py").write_text("")
    try:
        list(build.parts(VERSION, folder, isolation=False, checkout=tagged))
    finally:
        (tagged / "espat" / "not_committed.py").unlink()
    return folder


@pytest.fixture(scope="session")
def compiled_folder(released, tmp_path_factory):
    """The .mpy files of the release, unpacked."""
    folder = tmp_path_factory.mktemp("mpy")
    with zipfile.ZipFile(released / f"espat-micropython-{VERSION}.zip") as packed:
        packed.extractall(folder)
    return folder / f"espat-micropython-{VERSION}"
