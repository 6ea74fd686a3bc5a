"""A visit to a real web server: a large body, keep-alive, bodies cut short, Ctrl-C, a restart.

The same program runs on CPython, over pyserial, and inside the real unix MicroPython with the
driver's files as .mpy; the module is the emulator's, on a pseudo-terminal.
"""

import contextlib
import hashlib
import http.server
import importlib.util
import socket
import threading
from pathlib import Path

import pytest
import serial

import espat
from espat_tools.emulator import Module
from tests.runtimes.board_rules import violations

ONBOARD = Path(__file__).parent / "onboard"
PTY_UART = Path(__file__).parents[2] / "tools" / "onboard" / "pty_uart.py"
PROFILES = ["esp32c3-3.3", "nonos-1.7.4"]


def pattern(count):
    """Bytes that repeat at no power of two, so that a lost or doubled block shows."""
    return bytes((i * 7 + i // 251) & 0xFF for i in range(count))


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Web(http.server.BaseHTTPRequestHandler):
    """`/body/<n>`, `/sum` (posted to), `/short/<promised>/<sent>` and `/long/…`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        _, kind, *numbers = self.path.split("/")
        promised, sent = int(numbers[0]), int(numbers[-1])
        self.answer(pattern(sent), promised)
        self.close_connection = kind != "body"

    def do_POST(self):
        got = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(sha(got).encode())

    def answer(self, body, promised=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        with contextlib.suppress(OSError):  # the other end may be gone: that is a test of its own
            self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Counts its connections."""

    daemon_threads = True
    connections = 0

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A connection that was cut off is no error here."""


@pytest.fixture
def web():
    """A web server on loopback."""
    with Server(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def closed():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(params=PROFILES)
def module(request, web, closed):
    ports = {80: web.server_address[1], closed: closed}
    with Module(request.param, hosts={"web.test": ("127.0.0.1", ports)}) as module:
        yield module


SENT = pattern(5000)
EMPTY = f"/body/0 0 0 {sha(b'')}"
KEPT_ALIVE = [
    f"/body/100000 100000 100000 {sha(pattern(100_000))}",
    f"/sum 64 64 {sha(sha(SENT).encode())}",
    EMPTY,
]
SAID = [
    *KEPT_ALIVE,
    f"short 5000 600 {sha(pattern(600))}",
    f"long 300 300 {sha(pattern(300))}",
    "more 60",
    "no web.test True",
    "no nowhere.test True",
    "interrupted",
    "whole",
    EMPTY,
    EMPTY,
    "idle True",
]


def load(name):
    """A program from onboard/, which is on no path."""
    spec = importlib.util.spec_from_file_location(name, ONBOARD / f"{name}.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def visit(module, closed):
    """The visit on CPython: the lines it says."""
    program = load("talk")
    hook = program.Hook()
    with serial.Serial(module.open_pty(), 115200) as port:
        radio = espat.Radio(port, rx_size=2048, idle=hook)
        radio.connect("espat", "correct horse")
        return program.talk(radio, hook, "web.test", closed, SENT)


def test_through_pyserial(module, web, closed):
    assert visit(module, closed) == SAID
    # Three requests share a connection: the server saw one for each sock of the program.
    assert web.connections == 6


def test_the_board_restarts_and_visits_again(module, closed):
    """The module stays joined: the second visit begins where the first has left it."""
    assert visit(module, closed) == SAID
    joins = [line for line in module.commands if line.startswith(b"AT+CWJAP") and b"=" in line]
    assert visit(module, closed) == SAID
    again = [line for line in module.commands if line.startswith(b"AT+CWJAP") and b"=" in line]
    # Each visit restarts the module once and so joins once more; to begin with it did not have to.
    assert len(again) == len(joins) + 1


def test_in_micropython(module, closed, micropython):
    files = {name: ONBOARD / f"{name}.py" for name in ("talk", "talk_on_board")}
    printed = micropython(
        "import talk_on_board",
        [module.open_pty(), "web.test", str(closed)],
        modules={**files, "pty_uart": PTY_UART},
        timeout=120,
    ).check()
    assert printed.split("\n")[:-1] == SAID


@pytest.mark.parametrize("name", ["talk", "talk_on_board"])
def test_the_programs_are_fit_for_boards(name):
    assert violations((ONBOARD / f"{name}.py").read_text("utf-8")) == []
