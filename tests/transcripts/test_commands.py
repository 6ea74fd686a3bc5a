"""`espat transcript`, `espat record` and `espat replay`, as a user has them."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
import serial
from click.testing import CliRunner

from espat import Radio
from espat_tools.cli import main
from espat_tools.transcripts import HOST, SETTING, load, parse
from tests.transcripts import steps

ESPAT = [sys.executable, "-m", "espat_tools.cli"]
TALK = """espat transcript 1
firmware: NonOS AT 1.7
source: wire format, by hand
date: 2026-11-30

# how it begins
   0.000 -> b'AT+CWJAP="attic","sesame88"\\r\\n'  # a note
   0.100 <- b'\\r\\nOK\\r\\n'

   0.200 <- b'\\r\\n+IPD,0,300:[bold]%s'
   0.300 -- baud 9600
""" % ("x" * 294)
PATIENCE = 30


def run(*args):
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def talk(tmp_path):
    path = tmp_path / "talk.txt"
    path.write_text(TALK)
    return path


# ---- transcript ---------------------------------------------------------------------------------


def test_check(talk, tmp_path):
    result = run("transcript", "check", talk)
    assert result.exit_code == 1
    assert "says that it is masked, and it holds passwords or keys" in result.output
    talk.write_text(TALK.replace("\n\n#", "\nmasked: no\n\n#"))
    result = run("transcript", "check", talk)
    assert result.exit_code == 0
    assert result.output == (
        f"{talk}: wire format, by hand; 4 events in 0.300 s, 29 bytes to the module, 319 from it\n"
    )
    assert run("transcript", "check", "-q", talk).output == ""
    bad = tmp_path / "bad.txt"
    bad.write_text(TALK.replace("0.100", "0.1"))
    result = run("transcript", "check", talk, bad, tmp_path, tmp_path / "none", talk)
    assert result.exit_code == 1
    for line in (
        f"{bad}, line 8: “0.1” is no time",
        f"{tmp_path}: Is a directory",
        f"{tmp_path / 'none'}: No such file or directory",
    ):
        assert line in result.output
    assert result.output.count(f"{talk}: ") == 2


def test_show(talk):
    result = run("transcript", "show", talk)
    assert result.exit_code == 0
    assert "wire format, by hand; 2026-11-30" in result.output
    assert "␍␊OK␍␊" in result.output
    assert "how it begins" in result.output
    assert "a note" in result.output
    assert "[bold]" in result.output, "what was said is no markup"
    assert re.search(r"… \d+ bytes …", result.output)
    assert "baud 9600" in result.output
    assert "x" * 100 in run("transcript", "show", "--whole", talk).output


def test_mask(talk, tmp_path):
    other = tmp_path / "other.txt"
    result = run("transcript", "mask", talk, "-o", other)
    assert result.exit_code == 0
    assert "1 of 4 events" in result.output
    assert talk.read_text() == TALK
    assert other.read_text() == TALK.replace("sesame88", "*" * 8).replace(
        "2026-11-30\n", "2026-11-30\nmasked: yes\n"
    )
    assert run("transcript", "mask", talk).exit_code == 0
    assert talk.read_text() == other.read_text()
    assert run("transcript", "check", talk).exit_code == 0
    assert parse(talk.read_text()).body[0] == "how it begins"


@pytest.mark.parametrize("command", ["show", "mask"])
def test_files_that_are_none(command, talk, tmp_path):
    talk.write_text("hello\n")
    for path, words in (
        (talk, "line 1: no transcript: its first line is not “espat transcript 1”"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none.txt", "No such file"),
    ):
        result = run("transcript", command, path)
        assert result.exit_code == 1
        assert f"Error: {path}" in result.output
        assert words in result.output
        assert "Traceback" not in result.output
    assert talk.read_text() == "hello\n"


def test_mask_to_where_nothing_can_be_written(talk):
    result = run("transcript", "mask", talk, "-o", "/no/such/place.txt")
    assert result.exit_code == 1
    assert "No such file or directory" in result.output


@pytest.mark.parametrize(
    "command",
    [["record"], ["replay"], ["transcript"]]
    + [["transcript", each] for each in ("check", "show", "mask")],
)
def test_help(command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5
    assert "Usage: " in result.output


# ---- record and replay --------------------------------------------------------------------------


class Running:
    """A command of espat's, with the place that it offers."""

    def __init__(self, *args):
        env = {**os.environ, "COLUMNS": "200", "TERM": "dumb"}
        self.process = subprocess.Popen(
            [*ESPAT, *map(str, args)], stderr=subprocess.PIPE, env=env, text=True
        )
        line = self.process.stderr.readline()
        self.place = line.split()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def end(self, sig=None):
        """(exit status, what it said after the first line)."""
        if sig:
            self.process.send_signal(sig)
        said = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, said

    def radio(self):
        if self.place.startswith("socket:"):
            return Radio(serial.serial_for_url(self.place, timeout=0), rx_size=2048)
        return Radio(serial.Serial(self.place, 115200), rx_size=2048)


