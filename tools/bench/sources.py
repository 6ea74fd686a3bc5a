"""Compares the driver's heap as `.py` files, which the board compiles itself, and as `.mpy` files.

circup installs `.py` files. The memory for compiling is freed again, but it is needed for a time;
the least heap in which a program runs shows that, and so does the heap that each file takes while
it is compiled.

    espat bench sources
"""

import functools
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from espat_tools import runtimes, where
from espat_tools.bench import memory, peer

IMPORT = "import espat\nprint('imported')\n"
FORMS = (True, False)
"""Whether the files are `.mpy`."""


LARGEST = 5
"""How many files are compiled with 32-bit objects, too."""

SIZES = range(1, 257)
"""KB of heap among which the least to compile a file is looked for."""

# Prints what the heap is before and after a file is compiled, with so many bytes of it in use.
_COMPILE = """
import micropython
import sys
with open("/board/" + sys.argv[1]) as file:
    source = file.read()
# %%
block = bytearray(int(sys.argv[2]))
micropython.mem_info()
code = compile(source, "source", "exec")
micropython.mem_info()
"""


@dataclass(frozen=True)
class Compiled:
    """The heap that compiling a file takes, its code included, in bytes, exact to a kilobyte.

    32-bit: None where it was not measured.
    """

    file: str
    heap_64bit: int
    heap_32bit: int | None


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


def compiled(progress: Callable[[str], None]) -> list[Compiled]:
    """What compiling each file of the driver takes, the largest first."""
    if reason := runtimes.unix_missing():
        raise runtimes.Missing(reason)
    driver = where.driver_folder()
    progress("the heap while each file is compiled (64-bit)")
    sizes = {path: compiled_64bit(path) for path in where.python_files(driver)}
    found = []
    for number, path in enumerate(sorted(sizes, key=lambda path: -sizes[path])):
        name = f"espat/{path.relative_to(driver).as_posix()}"
        short = None
        if number < LARGEST and not runtimes.wasm_missing("newest"):
            progress(f"the heap while {name} is compiled (32-bit)")
            short = compiled_32bit(name)
        found.append(Compiled(name, sizes[path], short))
    return found


def compiled_64bit(path: Path) -> int:
    """In the unix build: the least heap to compile a file, less that to compile none."""
    least = memory.least(lambda kilobytes: _compiles(path, kilobytes), SIZES)
    return least - _bare()


@functools.cache
def _bare() -> int:
    with tempfile.NamedTemporaryFile(suffix=".py") as empty:
        return memory.least(lambda kilobytes: _compiles(Path(empty.name), kilobytes), SIZES)


def _compiles(path: Path, kilobytes: int) -> bool:
    heap = ["-X", f"heapsize={kilobytes}k", "-X", "compile-only"]
    command = [*runtimes.interpreter(), *heap, str(path)]
    return not subprocess.run(command, check=False, capture_output=True).returncode


def compiled_32bit(name: str) -> int:
    """In the WebAssembly build, whose heap grows: the least that has to be free for it not to."""
    (_, free), _ = _heaps(name, 0)

    def fits(kilobytes: int) -> bool:
        (before, _), (after, _) = _heaps(name, free - kilobytes * 1024)
        return before == after

    return memory.least(fits, SIZES)


def _heaps(name: str, taken: int) -> list[tuple[int, int]]:
    """(total, free) of the heap before and after a file was compiled with so many bytes in use."""
    done = runtimes.wasm(_COMPILE, [name, str(taken)], mpy=False, heapsize=512 * 1024)
    rows = re.findall(r"GC: total: (\d+), used: \d+, free: (\d+)", done.check())
    return [(int(total), int(free)) for total, free in rows]
