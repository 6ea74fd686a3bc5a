"""Compares the driver's heap as `.py` files, which the board compiles itself, and as `.mpy` files.

circup installs `.py` files. The memory for compiling is freed again, but it is needed for a time;
the least heap in which a program runs shows that.

    espat bench sources
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from espat_tools import runtimes
from espat_tools.bench import memory, peer

IMPORT = "import espat\nprint('imported')\n"
FORMS = (True, False)
"""Whether the files are `.mpy`."""


@dataclass(frozen=True)
class Row:
    """A figure, in bytes."""

    what: str
    mpy: int
    py: int

    @property
    def more(self) -> int:
        """How much more `.py` files need."""
        return self.py - self.mpy


def measure(progress: Callable[[str], None]) -> list[Row]:
    """Measure all that is possible with the installed runtimes."""
    return list(_rows(progress))


def _rows(progress: Callable[[str], None]) -> Iterator[Row]:
    if reason := runtimes.mpy_cross_missing() or runtimes.unix_missing():
        raise runtimes.Missing(reason)
    if not runtimes.wasm_missing("newest"):
        progress("the heap in use (32-bit)")
        run = functools.partial(runtimes.wasm, version="newest")
        yield from in_use(32, run, [])
    progress("the heap in use (64-bit)")
    with peer.emulated() as place:
        yield from in_use(64, runtimes.unix, place.arguments())
    progress("the least heap that imports it (64-bit)")
    yield Row("least heap that imports it, 64-bit", *map(_least_to_import, FORMS))
    progress("the least heap that streams (64-bit)")
    what = f"least heap that joins and streams {memory.BODY // 1024} KB, 64-bit"
    yield Row(what, *(memory.smallest_heap(mpy=mpy) for mpy in FORMS))


def in_use(bits: int, run: memory.Runner, arguments: list[str]) -> Iterator[Row]:
    """The heap in use after a collection, in a MicroPython with objects of so many bits."""
    both = []
    for mpy in FORMS:
        both.append(memory.Heap(bits, ""))
        memory.steps(functools.partial(run, mpy=mpy), both[-1], arguments)
    for what, step in (("imported", "import"), ("a page read", "page read")):
        yield Row(f"in use, {what}, {bits}-bit", *(heap.up_to(step) for heap in both))


def _least_to_import(mpy: bool) -> int:
    def fits(kilobytes: int) -> bool:
        done = runtimes.unix(IMPORT, heapsize=kilobytes * 1024, mpy=mpy)
        return done.stdout == "imported\n"

    return memory.least(fits)
