"""The corpus is what it says it is: where each file comes from, and what nobody may mix up."""

import re
from collections import Counter
from pathlib import Path

import pytest

from espat_tools.cli import main
from espat_tools.transcripts import HOST, SETTING, SOURCES, load
from tests.transcripts import make
from tests.transcripts.corpus import BY_HAND, CASES, HERE, RECORDED
from tests.transcripts.counting import count
from tests.transcripts.steps import PASSWORD, WRONG

FILES = sorted(HERE.rglob("*.txt"))
CAPTURES = HERE.parents[2] / "shared" / "captures"

# Folder and the kind of source that may be in it: a recording of the emulator is no capture.
KINDS = {"emulator": "emulator", "written": "wire format", "captured": "real module"}

SUBJECTS = {
    "boot": {"boot"},
    "joins": {"join", "join-wrong", "join-nobody", "join-no-dhcp"},
    "names": {"dns", "dns-failed"},
    "TCP": {"fetch-passive", "fetch-active"},
    "server": {"server"},
    "UDP": {"udp"},
    "pings": {"ping", "ping-failed"},
    "restarts": {"reset"},
}


def test_every_file_has_its_program_and_every_program_its_file():
    assert [case.path for case in CASES] == sorted({case.path for case in CASES}, key=_order())
    assert set(FILES) == {case.path for case in CASES}


def _order():
    places = {case.path: i for i, case in enumerate(CASES)}
    return places.__getitem__


def test_every_family_has_every_subject():
    wanted = set().union(*SUBJECTS.values())
    for family in make.FAMILIES:
        found = {case.path.stem for case in RECORDED if case.path.parent.name == family}
        missing = wanted - found
        assert missing == ({"fetch-passive"} if family == "nonos-1.3" else set()), family


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(HERE).as_posix())
def test_the_header_tells_the_truth(path):
    transcript = load(path)
    folder = path.relative_to(HERE).parts[0]
    assert transcript.source.kind in SOURCES
    assert transcript.source.kind == KINDS[folder]
    assert transcript.source.detail, "which in particular"
    assert transcript.masked
    assert transcript.title
    if folder == "emulator":
        assert transcript.source.detail == f"profile {path.parent.name}"
    if folder == "written":
        capture = re.search(r"follows capture (\d+)$", transcript.source.detail)
        assert capture, "it says which capture of real firmware it follows"
        assert path.name.startswith(f"{capture[1]}-")


def test_how_many_of_each_kind():
    kinds = Counter(load(path).source.kind for path in FILES)
    assert sum(kinds.values()) == len(FILES) == len(CASES)
    for kind in SOURCES:
        count(f"transcripts from: {kind}", kinds[kind])
    assert kinds["emulator"] == len(RECORDED)
    assert kinds["wire format"] == len(BY_HAND)
    assert kinds["real module"] == 0, "none is there yet: README and docs say so"


@pytest.mark.parametrize(
    ("scenario", "family"),
    list(make.cases()),
    ids=[f"{family}/{scenario.name}" for scenario, family in make.cases()],
)
def test_the_emulator_still_says_so(scenario, family):
    """If this fails: `python -m tests.transcripts.make --write`, and look at what changed."""
    assert make.differs(scenario, family) is None


def test_no_secret_is_in_any_file():
    for path in FILES:
        text = path.read_bytes()
        for secret in (PASSWORD, WRONG):
            assert secret.encode() not in text, path


def test_they_are_what_the_checker_calls_good(capsys):
    with pytest.raises(SystemExit) as end:
        main(["transcript", "check", *map(str, FILES)])
    assert end.value.code == 0, capsys.readouterr().err
    assert len(capsys.readouterr().out.splitlines()) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(HERE).as_posix())
def test_a_file_is_written_as_the_writer_has_it(path):
    """So that a change by program shows in a diff what changed, and nothing else."""
    assert path.read_bytes().decode() == load(path).text()


def test_an_event_is_one_print():
    """What the gaps rest on: a print ends with its line, its prompt or its payload."""
    for path in FILES:
        for event in load(path).events:
            assert event.way != SETTING
            text = event.what
            if event.way == HOST or b"+IPD," in text or b"RECVDATA" in text:
                continue
            lines = [line for line in text.split(b"\r\n") if line]
            noise = any(byte > 126 or (byte < 32 and byte not in b"\r\n") for byte in text)
            boot = b"boot" in text or b"load" in text
            prompt = lines[-1:] in ([b">"], [b"> "])
            assert len(lines) <= 1 + prompt or noise or boot, (path.name, text)


# ---- third-party material -----------------------------------------------------------------------

# What both sides print because the firmware does, of whatever length.
FIRMWARE = (
    "AT+",
    "WIFI ",
    "STATUS:",
    "+CIPRECVLEN:",
    "SEND ",
    "busy ",
    "load 0x",
    "no change",
    "+CIPSTA:netmask",
)


def _own(text):
    """The lines of a text that nobody but its author would write."""
    lines = {part.strip() for part in text.replace("\r", "\n").split("\n")}
    return {part for part in lines if len(part) > 24 and not part.startswith(FIRMWARE)}


@pytest.mark.outside_material
@pytest.mark.parametrize("case", BY_HAND, ids=str)
def test_no_line_of_a_capture_is_repeated(case):
    if not CAPTURES.is_dir():
        pytest.skip("the collection of captures is not beside this checkout: ../shared/captures")
    number = case.path.name[:2]
    (capture,) = CAPTURES.glob(f"{number}-*.txt")
    theirs = Path(capture).read_text("utf-8", "replace")
    said = "".join(event.what.decode("latin-1") for event in load(case.path).events)
    assert [line for line in _own(said) if line in theirs] == []
