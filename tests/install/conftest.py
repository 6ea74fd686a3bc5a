"""A CircuitPython drive, a MicroPython on a port, an index of packages; `espat` to run on them."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from espat_tools import cli
from tests.install.micropython_board import MicroPythonBoard

PICO = "Raspberry Pi Pico with rp2040\r\nBoard ID:raspberry_pi_pico"
PICO_W = "Raspberry Pi Pico W with rp2040\r\nBoard ID:raspberry_pi_pico_w"


@pytest.fixture
def drive(tmp_path):
    """Make a drive: its folder, for a board and a version of CircuitPython."""

    def make(board=PICO, version="10.3.1"):
        folder = tmp_path / "CIRCUITPY"
        folder.mkdir(exist_ok=True)
        head = f"Adafruit CircuitPython {version} on 2026-09-20; "
        (folder / "boot_out.txt").write_bytes(f"{head}{board}\r\nUID:DE6\r\n".encode())
        return folder

    return make


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """A MicroPython board; module-wide, since its tests go through one life of it."""
    with MicroPythonBoard(tmp_path_factory.mktemp("board")) as board:
        yield board


@pytest.fixture
def espat():
    """Run `espat` with these arguments; what it printed. It must end with `status`."""

    def run(*arguments, status=0, answer=None):
        done = CliRunner().invoke(cli.main, [str(a) for a in arguments], input=answer)
        assert done.exit_code == status, done.output
        return done.output

    return run


def files(folder):
    """What is on a board: bytes by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Index:
    """A package index on loopback, as MicroPython's own is laid out."""

    def __init__(self):
        self.pages = {}
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                page = index.pages.get(self.path)
                self.send_response(404 if page is None else 200)
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, *_args):
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, name, files, deps=(), form="6"):
        """Offer a package: bytes by path below lib/."""
        hashes = []
        for path, data in files.items():
            short = hashlib.sha256(data).hexdigest()[:8]
            hashes.append([path, short])
            self.pages[f"/file/{short[:2]}/{short}"] = data
        said = {"v": 1, "version": "1.0", "hashes": hashes, "deps": list(deps)}
        self.pages[f"/package/{form}/{name}/latest.json"] = json.dumps(said).encode()


@pytest.fixture
def index():
    """An empty index; `url` is where, `add()` offers a package."""
    made = Index()
    yield made
    made.server.shutdown()
    made.server.server_close()
