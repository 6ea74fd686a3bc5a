"""What goes wrong with `espat demo`: one sentence each, exit status 1, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from espat_tools.emulator import Module
from tests.demo.conftest import COMMAND, PATIENCE, environment, invoke, run, serving

OK = b"HTTP/1.1 200 OK\r\n"
ELSEWHERE = ["--ssid", "x", "--password", "y", "--url", "http://192.0.2.1/"]


def _sentence(ran):
    """What the command said on stderr; it failed, and in one line."""
    assert ran.status == 1
    assert "Traceback" not in ran.out + ran.err
    assert ran.err.startswith("Error: ")
    return ran.err.removeprefix("Error: ")


# The module and the network

SILENT = (
    "the module does not answer: check power (300 mA), TX to RX, the baud rate, and that no other "
    "program has the port"
)


@pytest.fixture(scope="module", autouse=True)
def silent_module():
    """A command that talks to a silent module on the desktop.

    It looks for the module at nine rates, which takes it half a minute; the other tests meanwhile
    go on.
    """
    with Module() as module:
        device = module.open_pty()
        module.hold()
        with subprocess.Popen(
            [*COMMAND, "--port", device, *ELSEWHERE],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            yield command
            command.kill()


REFUSED = [
    (["--password", "wrong"], "cannot join espat: wrong password"),
    (["--ssid", "nobody's"], "cannot join nobody's: no such access point in reach: "),
    (["--url", "http://127.0.0.1:1/"], "no connection to 127.0.0.1:1: refused, "),
    (["--ssid", ""], "SSID out of 1..32 bytes"),
    (["--ssid", "a\nb"], "CR, LF or NUL in a parameter"),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED)
def test_what_the_driver_says(options, sentence):
    assert _sentence(invoke(*options)).startswith(sentence)


@pytest.mark.parametrize(("options", "sentence"), [REFUSED[0], REFUSED[3]])
def test_what_the_driver_says_in_micropython(options, sentence, micropython):
    assert _sentence(invoke("--runtime", "micropython", *options)).startswith(sentence)


def test_a_module_that_is_silent_in_micropython(micropython):
    with Module() as module:
        device = module.open_pty()
        module.hold()
        ran = invoke("--runtime", "micropython", "--port", device, *ELSEWHERE)
    assert _sentence(ran) == SILENT


def test_an_adapter_that_is_pulled_in_the_page(runtime):
    """The pseudo-terminal goes away, as the port of a USB adapter does."""
    with Module() as module, serving(OK + b"Content-Length: 9\r\n\r\nhello", stay=True) as served:
        options = ["--port", module.open_pty(), "--ssid", "espat", "--password", "correct horse"]
        command = _started(*runtime, *options, "--url", served.url)
        _until(command, "5 of 9 bytes")
        module.close()
        _out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 1
    assert err.startswith("Error: the port failed: is the adapter still plugged in? (")
    assert err.count("\n") == 1


def test_the_whole_command_says_no_more_than_the_sentence():
    ran = run("--password", "wrong")
    assert _sentence(ran) == "cannot join espat: wrong password"


# Options


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "/dev/nothing", *ELSEWHERE], "There is no port /dev/nothing; this machine has"),
        (["--port", "/dev/nothing"], "A real module cannot reach the page that this program"),
        (["--port", "/dev/nothing", *ELSEWHERE[2:]], "Which network shall the module join?"),
        (
            ["--port", "/dev/nothing", *ELSEWHERE, "--paced"],
            "--profile and --paced are the emulator's, and --port is a real module.",
        ),
        (["--port", "/dev/null", *ELSEWHERE], "/dev/null is not a serial port."),
        (["--baud", "3000000000"], "The emulator: baud is 3000000000, and a whole number from 80"),
        (["--url", "http://192.0.2.1/"], "The emulated module's network ends at this machine"),
        (["--url", "example.com"], "example.com is not a URL of a page"),
    ],
)
def test_what_cannot_be_done(options, sentence):
    assert _sentence(invoke(*options)).startswith(sentence)


def test_a_missing_port_in_micropython(micropython):
    ran = invoke("--runtime", "micropython", "--port", "/dev/nothing", *ELSEWHERE)
    assert _sentence(ran).startswith("There is no port /dev/nothing; ")


def test_no_micropython_for_this_platform():
    """A Python that cannot find the package stands for a platform that has no wheel."""
    program = (
        "import sys; sys.modules['micropython_unix'] = None\n"
        "from espat_tools.cli import main; main(['demo', '--runtime', 'micropython'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(ESPAT_MICROPYTHON=""),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: no MicroPython unix build: pip install")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("status", [3, 0])
def test_a_micropython_that_breaks(status, micropython, tmp_path):
    """What it said last is told; a script stands for a broken MicroPython."""
    broken = tmp_path / "broken"
    broken.write_text(
        f"#!/bin/sh\nread order\necho 5; echo '[1,'; echo MemoryError: small; exit {status}\n"
    )
    broken.chmod(0o755)
    ran = invoke("--runtime", "micropython", variables={"ESPAT_MICROPYTHON": str(broken)})
    assert _sentence(ran) == (
        f"MicroPython ended with status {status}; the last it said: MemoryError: small"
    )


def test_a_micropython_that_is_not_there(micropython, tmp_path):
    missing = str(tmp_path / "missing")
    ran = invoke("--runtime", "micropython", variables={"ESPAT_MICROPYTHON": missing})
    assert _sentence(ran).startswith(f"Cannot start {missing}: ")


# Servers

LIES = {
    "not found": (
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone",
        "the server answered 404 Not Found for 127.0.0.1:",
    ),
    "shorter": (
        OK + b"Content-Length: 99\r\n\r\nhello",
        "the server promised 99 bytes and closed after 5",
    ),
    "longer": (
        OK + b"Content-Length: 4\r\n\r\nhello",
        "the server promised 4 bytes and sent more",
    ),
    "closed in the head": (OK, "the server closed the connection inside the head"),
    "closed at once": (b"", "the server closed the connection before it said anything"),
    "closed in a chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello",
        "the server closed the connection inside a chunk",
    ),
    "no HTTP": (b"220 mail\r\n", "the server does not speak HTTP: it began with 220 mail"),
    "an endless head": (OK + b"X: y\r\n" * 2000, "the server sent a line of more than"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_server_that_lies(name):
    reply, sentence = LIES[name]
    with serving(reply) as served:
        assert _sentence(invoke("--url", served.url)).startswith(sentence)


@pytest.mark.parametrize("name", ["not found", "shorter"])
def test_a_server_that_lies_to_micropython(name, micropython):
    reply, sentence = LIES[name]
    with serving(reply) as served:
        ran = invoke("--runtime", "micropython", "--url", served.url)
    assert _sentence(ran).startswith(sentence)


# Ctrl-C


def _started(*arguments):
    """The command, started as the leader of a process group of its own."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment(PYTHONUNBUFFERED="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _until(command, words):
    """Read what it says until these words come."""
    for line in command.stdout:
        if words in line:
            return
    pytest.fail(f"it ended before it said {words!r}: {command.stderr.read()}")


