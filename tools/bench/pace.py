"""Measures in real time how close a paced port of the emulator comes to a wire.

    espat bench pace                 # 9600 to 3,000,000 baud, pseudo-terminal and TCP port
    espat bench pace --baud 115200 --json

There are two figures for each port and rate: how much later the answer to ``AT`` comes than on a
wire alone, and how long a transfer takes compared with its bytes at ten bits each. In process
(``Module.uart``, ``espat://``) both are exact, and there is nothing to measure.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from espat_tools.bench.columns import SECONDS
from espat_tools.bench.emulator import PORTS, Wire, sender
from espat_tools.emulator import Module

RATES = (9600, 115200, 921600, 3_000_000)

_ASKED, _ANSWERED = b"AT\r\n", b"\r\nOK\r\n"


class Figure(NamedTuple):
    """One port at one rate: delays in milliseconds, and the transfer in percent of the wire."""

    kind: str
    baud: int
    late: list[float]
    percent: float

    @property
    def median(self) -> float:
        """The median delay in ms."""
        return statistics.median(self.late)

    @property
    def most(self) -> float:
        """The 95th percentile of the delays, in ms."""
        return sorted(self.late)[int(0.95 * len(self.late))]

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {
            "port": self.kind,
            "baud": self.baud,
            "late_ms_median": round(self.median, 3),
            "late_ms_95": round(self.most, 3),
            "wire_percent": round(self.percent, 1),
        }


def measure(
    rates: Sequence[int] = RATES, seconds: float = SECONDS, tell: Callable = print
) -> list[Figure]:
    """A figure for each port and rate."""
    figures = []
    for kind, opened in PORTS.items():
        for baud in rates:
            tell(f"{kind}, {baud} baud")
            length = max(200, int(seconds * baud / 10))
            with (
                sender(length) as number,
                Module("esp32c3-3.3", joined=True, echo=False, paced=True, baud=baud) as module,
                opened(module) as wire,
            ):
                late = _answers(wire, baud, seconds)
                figures.append(Figure(kind, baud, late, _transfer(wire, baud, number)))
    return figures


def _answers(wire: Wire, baud: int, seconds: float) -> list[float]:
    """Ask again and again for ``seconds``; returns the delay of each answer in ms."""
    on_wire = (len(_ASKED) + len(_ANSWERED)) * 10 / baud
    late = []
    end = time.perf_counter() + seconds
    while not late or time.perf_counter() < end:
        start = time.perf_counter()
        wire.write(_ASKED)
        said = b""
        while len(said) < len(_ANSWERED):
            said += wire.read()
        late.append((time.perf_counter() - start - on_wire) * 1000)
    return late


def _transfer(wire: Wire, baud: int, number: int) -> float:
    """Receive a body; returns the least time for its bytes divided by the time taken, in percent.

    The time includes the 10 ms that the emulated module takes to connect.
    """
    asked = b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % number
    start = time.perf_counter()
    wire.write(asked)
    said = bytearray()
    while not said.endswith(b"CLOSED\r\n"):
        said += wire.read()
    took = time.perf_counter() - start
    return (len(asked) + len(said)) * 10 / baud / took * 100
