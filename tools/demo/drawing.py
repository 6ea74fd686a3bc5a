"""`espat demo --trace-picture`: the conversation is recorded on its way, and drawn at the end."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import serial

from espat_tools.demo.place import Place, open_port
from espat_tools.demo.wanted import Unwanted, Wanted
from espat_tools.transcripts import Recorder, Source, load
from espat_tools.transcripts.doors import Terminal
from espat_tools.transcripts.relay import Relay


@contextmanager
def drawn(place: Place, wanted: Wanted) -> Iterator[Place]:
    """The same place behind a port that records it; at the end, whatever it was, the picture.

    Raises Unwanted.
    """
    if not wanted.picture:
        yield place
        return
    output = Path(wanted.picture)
    if not output.absolute().parent.is_dir():
        raise Unwanted(f"{output}: there is no such folder.")
    with tempfile.TemporaryDirectory(prefix="espat-demo-") as folder:
        path = Path(folder, "demo.txt")
        try:
            with _recorded(place, wanted, path) as recorded:
                yield recorded
        finally:
            if path.exists():  # a visit that failed is worth a look
                _write(path, output)


@contextmanager
def _recorded(place, wanted, path):
    try:
        door = Terminal(wanted.baud)
    except ImportError:
        raise Unwanted("--trace-picture needs pseudo-terminals, which this system lacks.") from None
    source = Source("unstated" if wanted.port else "emulator", f"espat demo, {place.what}")
    over = threading.Event()
    port = open_port(place.device, wanted.baud)
    with Recorder(path, source=source, title=f"espat demo: {wanted.url}") as recorder:
        relay = Relay(door, port, recorder)
        carrier = threading.Thread(target=_carry, args=(relay, over), daemon=True)
        carrier.start()
        try:
            yield replace(place, device=door.place)
        finally:
            over.set()
            carrier.join()
            port.close()
            door.close()


def _carry(relay, over):
    try:
        while not over.is_set():
            relay.step()
    except serial.SerialException:
        return  # the driver notices by itself that nothing comes any more


def _write(path, output):
    from espat_tools.trace.cli import write  # noqa: PLC0415 - it is seldom wanted

    try:
        write(load(path), output, force=True)
    except click.ClickException as error:
        raise Unwanted(error.message) from None