@pytest.mark.parametrize("tcp", [False, True])
def test_record_and_replay(tcp, tmp_path):
    """A driver joins through the recorder; then plays the same with no module at all."""
    path = tmp_path / "join.txt"
    door = ["--tcp", "0"] if tcp else ["--link", tmp_path / "port"]
    module = "espat://?profile=esp32c3-3.3"
    with Running("record", "--port", module, "-o", path, "--title", "joining", *door) as running:
        assert tcp or running.place == str(tmp_path / "port")
        with running.radio() as radio:
            assert steps.join(radio) == ["192.168.1.50"]
        status, said = running.end(signal.SIGINT)
        assert status == 0
        assert re.search(r"join.txt: \d+ events", said)
    assert not os.path.lexists(tmp_path / "port")
    transcript = load(path)
    assert transcript.title == "joining"
    assert transcript.source.kind == "emulator"
    assert transcript.firmware.startswith("AT version:3.3")
    assert steps.PASSWORD not in path.read_text()
    assert transcript.said(HOST).count(b"AT+CWJAP=") == 1

    with Running("replay", path, *door) as running:
        with running.radio() as radio:
            assert steps.join(radio) == ["192.168.1.50"]
        status, said = running.end()
        assert (status, said) == (0, f"{path}: all was said.\n")

    with Running("replay", path, *door) as running:
        with running.radio() as radio:
            assert radio.firmware == "ESP32 ESP-AT 3.3"
        status, said = running.end()
        assert status == 1
        assert "the program left before all was said: line " in said
        assert "CWJAP" in said


def test_replay_says_where_a_program_departed(talk):
    with Running("replay", talk, "--tcp", "127.0.0.1:0") as running:
        host, port = running.place.removeprefix("socket://").split(":")
        assert host == "127.0.0.1"
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"AT+CWMODE=1\r\n")
            status, said = running.end()
    assert status == 1
    assert f"Error: {talk}, line 7: expected b'JAP=" in said
    assert "got b'MODE=1\\r\\n', behind b'AT+CW'" in said


def test_replay_stopped(talk):
    with Running("replay", talk, "--tcp", "0") as running:
        status, said = running.end(signal.SIGINT)
    assert status == 130
    assert "Stopped. line 7: the host has not said" in said


