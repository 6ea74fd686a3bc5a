"""`espat emulate` as a user runs it: a process, its ports, its words and its end."""

import contextlib
import http.server
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import click
import pytest
import serial
from click.testing import CliRunner
from rich.console import Console

from espat_tools.emulate import cli, set_up
from espat_tools.emulate.show import Screen, summary
from espat_tools.emulate.watch import Event, Watch, shown
from espat_tools.emulator import Module, SocketNetwork
from espat_tools.emulator.faults import ACTIONS, TRIGGERS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")

OK = b"\r\nOK\r\n"
_PATIENCE = 20


class Running:
    """A running `espat emulate`, with its output as it comes."""

    def __init__(self, *options):
        command = [sys.executable, "-m", "espat_tools.cli", "emulate", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def line(self):
        """The next line."""
        timer = threading.Timer(_PATIENCE, self.process.kill)
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        assert line, self.process.stderr.read()
        return line.rstrip("\n")

    def event(self, name):
        """The next JSON event of this name."""
        while True:
            event = json.loads(self.line())
            if event["event"] == name:
                return event

    def end(self, number=signal.SIGTERM):
        """End it; returns (status, what it still said, what it said on stderr)."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=_PATIENCE)
        return self.process.returncode, out, err


@pytest.fixture
def start():
    """Starts `espat emulate`; what is not ended is killed."""
    running = []

    def make(*options):
        running.append(Running(*options))
        return running[-1]

    yield make
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
        each.process.communicate()


def talk(port, *commands):
    """Send commands over a pyserial port; returns what came up to the last OK or ERROR."""
    said = b""
    for command in commands:
        port.write(command + b"\r\n")
        said = b""
        end = time.monotonic() + _PATIENCE
        while not said.endswith((OK, b"ERROR\r\n")):
            assert time.monotonic() < end, said
            said += port.read(1)
    return said


@contextlib.contextmanager
def opened(path):
    with serial.serial_for_url(path, 115200, timeout=1) as port:
        yield port


def test_durations_by_the_command_line_go_before_the_scenarios(monkeypatch):
    made = []
    monkeypatch.setattr(set_up, "run", lambda module, *_: made.append(module.core.timing))
    words = ["--scenario", "slow-network", "--timing", "peer=20ms", "--timing", "dns_timeout=0.5"]
    result = CliRunner().invoke(cli.emulate, words)
    assert result.exit_code == 0, result.output
    (timing,) = made
    assert (timing.peer, timing.dns_timeout, timing.connect_timeout) == (0.02, 0.5, 8)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_port_by_its_link_from_beginning_to_end(start, tmp_path, number):
    link = tmp_path / "module"
    run = start("--link", str(link))
    assert run.line() == f"port      {link}"
    assert run.line() == f"          a link to {os.readlink(link)}"
    assert run.line() == "module    esp32c3-3.3, not paced, seed 0"
    assert run.line() == "Wi-Fi     espat"
    assert run.line() == "network   loopback"
    with opened(str(link)) as port:
        talk(port, b"ATE0", b'AT+CWJAP="espat","correct horse"')
    status, out, err = run.end(number)
    assert status == 0
    assert not os.path.lexists(link)
    assert err == ""
    lines = [line[10:] for line in out.splitlines()]
    assert lines[:2] == ["command   ATE0", 'command   AT+CWJAP="espat","*************"']
    assert "wifi      joined espat" in lines
    assert out.splitlines()[-1].startswith("Ended after ")
    assert " 2 commands, 0 faults." in out.splitlines()[-1]


def test_quiet_prints_the_ports_and_nothing_else(start, tmp_path):
    run = start("--quiet", "--link", str(tmp_path / "module"), "--tcp", "0")
    assert run.line() == str(tmp_path / "module")
    host, _, port = run.line().partition(":")
    assert (host, int(port) > 0) == ("127.0.0.1", True)
    assert run.end() == (0, "", "")


def test_quiet_without_a_link(start):
    run = start("--quiet")
    with opened(run.line()) as port:
        assert talk(port, b"ATE0", b"AT") == OK
    assert run.end() == (0, "", "")


def test_json_begins_with_the_ports_and_tells_what_happens(start):
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        options = ("--tcp", "0", "--host", f"echo.test={place}", "--joined", "--seed", "5")
        run = start("--json", *options, "--fault", "busy at AT+GMR")
        about = json.loads(run.line())
        assert about["event"] == "ready"
        assert (about["pty"], about["link"], about["seed"]) == (None, None, 5)
        assert about["access_points"] == ["espat"]
        with opened(f"socket://{about['tcp']}") as port:
            talk(port, b"ATE0")
            port.write(b"AT+GMR\r\n")
            assert run.event("fault")["fault"] == "busy at AT+GMR"
            talk(port, b"AT", b'AT+CIPSTART="TCP","echo.test",7')
            link = run.event("link")
            assert (link["type"], link["remote"], link["role"]) == ("TCP", "echo.test:7", "own")
            server.accept()[0].close()
            assert run.event("closed")["link"] == 0
            talk(port, b"AT+RST")
            assert run.event("reset")["seconds"] > 0
            assert run.event("booted")
        status, out, _ = run.end()
    assert status == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["event"] == "end"
    assert events[-1]["faults"] == 1
    assert events[-1]["commands"] >= 5
    assert events[-1]["in"] == events[-2]["in"] > 50


def test_names_lead_to_servers_of_this_machine_and_nothing_further(start):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        run = start("--json", "--joined", "--host", f"web.test:80=127.0.0.1:{server.server_port}")
        with opened(json.loads(run.line())["pty"]) as port:
            assert talk(port, b"ATE0", b'AT+CIPSTART="TCP","web.test",80') == b"CONNECT\r\n" + OK
            talk(port, b"AT+CIPSEND=18")
            port.write(b"GET / HTTP/1.0\r\n\r\n")
            said = port.read_until(b"CLOSED\r\n")
            assert b"hello" in said
            assert talk(port, b'AT+CIPSTART="TCP","192.0.2.1",80').endswith(b"ERROR\r\n")
            assert "the emulated network ends at loopback" in run.event("warning")["text"]
        server.shutdown()
    assert run.end()[0] == 0


def test_leaving_this_machine_is_said(start):
    run = start("--json", "--network", "host", "--tcp", "0.0.0.0:0")
    assert json.loads(run.line())["network"] == "host"
    status, _, err = run.end()
    assert status == 0
    err = " ".join(err.split())  # lines break between words
    assert "programs on this module reach whatever this machine reaches" in err
    assert "The TCP port is open to whoever reaches 0.0.0.0" in err


def test_names_beyond_this_machine_by_its_own_resolver(monkeypatch):
    asked = []

    def answer(name, *_):
        asked.append(name)
        if name == "no.test":
            raise socket.gaierror(-2, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    network = SocketNetwork({"here.test": "127.0.0.1"}, reach="any")
    answers = [network.lookup(name) for name in ("far.test", "no.test", "here.test")]
    end = time.monotonic() + _PATIENCE
    while not all(answer.done for answer in answers):
        assert time.monotonic() < end
        time.sleep(0.001)
    assert [answer.value for answer in answers] == ["192.0.2.7", None, "127.0.0.1"]
    assert sorted(asked) == ["far.test", "no.test"]
    network.close()
    confined = SocketNetwork()
    assert confined.lookup("far.test").value is None
    confined.close()


def test_what_is_stored_is_there_in_the_next_run(start, tmp_path):
    flash = str(tmp_path / "flash.json")
    options = ("--json", "--flash", flash, "--ap", "home:se:cret", "--profile", "nonos-1.7.4")
    run = start(*options)
    with opened(json.loads(run.line())["pty"]) as port:
        talk(port, b"AT+CWMODE=1", b'AT+CWJAP_DEF="home","se:cret"')
        run.event("wifi")
        time.sleep(0.3)
        run.process.kill()  # what is stored does not wait for a clean end
    run = start(*options, "--boot")
    while run.event("wifi")["state"] != "joined":
        pass
    assert run.end()[0] == 0


def test_a_scenario_and_what_goes_before_it(start, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'profile = "nonos-1.7.4"\nseed = 3\n[[ap]]\nname = "home"\n[[fault]]\ndo = "refuse"\n'
        'when = "at AT+GMR"\n'
    )
    run = start("--json", "--scenario", str(path), "--seed", "4", "--fault", "ignore at AT+RST")
    about = json.loads(run.line())
    assert (about["profile"], about["seed"], about["access_points"]) == ("nonos-1.7.4", 4, ["home"])
    with opened(about["pty"]) as port:
        assert talk(port, b"ATE0", b"AT+GMR") == b"\r\nERROR\r\n"
        port.write(b"AT+RST\r\n")
        assert run.event("fault")["fault"] == "refuse at AT+GMR"
        assert run.event("fault")["fault"] == "ignore at AT+RST"
    assert run.end()[0] == 0


def test_a_paced_module_with_a_small_buffer(start):
    """What comes while the program does not read is lost, counted and shown."""
    run = start("--json", "--baud", "921600", "--rx-size", "64")
    about = json.loads(run.line())
    assert (about["paced"], about["baud"]) == (True, 921600)
    with serial.serial_for_url(about["pty"], 921600, timeout=1) as port:
        port.write(b"AT+GMR\r\n")
        while not run.event("bytes")["lost_by_host"]:
            port.write(b"AT+GMR\r\n")
        # The kernel may hold some 4 KB more; what comes once there is room again is no loss.
        assert 0 < port.in_waiting <= 64 + 4096
    status, out, _ = run.end()
    assert status == 0
    assert json.loads(out.splitlines()[-1])["lost_by_host"] > 0


def test_flow_control_from_the_beginning(start):
    """With RTS/CTS at both ends nothing is lost by the same program."""
    run = start("--json", "--baud", "921600", "--rx-size", "64", "--rtscts", "--tcp", "0")
    about = json.loads(run.line())
    with opened(f"socket://{about['tcp']}") as port:
        assert talk(port, b"AT+UART_CUR?").endswith(b"+UART_CUR:921600,8,1,0,3\r\n" + OK)
        port.write(b"AT+RST\r\n")
        assert port.read_until(b"ready\r\n").endswith(b"ready\r\n")
        assert talk(port, b"AT+UART_CUR?").endswith(b"+UART_CUR:921600,8,1,0,3\r\n" + OK)
    status, out, _ = run.end()
    assert status == 0
    assert json.loads(out.splitlines()[-1])["lost_by_host"] == 0


def test_nobody_reads_any_more(start):
    """As `espat emulate --json | head -1` has it: it ends, and says nothing of it."""
    run = start("--json", "--fault", "notice x every 20ms")
    run.line()
    run.process.stdout.close()
    assert run.process.wait(_PATIENCE) == 0
    assert run.process.stderr.read() == ""


BAD = [
    (["--fault", "drp 3"], "did you mean drop?"),
    (["--ap", ":x"], "Invalid value for --ap: ':x' names no access point"),
    (["--ap", "x:y,security=wpa9"], "'wpa9' is no security of an access point; there are open"),
    (["--host", "x"], "Invalid value for --host: 'x' is no host: name=127.0.0.1:8080 is meant"),
    (["--tcp", "x"], "Invalid value for --tcp: 'x' is no [HOST:]PORT"),
    (["--tcp", "99999"], "is no [HOST:]PORT"),
    (["--scenario", "noisy"], "there is no file 'noisy'; "),
    (["--scenario", "."], "--scenario"),
    (["--profile", "esp99"], "'esp99' is not one of"),
    (["--network", "mars"], "'mars' is not one of"),
    (["--baud", "1"], "--baud"),
    (["--quiet", "--json"], "--quiet and --json exclude each other"),
    (["--joined", "--ap", "x:y,no-dhcp"], "--joined needs an access point with DHCP"),
]


@pytest.mark.parametrize(("options", "said"), BAD)
def test_what_cannot_be_is_said(options, said):
    result = CliRunner().invoke(cli.emulate, options)
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_port_that_is_taken_and_a_link_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    result = CliRunner().invoke(cli.emulate, ["--link", str(tmp_path / "file")])
    assert result.exit_code == 1
    assert "not replaced" in result.output
    assert (tmp_path / "file").read_text() == "mine"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = CliRunner().invoke(cli.emulate, ["--tcp", str(port)])
    assert result.exit_code == 1
    assert "in use" in result.output


def test_a_flash_file_that_is_none(tmp_path):
    (tmp_path / "flash").write_text("?")
    result = CliRunner().invoke(cli.emulate, ["--flash", str(tmp_path / "flash")])
    assert result.exit_code == 1
    assert "is no flash of a module" in result.output


def test_the_faults_and_the_scenarios_are_listed():
    told = " ".join(CliRunner().invoke(cli.emulate, ["--fault", "help"]).output.split())
    for usage, meaning in [(row.usage, row.meaning) for row in ACTIONS]:
        assert usage in told
        assert meaning in told
    assert all(usage in told and meaning in told for usage, _, meaning in TRIGGERS)
    told = " ".join(CliRunner().invoke(cli.emulate, ["--scenario", "help"]).output.split())
    assert "flaky-wifi The access point is at the edge of its range" in told


def test_every_option_has_a_word_of_help():
    assert all(param.help for param in cli.emulate.params if isinstance(param, click.Option))


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (b'AT+CWJAP="my net","pass\\,word"', 'AT+CWJAP="my net","**********"'),
        (b'AT+CWSAP_DEF="a","12345678",5,3', 'AT+CWSAP_DEF="a","********",5,3'),
        (b'AT+CIPSTART=0,"TCP","h",80', 'AT+CIPSTART=0,"TCP","h",80'),
        (b"AT\xff", "AT\\xff"),
    ],
)
def test_commands_are_shown_without_their_secrets(command, text):
    assert shown(command) == text


def test_the_picture_of_a_terminal():
    console = Console(file=io.StringIO(), force_terminal=True, width=90, height=40)
    with Module(joined=True) as module:
        watch = Watch(module)
        assert watch.wifi == "joined to espat"
        module.uart().write(b"AT+GMR\r\n")
        module.fault("wifi lost")
        view = Screen(console)
        with view:
            view.ready(
                {"pty": "/dev/pts/9", "link": None, "tcp": "127.0.0.1:3333", "paced": True}
                | {"baud": 9600, "profile": "esp32c3-3.3", "seed": 7, "network": "loopback"}
                | {"access_points": ["espat"]}
            )
            while event := watch.next(0):
                view.event(event)
            view.event(
                Event(1.0, "link", {"link": 1, "type": "TCP", "remote": "h:7", "role": "own"})
            )
            view.tick(watch)
            view.end(watch.figures())
        watch.close()
    drawn = console.file.getvalue()
    for text in ("/dev/pts/9", "paced at 9600 baud", "AT+GMR", "wifi lost", "1 TCP h:7 (own)"):
        assert text in drawn
    assert "Ended after" in drawn


def test_a_flood_is_counted_and_not_kept(monkeypatch):
    monkeypatch.setattr("espat_tools.emulate.watch._MOST", 5)
    with Module() as module:
        watch = Watch(module)
        module.uart().write(b"AT\r\n" * 20)
        assert watch.dropped == 15
        assert watch.commands == 20
        watch.close()


def test_the_end_in_a_sentence():
    figures = {"seconds": 12.34, "in": 1000, "out": 2000, "commands": 3, "faults": 1}
    lost = {"lost_by_host": 7, "lost_by_module": 0}
    assert summary(figures | lost) == (
        "Ended after 12.3 s: 1,000 bytes in, 2,000 out, 3 commands, 1 fault, 7 lost by the host."
    )
