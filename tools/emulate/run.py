"""`espat emulate` at work: the module, its ports, and whoever watches."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from espat_tools.emulate.show import Quiet
from espat_tools.emulate.watch import Watch
from espat_tools.emulator import Module

_TICK = 0.1
_BATCH = 200
"""Events shown between two looks at the rest."""

_BYTES = 1.0
"""Seconds from one count of bytes to the next."""

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Broken(Exception):
    """The emulator itself has failed."""


class _Stop:
    """Set by the signals that end a program."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, *_signal: object) -> None:
        self.asked = True


@contextmanager
def _stopping() -> Iterator[_Stop]:
    stop = _Stop()
    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def open_ports(module: Module, pty: bool, link: str | None, tcp: tuple | None) -> dict:
    """Open what is wanted; the paths and addresses as texts, None for what is not."""
    opened: dict = {"pty": None, "link": None, "tcp": None}
    if pty:
        opened["pty"] = module.open_pty(link)
        opened["link"] = link and os.path.abspath(link)
    if tcp:
        host, port = module.open_tcp(tcp[1], tcp[0])
        opened["tcp"] = f"{host}:{port}"
    return opened


def run(module: Module, ports: dict, view: Quiet, about: dict) -> None:
    """Serve until Ctrl-C or SIGTERM. ``ports`` are the arguments of :func:`open_ports`."""
    watch = Watch(module)
    try:
        with _stopping() as stop, view:
            view.ready(open_ports(module, **ports) | about)
            try:
                _serve(module, watch, view, stop)
                view.end(watch.figures())
            except BrokenPipeError:
                # Nobody reads any more: the end of `espat emulate --json | head`.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        watch.close()
    if watch.failed:
        raise Broken("The emulated module failed: please report what is above.")


def _serve(module: Module, watch: Watch, view: Quiet, stop: _Stop) -> None:
    counted, saved = watch.seconds, 0
    while not (stop.asked or watch.failed):
        wait = _TICK
        for _ in range(_BATCH):
            event = watch.next(wait)
            if event is None:
                break
            view.event(event)
            wait = 0
        if watch.seconds - counted >= _BYTES:
            counted = watch.seconds
            watch.look()
        if watch.commands != saved:
            saved = watch.commands
            module.save_flash()
        view.tick(watch)
    watch.look()
    while event := watch.next(0):
        view.event(event)
