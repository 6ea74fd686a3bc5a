"""Measures whether time or heap grows with long bodies or many requests, in a real MicroPython.

    espat bench growth                       # up to 100 MB in one body, 10,000 requests
    espat bench growth --most 1000000 --json

It uses a fake module that answers at once. Heap is what is in use after a collection.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from espat_tools import runtimes
from espat_tools.bench.columns import MOST_BYTES, MOST_REQUESTS
from espat_tools.bench.memory import ONBOARD


@dataclass(frozen=True)
class Figure:
    """One length: bytes of a body, or requests."""

    what: str
    count: int
    microseconds: int
    heap: int

    @property
    def each(self) -> float:
        """Nanoseconds per byte, or microseconds per request."""
        return self.microseconds / self.count * (1000 if self.what == "body" else 1)

    def as_json(self) -> dict:
        """The figure as an object for `json.dumps`."""
        return {**asdict(self), "each": round(self.each, 1)}


def measure(
    progress: Callable[[str], None], most: int = MOST_BYTES, requests: int = MOST_REQUESTS
) -> list[Figure]:
    """Measure. Raises RuntimeError if no MicroPython is installed."""
    if reason := runtimes.unix_missing() or runtimes.mpy_cross_missing():
        raise RuntimeError(reason)
    progress("bodies and requests in MicroPython (a minute or two)")
    printed = runtimes.unix(
        ONBOARD / "growth.py",
        [str(most), str(requests)],
        modules={"fake_uart": ONBOARD / "fake_uart.py"},
        timeout=1200,
    ).check()
    rows = [line.split()[1:] for line in printed.splitlines() if line.startswith("growth ")]
    return [Figure(what, *map(int, numbers)) for what, *numbers in rows]
