"""Five connections at once: a real web server, the emulator's real sockets, a pseudo-terminal."""

import hashlib
import http.server
import importlib.util
import random
import threading
from pathlib import Path

import pytest
import serial

import espat
from espat_tools.emulator import Module

ONBOARD = Path(__file__).parent / "onboard"
PTY_UART = Path(__file__).parents[2] / "tools" / "onboard" / "pty_uart.py"
PAGES = 5
PROFILES = ["esp32c3-3.3", "nonos-1.7.4"]


def body(number):
    """Of each page: some 100 KB that no other page has."""
    return random.Random(number).randbytes(100_000 + number)


def wanted():
    return [(len(body(i)), hashlib.sha256(body(i)).hexdigest()) for i in range(PAGES)]


class Pages(http.server.BaseHTTPRequestHandler):
    """`/3` is page 3."""

    def do_GET(self):
        page = body(int(self.path[1:]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def web():
    """The port of a web server on loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=PROFILES)
def module(request, web):
    with Module(request.param, hosts={"web.test": ("127.0.0.1", {80: web})}) as module:
        yield module


def test_through_pyserial(module):
    spec = importlib.util.spec_from_file_location("five", ONBOARD / "five.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    with serial.Serial(module.open_pty(), 115200) as port:
        radio = espat.Radio(port, rx_size=2048)
        radio.connect("espat", "correct horse")
        assert program.five(radio, "web.test", PAGES) == wanted()


def test_in_micropython(module, micropython):
    files = {path.stem: path for path in ONBOARD.glob("*.py")}
    printed = micropython(
        "import five_on_board",
        [module.open_pty(), "web.test", str(PAGES)],
        modules={**files, "pty_uart": PTY_UART},
        timeout=120,
    ).check()
    told = [line.split() for line in printed.split("\n") if line]
    assert [(int(length), digest) for length, digest in told] == wanted()
