"""`espat trace`, from a file and live, and `espat demo --trace-picture`."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from espat_tools.demo.cli import demo
from espat_tools.trace import cli, live
from espat_tools.trace.live import Gallery
from espat_tools.trace.model import make
from espat_tools.trace.page import render
from tests.trace.conversations import transcript

TEXT = (Path(__file__).parents[2] / "docs" / "trace.md").read_text("utf-8")
PATIENCE = 30


def drawn(path):
    """The data of a picture."""
    found = re.search(
        r'<script type="application/json" id="data">(.*)</script>', path.read_text("utf-8")
    )
    return json.loads(found[1])


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session.txt"
    path.write_text(transcript().text(), "utf-8")
    return path


def run(*words):
    return CliRunner().invoke(cli.trace, [str(word) for word in words])


def test_a_file(session):
    assert run(session).exit_code == 0
    found = drawn(session.with_suffix(".html"))
    assert found["title"] == "a <short> one"
    assert len(found["bars"]) == 8
    assert "secret pass" not in session.with_suffix(".html").read_text("utf-8")


def test_options(session, tmp_path):
    other = tmp_path / "other.html"
    assert run(session, "-o", other, "--unmasked").exit_code == 0
    assert "secret pass" in other.read_text("utf-8")
    again = run(session, "-o", other)
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert run(session, "-o", other, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "Either FILE"),
        (("x.txt", "--port", "espat://"), "Either FILE"),
        (("/nowhere/x.txt",), "No such file"),
        (("--port", "/dev/not-there"), "There is no port /dev/not-there"),
    ],
)
def test_what_cannot_be(words, text):
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert text in result.output


@pytest.mark.parametrize("cut", [2, 10, 21])
def test_a_recording_that_was_cut_off_is_drawn_up_to_there(session, cut):
    """And other faults are told as ever."""
    session.write_bytes(session.read_bytes()[:-cut])
    result = run(session)
    assert result.exit_code == 0, result.output
    assert "its last line was not written to its end, and is left out" in result.output
    assert drawn(session.with_suffix(".html"))["bars"][-1][0] == "AT+PING"
    lines = session.read_text("utf-8").splitlines(keepends=True)
    lines[10] = "nonsense\n"
    session.write_text("".join(lines), "utf-8")
    again = run(session, "--force")
    assert (again.exit_code, "line 11" in again.output) == (1, True)


def test_a_line_that_is_being_written_is_no_fault(session):
    """The page asks while the recorder writes: a long line reaches the file in pieces."""
    whole = session.read_bytes()
    with Gallery(session, masked=True) as gallery:
        ask = gallery.url.partition("127.0.0.1:")[2].partition("/")[2]
        for cut in (1, 30):
            session.write_bytes(whole[:-cut])
            status, _, body = gallery.answer(f"/{ask}picture.json?from=0")
            assert (status, len(json.loads(body)["bars"])) == (200, 8)
        count = len(json.loads(body)["pieces"])
        assert gallery.answer(f"/{ask}picture.json?from={count}")[0] == 204


def test_nothing_is_drawn_anew_while_nothing_is_said(session, monkeypatch):
    made = []
    monkeypatch.setattr(live, "make", lambda *args: made.append(1) or make(*args))
    with Gallery(session, masked=True) as gallery:
        url = f"{gallery.url}picture.json?from="
        count = len(json.loads(fetch(f"{url}0")[1])["pieces"])
        assert [fetch(f"{url}{count}")[0] for _ in range(5)] == [204] * 5
    assert len(made) == 1


def test_it_is_one_file_and_asks_nobody():
    page = render(transcript())
    assert not re.search(r"(?:src|href)=|@import|url\(|https?://(?!www\.w3\.org)", page)
    assert "default-src 'none'" in page
    assert page.count("</script>") == 2


# ---- live ---------------------------------------------------------------------------------------


def fetch(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.status, answer.read()


def talk(address, *commands):
    """Say commands to the module behind a TCP port, each to its end."""
    with socket.create_connection(address, timeout=PATIENCE) as line:
        for command in commands:
            line.sendall(command + b"\r\n")
            said = b""
            while not said.endswith(b"OK\r\n"):
                said += line.recv(4096)


def test_live(tmp_path):
    output, record = tmp_path / "picture.html", tmp_path / "session.txt"
    command = [sys.executable, "-m", "espat_tools.cli", "trace", "--port", "espat://"]
    command += ["--tcp", "0", "-o", str(output), "--record", str(record)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    timer = threading.Timer(4 * PATIENCE, process.kill)
    timer.start()
    try:
        door = re.search(r"socket://(.*):(\d+)", process.stdout.readline())
        url = process.stdout.readline().split()[-1]
        talk((door[1], int(door[2])), b"AT+GMR", b'AT+CWJAP="espat","correct horse"')
        assert b"<title>" in fetch(url)[1]
        end = time.monotonic() + PATIENCE
        while True:  # what the relay has just got may not be written down yet
            found = json.loads(fetch(f"{url}picture.json?from=-")[1])
            if len(found["bars"]) == 2 and found["bars"][1][3] == "ok":
                break
            assert time.monotonic() < end, found["bars"]
        assert found["bars"][1][0] == 'AT+CWJAP="espat","*************"'
        assert fetch(f"{url}picture.json?from={len(found['pieces'])}")[0] == 204
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(url.rpartition("/")[0].rpartition("/")[0] + "/")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        timer.cancel()
        process.kill()
        process.communicate()
    assert process.returncode == 0, err
    assert len(drawn(output)["bars"]) == 2
    assert not drawn(output)["live"]
    assert "correct horse" not in record.read_text("utf-8")


# ---- the demo -----------------------------------------------------------------------------------


def test_the_demo_draws_a_picture(tmp_path):
    path = tmp_path / "demo.html"
    result = CliRunner().invoke(demo, ["--trace-picture", str(path)])
    assert result.exit_code == 0, result.output
    found = drawn(path)
    assert found["title"] == "espat demo: http://demo.test/"
    assert found["source"].startswith("emulator")
    assert any(bar[0].startswith("AT+CIPSTART") for bar in found["bars"])
    assert (
        sum(p[8] - p[6] for p in found["pieces"] if p[1] and found["kinds"][p[0]] == "payload")
        > 287_000
    )
    assert "correct horse" not in path.read_text("utf-8")


def test_the_demo_that_fails_is_drawn_too(tmp_path):
    path = tmp_path / "demo.html"
    words = ["--trace-picture", str(path), "--url", "http://127.0.0.1:9/"]
    result = CliRunner().invoke(demo, words)
    assert result.exit_code == 1
    assert any(bar[3] == "refused" for bar in drawn(path)["bars"])


def test_the_demo_says_where_it_cannot_draw():
    result = CliRunner().invoke(demo, ["--trace-picture", "/nowhere/demo.html"])
    assert result.exit_code == 1
    assert "there is no such folder" in result.output


# ---- docs/trace.md ------------------------------------------------------------------------------


def test_the_page_names_options_that_there_are():
    options = {option for each in cli.trace.params for option in each.opts}
    named = set(re.findall(r"(?<=[ `])(--[\w-]+)", TEXT))
    assert len(named) == 4
    assert named <= options | {option for each in demo.params for option in each.opts}


def test_the_page_names_the_rows():
    program = (Path(cli.__file__).parent / "page.draw.js").read_text("utf-8")
    named = re.findall(r"^\| (\S.*?) \|", TEXT, re.M)[1:]
    known = set(re.findall(r'name: "([\w ]+)"', program)) | {"Wi-Fi", "link 0 ... 4"}
    assert len(named) == 8
    assert set(named) - {"---", "---|---"} <= known
