"""The cells of the matrix, run: one interpreter and two modules for each runtime and family.

The first module has a time server, the second has none. What every cell printed, and what the
module was told meanwhile, is a :class:`Told`.
"""

import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

from espat_tools import runtimes, where
from espat_tools.commands.forms import FAMILIES
from espat_tools.emulator import Module
from tests.tls import material, rules
from tests.tls.rules import MODES, OFF, REFUSALS, Outcome

ONBOARD = Path(__file__).parent / "onboard"
RUNTIMES = ("CPython", "MicroPython")
PATIENCE = 240  # seconds that a run may take
_AT_A_TIME = 8
_FIRST_PORT = 1000
_TIMING = {"join": 0.01, "boot": 0.01}
_TIME_SERVERS = ("cn.ntp.org.cn", "ntp.sjtu.edu.cn", "us.pool.ntp.org")
_CLOCKLESS = ("nobody", "board")
_COMPILING = threading.Lock()  # what is compiled is kept for all


class Cell(NamedTuple):
    """One condition with one module from one runtime."""

    runtime: str
    family: str
    mode: rules.Mode
    row: rules.Row

    @property
    def id(self):
        """Its name in servers' logs."""
        return f"{self.runtime}/{self.family}/{self.mode.key}/{self.row.key}"

    @property
    def expected(self):
        return rules.expected(self.row, self.mode, self.family)


CELLS = tuple(
    Cell(runtime, family, mode, row)
    for runtime in RUNTIMES
    for family, _ in FAMILIES
    for mode in MODES
    for row in rules.rows(mode)
)


class Told(NamedTuple):
    """What came of a cell: the error's number or 0, what was said, and whether it was tried."""

    number: int
    text: str
    #: Whether the module was told to connect.
    tried: bool

    @property
    def outcome(self):
        """Which outcome that is: an error whose words are nobody's is its own reason."""
        if not self.number:
            return rules.CONNECTED
        if not self.tried:
            found = [why for why, (_, _, words) in REFUSALS.items() if words in self.text]
            return Outcome("refused", found[0] if found else self.text)
        found = [why for why, words, _ in rules.CAUSES.values() if words in self.text]
        return Outcome("failed", found[0] if found and "+ERRNO:" in self.text else "")


class Matrix:
    """Runs the wanted cells, some runtimes and families at a time."""

    def __init__(self, folder, wanted, servers, clock):
        self.nginx, self.asks, self.keyed = servers
        self._folder = folder
        self._clock = clock
        chain, key = material.client()
        ca = material.authority("ours").cert_pem.bytes()
        self._files = {"ca": ca.decode(), "chain": chain, "key": key}
        self._swapped = iter(self.nginx.swapped)
        groups = {}
        for cell in wanted:
            groups.setdefault((cell.runtime, cell.family), []).append(cell)
        self._pool = concurrent.futures.ThreadPoolExecutor(_AT_A_TIME)
        self._runs = {}
        # Those that wait for a clock first.
        for group in sorted(groups, key=lambda group: not rules.FACTS[group[1]].dates):
            jobs = self._jobs(groups[group])
            self._runs[group] = self._pool.submit(self._run, *group, jobs)

    def told(self, cell):
        """What came of it."""
        return self._runs[cell.runtime, cell.family].result(PATIENCE + 60)[cell]

    def every(self):
        """{cell: what came of it} of all that were wanted."""
        return {cell: told for run in self._runs.values() for cell, told in run.result().items()}

    def close(self):
        self._pool.shutdown(cancel_futures=True)

    # -- one run ---------------------------------------------------------------------------------

    def _jobs(self, cells):
        """[(cell, what the program is told, real port)]; a clock that is set stays so."""
        clockless = {row.key: at for at, row in enumerate(rules.ROWS) if row.clock != "server"}
        order = sorted(cells, key=lambda c: (clockless.get(c.row.key, -1), c.mode is not OFF))
        jobs = []
        for at, cell in enumerate(order):
            row, mode = cell.row, cell.mode
            facts = rules.FACTS[cell.family]
            swaps = {"renewed": "renewed", "replaced": "stranger"}
            program = {
                "id": cell.id,
                "port": _FIRST_PORT + at,
                "device": int(row.clock in _CLOCKLESS),
                "unset": row.clock == "nobody",
                "checks": mode.checks,
                # A program that verifies leaves names on, whatever the firmware can.
                "named": mode is rules.ON or (mode is OFF and facts.names),
                "vouched": rules.vouched(mode, facts),
                "no_ca": row.no_ca,
                "shows": row.shows,
                "alpn": row.alpn,
                "psk": row.psk,
                "swap": swaps.get(row.server),
                "reversed": row.server in ("asks", "keyed"),
            }
            jobs.append((cell, program, self._port(row.server)))
        return jobs

    def _port(self, server):
        if server in ("renewed", "replaced"):
            return next(self._swapped)
        others = {"asks": self.asks.port, "keyed": self.keyed.port}
        return others.get(server) or self.nginx.ports[server]

    def _run(self, runtime, family, jobs):
        path = self._folder / f"{runtime}-{family}.json"
        programs = [program for _, program, _ in jobs]
        path.write_text(json.dumps({"cells": programs, "files": self._files}), "utf-8")
        ports = {program["port"]: real for _, program, real in jobs}
        hosts = {material.HOST: ("127.0.0.1", ports)}
        timed = {name: ("127.0.0.1", {123: self._clock.port}) for name in _TIME_SERVERS}
        with contextlib.ExitStack() as stack:
            modules = [
                stack.enter_context(Module(family, hosts=known, timing=_TIMING))
                for known in ({**hosts, **timed}, hosts)
            ]
            if rules.FACTS[family].settings and not rules.FACTS[family].takes:
                for module in modules:  # what esptool does
                    module.core.store.burn("client_ca", self._files["ca"].encode())
            devices = [module.open_pty() for module in modules]
            lines = _interpret(runtime, [str(path), *devices])
            said = {line[0]: line[1:] for line in map(json.loads, lines)}
            told = {}
            for cell, program, _ in jobs:
                commands = modules[program["device"]].commands
                end = b",%d" % program["port"]
                tried = any(b'"SSL"' in line and line.endswith(end) for line in commands)
                told[cell] = Told(*said[cell.id], tried)
            return told


def _interpret(runtime, arguments):
    """The lines that the program printed."""
    if runtime == "CPython":
        command = [sys.executable, str(ONBOARD / "cells_on_board.py"), *arguments]
        return _lines(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    modules = {"cells": ONBOARD / "cells.py"}
    modules["pty_uart"] = where.tools_folder() / "onboard" / "pty_uart.py"
    program = ONBOARD / "cells_on_board.py"
    with contextlib.ExitStack() as stack:
        with _COMPILING:
            laid = stack.enter_context(runtimes.UnixProgram(program, arguments, modules=modules))
        return _lines(laid.command, env=laid.env, cwd=laid.cwd)


def _lines(command, **how):
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        **how,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()
