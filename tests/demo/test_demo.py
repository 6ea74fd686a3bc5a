"""`espat demo` as its user runs it: a process of its own, from the options to the exit status."""

import functools
import os
import re
import subprocess

import pytest

from espat_tools.demo import place
from espat_tools.demo.page import page, served
from espat_tools.emulator import PROFILES
from tests.demo.conftest import COMMAND, PATIENCE, environment, invoke, run, serving

PAGE = page()
PASSWORD = "correct horse"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def _number(text):
    return int(text.replace(",", ""))


@functools.cache
def _plain(runtime):
    """A run with nothing said but the runtime."""
    return run("--runtime", runtime)


def test_a_page_arrives_and_what_it_took_is_told(runtime):
    ran = _plain(runtime[-1])
    assert (ran.status, ran.err) == (0, "")
    assert ran.row("joined") == "espat: the module is 192.168.1.50"
    assert ran.row("page") == (
        f"{len(PAGE):,} bytes, compared with what the server sent: every byte is the same"
    )
    commands, for_page = map(int, re.findall(r"\d+", ran.row("commands")))
    assert len(PAGE) / 2048 < for_page < commands
    share, of_page, crossed = re.match(
        r"([\d.]+)% was the page: its ([\d,]+) bytes of the ([\d,]+) ", ran.row("wire")
    ).groups()
    assert _number(of_page) == len(PAGE) < _number(crossed)
    assert abs(float(share) - 100 * len(PAGE) / _number(crossed)) < 0.1
    assert re.match(r"[\d.]+ s, [\d.]+ s of them for the page: ", ran.row("time"))


def test_progress_is_shown_while_it_goes_on(runtime):
    ran = _plain(runtime[-1])
    seen = [_number(n) for n in re.findall(rf"([\d,]+) of {len(PAGE):,} bytes", ran.out)]
    assert len(seen) == 5
    assert seen == sorted(seen)
    assert seen[-1] == len(PAGE)


def test_micropython_tells_what_the_driver_took_of_the_heap(runtime):
    ran = _plain(runtime[-1])
    if "cpython" in runtime:
        assert "driver espat in CPython" in ran.out
        assert "heap" not in ran.out
        return
    assert "driver espat in MicroPython" in ran.out
    heap = [_number(n) for n in re.findall(r"([\d,]+)(?: bytes| for| in all)", ran.row("heap"))]
    imported, made, after = heap
    assert imported > 5_000
    assert 1_000 < made < imported
    assert imported + made <= after < 200_000


@pytest.mark.parametrize("profile", PROFILES)
def test_each_module_that_the_emulator_plays(profile):
    ran = invoke("--profile", profile)
    assert (ran.status, ran.err) == (0, "")
    assert f"emulated ({profile})" in ran.row("module")
    assert "every byte is the same" in ran.row("page")


def test_the_conversation_is_shown_without_secrets_and_without_payload(runtime):
    ran = invoke(*runtime, "--trace", "--password", PASSWORD)
    assert ran.status == 0
    assert any(re.fullmatch(r'-> AT\+CWJAP="[^"]+","\*\*\*"', line) for line in ran.lines)
    assert PASSWORD not in ran.out
    assert "-> AT+CIPRECVDATA=4,1984" in ran.lines
    assert "<- OK" in ran.lines
    sizes = re.findall(r"== (\d+) bytes of the page", ran.out)
    assert sum(map(int, sizes)) == len(PAGE)
    assert PAGE.splitlines()[-2].decode().strip() not in ran.out
    assert "of 287" not in ran.out, "no progress between the lines"
    assert "every byte is the same" in ran.row("page")


def test_a_wrong_password_shows_in_no_trace():
    ran = invoke("--trace", "--password", "hunter2-hunter2")
    assert (ran.status, ran.err) == (1, "Error: cannot join espat: wrong password")
    assert "hunter2" not in ran.out


