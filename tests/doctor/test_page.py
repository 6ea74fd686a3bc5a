"""docs/troubleshooting.md: what it quotes is what `espat doctor`, and the driver, say."""

import re
from pathlib import Path

import pytest

from espat_tools.doctor.faults import FAULTS
from espat_tools.doctor.show import plain
from tests.doctor.places import CASES, examined

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTES = re.findall(r"<!-- doctor: ([^\n]*) -->\n```\n(.*?)\n```\n", PAGE, re.S)
TEXTS = (ROOT / "espat" / "texts.py").read_text("utf-8")


@pytest.mark.parametrize(("case", "quote"), QUOTES, ids=[case for case, _ in QUOTES])
def test_what_is_quoted_is_what_is_printed(case, quote):
    assert f"\n\n{quote}" in plain("/dev/ttyUSB0", examined(case)[0])


def test_every_fault_is_explained():
    quoted = {name for case, _ in QUOTES for name in CASES[case][0]}
    assert quoted >= set(FAULTS) - {"falls_silent", "unknown"}


def test_there_are_a_dozen_symptoms():
    assert len(re.findall(r"^## ", PAGE, re.M)) >= 12


def test_every_entry_of_the_list_leads_somewhere():
    for shown, anchor in re.findall(r"^- \[(.*)\]\(#(.*)\)$", PAGE, re.M):
        assert f"\n## {shown}\n" in PAGE
        assert anchor == re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
    for anchor in re.findall(r"\]\(#([\w-]+)\)", PAGE):
        heads = re.findall(r"^## (.*)$", PAGE, re.M)
        assert anchor in [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads]


def test_the_drivers_words_are_its_own():
    """The first column of each table, and what is said to come from connect()."""
    source = re.sub(r'"\s*\n\s*"', "", TEXTS)
    cells = re.findall(r"^\| `([^`]+)` \| ", PAGE, re.M)
    said = [cell for cell in cells if cell != "radio.connect()"]
    assert len(said) >= 8
    said += [" ".join(re.search(r"`(the module does not answer[^`]*)`", PAGE)[1].split())]
    for words in said:
        assert words in source, words


def test_readme_leads_here():
    assert "docs/troubleshooting.md" in (ROOT / "README.md").read_text("utf-8")
    assert "boards/README.md" in (ROOT / "README.md").read_text("utf-8")
