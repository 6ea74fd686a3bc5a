"""Measures how long start-up searches for a module, and which commands it sends; simulated clock.

    espat bench start
    espat bench start --json

The host's UART is at 115200 baud. A module is found when its set-up begins; `seconds` is the time
for all of start-up and the join. Cold: the module has not been used before; joined: it is in its
network already, as after a restart of the board alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import espat
from espat_tools.bench.simulated import PASSWORD, RX_SIZE, SSID, Counted, SimPort
from espat_tools.emulator import MemoryNetwork, Module, SimClock

RATE = 115_200
RATES = (115_200, 921_600, 460_800, 9_600, 74_880)
FAMILIES = ("esp32c3-3.3", "nonos-1.7.4")
_JOIN = 0.01


@dataclass(frozen=True)
class Figure:
    """One start-up: seconds until the module was found, and until it was joined; its commands."""

    family: str
    module: str
    baud: int
    found: float
    seconds: float
    commands: int

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {
            "family": self.family,
            "module": self.module,
            "baud": self.baud,
            "found": round(self.found, 3),
            "seconds": round(self.seconds, 3),
            "commands": self.commands,
        }


def measure(progress: Callable[[str], None]) -> list[Figure]:
    """Measure a cold module at each rate, and one that is joined."""
    figures = []
    for family in FAMILIES:
        for joined in (False, True):
            for baud in (RATE,) if joined else RATES:
                progress(f"{family} at {baud:,} baud")
                figures.append(_start(family, baud, joined))
    return figures


def _start(family: str, baud: int, joined: bool) -> Figure:
    clock = SimClock()
    with Module(
        family,
        clock=clock,
        network=MemoryNetwork(),
        paced=True,
        rx_size=RX_SIZE,
        timing={"join": _JOIN},
        module_baud=baud,
        joined=joined,
    ) as module:
        began: list[float] = []

        def heard(line: bytes) -> None:
            module.commands.append(line)
            if line == b"ATE0":
                began.append(clock.now())

        module.core.on_command = heard
        # Pauses as short as a byte at the fastest rate, so that waits in milliseconds are exact.
        radio = espat.Radio(SimPort(Counted(module.uart(RATE)), clock, 0.0005), rx_size=RX_SIZE)
        start = clock.now()
        radio.connect(SSID, PASSWORD)
        kind = "joined" if joined else "cold"
        took = began[0] - start, clock.now() - start
        return Figure(family, kind, baud, *took, len(module.commands))
