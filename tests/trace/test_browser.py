"""The picture in a real browser: what it draws, what the mouse and the keys do to it.

A script behind the page's own does what a person would, and writes down what came of it.
"""

import json
import re
import shutil
import subprocess

import pytest

from espat_tools.trace.page import render
from tests.trace.conversations import long, transcript

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--no-first-run", "--disable-gpu", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
)  # fmt: skip
HELP = """
const within = (y, row) => y >= row.y && y < row.y + row.h;
const rects = (row, sel = "rect[data-p]") => [...document.querySelectorAll(`#picture ${sel}`)]
  .filter((r) => within(+r.getAttribute("y"), rows.by[row]));
const refused = (r) => D.bars[+r.dataset.b][BAR.outcome] === "refused";
const texts = () => [...document.querySelectorAll("#picture text")].map((t) => t.textContent);
const key = (k) => $("picture")
  .dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true }));
const over = (element, kind) => {
  const box = element.getBoundingClientRect();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true };
  element.dispatchEvent(new MouseEvent(kind, at));
};
const said = {};
"""


@pytest.fixture
def browse(tmp_path):
    """Opens a page with a script behind it; returns what that wrote into ``said``."""
    if not BROWSER:
        pytest.skip("no chromium here")

    def look(page, script, size="1280,900"):
        path = tmp_path / "page.html"
        end = (
            'const pre = document.createElement("pre"); pre.id = "said";'
            "window.onerror = (text) => { pre.textContent = JSON.stringify({ error: text }); };"
            "document.body.append(pre);"
        )
        finish = "pre.textContent = JSON.stringify(said);"
        scripts = f"<script>{end}</script><script>{HELP}{script};{finish}</script></body>"
        path.write_text(page.replace("</body>", scripts), "utf-8")
        command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path}/browser", f"--window-size={size}"]
        done = subprocess.run(
            [*command, "--dump-dom", path.as_uri()],
            capture_output=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )
        found = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, re.S)
        assert found, done.stderr[-2000:]
        plain = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        result = json.loads(plain)
        assert "error" not in result, result
        return result

    return look


def test_a_short_conversation(browse):
    script = """
    draw();
    said.title = $("title").textContent;
    said.figures = $("figures").textContent;
    said.bars = rects("bars", "rect[data-b]").length;
    said.host = rects("host").length;
    said.notices = document.querySelectorAll("#picture [data-m]").length;
    said.texts = texts();
    said.shortened = $("squeeze").checked;
    said.wrong = [...document.querySelectorAll("#wrong button")].map((b) => b.textContent);
    said.slow = document.querySelector("#slow button").textContent;
    said.scripts = document.scripts.length;
    said.links = document.querySelectorAll("[src],[href]").length;
    """
    said = browse(render(transcript()), script)
    assert said["title"] == "a <short> one"
    assert "15.50 s in all" in said["figures"]
    assert "8 commands" in said["figures"]
    assert "1 refused1 busy1 without a result1 restart" in said["figures"]
    assert (said["bars"], said["host"]) == (8, 9)
    assert said["notices"] == 6  # noise and "ready" fall into one pixel
    assert {"commands", "Wi-Fi", "link 0", "notices", "joined"} <= set(said["texts"])
    assert any(text.startswith('AT+CWJAP="home"') for text in said["texts"])
    assert said["shortened"]
    assert [text.partition(" s")[0] for text in said["wrong"]] == [
        "12.500",
        "13.100",
        "15.000",
        "15.500",
    ]
    assert said["slow"].startswith("2.40 s")
    assert said["scripts"] == 4  # data, program, and the two of this test: no payload became one
    assert said["links"] == 0


def test_bytes_show_on_hover_and_stay_on_click(browse):
    script = """
    goTo("b", 4); draw();
    const payload = rects("host").find((r) => kindOf(D.pieces[+r.dataset.p]) === "payload");
    over(payload, "mousemove");
    said.tip = $("tip").hidden ? "" : $("tip").textContent;
    over(payload, "click");
    said.detail = $("detail").textContent;
    over(rects("bars", "rect[data-b]")[0], "click");
    said.bar = $("detail").textContent;
    $("picture").dispatchEvent(new MouseEvent("mouseleave"));
    said.hidden = $("tip").hidden;
    """
    said = browse(render(transcript()), script)
    assert "host" in said["tip"]
    assert "payload" in said["tip"]
    assert "bytes9" in said["tip"]
    assert "</script>" in said["tip"]
    assert "</script>" in said["detail"]
    assert said["bar"].startswith("AT+")
    assert said["hidden"]


