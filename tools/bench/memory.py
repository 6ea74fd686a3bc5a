"""Measures what memory the driver needs on a board, in real MicroPythons.

In the unix build (64-bit objects) the driver talks to the emulator over a pseudo-terminal; in the
WebAssembly build (32-bit objects, as on a board) there is none, so a fake on the board's side
answers instead.
"""

import functools
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from espat_tools import runtimes, where
from espat_tools.bench import imports, peer
from espat_tools.house.imports import rooms

ONBOARD = Path(__file__).resolve().parent / "onboard"
BODY = 100 * 1024
"""How many bytes must be streamed in the smallest heap."""
HEAPS = range(16, 257)
"""The range in KB in which the smallest heap is searched."""
STEPS = (
    "import",
    "radio object",
    "start-up",
    "join",
    "one open socket",
    "first large read",
    "page read",
    "four more sockets",
)
"""The steps of onboard/steps.py, in its order."""
CALLS = {64: 10_000, 32: 1_000}
"""Over how many `recv_into` calls the allocation is counted, by the bits of objects."""


@dataclass
class Allocation:
    """What receiving allocated, without collections; what the fake allocated is subtracted."""

    calls: int
    received: int
    uart_reads: int
    heap: int

    @property
    def per_read(self) -> float:
        """Bytes of heap for each read of the UART."""
        return self.heap / self.uart_reads


@dataclass
class Heap:
    """The heap of one MicroPython, in bytes, step by step.

    `names` is the growth of the table of names (qstrs), which is part of the steps. The table grows
    by doubling, so one more name can cost a module some KB. `tls` is what a verified TLS connection
    needs more than a plain one, and what a second one needs. `client` are the modules that the
    steps load, including those that are unloaded again.
    """

    bits: int
    peer: str
    modules: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    imported_by: dict[str, list[str]] = field(default_factory=dict)
    names: int = 0
    buffers: dict[str, int] = field(default_factory=dict)
    allocation: Allocation | None = None
    tls: list[int] = field(default_factory=list)
    client: list[str] = field(default_factory=list)

    def up_to(self, step: str, *, without: tuple[str, ...] = ()) -> int:
        """The heap taken from the import to the end of a step."""
        wanted = STEPS[: STEPS.index(step) + 1]
        return sum(self.steps[name] for name in wanted if name not in without)


NAMES = ("espat/faces/", "espat/names")
"""The modules that programs import by other names: a board needs only those of its runtime."""


@dataclass
class Figures:
    """Everything that `espat bench memory` measures; None or empty if a runtime is missing."""

    mpy: dict[str, int] = field(default_factory=dict)
    heaps: list[Heap] = field(default_factory=list)
    smallest_heap: int | None = None
    missing: list[str] = field(default_factory=list)

    def size_of(self, begins: str | tuple[str, ...], *, but: tuple[str, ...] = ()) -> int | None:
        """The total size of the board's .mpy files whose paths begin so, but not as in `but`.

        None if none were compiled.
        """
        sizes = [
            size
            for path, size in self.mpy.items()
            if path.startswith(begins) and not path.startswith(but)
        ]
        return sum(sizes) if sizes else None

    def client_size(self) -> int | None:
        """The total size of the .mpy files that are loaded to join, connect, send, read, close."""
        loaded = {name for heap in self.heaps for name in heap.client}
        return sum(self.mpy[f"espat/{name}.mpy"] for name in loaded) if loaded else None

    def gated(self) -> dict[str, float | None]:
        """The figures for which budgets.toml may have gates, by the name of the gate."""
        found: dict[str, float | None] = {
            "memory.smallest_heap_64bit": self.smallest_heap,
            "size.espat_mpy": self.size_of("espat/", but=NAMES),
            "size.names_mpy": self.size_of(NAMES),
            "size.tcp_client_mpy": self.client_size(),
        }
        for heap in self.heaps:
            found[f"memory.ram_{heap.bits}bit"] = heap.up_to("one open socket", without=("join",))
            found[f"memory.page_{heap.bits}bit"] = heap.up_to("page read")
            found[f"memory.joined_{heap.bits}bit"] = heap.up_to("one open socket")
            found[f"memory.tls_{heap.bits}bit"] = heap.tls[0] if heap.tls else None
            if heap.allocation:
                name = f"allocation.bytes_per_uart_read_{heap.bits}bit"
                found[name] = heap.allocation.per_read
        return found


