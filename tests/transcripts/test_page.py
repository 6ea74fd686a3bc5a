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


def test_it_names_what_there_is():
    for name in SOURCES:
        assert f"| `{name}` |" in PAGE
    for name in SETTINGS:
        assert re.search(rf"`{name}\b", PAGE)
    for name in {*COMMANDS, *REPLIES, *WRITES}:
        assert f"+{name.decode()}" in PAGE