def test_zoom_move_find_and_steps(browse):
    script = """
    const span = () => view.b - view.a;
    const whole = span();
    key("+"); said.closer = span() / whole;
    key("ArrowRight"); said.moved = view.a;
    key("0"); said.all = span() / whole;
    const turn = { deltaY: -300, clientX: 700, clientY: 300, cancelable: true };
    $("picture").dispatchEvent(new WheelEvent("wheel", turn));
    said.wheel = span() / whole;
    key("0");
    key("ArrowDown"); key("ArrowDown"); said.second = picked;
    const shift = (k) => $("picture")
      .dispatchEvent(new KeyboardEvent("keydown", { key: k, shiftKey: true, bubbles: true }));
    shift("ArrowDown"); said.piece = $("detail").textContent;
    shift("ArrowDown"); said.next = $("detail").textContent;
    shift("ArrowUp"); said.back = $("detail").textContent;
    for (let i = 0; i < 99; i += 1) shift("ArrowDown");
    said.last = $("detail").textContent;
    for (let i = 0; i < 99; i += 1) shift("ArrowUp");
    said.first = $("detail").textContent;
    $("find").value = "error"; search(0); said.found = $("found").textContent;
    search(1); said.at = picked;
    draw(); said.hits = document.querySelectorAll("#picture .hit, #picture .picked").length;
    $("find").value = "not there"; search(0); said.none = $("found").textContent;
    $("squeeze").checked = false; $("squeeze").dispatchEvent(new Event("change"));
    key("0"); said.unshortened = time.end;
    """
    said = browse(render(transcript()), script)
    assert said["closer"] == pytest.approx(0.6)
    assert said["moved"] > 0
    assert said["all"] == pytest.approx(1)
    assert said["wheel"] < 0.5
    assert said["second"] == ["b", 1]
    assert "AT+CWJAP" in said["piece"]  # by the keys alone: the bytes of the command picked before
    assert "WIFI CONNECTED" in said["next"]
    assert said["back"] == said["piece"]
    assert "ready" in said["last"]
    assert "AT+GMR" in said["first"]
    assert said["found"].startswith("2 places")
    assert said["at"] == ["b", 2]
    assert said["hits"] >= 1
    assert said["none"] == "nowhere"
    assert said["unshortened"] == pytest.approx(15.5)


def test_ten_thousand_events_stay_usable(browse):
    """However many there are, so many are drawn as can be seen, from each place in it."""
    script = """
    draw();
    const nodes = () => document.querySelectorAll("#picture *").length;
    said.pieces = D.pieces.length; said.bars = D.bars.length;
    said.whole = nodes();
    said.red = rects("bars", "rect[data-b]").filter(refused).length;
    said.most = 0; said.fewest = 1e9;
    for (const share of [0.3, 0.1, 0.03, 0.01, 0.001]) {
      for (const at of [0, 0.33, 0.66, 0.98]) {
        show(time.end * at, time.end * (at + share)); draw();
        said.most = Math.max(said.most, nodes());
        said.fewest = Math.min(said.fewest, rects("bars", "rect[data-b]").length);
      }
    }
    goTo("b", 4321); draw();
    show(388.9, 389.1); draw();
    said.label = texts().filter((t) => t.startsWith("AT+CIPR")).length;
    said.picked = document.querySelectorAll("#picture .picked").length;
    """
    said = browse(render(long()), script)
    assert said["bars"] == 5000
    assert said["pieces"] >= 10_000
    assert said["whole"] < 8000
    assert said["red"] >= 90  # what went wrong is seen from far away: 100 of 5000
    assert said["most"] < 8000
    assert said["fewest"] >= 1
    assert said["label"] >= 1
    assert said["picked"] == 1


def test_what_stands_at_the_edge_is_whole(browse):
    """The restart at the end, whose name has no room behind it."""
    script = """
    draw();
    const edge = $("picture").getBoundingClientRect().right;
    const small = [...document.querySelectorAll("#picture .scale")];
    said.names = small.map((t) => t.textContent);
    const cut = small.filter((t) => t.getBoundingClientRect().right > edge);
    said.cut = cut.map((t) => t.textContent);
    """
    said = browse(render(transcript()), script)
    assert "restart" in said["names"]
    assert said["cut"] == []


def test_on_a_telephone(browse):
    script = """
    draw();
    said.over = document.documentElement.scrollWidth - innerWidth;
    said.wide = $("picture").getBoundingClientRect().width;
    const buttons = [...document.querySelectorAll("nav button")];
    said.small = buttons.filter((b) => b.offsetHeight < 30).length;
    """
    said = browse(render(transcript()), script, "500,900")
    assert said["over"] <= 0
    assert said["wide"] > 400
    assert said["small"] == 0


def test_nothing_at_all(browse):
    said = browse(render(transcript([])), "draw(); said.slow = $('wrong').textContent")
    assert said["slow"].startswith("Nothing: there was no command")