Runner = Callable[..., runtimes.Result]


def _records(printed: str, kind: str) -> list[list[str]]:
    rows = (line.split() for line in printed.splitlines())
    return [row[1:] for row in rows if row and row[0] == kind]


def _marks(printed: str) -> list[int]:
    rows = _records(printed, "mark")
    if [int(number) for number, _ in rows] != list(range(len(rows))):
        raise RuntimeError(f"the measuring program skipped a step:\n{printed}")
    return [int(used) for _, used in rows]


def _names(printed: str) -> list[int]:
    """The size of the table of names (qstrs) at each mark, in bytes."""
    return [int(n) for n in re.findall(r"^qstr pool:.*n_total_bytes=(\d+)", printed, re.M)]


def _differences(numbers: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(numbers)]


def _helpers(*names: str) -> dict[str, Path]:
    return {name: ONBOARD / f"{name}.py" for name in names}


def by_module(run: Runner) -> dict[str, int]:
    """The heap that each module of the driver takes, imported one by one after those it needs.

    A module is named by its path without suffix: "parser", "at/wifi", "tls/__init__".

    An empty `__init__` replaces that of the package, which would import them all at once.
    """
    driver = where.driver_folder()
    names = imports.order(driver)
    files = _driver_files()
    files["espat/__init__"] = ONBOARD / "nothing.py"
    cells = ["import gc\nfrom measure import mark\nimport espat\ngc.collect()\n", "mark(0)\n"]
    for number, name in enumerate(names, 1):
        cells += [f"import espat.{name}\ngc.collect()\n", f"mark({number})\n"]
    program = "# %%\n".join(cells)
    printed = run(program, modules={**files, **_helpers("measure")}).check()
    taken = _differences(_marks(printed))
    paths = {room: _path(driver, path) for room, path in rooms(driver).items()}
    return {paths[name]: size for name, size in zip(names, taken, strict=True)}


def _path(driver: Path, path: Path) -> str:
    return path.relative_to(driver).with_suffix("").as_posix()


def _driver_files() -> dict[str, Path]:
    """The driver's files for the runtimes: {path on the board without suffix: source}."""
    driver = where.driver_folder()
    return {f"espat/{_path(driver, path)}": path for path in where.python_files(driver)}


def steps(run: Runner, heap: Heap, arguments: list[str]) -> None:
    """Fill in the heap that each step takes, its imports, and the buffers at the end."""
    helpers = _helpers("measure", "fake_uart")
    printed = run(ONBOARD / "steps.py", arguments, modules=helpers).check()
    heap.steps = dict(zip(STEPS, _differences(_marks(printed)), strict=True))
    names = _names(printed)
    heap.names = names[-1] - names[0]
    loaded: set[str] = set()
    for step, names in zip(("", *STEPS), _records(printed, "modules"), strict=True):
        if step:
            heap.imported_by[step] = sorted(set(names) - loaded)
        loaded |= set(names)
    heap.buffers = {path: int(size) for path, size in _records(printed, "buffer")}


def tls(run: Runner, bits: int) -> list[int]:
    """What the first verified TLS connection needs more than a plain one, and what the second does.

    The table of names already has room for those of TLS (onboard/tls_steps.py makes it), so for
    each name its own entry there is added: a pointer, two bytes of hash, and one of length.
    """
    if "tls" not in rooms(where.driver_folder()):
        return []
    helpers = _helpers("measure", "fake_uart")
    printed = run(ONBOARD / "tls_steps.py", modules=helpers).check()
    pools = [tuple(map(int, row)) for row in re.findall(r"n_pool=(\d+), n_qstr=(\d+)", printed)]
    if len({tables for tables, _ in pools}) > 1:
        raise RuntimeError("the table of names grew while TLS was measured: take_names(other)")
    names = _differences([names for _, names in pools])
    place = bits // 8 + 3
    heap = _differences(_marks(printed))
    return [taken + new * place for taken, new in zip(heap, names, strict=True)]


