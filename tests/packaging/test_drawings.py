"""The wiring drawings as a browser draws them: no text leaves its box, or lies on another."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from espat_tools.boards import draw, page
from espat_tools.boards.files import boards
from espat_tools.boards.modules import MODULES

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
)
MEASURE = """
const box = (e) => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
const said = {};
for (const svg of document.querySelectorAll("svg")) {
  const [paper, ...boxes] = svg.querySelectorAll("rect");
  said[svg.parentNode.id] = {
    paper: box(paper), boxes: boxes.map(box),
    texts: [...svg.querySelectorAll("text")].map((t) => [t.textContent, box(t)]),
  };
}
document.getElementById("said").textContent = JSON.stringify(said);
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """{name: what Chromium measures of the drawing}."""
    if not BROWSER:
        pytest.skip("no chromium here")
    folder = tmp_path_factory.mktemp("drawn")
    svgs = {path.stem: text for path, text in page.files().items() if path.suffix == ".svg"}
    body = "".join(f'<div id="{name}">{svg}</div>' for name, svg in svgs.items())
    html = folder / "page.html"
    html.write_text(
        f'<meta charset="utf-8"><body>{body}<pre id="said"></pre><script>{MEASURE}</script>',
        "utf-8",
    )
    done = subprocess.run(
        [BROWSER, *FLAGS, f"--user-data-dir={folder}/browser", "--dump-dom", html.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    found = re.search(r'<pre id="said">(.+?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    return json.loads(found[1])


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "wiring.md"


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_the_guide_says_in_words_what_is_drawn(name):
    """For who does not see it, and telephones, which show a part of it at a time."""
    board, there = draw.DRAWINGS[name]
    words = draw.told(boards()[board], there)
    section = GUIDE.read_text("utf-8").partition(f"(../wiring/{name}.svg)")[2].partition("\n## ")[0]
    assert " ".join(section.split()) == words
    svg = draw.draw(boards()[board], there)
    pins = re.findall(r'font-weight="bold">(.*?)</text>', svg)[2:]
    assert len(pins) >= 10
    assert [pin for pin in pins if not re.search(rf"\b{re.escape(pin)}(?!\w)", words)] == []


def test_the_guide_s_table_has_the_pins_of_the_modules():
    rows = re.findall(r"^\| (E.*?) \| (GPIO\d+), (GPIO\d+) \|", GUIDE.read_text("utf-8"), re.M)
    found = [(tx, rx) for _, tx, rx in rows]
    keys = ("esp8266-1-3", "esp8266-15-13", "esp32-17-16", "esp32-c3")
    wizfi360 = MODULES["wizfi360"]
    assert f"| WizFi360 | {wizfi360.tx.name}, {wizfi360.rx.name} |" in GUIDE.read_text("utf-8")
    assert found == [(MODULES[key].tx.name, MODULES[key].rx.name) for key in keys]


def _within(inner, outer):
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def _apart(one, other):
    return (
        one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 2 or other[3] <= one[1] + 2
    )


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_texts_stay_in_their_boxes(name, drawn):
    measured = drawn[name]
    for text, place in measured["texts"]:
        assert _within(place, measured["paper"]), text
        for box in measured["boxes"]:
            assert _within(place, box) or _apart(place, box), text


@pytest.mark.parametrize("name", draw.DRAWINGS)
def test_no_text_lies_on_another(name, drawn):
    texts = drawn[name]["texts"]
    for n, (text, place) in enumerate(texts):
        for other, elsewhere in texts[n + 1 :]:
            assert _apart(place, elsewhere), (text, other)
