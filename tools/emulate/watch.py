"""What happens to a module while it runs, as events for whoever shows them."""

import logging
import queue
import time
from typing import NamedTuple

from espat_tools.emulator import Module
from espat_tools.emulator.station import STATES
from espat_tools.transcripts.secret_scan import hidden

_MOST = 10_000
"""Events that may wait to be shown; more are counted and dropped."""

_EMULATOR = logging.getLogger("espat_tools.emulator")


class Event(NamedTuple):
    """One thing that happened: seconds since the start, its name, and its facts."""

    seconds: float
    name: str
    facts: dict


def shown(command: bytes) -> str:
    """A command as it may be shown: passwords and keys as asterisks."""
    flags = hidden(command)
    masked = bytes(42 if flag else byte for byte, flag in zip(command, flags, strict=True))
    return _text(masked)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


class _Warnings(logging.Handler):
    """What the emulator warns of becomes an event."""

    def __init__(self, watch: "Watch"):
        super().__init__(logging.WARNING)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        self._watch.warned(record)


class Watch:
    """Listens to a module, from its own thread, and keeps what it tells for the main one."""

    def __init__(self, module: Module):
        self._module = module
        self._start = time.monotonic()
        self._queue: queue.Queue = queue.Queue(_MOST)
        self._moved = None
        self.commands = 0
        self.faults = 0
        self.dropped = 0
        #: The module's thread has failed.
        self.failed = False
        #: What the Wi-Fi does, and the links that are open.
        self.wifi = ""
        self.links: dict[int, str] = {}
        station = module.core.station
        self._note_wifi(STATES[station.state], _text(station.ssid))
        module.core.on_event = self._on_event
        self._note_command, module.core.on_command = module.core.on_command, self._on_command
        self._told = {
            "wifi": self._wifi,
            "link": self._link,
            "closed": self._closed,
            "fault": self._fault,
        }
        self._warnings = _Warnings(self)
        _EMULATOR.addHandler(self._warnings)
        _EMULATOR.propagate = False

    def close(self) -> None:
        """Listen no more."""
        _EMULATOR.removeHandler(self._warnings)
        _EMULATOR.propagate = True

    @property
    def seconds(self) -> float:
        """How long the module has run."""
        return time.monotonic() - self._start

    def put(self, name: str, **facts: object) -> None:
        """Something happened."""
        try:
            self._queue.put_nowait(Event(round(self.seconds, 3), name, facts))
        except queue.Full:
            self.dropped += 1

    def next(self, seconds: float) -> Event | None:
        """The next event, or None after so many seconds without one."""
        try:
            return self._queue.get(seconds > 0, seconds)
        except queue.Empty:
            return None

    def figures(self) -> dict:
        """How many bytes, commands, faults and losses there were."""
        hosts, module = self._module.overruns
        return {
            "seconds": round(self.seconds, 3),
            "in": self._module.bytes_in,
            "out": self._module.bytes_out,
            "commands": self.commands,
            "faults": self.faults,
            "lost_by_host": hosts,
            "lost_by_module": module,
        }

    def look(self) -> None:
        """Tell how many bytes have moved, if any have since the last look."""
        figures = self.figures()
        moved = [figures[name] for name in ("in", "out", "lost_by_host", "lost_by_module")]
        if moved != self._moved and (any(moved) or self._moved):
            self.put("bytes", **{k: v for k, v in figures.items() if k not in _NOT_BYTES})
        self._moved = moved

    # -- in the module's thread --------------------------------------------------------------

    def _on_command(self, line: bytes) -> None:
        self._note_command(line)
        self.commands += 1
        self.put("command", command=shown(line))

    def _on_event(self, name: str, **facts: object) -> None:
        self._told.get(name, self.put)(name, **facts)

    def _wifi(self, name: str, state: str, ssid: bytes) -> None:
        self._note_wifi(state, _text(ssid))
        self.put(name, state=state, ssid=_text(ssid))

    def _note_wifi(self, state: str, ssid: str) -> None:
        self.wifi = f"{state} to {ssid}" if state == "joined" else state

    def _link(self, name: str, link: int, type: str, remote: tuple, role: int) -> None:
        place = f"{remote[0]}:{remote[1]}"
        whose = "server's" if role else "own"
        self.links[link] = f"{type} {place}" + (", of the server" if role else "")
        self.put(name, link=link, type=type, remote=place, role=whose)

    def _closed(self, name: str, link: int) -> None:
        self.links.pop(link, None)
        self.put(name, link=link)

    def _fault(self, name: str, text: str) -> None:
        self.faults += 1
        self.put(name, fault=text)

    def warned(self, record: logging.LogRecord) -> None:
        """The emulator warns; an error of its own ends it."""
        if record.exc_info:
            self.failed = True
            self.put("failed", text=f"{record.getMessage()}: {record.exc_info[1]!r}")
        else:
            self.put("warning", text=record.getMessage())


_NOT_BYTES = ("seconds", "commands", "faults")