def client(run: Runner, arguments: list[str]) -> list[str]:
    """The modules that the steps and closing load, including those that are unloaded again.

    A line is added to each module, which prints its name.
    """
    with tempfile.TemporaryDirectory(prefix="espat-telling-") as folder:
        telling = {}
        for number, (name, path) in enumerate(_driver_files().items()):
            telling[name] = Path(folder) / f"{number}.py"
            line = f'\nprint("loaded", "{name.removeprefix("espat/")}")\n'
            telling[name].write_text(path.read_text("utf-8") + line, "utf-8")
        modules = {**telling, **_helpers("measure", "fake_uart")}
        printed = run(ONBOARD / "steps.py", arguments, modules=modules).check()
    return sorted({name for (name,) in _records(printed, "loaded")})


def allocation(run: Runner, calls: int) -> Allocation:
    """Count what `recv_into` allocates in so many calls."""
    helpers = _helpers("fake_uart")
    printed = run(ONBOARD / "allocation.py", [str(calls)], modules=helpers, timeout=300).check()
    ((*numbers,),) = _records(printed, "allocation")
    return Allocation(*map(int, numbers))


def streams_in(kilobytes: int, mpy: bool = True) -> bool:
    """Whether a separate program can join and stream BODY bytes with a heap of so many KB."""
    with peer.emulated() as place:
        result = runtimes.unix(
            "import stream",
            [*place.arguments(), str(BODY)],
            heapsize=kilobytes * 1024,
            mpy=mpy,
            modules=_helpers("stream"),
            timeout=120,
        )
    if result.returncode == 0:
        return _records(result.stdout, "streamed") == [[str(BODY), str(peer.checksum(BODY))]]
    if "MemoryError" in result.stdout + result.stderr or "heap" in result.stderr:
        return False
    raise RuntimeError(f"streaming in {kilobytes} KB failed otherwise:\n{result}")


def smallest_heap(mpy: bool = True) -> int:
    """The least heap in bytes, a whole number of KB, in which BODY bytes can be streamed."""
    return least(functools.partial(streams_in, mpy=mpy))


def least(fits: Callable[[int], bool], sizes: range = HEAPS) -> int:
    """The least of these sizes, in bytes, for which `fits`, called with KB, is true."""
    too_small, enough = sizes[0] - 1, sizes[-1]
    if not fits(enough):
        raise RuntimeError(f"a heap of {enough} KB is not enough")
    while enough - too_small > 1:
        middle = (enough + too_small) // 2
        if fits(middle):
            enough = middle
        else:
            too_small = middle
    return enough * 1024


def mpy_sizes() -> dict[str, int]:
    """The size of each .mpy file that goes to a board, in bytes."""
    stage = runtimes.staged(mpy=True)
    files = [(stage / name).with_suffix(".mpy") for name in where.board_files()]
    return {path.relative_to(stage).as_posix(): path.stat().st_size for path in files}


def measure(progress: Callable[[str], None]) -> Figures:
    """Measure all that is possible with the installed runtimes; `progress` is told the steps."""
    figures = Figures()
    if reason := runtimes.mpy_cross_missing():
        raise runtimes.Missing(reason)
    figures.mpy = mpy_sizes()
    if reason := runtimes.unix_missing():
        figures.missing.append(reason)
    else:
        progress("the heap of the unix build (64-bit)")
        heap = Heap(64, "the emulator, over a pseudo-terminal")
        with peer.emulated() as place:
            _fill(runtimes.unix, heap, place.arguments())
            heap.client = client(runtimes.unix, place.arguments())
        figures.heaps.append(heap)
        progress("the smallest heap")
        figures.smallest_heap = smallest_heap()
    if reason := runtimes.wasm_missing("newest"):
        figures.missing.append(reason)
    else:
        progress("the heap of the WebAssembly build (32-bit)")
        heap = Heap(32, "a fake that plays a module's replies")
        _fill(functools.partial(runtimes.wasm, version="newest"), heap, [])
        figures.heaps.append(heap)
    return figures


def _fill(run: Runner, heap: Heap, arguments: list[str]) -> None:
    heap.modules = by_module(run)
    steps(run, heap, arguments)
    heap.allocation = allocation(run, CALLS[heap.bits])
    heap.tls = tls(run, heap.bits)