def test_leaving_the_pager_is_no_error_of_the_module():
    command = subprocess.Popen(
        [*COMMAND, "--trace"],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with command:
        assert any(line.startswith("->") for line in command.stdout)
        command.stdout.close()
        assert command.wait(PATIENCE) == 1
        assert command.stderr.read() == ""


def test_a_paced_wire_changes_nothing_but_the_time():
    ran = invoke("--paced", "--baud", "2000000")
    assert (ran.status, ran.err) == (0, "")
    assert "every byte is the same" in ran.row("page")
    assert "pseudo-terminal" not in ran.row("time")


def test_a_page_that_came_wrong_is_no_success(runtime, monkeypatch):
    """A server with another page than the one expected stands for bytes that the driver spoils."""
    other = PAGE[:5000] + bytes([PAGE[5000] ^ 1]) + PAGE[5001:]
    monkeypatch.setattr(place, "served", lambda _body: served(other))
    ran = invoke(*runtime)
    assert ran.status == 1
    assert ran.err in (
        "Error: byte 5,000 of the page is not the one that was served",
        "Error: the page that came is not the one that was served: its SHA-256 differs",
    )


# Pages of others


def test_a_page_on_this_machine(runtime):
    with serving(HELLO) as server:
        ran = invoke(*runtime, "--url", f"{server.url}a%20b?c=d")
    assert (ran.status, ran.err) == (0, "")
    assert ran.row("page") == "5 bytes, as many as promised; there is nothing to compare them with"
    (request,) = server.requests
    assert request.startswith(b"GET /a%20b?c=d HTTP/1.1\r\n")
    assert b"Host: 127.0.0.1:%d\r\n" % server.port in request


def test_a_page_on_a_name_of_this_machine():
    with serving(HELLO) as server:
        ran = invoke("--url", f"http://localhost:{server.port}/")
    assert ran.status == 0
    assert f"http://localhost:{server.port}/ at 127.0.0.1" in ran.row("fetching")


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
    ids=["till it closes", "chunked"],
)
def test_a_page_of_no_promised_length(reply):
    with serving(reply) as server:
        ran = invoke("--url", server.url)
    assert (ran.status, ran.err) == (0, "")
    assert ran.row("page").startswith("5 bytes, all that the server sent")


# A real module: an emulated one on a port of its own stands for it here.


def test_a_module_on_a_port(runtime, real_module):
    with serving(HELLO) as server:
        options = ["--port", real_module, "--ssid", "espat", "--url", server.url]
        ran = run(*runtime, *options, "--password", PASSWORD)
    assert (ran.status, ran.err) == (0, "")
    assert ran.row("module") == f"on {real_module} at 115200 baud"
    assert ran.row("page").startswith("5 bytes")
    assert "pseudo-terminal" not in ran.row("time")


def test_the_password_comes_from_the_environment(real_module):
    with serving(HELLO) as server:
        options = ["--port", real_module, "--ssid", "espat", "--url", server.url]
        wrong = invoke(*options, variables={"ESPAT_PASSWORD": "wrong horse"})
        right = run(*options, variables={"ESPAT_PASSWORD": PASSWORD})
    assert (wrong.status, wrong.err) == (1, "Error: cannot join espat: wrong password")
    assert (right.status, right.err) == (0, "")


def test_the_environment_is_not_meant_for_the_emulator():
    assert invoke("--profile", "nonos-1.7.4", variables={"ESPAT_PASSWORD": "of my own"}).status == 0


def test_the_password_is_asked_for_and_not_echoed(real_module):
    master, slave = os.openpty()
    with serving(HELLO) as server:
        options = ["--port", real_module, "--ssid", "espat", "--url", server.url]
        command = subprocess.Popen(
            [*COMMAND, *options],
            env=environment(),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        said = b""
        while b"Password of the network" not in said:
            said += os.read(master, 1000)
        os.write(master, PASSWORD.encode() + b"\n")
        said += _all_of(master)
        assert command.wait(PATIENCE) == 0
    assert b"5 bytes" in said
    assert PASSWORD.encode() not in said


def test_nobody_to_ask_for_the_password(real_module):
    ran = run("--port", real_module, "--ssid", "x", "--url", "http://127.0.0.1/")
    assert ran.status == 1
    assert ran.err == (
        "Error: The password of the network is needed, in the variable ESPAT_PASSWORD."
    )


def _all_of(master):
    """What comes from a pseudo-terminal until its other end is closed."""
    said = b""
    try:
        while more := os.read(master, 4096):
            said += more
    except OSError:
        pass
    os.close(master)
    return said


def test_a_terminal_gets_a_bar_and_the_summary():
    master, slave = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "--paced", "--baud", "3000000"],
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    ) as command:
        os.close(slave)
        said = _all_of(master)
    assert command.returncode == 0
    assert "━".encode() in said
    assert re.search(rb"\d+\.\d/287\.\d kB", said)
    assert b"every byte is" in said
    assert b"of 287,0" not in said, "lines of progress are for pipes"


def test_help_says_what_there_is():
    ran = run("--help")
    assert ran.status == 0
    for word in ("--port", "--url", "--trace", "--runtime", "esp32c3-3.3", "ESPAT_PASSWORD"):
        assert word in ran.out
    assert "can be seen by others" in ran.out
