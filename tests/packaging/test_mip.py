"""MicroPython's own `mip`, and the real mpremote, bring the driver onto boards without a /lib."""

import functools
import re
import shlex
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from espat_tools import where
from tests.install.micropython_board import MicroPythonBoard

ROOT = Path(__file__).resolve().parents[2]

INSTALL = """
import sys
import mip
for url in sys.argv[2:]:
    mip.install(url, target=sys.argv[1])
sys.path[:] = [sys.argv[1], ".frozen"]
"""
IMPORT = """
import espat
print("imported", espat.__file__, espat.__version__)
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        """Keep the test's output clean."""


@pytest.fixture
def serve():
    """Serve a folder on loopback; its URL."""
    servers = []

    def start(folder):
        handler = functools.partial(_Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.*")
        if "__pycache__" not in path.parts
    }


def _same(found, wanted):
    """mip reports success whatever happens: the files are the proof."""
    assert sorted(found) == sorted(wanted)
    assert [name for name in wanted if found[name] != wanted[name]] == []


def _driver():
    folder = where.driver_folder()
    return {
        f"espat/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in where.python_files(folder)
    }


def _compiled(folder):
    return {name: data for name, data in _files(folder).items() if name != "package.json"}


def test_mip_installs_the_driver(serve, micropython, tmp_path):
    urls = [f"{serve(ROOT)}/package.json"]
    result = micropython(INSTALL + IMPORT, [str(tmp_path), *urls])
    _same(_files(tmp_path), _driver())
    assert f"imported {tmp_path}/espat/__init__.py" in result.check()


def test_mip_installs_the_compiled_driver(serve, micropython, tmp_path, compiled_folder):
    urls = [f"{serve(compiled_folder)}/package.json"]
    result = micropython(INSTALL + IMPORT, [str(tmp_path), *urls])
    _same(_files(tmp_path), _compiled(compiled_folder))
    assert f"imported {tmp_path}/espat/__init__.mpy" in result.check()


INSTALL_LIB = """
import ipaddress, socketpool, wifi
print("imported", wifi.__file__, socketpool.SocketPool.AF_INET, ipaddress.ip_address("10.0.0.1"))
"""


def test_mip_installs_lib_beside_it(serve, micropython, tmp_path):
    base = serve(ROOT)
    urls = [f"{base}/package.json", f"{base}/lib/"]
    result = micropython(INSTALL + INSTALL_LIB, [str(tmp_path), *urls])
    lib = where.lib_folder()
    assert {p.name: p.read_bytes() for p in tmp_path.glob("*.*")} == {
        p.name: p.read_bytes() for p in lib.glob("*.py")
    }, result
    assert f"imported {tmp_path}/wifi.py 2 10.0.0.1" in result.check()


@pytest.fixture
def board(tmp_path):
    """A real MicroPython on a port, with nothing on it: no /lib either."""
    root = tmp_path / "board"
    root.mkdir()
    with MicroPythonBoard(root) as made:
        yield made


def _mpremote(board, folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", board.port, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_mpremote_installs_from_a_checkout(board):
    """`mpremote mip install ./package.json`, in the folder of the checkout."""
    _mpremote(board, ROOT, "mip", "install", "./package.json")
    _same(_files(board.root / "lib"), _driver())
    shown = _mpremote(board, ROOT, "exec", IMPORT)
    assert shown.startswith("imported /lib/espat/__init__.py")


def test_by_hand_as_the_page_says_it(board):
    """docs/moving-from-pico-w.md, its lines one after the other, on a board without a /lib."""
    page = (ROOT / "docs" / "moving-from-pico-w.md").read_text("utf-8")
    (lines,) = re.findall(r"^```\n(mpremote .*?)^```", page, re.M | re.S)
    for line in lines.splitlines():
        words = shlex.split(line)
        assert words[0] == "mpremote"
        _mpremote(board, ROOT, *words[1:])
    found = _files(board.root)
    assert found["espat_board.py"] == (ROOT / "boards" / "raspberry_pi_pico.py").read_bytes()
    assert found["boot.py"] == b"import espat_board\n"
    shown = _mpremote(board, ROOT, "exec", "import network; print(network.WLAN.__name__)")
    assert shown.strip() == "WLAN"


def test_mpremote_installs_the_compiled_folder(board, compiled_folder):
    """The same in the unpacked zip of the release, or in what `espat bundle --micropython` made."""
    _mpremote(board, compiled_folder, "mip", "install", "./package.json")
    _same(_files(board.root / "lib"), _compiled(compiled_folder))
    shown = _mpremote(board, ROOT, "exec", IMPORT)
    assert shown.startswith("imported /lib/espat/__init__.mpy")


def test_mpremote_installs_from_the_network(board, serve, compiled_folder):
    _mpremote(board, ROOT, "mip", "install", f"{serve(compiled_folder)}/package.json")
    _same(_files(board.root / "lib"), _compiled(compiled_folder))
