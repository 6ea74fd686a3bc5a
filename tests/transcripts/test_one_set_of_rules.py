"""The board's ``debug=`` and the desktop's transcripts hide the same: one table, read twice."""

from itertools import groupby
from pathlib import Path

import pytest

from espat import secrets
from espat_tools.transcripts import secret_forms
from espat_tools.transcripts.secret_scan import hidden
from tests.transcripts.masked_lines import COMMANDS, REPLIES
from tests.transcripts.secrets import TALKS, H

LINES = [(False, *row) for row in COMMANDS] + [(True, *row) for row in REPLIES]
ONBOARD = """
from espat.secrets import mask
from masked_lines import COMMANDS, REPLIES
for line, shown in COMMANDS + REPLIES:
    assert mask(line) == shown, (line, mask(line))
    assert mask(shown) == shown, shown
print(len(COMMANDS + REPLIES))
"""


def on_the_desktop(line, reply):
    """What a transcript would show, each row of hidden bytes as three asterisks."""
    data = line.encode()
    pieces = groupby(zip(data, hidden(data, reply=reply), strict=True), lambda pair: pair[1])
    shown = [b"***" if flag else bytes(byte for byte, _ in pairs) for flag, pairs in pieces]
    return b"".join(shown).decode()


@pytest.mark.parametrize(("reply", "line", "shown"), LINES)
def test_both_hide_the_same(reply, line, shown):
    assert secrets.mask(line) == shown
    assert on_the_desktop(line, reply) == shown


def test_boards_hide_it_too(any_micropython):
    modules = {"masked_lines": Path(__file__).with_name("masked_lines.py")}
    assert int(any_micropython(ONBOARD, modules=modules).check()) == len(LINES)


def test_each_form_is_tried():
    tried = " ".join(line for _, line, _ in LINES).upper()
    for name in {*secrets.COMMANDS, *secrets.REPLIES}:
        assert f"+{name.decode()}" in tried


def test_the_tables_are_the_same_ones():
    for name in ("COMMANDS", "REPLIES", "HEADERS"):
        assert getattr(secret_forms, name) is getattr(secrets, name)


@pytest.mark.parametrize("name", TALKS)
def test_commands_of_the_masking_tests(name):
    """Whole lines in which commands and replies stand; payloads take a conversation to be known."""
    for way, data in TALKS[name].said:
        line = data.strip()
        if line[:2] != b"AT" and (line[:1] != b"+" or b"KEY" in line):
            continue
        if b"\n" not in line and line.isascii():
            text = line.decode()
            assert secrets.mask(text) == on_the_desktop(text, way != H)
