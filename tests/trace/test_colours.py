"""The colours of the picture: what is written can be read, on light pages and on dark ones."""

import re
from pathlib import Path

import pytest

from espat_tools.trace import page

CSS = (Path(page.__file__).parent / "page.css").read_text("utf-8")
LIGHT, DARK = (dict(re.findall(r"(--[\w-]+): #(\w{6})", part)) for part in CSS.split("@media")[:2])
LEAST = 4.5
"""The ratio that WCAG 2 asks for, level AA."""
PAIRS = [
    *[(name, "--paper") for name in ("--ink", "--quiet", "--refused", "--busy", "--lost")],
    *[(name, "--band") for name in ("--ink", "--quiet")],
    *[(name, "--wait") for name in ("--ink", "--quiet", "--refused", "--busy", "--lost")],
    *[("--on", f"--{kind}") for kind in ("command", "payload-out", "payload-in", "reply", "raw")],
    *[("--on", f"--{kind}") for kind in ("notice", "busy", "noise")],
    ("--noise", "--paper"),
]
"""(letters, what is below them)."""


def light(colour):
    """The relative luminance of a colour, as WCAG has it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="on".join)
def test_letters_can_be_read(pair, colours):
    low, high = sorted(light(colours[name]) for name in pair)
    assert (high + 0.05) / (low + 0.05) >= LEAST
