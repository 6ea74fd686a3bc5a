"""docs/transcripts.md: its example is a transcript, and it names what there is."""

import re
from pathlib import Path

from espat_tools.transcripts import MODULE, SOURCES, parse
from espat_tools.transcripts.form import SETTINGS
from espat_tools.transcripts.secret_forms import COMMANDS, REPLIES, WRITES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "transcripts.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_example_is_a_transcript():
    (example,) = [block for block in BLOCKS if block.startswith("espat transcript")]
    transcript = parse(example)
    assert transcript.said(MODULE).endswith(b"\r\nERROR\r\n4,CLOSED\r\n")
    assert transcript.text() == example


RECORDING, PLAYING = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def run(program):
    """The names that a program of the page has made."""
    names = {"clock": lambda: 0.0}
    exec(compile(program, "program", "exec"), names)
    return names


def ask(port):
    """What a module says to a first command."""
    with port:
        port.write(b"ATE0\r\n")
        return port.read_until(b"OK\r\n")


def test_a_port_is_recorded_and_played_back(tmp_path, monkeypatch):
    """By the page's lines, the first of its two ports in use before the second is opened."""
    monkeypatch.chdir(tmp_path)
    start, record, replay = RECORDING.partition("\n\n")[::2][0], *RECORDING.splitlines()[-2:]
    said = ask(run(f"{start}\n{record}".replace("/dev/ttyUSB0", "espat://"))["port"])
    assert said.endswith(b"OK\r\n")
    assert ask(run(f"{start}\n{replay}")["port"]) == said


def test_a_file_is_played_from_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (example,) = [block for block in BLOCKS if block.startswith("espat transcript")]
    Path("session.txt").write_text(example, "utf-8")
    assert run(PLAYING)["answer"] == b"ATE0\r\r\n\r\nOK\r\n"


def test_it_names_what_there_is():
    for name in SOURCES:
        assert f"| `{name}` |" in PAGE
    for name in SETTINGS:
        assert re.search(rf"`{name}\b", PAGE)
    for name in {*COMMANDS, *REPLIES, *WRITES}:
        assert f"+{name.decode()}" in PAGE
