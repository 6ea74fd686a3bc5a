"""The first lines of other hosts, on the profiles that they are made for: kept as transcripts."""

from pathlib import Path

import pytest

from espat_tools.conformance.hosts import HOSTS
from espat_tools.conformance.suite import ask
from espat_tools.doctor.wire import Wire
from espat_tools.emulator import MemoryNetwork, Module, SimClock
from espat_tools.transcripts import reader
from espat_tools.transcripts.form import HOST, MODULE, Source
from espat_tools.transcripts.recorder import Recorder

FOLDER = Path(__file__).parent / "hosts"
PAIRS = [(host, profile) for host in HOSTS for profile in host.profiles]
IDS = [f"{host.name}-{profile}" for host, profile in PAIRS]


class Taped:
    """A port whose conversation is recorded."""

    def __init__(self, uart, recorder):
        self.uart = uart
        self.recorder = recorder

    def read(self, count):
        data = self.uart.read(count)
        self.recorder.module(data or b"")
        return data

    def write(self, data):
        self.recorder.host(data)
        return self.uart.write(data)


def converse(host, profile, path):
    """The host's lines, by a clock that costs no time; how each ended."""
    clock = SimClock()
    with (
        Module(profile, clock=clock, network=MemoryNetwork()) as module,
        Recorder(
            path,
            source=Source("emulator", f"profile {profile}"),
            title=f"{host.title}: its first lines",
            now=clock.now,
        ) as recorder,
    ):
        port = Taped(module.uart(), recorder)
        wire = Wire(port, clock.now, clock.advance)
        return [(line, ask(wire, line.lstrip("?"))[1]) for line in host.lines]


@pytest.mark.parametrize(("host", "profile"), PAIRS, ids=IDS)
def test_first_lines(request, tmp_path, host, profile):
    path = tmp_path / "now.txt"
    ends = converse(host, profile, path)
    assert [line for line, end in ends if line[0] != "?" and end not in ("OK", "ready")] == []
    kept = FOLDER / host.name / f"{profile}.txt"
    if request.config.getoption("--write-table", default=False):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(path.read_text("utf-8"), "utf-8")
    now, then = reader.load(path), reader.load(kept)
    assert now.said(HOST) == then.said(HOST)
    assert now.said(MODULE) == then.said(MODULE), "pytest tests/conformance --write-table"


def test_there_is_no_other_transcript():
    kept = {f"{path.parent.name}-{path.stem}" for path in FOLDER.glob("*/*.txt")}
    assert kept == set(IDS)
