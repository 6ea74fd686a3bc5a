"""The pages of docs/ as a site: made without a warning, every link leading somewhere, readable."""

import functools
import html
import html.parser
import http.server
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--disable-extensions")
PHONE, DESK = 375, 1280
"""Pixels. A window of Chromium's is no narrower than 500, so pages are shown in a frame."""
TALLEST = 420
"""Pixels that a cell of a table may have on a telephone: half of what it shows at once."""


def part(name):
    """A program of docs/_program/."""
    spec = importlib.util.spec_from_file_location(name, DOCS / "_program" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the pages, made as CI makes them."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html"]
    done = subprocess.run(
        [*command, str(DOCS), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Page(html.parser.HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if found.get("id"):
            self.places.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag == "img" and found.get("src"):
            self.links.append(found["src"])


def test_every_link_leads_somewhere(site):
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert len(pages) > 30
    lost, followed = [], 0
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:|//", link):
                continue
            followed += 1
            place, mark = urldefrag(unquote(link))
            target = (path.parent / place).resolve() if place else path
            places = pages[target].places | {""} if target in pages else {mark}
            if not target.exists() or mark not in places:
                lost.append(f"{path.name}: {link}")
    assert not lost
    assert followed > 1000


OUTSIDE = (
    "docs.espressif.com/projects/esp-at/en",
    "github.com/adafruit/Adafruit_CircuitPython_ESP_ATcontrol",
    "github.com/esp8266/Arduino",
    "github.com/espat/espat",
    "github.com/espressif/ESP8266_NONOS_SDK",
    "github.com/espressif/esp-at",
    "github.com/tzapu/WiFiManager",
    "keepachangelog.com/en",
    "lig-membres.imag.fr/rousseau",
    "github.com/pradyunsg/furo",
    "semver.org/spec",
)
"""Where links may lead. Whether they still lead to something: `python -m sphinx -b linkcheck docs
build/links`, where there is a network.
"""


def test_links_lead_outside_to_places_that_are_known(site):
    found = {link for path in site.rglob("*.html") for link in Page(path).links if ":" in link}
    for page in ROOT.rglob("*.md"):
        parts = page.relative_to(ROOT).parts
        if parts[0] != "build" and not any(part.startswith(".") for part in parts):
            found |= set(re.findall(r"\]\(([a-z]+:[^)]*)\)", page.read_text("utf-8")))
    found = {link for link in found if not link.startswith("mailto:")}
    assert len(found) > 20
    assert [link for link in found if not link.startswith("https://")] == []
    known = tuple(f"https://{place}" for place in OUTSIDE)
    assert [link for link in found if not link.startswith(known)] == []
    assert [place for place in known if not any(link.startswith(place) for link in found)] == []


def test_links_to_the_repository_name_what_is_in_it(site):
    ours = part("tree").REPOSITORY
    found = {link for path in site.rglob("*.html") for link in Page(path).links}
    paths = [link.removeprefix(f"{ours}/") for link in found if link.startswith(ours)]
    assert len(paths) > 1
    assert [path for path in paths if not (ROOT / urldefrag(path)[0]).exists()] == []


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see `tls.md`", "see [`tls.md`](/tls.md)"),
        (
            "`docs/tls.md`, `../README.md`",
            "[`docs/tls.md`](/tls.md), [`../README.md`](@/README.md)",
        ),
        ("`boards/README.md`", "[`boards/README.md`](@/boards/README.md)"),
        ("`code.py` and `espat_board.py`", "`code.py` and `espat_board.py`"),
        ("[`tls.md`](tls.md)", "[`tls.md`](tls.md)"),
        ("```\n`tls.md`\n```\n`radio.md`", "```\n`tls.md`\n```\n[`radio.md`](/radio.md)"),
    ],
)
def test_a_file_that_is_named_is_a_link(text, link):
    tree = part("tree")
    assert tree.linked(text, DOCS) == link.replace("@", tree.REPOSITORY)


def test_no_page_is_named_without_a_link(site):
    """In what is read, that is, and not in what is shown as it is."""
    for path in site.rglob("*.html"):
        page = re.sub(r"<pre.*?</pre>|<a .*?</a>", "", path.read_text("utf-8"), flags=re.S)
        named = re.findall(r'<span class="pre">((?:docs/)?[\w-]+\.md)</span>', page)
        known = [name for name in named if (DOCS / name.removeprefix("docs/")).is_file()]
        if "api" not in path.parts:  # docstrings are read in editors as well
            assert not known, path


def test_the_tree_has_every_page(site):
    tree = part("tree")
    found = tree.pages(DOCS)
    grouped = [name for _, names in tree.grouped(found) for name in names]
    assert sorted(grouped) == found
    front = Page(site / "index.html").links
    assert {f"{name}.html" for name in found} <= set(front)


def test_a_new_page_joins_the_tree():
    tree = part("tree")
    groups = dict(tree.grouped(["architecture", "moving-from-elsewhere", "something-new"]))
    assert groups == {
        "Moving here": ["moving-from-elsewhere"],
        "How it works": ["architecture"],
        "More": ["something-new"],
    }


@pytest.mark.parametrize(
    ("question", "page", "answer"),
    [
        ("Which pins?", "guides/wiring", "GPIO15, GPIO13"),
        ("Why is there no answer?", "troubleshooting", "Nothing answers"),
        ("How do I verify HTTPS?", "guides/https", "espat ca add"),
    ],
)
def test_what_people_ask_is_a_click_away(site, question, page, answer):
    front = (site / "index.html").read_text("utf-8")
    asked = front[front.index(question) :]
    assert re.search(r'href="([^"]*)"', asked)[1] == f"{page}.html"
    assert answer in (site / f"{page}.html").read_text("utf-8")


CLICKS = """<!DOCTYPE html><meta charset="utf-8"><body style="margin: 0">
<iframe width="WIDTH" height="812" style="border: 0"></iframe><script>
const frame = document.querySelector("iframe"), said = [];
const doc = () => frame.contentDocument;
const load = (go) => new Promise((done) => { frame.onload = done; go(); });
const shown = (element) => element.getBoundingClientRect().width > 0;
async function click(link) {
  const there = shown(link), name = link.textContent;
  if (link.pathname !== doc().location.pathname) await load(() => link.click()); else link.click();
  return [there, name];
}
const within = (from) => [...from.querySelectorAll("a")].find(shown);
(async () => {
  for (const [question, second, answer] of ASKED) {
    await load(() => { frame.src = "index.html"; });
    const asked = [...doc().querySelectorAll("article li")]
      .find((li) => li.textContent.includes(question));
    const clicks = [await click(within(asked))];
    if (second) {
      const link = [...doc().querySelectorAll("article a")].find((a) => a.textContent === second);
      clicks.push(await click(link));
    }
    const text = doc().querySelector("article").innerText;
    said.push({ question, clicks, title: doc().title, found: text.includes(answer) });
  }
  const told = document.createElement("pre");
  told.id = "told"; told.textContent = JSON.stringify(said);
  document.body.append(told);
})();
</script>"""
ASKED = (
    ("CircuitPython", None, "espat install --ssid"),
    ("MicroPython", None, "espat install --port"),
    ("Desktop", None, "espat demo"),
    ("Which pins?", None, "GP0 (pin 1) to RX (GPIO3)"),
    ("Why is there no answer?", "Nothing answers", "a wire is open, or TX and RX are swapped"),
    ("How do I verify HTTPS?", None, "espat ca add --port"),
    ("How do I verify HTTPS?", "TLS", "The name in the certificate is verified"),
)
"""What is asked, the link to follow behind the first where it takes two, what the answer has."""


class Silent(http.server.SimpleHTTPRequestHandler):
    """Serves files, and writes no log."""

    def log_message(self, *_):
        """See http.server."""


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_what_people_ask_is_two_clicks_away_in_a_browser(site, tmp_path, width):
    """By clicks on links that are seen, from the front page; the answer is in the text there."""
    if not BROWSER:
        pytest.skip("no chromium here")
    clicks = site / f"clicks-{width}.html"
    page = CLICKS.replace("WIDTH", str(width)).replace("ASKED", json.dumps(ASKED))
    clicks.write_text(page, "utf-8")
    handler = functools.partial(Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{clicks.name}"
        command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path}/browser", "--window-size=1300,900"]
        done = subprocess.run(
            [*command, "--virtual-time-budget=60000", "--dump-dom", url],
            capture_output=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )
        server.shutdown()
    clicks.unlink()
    said = json.loads(html.unescape(re.search(r'<pre id="told">(.*?)</pre>', done.stdout)[1]))
    assert [each["question"] for each in said] == [question for question, *_ in ASKED]
    for each in said:
        assert each["found"], each
        assert len(each["clicks"]) <= 2
        assert all(seen for seen, _ in each["clicks"]), each


MADE_BY_SPHINX = {"genindex", "py-modindex", "search"}


def test_pages_say_what_they_are_to_who_does_not_see_them(site):
    """Language, a title of its own, one main heading, and words for each picture."""
    titles = []
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert '<html class="no-js" lang="en"' in page, path
        titles.append(re.search(r"<title>(.*?)</title>", page, re.S)[1])
        if path.stem in MADE_BY_SPHINX:
            continue
        assert page.count("<h1>") == 1, path
        for picture in re.findall(r"<img\b.*?>", page, re.S):
            assert re.search(r'alt="[^"]{10,}"', picture), (path, picture)
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.svg")), ids=lambda path: path.stem)
def test_drawings_have_paper_of_their_own(path):
    """So that they can be read on a dark page; and those that people draw have a title."""
    svg = path.read_text("utf-8")
    assert re.search(r'fill(="|: )#ffffff', svg)
    if "matplotlib" not in svg:
        assert re.search(r'<svg[^>]* role="img"', svg)
        assert "<title>" in svg


def test_the_three_doors(site):
    front = (site / "index.html").read_text("utf-8")
    doors = front[front.index('class="doors') : front.index("What people ask first")]
    links = re.findall(r'href="([^"]*)"', doors)
    assert links[:3] == ["begin/circuitpython.html", "micropython.html", "begin/desktop.html"]


def test_the_drawings_have_what_the_page_has():
    pictures = part("pictures")
    page = (DOCS / "architecture.md").read_text("utf-8")
    drawn = pictures.floors(page)
    rows = page.partition("| floor | rooms")[2].split("\n\n")[0].splitlines()[2:]
    assert len(rows) >= 8
    for row in rows:
        name, rooms = row.split("|")[1:3]
        assert f">{name.strip()}</text>" in drawn
        assert all(room in drawn for room in re.findall(r"`(\S+)`", rooms))
    for name, *_ in pictures.WAY:
        assert name in pictures.way()
        assert name in pictures.way_down()


def test_the_radio_s_page_has_all_its_members(site):
    from espat.members.table import MEMBERS

    page = (site / "api" / "espat.html").read_text("utf-8")
    names = {name for _, _, names in MEMBERS for name in names.split()} | {"connect", "up"}
    assert len(names) > 35
    for name in names:
        assert f'id="espat.Radio.{name}"' in page
    reference = part("reference")
    assert not [name for _, name, _, text in reference.members() if len(text) < 10]


def test_every_command_has_a_place_in_the_reference(site):
    from espat_tools.commands.table import functions

    page = (site / "api" / "commands.html").read_text("utf-8")
    for module, function in functions():
        assert f'id="{module.__name__}.{function.__name__}"' in page


INNER = """<script>addEventListener("load", () => {
  const seen = [...document.images].filter((i) => i.offsetParent);
  const h1 = document.querySelector("h1"), lines = h1.getClientRects().length && h1.clientHeight;
  const one = h1.cloneNode(false); one.textContent = "x"; h1.after(one);
  const words = h1.textContent.trim().split(" ").length;
  const broken = lines > words * one.clientHeight * 1.1; one.remove();
  const cells = [...document.querySelectorAll("article td")].map((cell) => cell.clientHeight);
  parent.postMessage([document.documentElement.scrollWidth - innerWidth, innerWidth,
    broken, seen.every((i) => i.complete && i.naturalWidth > 0 && i.width > 100),
    document.querySelector("h1").getBoundingClientRect().top < innerHeight,
    Math.max(0, ...cells)].join(" "), "*"); });</script>"""
OUTER = """<!DOCTYPE html><body style="margin: 0"><script>addEventListener("message", (told) => {
  const shown = document.createElement("pre"); shown.id = "told"; shown.textContent = told.data;
  document.body.append(shown); });</script>
<iframe width="WIDTH" height="812" style="border: 0" src="PAGE"></iframe>"""


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize(
    "page",
    [
        "index",
        "architecture",
        "commands",
        "guides/wiring",
        "api/espat",
        "emulator",
        "troubleshooting",
    ],
)
def test_in_a_browser(site, tmp_path, page, width):
    """Nothing sticks out sideways, pictures are there, the first heading is seen, cells are low."""
    if not BROWSER:
        pytest.skip("no chromium here")
    path = site / f"{page}.html"
    inner = path.with_name(f"tried-{width}-{path.name}")
    outer = path.with_name(f"framed-{width}-{path.name}")
    inner.write_text(path.read_text("utf-8").replace("</body>", f"{INNER}</body>"), "utf-8")
    outer.write_text(OUTER.replace("WIDTH", str(width)).replace("PAGE", inner.name), "utf-8")
    try:
        command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path}/browser", "--window-size=1300,900"]
        done = subprocess.run(
            [*command, "--virtual-time-budget=5000", "--dump-dom", outer.as_uri()],
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    finally:
        inner.unlink()
        outer.unlink()
    told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout)[1].split()
    over, shown, broken, pictures, heading, tallest = told
    assert broken == "false", "a word of the heading goes on in the next line"
    assert int(shown) == width
    assert int(over) <= 0
    assert (pictures, heading) == ("true", "true")
    assert int(tallest) <= TALLEST