def test_a_rate_goes_through_and_is_written_down(tmp_path):
    """What a program sets on the pseudo-terminal is set on the module's port."""
    master, slave = pty.openpty()
    path = tmp_path / "rate.txt"
    try:
        with Running("record", "--port", os.ttyname(slave), "-o", path) as running:
            with serial.Serial(running.place, 115200, timeout=PATIENCE) as port:
                port.write(b"one")
                assert os.read(master, 100) == b"one"
                os.write(master, b"two")
                assert port.read(3) == b"two"
                port.baudrate = 9600
                port.write(b"three")
                got = b""
                while len(got) < 5:
                    got += os.read(master, 100)
            with serial.Serial(os.ttyname(slave)) as end:
                pass
            assert end
            status, _ = running.end(signal.SIGINT)
    finally:
        os.close(slave)
        os.close(master)
    assert status == 0
    transcript = load(path)
    settings = [event.what for event in transcript.events if event.way == SETTING]
    assert settings == [("baud", 115200), ("baud", 9600)]
    assert transcript.said(HOST) == b"onethree"
    assert transcript.source.kind == "unstated", "nobody said what was behind it"


def test_a_port_that_is_lost(tmp_path):
    """The file has what was said until then."""
    server = socket.create_server(("127.0.0.1", 0))
    path = tmp_path / "lost.txt"
    url = f"socket://127.0.0.1:{server.getsockname()[1]}"
    with Running("record", "--port", url, "-o", path, "--tcp", "0", "--unmasked") as running:
        module, _ = server.accept()
        host, port = running.place.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b'AT+CWJAP="attic","sesame88"\r\n')
            assert module.recv(100).startswith(b"AT+CWJAP")
            module.close()
            status, said = running.end()
    server.close()
    assert status == 1
    assert "the port was lost" in said
    assert b"sesame88" in load(path).said(HOST)


def test_what_was_written_survives_a_crash(tmp_path):
    path = tmp_path / "crash.txt"
    with Running("record", "--port", "loop://", "-o", path, "--tcp", "0") as running:
        host, port = running.place.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(port))) as client:
            client.sendall(b"AT\r\n")
            assert client.recv(100) == b"AT\r\n"
            end = time.monotonic() + PATIENCE
            while len(load(path).events) < 3 and time.monotonic() < end:
                time.sleep(0.01)
            running.process.kill()
    assert load(path).said(HOST) == b"AT\r\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--port", "/no/such/port"], "There is no port /no/such/port"),
        (["--port", "nosuch://x"], "nosuch://x: invalid URL"),
        (["--port", "espat://?profile=esp99"], "no profile 'esp99'"),
        (["--port", "loop://", "--tcp", "many"], "“many” is no TCP port"),
        (["--port", "loop://", "--tcp", "99999"], "is no TCP port"),
        (["--port", "loop://", "--link", "/no/such/place"], "could not open /no/such/place"),
        (["--port", "loop://", "--source", "a module"], "none of real module, emulator"),
        (["--port", "loop://", "--title", "a\nb"], "--title: one line"),
        (["--port", "loop://", "-o", "/no/such/file"], "No such file or directory"),
    ],
)
def test_record_what_cannot_be_recorded(args, words, tmp_path):
    result = run("record", "-o", tmp_path / "x.txt", *args)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_record_does_not_write_over_a_file(talk):
    result = run("record", "--port", "loop://", "-o", talk)
    assert result.exit_code == 1
    assert "is there already: another name, or --force" in result.output
    assert talk.read_text() == TALK


def test_a_link_replaces_a_link_and_no_file(talk, tmp_path):
    result = run("replay", talk, "--link", talk)
    assert result.exit_code == 1
    assert f"could not open {talk}: is there and is no symbolic link" in result.output
    assert talk.read_text() == TALK
    old = tmp_path / "old"
    old.symlink_to("/no/such/place")
    with Running("replay", talk, "--link", old) as running:
        assert running.place == str(old)
        assert os.readlink(old) != "/no/such/place"
        running.end(signal.SIGINT)
    assert not os.path.lexists(old)


def test_replay_of_what_is_no_transcript(tmp_path):
    for path, words in ((tmp_path, "Is a directory"), (tmp_path / "none", "No such file")):
        result = run("replay", path)
        assert result.exit_code == 1
        assert words in result.output
