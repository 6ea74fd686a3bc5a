"""Running the visit: in this Python, or in a real MicroPython."""

import errno
import json
import platform
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import espat
from espat_tools import runtimes
from espat_tools.demo.counting import CountingUART
from espat_tools.demo.fetch import FetchError
from espat_tools.demo.page import Comparison
from espat_tools.demo.place import Place, open_port
from espat_tools.demo.visit import RX_SIZE, visit, words
from espat_tools.demo.wanted import Unwanted, Wanted

_HERE = Path(__file__).resolve().parent
_ON_BOARD = {
    f"demo/{name}": _HERE / f"{name}.py" for name in ("__init__", "counting", "fetch", "visit")
}
LAST = "heap"  # the event that ends a visit on a board

Tell = Callable[..., None]
Runner = Callable[[Place, Wanted, Tell], None]


class Failed(RuntimeError):
    """The visit failed; the message is a sentence."""


def in_cpython(place: Place, wanted: Wanted, tell: Tell) -> None:
    """Drive the module from this program. Raises Failed, Unwanted, Differs."""
    uart = CountingUART(
        open_port(place.device, wanted.baud), wanted.pace, lambda rate: tell("trying", rate=rate)
    )
    page = Comparison(place.expected)

    def trace(way: str, line: str) -> None:
        tell("trace", way=way, line=line)

    tell("started", runtime=f"CPython {platform.python_version()}")
    try:
        with espat.Radio(uart, rx_size=RX_SIZE, debug=trace if wanted.trace else None) as radio:
            visit(
                radio, espat.SocketPool(radio), uart, wanted.for_visit(), tell=tell, sink=page.take
            )
    except BrokenPipeError as error:
        if error.errno == errno.EPIPE:  # the pager that shows our output was left
            raise
        raise Failed(words(error)) from None
    except (OSError, ValueError, FetchError, espat.ATError) as error:
        raise Failed(words(error)) from None
    page.finish()


def in_micropython(place: Place, wanted: Wanted, tell: Tell) -> None:
    """Drive the module from the unix MicroPython, with the driver as .mpy.

    Raises Failed, Unwanted, Differs, runtimes.Missing.
    """
    if reason := runtimes.unix_missing() or runtimes.mpy_cross_missing():
        raise runtimes.Missing(reason)
    open_port(place.device, wanted.baud).close()  # what is wrong with it is better said here
    if "://" in place.device:
        raise Unwanted(f"MicroPython opens devices, not URLs: {place.device} is one.")
    page = Comparison(place.expected)
    order = {
        **wanted.for_visit(),
        "device": place.device,
        "baud": wanted.baud,
        "pace": wanted.pace,
        "trace": wanted.trace,
    }
    with runtimes.UnixProgram(_HERE / "onboard" / "fetch.py", modules=_ON_BOARD) as program:
        for event, figures in _events(program, json.dumps(order)):
            if event == "failed":
                raise Failed(figures["text"])
            if event == "digest":
                page.finish(**figures)
            else:
                tell(event, **figures)


def _events(program: runtimes.UnixProgram, order: str) -> Iterator[tuple[str, dict]]:
    """What the program tells while it runs. Raises Failed if it breaks."""
    with _start(program) as child:
        try:
            yield from _records(child, order)
        finally:
            child.kill()  # it has nothing to put away


def _start(program: runtimes.UnixProgram) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            program.command,
            env=program.env,
            cwd=program.cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise Failed(f"Cannot start {program.command[0]}: {error.strerror}.") from None


def _records(child: subprocess.Popen, order: str) -> Iterator[tuple[str, dict]]:
    try:
        child.stdin.write(order + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it could not start; what it said comes next
    last, event = "nothing", None
    for line in child.stdout:
        record = _record(line)
        if record:
            event = record[0]
            yield record
        else:
            last = line.strip() or last
    status = child.wait()
    if status or event != LAST:
        raise Failed(f"MicroPython ended with status {status}; the last it said: {last}")


def _record(line: str) -> tuple[str, dict] | None:
    """What a line tells; None if it is none of the program's own."""
    if not line.startswith("["):
        return None
    try:
        event, figures = json.loads(line)
    except ValueError:
        return None
    return event, figures


RUNNERS: dict[str, Runner] = {"cpython": in_cpython, "micropython": in_micropython}
