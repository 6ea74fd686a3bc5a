"""Plays everything against one module: the sessions, and the first lines of other hosts."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from espat_tools.conformance.hosts import HOSTS
from espat_tools.conformance.play import Differs, Table, lines, play
from espat_tools.conformance.sessions import SESSIONS
from espat_tools.conformance.world import LACKS, World
from espat_tools.doctor.wire import Stuck, Wire

PASSES, DIFFERS, NOT_RUN = "passes", "differs", "not run"
_VERSION = re.compile(r"AT version:(\d+)\.(\d+)")
_REFUSALS = ("ERROR", "FAIL", "busy p...", "busy s...", "SEND OK", "SEND FAIL", "SEND Canceled")
_BOOT = 5.0  # seconds that a restart may take


class Silent(Exception):
    """The module does not answer."""


@dataclass(frozen=True)
class Outcome:
    """The result of one session, or of the first lines of one host."""

    name: str
    title: str
    result: str
    detail: str = ""


@dataclass
class Results:
    """All results."""

    firmware: list
    sessions: list = field(default_factory=list)
    hosts: list = field(default_factory=list)

    @property
    def well(self):
        """Whether nothing differs."""
        return all(each.result != DIFFERS for each in self.sessions + self.hosts)


def run(
    wire: Wire, world: World, profile: str = "", tell: Callable[[str], object] = lambda _: None
) -> Results:
    """Play all sessions, and the hosts made for ``profile`` ("" for all). Raises Silent."""
    firmware = _firmware(wire)
    results = Results(firmware)
    version = _version(firmware)
    for session in SESSIONS:
        tell(f"{session.name}. {session.title}")
        results.sessions.append(_session(wire, world, session, version))
    for host in HOSTS:
        if not profile or profile in host.profiles:
            tell(host.title)
            results.hosts.append(_host(wire, host))
    restart(wire)
    return results


def _firmware(wire):
    wire.listen(0.05)
    wire.say(b"+++")  # it may be in passthrough
    wire.listen(1.1)
    ask(wire, "AT")
    found, end = ask(wire, "AT+GMR")
    if end != "OK":
        raise Silent("the module does not tell its version: is this its port, and its rate?")
    return found


def _version(firmware):
    for line in firmware:
        match = _VERSION.match(line)
        if match:
            return tuple(map(int, match.groups()))
    return (0, 0)


def ask(wire, line, seconds=5):
    """Send a command: (lines of the reply without echo, the final line or "" if none came)."""
    wire.say(line.encode() + b"\r\n")
    ends = ("ready", *_REFUSALS) if line == "AT+RST" else ("OK", *_REFUSALS)

    def whole(got):
        found = lines(got)
        return found and found[-1] in ends

    found = [each for each in lines(wire.listen(seconds, whole)) if each != line]
    end = found[-1] if found and found[-1] in ends else ""
    return found[:-1] if end else found, end


def restart(wire):
    """Restart the module, without a change of its flash. Raises Silent."""
    for _ in range(3):
        _, end = ask(wire, "AT+RST", _BOOT)
        if end == "ready":
            break
        wire.listen(0.05)
        wire.say(b"+++")  # it may be in passthrough, or wait for a payload
        wire.listen(1.1)
        wire.say(b"\r\n")
        wire.listen(0.05)
    else:
        raise Silent("AT+RST: the module does not come back")
    wire.listen(0.05)
    ask(wire, "ATE0")
    ask(wire, "AT+SYSSTORE=0")


def _session(wire, world, session, version):
    name, title = session.name, session.title
    if version < session.since:
        least = ".".join(map(str, session.since))
        return Outcome(name, title, NOT_RUN, f"documented from {least} on")
    lacking = [LACKS[what] for what in sorted(session.needs - world.has)]
    if lacking:
        return Outcome(name, title, NOT_RUN, "; ".join(lacking))
    restart(wire)
    world.begin()
    table = Table(wire, world, world.values | {"unix": int(time.time())})
    for line in session.before:
        ask(wire, table.fill(line))
    try:
        play(table, session)
    except Differs as differs:
        return Outcome(name, title, DIFFERS, str(differs))
    except (OSError, Stuck) as error:
        return Outcome(name, title, DIFFERS, f"the peer: {type(error).__name__}: {error}")
    return Outcome(name, title, PASSES)


def _host(wire, host):
    restart(wire)
    refused = []
    for line in host.lines:
        said = line.lstrip("?")
        _, end = ask(wire, said, _BOOT)
        if end not in ("OK", "ready") and said == line:
            refused.append(f"{said}: {end or 'no answer'}")
    return Outcome(host.name, host.title, DIFFERS if refused else PASSES, ", ".join(refused))
