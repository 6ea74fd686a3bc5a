"""Programs for the Pico W, unchanged, in a real MicroPython whose Wi-Fi is an emulated module.

    pico = make_pico(hosts={"web.test": ("127.0.0.1", {80: port})})
    lines = pico.run("fetch", "an argument")      # onboard/fetch.py: what it printed
    with pico.started("serve") as program: ...    # the same, while the block runs

The unix build of MicroPython has real sockets of its own. So that no test can be passed by those,
every program's bytes are to be looked for in what the module was told: `pico.sent()`.
"""

import contextlib
import re
import subprocess
import threading
import time
from pathlib import Path

import pytest

from espat_tools import runtimes, where
from espat_tools.emulator import Module, SocketNetwork
from tests.programs import conftest as programs
from tests.programs.servers import until

ONBOARD = Path(__file__).parent / "onboard"
BOARD = Path(__file__).parents[1] / "e2e" / "stand_ins" / "espat_board.py"
START = "import pico\nimport program\n"
PATIENCE = 60  # seconds
# Ports that programs listen on. The module's are any that are free: whoever runs the tests, or
# another program, has the same number at the same time.
SERVERS = (80, 443, 8080, 8081, 8266, 8765)

serve = programs.serve
nginx = programs.nginx
broker = programs.broker
clock = programs.clock
browser = programs.browser


class Program:
    """A program that runs: what it printed so far, line by line."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, word, patience=PATIENCE, nth=0):
        """The first line that holds a word, or a later one."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            found = [line for line in list(self.lines) if word in line]
            if len(found) > nth:
                return found[nth]
            if self.process.poll() is not None and not self._reader.is_alive():
                break
            time.sleep(0.01)
        raise AssertionError(f"no {word!r} in:\n" + "\n".join(self.lines))

    def say(self, line):
        """A line for its `input()`."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ended(self, patience=PATIENCE):
        """Wait for its end: all that it printed."""
        status = self.process.wait(patience)
        self._reader.join(patience)
        assert status == 0, "\n".join(self.lines)
        return self.lines


class Pico:
    """A Pico with an emulated module on its UART, which has joined: `module`."""

    def __init__(self, module, network):
        self.module = module
        self.network = network

    def _modules(self, program, modules):
        return {
            "pico": ONBOARD / "pico.py",
            "program": program if isinstance(program, Path) else ONBOARD / f"{program}.py",
            "espat_board": BOARD,
            "pty_uart": where.tools_folder() / "onboard" / "pty_uart.py",
            **(modules or {}),
        }

    def run(self, program, *args, modules=None, timeout=PATIENCE, **how):
        """Run a program to its end: the lines it printed."""
        given = [self.module.open_pty(), *map(str, args)]
        modules = self._modules(program, modules)
        result = runtimes.unix(START, given, modules=modules, timeout=timeout, **how)
        return result.check().splitlines()

    @contextlib.contextmanager
    def started(self, program, *args, modules=None, **how):
        """In the block the program runs: a `Program`."""
        given = [self.module.open_pty(), *map(str, args)]
        modules = self._modules(program, modules)
        with runtimes.UnixProgram(START, given, modules=modules, **how) as laid_out:
            process = subprocess.Popen(
                laid_out.command,
                env=laid_out.env,
                cwd=laid_out.cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                yield Program(process)
            finally:
                process.kill()
                process.wait(PATIENCE)
                process.stdin.close()
                process.stdout.close()

    def commands(self, word):
        """The command lines that begin with AT and a word."""
        return [line for line in self.module.commands if line.startswith(b"AT" + word)]

    def sent(self):
        """How many bytes the module was told to send, by the lengths of CIPSEND."""
        lengths = [re.match(rb"AT\+CIPSEND=\d,(\d+)", line) for line in self.module.commands]
        return sum(int(found[1]) for found in lengths if found)

    @property
    def server_port(self):
        """The real port that the module's server listens on."""
        links = self.module.core.links
        until(
            lambda: links.listener,
            lambda: "it does not listen:\n" + b"\n".join(self.module.commands[-20:]).decode(),
            PATIENCE,
        )
        return links.listener.port


@pytest.fixture
def make_pico(micropython):
    """Makes a `Pico`; its module is closed at the end. `line`: how the serial line is."""
    with contextlib.ExitStack() as stack:

        def make(hosts=None, family="esp32c3-3.3", **line):
            network = SocketNetwork(hosts or {}, server_ports=dict.fromkeys(SERVERS, 0))
            timing = {"join": 0.01, "boot": 0.01}
            module = stack.enter_context(Module(family, network=network, timing=timing, **line))
            return Pico(module, network)

        yield make