def _group_is_gone(group):
    """Whether no process is left of a group; one that is ending is given a while."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def _stopped_in_the_page(send, *options):
    """Send SIGINT when a part of the page has come; how the command takes it is checked."""
    with serving(OK + b"Content-Length: 9000\r\n\r\n" + bytes(5000), stay=True) as served:
        command = _started(*options, "--url", served.url)
        _until(command, " of 9,000 bytes")
        send(command.pid, signal.SIGINT)
        _out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130
    assert err == "Stopped.\n"
    assert _group_is_gone(command.pid)


def test_ctrl_c_in_the_page(runtime):
    """As a terminal sends it: to all of the group."""
    _stopped_in_the_page(os.killpg, *runtime)


def test_ctrl_c_that_only_the_command_gets(runtime, real_module):
    """The port stays open, too, so that nothing else ends its child."""
    options = ["--port", real_module, "--ssid", "espat", "--password", "correct horse"]
    _stopped_in_the_page(os.kill, *runtime, *options)


def test_ctrl_c_while_the_module_is_looked_for():
    with Module() as module:
        device = module.open_pty()
        module.hold()
        command = _started("--port", device, *ELSEWHERE)
        _until(command, "driver")
        os.kill(command.pid, signal.SIGINT)
        _out, err = command.communicate(timeout=PATIENCE)
    assert (command.returncode, err) == (130, "Stopped.\n")


# Last, so that it had its time


def test_a_module_that_is_silent(silent_module):
    _out, err = silent_module.communicate(timeout=PATIENCE)
    assert err == f"Error: {SILENT}\n"
    assert silent_module.returncode == 1
