"""Measures the speed of the emulator alone: a body through one active-mode link, without driver.

    espat bench emulator                   # 20 MB over the TCP port and the pseudo-terminal
    espat bench emulator --runs 9 --json

A separate process sends the body over loopback; the module prints it as ``+IPD``; a raw reader
reads it from the module's port, without pacing. The time is from AT+CIPSTART to the last byte.
Afterwards the received data is parsed and compared with the body. A megabyte is 1,000,000 bytes of
body. There is no gate for this figure, because it depends on the machine and its load.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from espat_tools.bench import peer
from espat_tools.bench.columns import LENGTH, RUNS
from espat_tools.emulator import Module

#: The least rate over the TCP port that is aimed at, in MB/s.
AIM = 10.0

#: The most seconds that a run may take.
_PATIENCE = 120

_BLOCK = 1 << 16

_SENDER = """
import socket, sys
from espat_tools.bench import peer
data = peer.body(int(sys.argv[1]))
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(data)
"""


class Figure(NamedTuple):
    """The rates of several runs over one kind of port, in MB/s."""

    kind: str
    rates: list[float]

    @property
    def median(self) -> float:
        """The median of the runs."""
        return statistics.median(self.rates)

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        rates = [round(rate, 2) for rate in self.rates]
        return {
            "port": self.kind,
            "median_mb_per_s": round(self.median, 2),
            "slowest": min(rates),
            "fastest": max(rates),
            "runs": rates,
        }


class Wire(NamedTuple):
    """A module's port for a raw reader."""

    write: Callable[[bytes], int]
    read: Callable[[], bytes]


def measure(length: int = LENGTH, runs: int = RUNS, tell: Callable = print) -> list[Figure]:
    """Figures for the TCP port and, if the system has one, the pseudo-terminal."""
    figures = []
    with sender(length) as number:
        for kind, opened in PORTS.items():
            rates = []
            for run in range(runs):
                tell(f"{kind}, {run + 1} of {runs}")
                rates.append(_run(opened, number, length))
            figures.append(Figure(kind, rates))
    return figures


@contextmanager
def sender(length: int) -> Iterator[int]:
    """Run the process that sends the body to every client; yields its port."""
    command = [sys.executable, "-c", _SENDER, str(length)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _run(opened: Callable, number: int, length: int) -> float:
    """Transfer one body; returns MB/s."""
    with Module("esp32c3-3.3", joined=True, echo=False) as module, opened(module) as wire:
        said = bytearray()
        start = time.perf_counter()
        wire.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % number)
        while not said.endswith(b"CLOSED\r\n"):
            if time.perf_counter() - start > _PATIENCE:
                raise RuntimeError(f"no end after {_PATIENCE} s and {len(said)} bytes")
            said += wire.read()
        took = time.perf_counter() - start
    if _payload(said) != peer.body(length):
        raise RuntimeError("what came is not what was sent")
    return length / 1e6 / took


def _payload(said: bytes) -> bytes:
    """The payload of all +IPD in ``said``."""
    parts = []
    at = said.find(b"+IPD,")
    while at >= 0:
        colon = said.index(b":", at)
        end = colon + 1 + int(said[at + 5 : colon])
        parts.append(said[colon + 1 : end])
        at = said.find(b"+IPD,", end)
    return b"".join(parts)


@contextmanager
def over_tcp(module: Module) -> Iterator[Wire]:
    with socket.create_connection(module.open_tcp(), timeout=_PATIENCE) as sock:
        yield Wire(sock.send, lambda: sock.recv(_BLOCK))


@contextmanager
def over_pty(module: Module) -> Iterator[Wire]:
    fd = os.open(module.open_pty(), os.O_RDWR | os.O_NOCTTY)  # raw, and at the module's rate
    try:
        yield Wire(lambda data: os.write(fd, data), lambda: os.read(fd, _BLOCK))
    finally:
        os.close(fd)


PORTS = {"TCP port": over_tcp}
if os.name == "posix":
    PORTS["pseudo-terminal"] = over_pty
