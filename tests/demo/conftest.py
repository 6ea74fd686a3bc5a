"""What the tests of the demo share: running the command, and servers that behave badly."""

import os
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from espat_tools import runtimes
from espat_tools.demo.cli import demo
from espat_tools.emulator import Module

PATIENCE = 60  # seconds after which a command is taken to hang
COMMAND = [sys.executable, "-m", "espat_tools.cli", "demo"]


def environment(**more):
    """The environment of a command: plain output, wide enough that no sentence is cut too soon."""
    kept = {k: v for k, v in os.environ.items() if k not in ("ESPAT_PASSWORD", "COLUMNS", "TERM")}
    return {**kept, "COLUMNS": "90", **more}


class Ran:
    """A command that has ended: its status and, with line breaks as spaces, what it said."""

    def __init__(self, status, out, err):
        self.status = status
        self.lines = out.splitlines()
        self.out = " ".join(out.split())
        self.err = " ".join(err.split())

    def row(self, name):
        """The text of a row of the report."""
        first = next(i for i, line in enumerate(self.lines) if line.startswith(f"{name} "))
        rest = self.lines[first + 1 :]
        more = next((i for i, line in enumerate(rest) if line[:1] != " "), len(rest))
        return " ".join(" ".join([self.lines[first][len(name) :], *rest[:more]]).split())


def run(*arguments, variables=None, **how):
    """`espat demo` with these arguments, to its end, in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment(**(variables or {})),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **{"stdin": subprocess.DEVNULL, **how},
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def invoke(*arguments, variables=None):
    """The same in this process: quicker, since it is loaded and what boards need is compiled."""
    variables = {"ESPAT_PASSWORD": None, "COLUMNS": "90", "TERM": None, **(variables or {})}
    done = CliRunner().invoke(demo, arguments, env=variables)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def _missing():
    return runtimes.unix_missing() or runtimes.mpy_cross_missing()


@pytest.fixture(params=["cpython", "micropython"])
def runtime(request):
    """Each runtime in turn, as arguments of the command."""
    if request.param == "micropython" and _missing():
        pytest.skip(_missing())
    return ["--runtime", request.param]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, _request, _address):
        """Commands under test end when they like."""


class Served:
    """A server that was told what to answer: its port, URL, and the requests it got."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"
        self.requests = []
        self.let_go = threading.Event()


@contextmanager
def serving(reply, stay=False):
    """A TCP server that answers a request head with `reply`, and closes unless it shall `stay`."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            lines = []
            while (line := self.rfile.readline()) != b"\r\n":
                if not line:
                    return  # it went: without this its thread would spin for ever
                lines.append(line)
            served.requests.append(b"".join(lines))
            self.wfile.write(reply)
            if stay:
                served.let_go.wait(PATIENCE)

    with _Server(("127.0.0.1", 0), Handler) as server:
        served = Served(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.let_go.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def real_module():
    """The port of an emulated module that is not the command's own: it stands for a real one."""
    with Module() as module:
        yield module.open_pty()
