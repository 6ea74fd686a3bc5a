"""Record the emulator's part of the corpus: `python -m tests.transcripts.make --write`.

Without `--write` it says which files differ from what the emulator says now.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from espat import Radio
from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock
from espat_tools.transcripts import HOST, MODULE, Event, Malformed, Masker, Source, Transcript, load
from tests.driver.desk import Line, SimPort
from tests.transcripts import steps, worlds

FOLDER = Path(__file__).parent / "emulator"

FAMILIES = {
    "nonos-1.3": "NonOS AT 1.3",
    "nonos-1.7.4": "NonOS AT 1.7",
    "esp8266-2.2.1": "ESP8266 ESP-AT 2.2",
    "esp32-2.4": "ESP32 ESP-AT 2.4",
    "esp32c3-3.3": "ESP32 ESP-AT 3.3",
    "esp32c6-4.1": "ESP32 ESP-AT 4.1",
    "esp32c6-5.0.1": "ESP32 ESP-AT 5.0",
    "wizfi360": "WizFi360 1.1",
}
"""Profile, and what the driver calls it."""

ESP_AT = tuple(family for family in FAMILIES if family.startswith("esp"))
PASSIVE = [family for family in FAMILIES if family != "nonos-1.3"]


@dataclass(frozen=True)
class Scenario:
    """A program, its world, and what it must come to: a list, or a function of the family."""

    name: str
    title: str
    program: object
    world: object
    outcome: object
    families: tuple = tuple(FAMILIES)
    options: tuple = ()  # of Module

    def expected(self, family):
        return self.outcome(family) if callable(self.outcome) else self.outcome


def _firmware(family):
    return [FAMILIES[family]]


SCENARIOS = (
    Scenario(
        "boot",
        "a module starts, and is set up",
        steps.boot,
        worlds.alone,
        _firmware,
        options=(("boot", True),),
    ),
    Scenario("join", "joining", steps.join, worlds.alone, ["192.168.1.50"]),
    Scenario("join-wrong", "joining, wrong password", steps.join_wrong, worlds.alone, [True]),
    Scenario("join-nobody", "joining, no access point", steps.join_nobody, worlds.alone, [True]),
    Scenario("join-no-dhcp", "joining, no DHCP", steps.join_no_address, worlds.alone, [True]),
    Scenario("dns", "a name", steps.resolve, worlds.web, ["198.51.100.1"]),
    Scenario("dns-failed", "a name that nobody has", steps.resolve_nobody, worlds.web, [-2]),
    Scenario(
        "fetch-passive",
        "a page over TCP, passive receive",
        steps.fetch,
        worlds.web,
        [worlds.ANSWER],
        families=tuple(PASSIVE),
    ),
    Scenario(
        "fetch-active",
        "a page over TCP, active receive",
        steps.fetch_active,
        worlds.long_web,
        [worlds.LONG_ANSWER],
    ),
    Scenario(
        "tls",
        "a page over TLS, not verified",
        steps.fetch_secured,
        worlds.secured_web,
        [worlds.ANSWER],
    ),
    Scenario(
        "tls-stranger",
        "TLS, verified by a CA that is not the server's",
        steps.secured_by_a_stranger,
        worlds.secured_web,
        [True],
        families=ESP_AT,
    ),
    Scenario(
        "server", "a server with two clients", steps.serve, worlds.callers, [b"call 1", b"call 2"]
    ),
    Scenario(
        "udp",
        "UDP with two peers",
        steps.datagrams,
        worlds.datagram_peers,
        [(b"from 0", True), (b"from 1", True)],
    ),
    Scenario("ping", "a ping", steps.ping, worlds.web, [20]),
    Scenario("ping-failed", "a ping in vain", steps.ping_nobody, worlds.web, [True]),
    Scenario(
        "reset",
        "the module restarts in the middle of an answer",
        steps.restart,
        worlds.restarting_web,
        [True, worlds.LONG_ANSWER],
    ),
)


class Recording:
    """A program, the driver and an emulated module, in simulated time."""

    def __init__(self, scenario, family, clock=None, **options):
        self.scenario = scenario
        self.family = family
        self.clock = clock or SimClock()
        self.network = MemoryNetwork()
        self.module = Module(
            family,
            clock=self.clock,
            network=self.network,
            access_points=worlds.points(),
            **dict(scenario.options, **options),
        )
        self.port = SimPort(Line(self.module.uart(), self.clock), self.clock)
        scenario.world(self)

    def at_each_pause(self, call):
        """For worlds: `call` whenever the host waits."""
        self.port.hooks.append(call)

    def run(self):
        """Play it, check that it comes to what it must, and return the transcript."""
        outcome = self.scenario.program(Radio(self.port))
        assert outcome == self.scenario.expected(self.family), (self.scenario.name, outcome)
        masker = Masker()
        pieces = []
        for time, way, data in self.module.log:
            pieces += masker.add(round(time, 3), HOST if way == "<" else MODULE, bytes(data))
        pieces += masker.flush()
        self.module.close()
        said = b"".join(data for _, way, data in self.module.log if way == ">")
        at = said.find(b"AT version:")
        return Transcript(
            firmware=said[at : said.find(b"\r\n", at)].decode(),
            source=Source("emulator", f"profile {self.family}"),
            date=date.today().isoformat(),
            title=self.scenario.title,
            body=[Event(piece.time, piece.way, piece.what) for piece in pieces],
        )


def path(scenario, family):
    """Where it is kept."""
    return FOLDER / family / f"{scenario.name}.txt"


def cases():
    """Yield every (scenario, family)."""
    for family in FAMILIES:
        for scenario in SCENARIOS:
            if family in scenario.families:
                yield scenario, family


def runs(transcript):
    """What was said, turn by turn: how a turn was cut up, and when it came, is left out."""
    turns = []
    for event in transcript.events:
        if turns and turns[-1][0] == event.way:
            turns[-1][1] += event.what
        else:
            turns.append([event.way, event.what])
    return turns


def differs(scenario, family):
    """The new transcript, if the file does not say the same."""
    new = Recording(scenario, family).run()
    try:
        old = load(path(scenario, family))
    except (OSError, Malformed):
        return new
    same = runs(old) == runs(new) and (old.title, old.firmware) == (new.title, new.firmware)
    return None if same and old.source == new.source else new


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files that differ")
    write = parser.parse_args().write
    count = 0
    for scenario, family in cases():
        new = differs(scenario, family)
        if new:
            count += 1
            where = path(scenario, family)
            print(("wrote" if write else "differs:"), where)
            if write:
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_text(new.text(), "utf-8", newline="\n")
    wanted = {path(*case) for case in cases()}
    for stray in sorted(set(FOLDER.rglob("*.txt")) - wanted):
        count += 1
        print("belongs to no scenario:", stray)
    print(f"{len(wanted)} transcripts, {count} {'written' if write else 'differ'}")
    return 0 if write or not count else 1


assert set(FAMILIES) == set(PROFILES)

if __name__ == "__main__":
    sys.exit(main())
