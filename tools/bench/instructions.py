"""Counts the driver's instructions for a read, a byte or a send: callgrind, real MicroPython.

    espat bench instructions
    espat bench instructions byte send --json

The other end is a fake UART that answers at once (onboard/scripted.py). The instructions of a run
that does nothing are subtracted. `floor` is the same loop without driver: the cost of the calls
alone in a MicroPython program.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from espat_tools import runtimes

_ONBOARD = Path(__file__).resolve().parent / "onboard"
_COLLECTED = re.compile(r"Collected : (\d+)")
_SECONDS = 600


@dataclass(frozen=True)
class Subject:
    """What is counted, the unit to which a figure refers, and how often it is done."""

    what: str
    of: str
    times: int


SUBJECTS = {
    "byte": Subject("recv(1), of what came in reads of 512", "call", 2000),
    "small": Subject("recv(32), the same", "byte", 1000),
    "line": Subject("readline(), lines of 40", "byte", 800),
    "large": Subject("recv_into(1460), passive, one UART read", "byte", 150),
    "pieces": Subject("recv_into(1460), UART in 64-byte reads", "byte", 60),
    "send": Subject("send() of 16 bytes", "call", 150),
}


@dataclass(frozen=True)
class Figure:
    """Instructions for a call or a byte, and those of the same loop without driver."""

    name: str
    subject: Subject
    driver: float
    floor: float

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {
            "name": self.name,
            "what": self.subject.what,
            "of": self.subject.of,
            "instructions": round(self.driver),
            "floor": round(self.floor),
            "ratio": round(self.driver / self.floor, 1),
        }


def missing() -> str | None:
    """Why nothing can be counted here, or None."""
    if shutil.which("valgrind") is None:
        return "no valgrind, which counts the instructions"
    return runtimes.unix_missing() or runtimes.mpy_cross_missing()


def measure(progress: Callable[[str], None], names: Sequence[str] = ()) -> list[Figure]:
    """Count for the subjects with these names, or for all. Raises RuntimeError."""
    if reason := missing():
        raise RuntimeError(reason)
    figures = []
    for name in names or SUBJECTS:
        subject = SUBJECTS[name]
        found = []
        for tail in ((), ("floor",)):
            progress(f"{subject.what}{', the floor' if tail else ''}")
            nothing, _ = _run(name, 0, *tail)
            taken, done = _run(name, subject.times, *tail)
            divisor = done if subject.of == "byte" else subject.times
            found.append((taken - nothing) / divisor)
        figures.append(Figure(name, subject, *found))
    return figures


def _run(name: str, times: int, *tail: str) -> tuple[int, int]:
    """The instructions of a whole run, and the bytes that were received or sent in it."""
    helpers = {each: _ONBOARD / f"{each}.py" for each in ("fake_uart", "scripted")}
    arguments = [name, str(times), *tail]
    with runtimes.UnixProgram(_ONBOARD / "counted.py", arguments, modules=helpers) as program:
        # CPython starts it: with a different hash seed in each run, its start would differ.
        command = [part for part in program.command if part != "-I"]
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=program.cwd,
            env={**os.environ, **program.env, "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    collected = _COLLECTED.search(done.stderr)
    printed = re.search(r"^done (\d+)$", done.stdout, re.M)
    if done.returncode or not collected or not printed:
        raise RuntimeError(f"counting failed:\n{done.stdout}{done.stderr}")
    return int(collected[1]), int(printed[1])
