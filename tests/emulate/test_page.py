"""docs/emulator.md: its tables against the program's, and its examples run."""

import contextlib
import http.server
import re
import shlex
import shutil
import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from espat_tools.emulate import cli, set_up
from espat_tools.emulator import PROFILES, Module, Timing, load_scenario
from espat_tools.emulator.faults import ACTIONS, TRIGGERS
from espat_tools.emulator.scenario import parse_scenario, shipped

PAGE = Path(__file__).parents[2] / "docs" / "emulator.md"
TEXT = PAGE.read_text("utf-8")


def blocks(language):
    """The code blocks in one language ("" for none)."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.M | re.S)
    return [text for name, text in found if name == language]


def rows(table):
    """A table of the page: each row a code and its meaning."""
    return [f"| `{code.replace('|', chr(92) + '|')}` | {meaning} |" for code, meaning in table]


TABLES = {
    "actions": rows((row.usage, row.meaning) for row in ACTIONS),
    "triggers": rows((usage, meaning) for usage, _, meaning in TRIGGERS),
    "scenarios": rows((name, load_scenario(name).description) for name in shipped()),
}


@pytest.mark.parametrize("name", TABLES)
def test_its_tables_are_the_programs(name):
    table = "\n".join(TABLES[name])
    assert f"|---|---|\n{table}\n\n" in TEXT, f"the page should have:\n{table}"


def test_it_names_every_option_and_profile_and_durations_that_are_some():
    for option in cli.emulate.params:
        assert f"--{option.name.replace('_', '-').removeprefix('as-')}" in TEXT
    assert all(f"`{profile}`" in TEXT for profile in PROFILES)
    (durations,) = re.findall(r"`\[timing\]` has (.*?):", TEXT, re.S)
    named = set(re.findall(r"`(\w+)`", durations))
    assert len(named) > 4
    assert named <= {field.name for field in fields(Timing)}


COMMANDS = [
    line for block in blocks("") for line in block.splitlines() if line.startswith("espat ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_start_what_they_say(command, monkeypatch, tmp_path):
    """All but the opening of the ports, which other tests do."""
    monkeypatch.chdir(tmp_path)
    started = []

    def run(module, ports, view, about):
        started.append((module, ports))

    monkeypatch.setattr(set_up, "run", run)
    words = shlex.split(command)
    assert words[:2] == ["espat", "emulate"]
    result = CliRunner().invoke(cli.emulate, words[2:])
    assert result.exit_code == 0, result.output
    module, ports = started[0]
    faults = [fault.text for fault in module.faults.faults] if module.faults else []
    assert all(words[at + 1] in faults for at, word in enumerate(words) if word == "--fault")
    assert ports["link"] == ("/tmp/module" if "--link" in words else None)


def test_it_has_commands():
    assert len(COMMANDS) == 14


def test_its_scenario_is_one():
    (text,) = blocks("toml")
    scenario = parse_scenario(text)
    with scenario.module() as module:
        assert len(module.faults.faults) == 2
        assert module.core.access_points[0].password == b"se,cr:et"


@contextlib.contextmanager
def page_server():
    """What `python3 -m http.server` serves, on a port of its own."""
    handler = http.server.SimpleHTTPRequestHandler
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


PROGRAM, TESTS, SIMULATED, UPDATES = blocks("python")


def test_its_program_fetches_a_page(tmp_path, capsys):
    link = tmp_path / "module"
    with page_server() as port, Module(hosts={"web.test": ("127.0.0.1", port)}) as module:
        module.open_pty(link)
        exec(compile(PROGRAM.replace("/tmp/module", str(link)), "program", "exec"), {})
    said = capsys.readouterr().out
    assert said.startswith("joined: 192.168.1.50\nHTTP/1.0 200 OK")


def test_its_files_are_an_update(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(UPDATES, "program", "exec"), {})
    with page_server() as port, Module(joined=True, hosts={"ota.test": ("127.0.0.1", port)}) as it:
        uart = it.uart()
        uart.timeout = 5
        uart.write(b"AT+CIUPDATE\r\n")
        said = b""
        while not said.endswith(b"ready\r\n"):
            said += uart.read() or b""
        uart.write(b"AT+GMR\r\n")
        assert b"AT version:3.4.0.0(" in uart.read()


def test_its_fault_ends_the_program_as_it_says(tmp_path):
    link = tmp_path / "module"
    faults = ["reset at AT+CIPSEND"]
    with (
        page_server() as port,
        Module(hosts={"web.test": ("127.0.0.1", port)}, faults=faults) as it,
    ):
        it.open_pty(link)
        with pytest.raises(ConnectionResetError):
            exec(compile(PROGRAM.replace("/tmp/module", str(link)), "program", "exec"), {})


def test_its_tests_pass(tmp_path):
    (tmp_path / "test_my_program.py").write_text(TESTS, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert "3 passed" in result.stdout, result.stdout + result.stderr


def test_its_simulated_module_does_what_it_says():
    exec(compile(SIMULATED, "simulated", "exec"), {})


@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler: install gcc, libc6-dev")
def test_its_c_program_talks_to_a_module(tmp_path):
    (source,) = blocks("c")
    (tmp_path / "main.c").write_text(source, "utf-8")
    program = tmp_path / "main"
    subprocess.run(
        ["cc", "-D_DEFAULT_SOURCE", "-o", program, tmp_path / "main.c"], check=True, timeout=60
    )
    with Module() as module:
        result = subprocess.run([program, module.pty], capture_output=True, timeout=20, check=False)
    assert result.stdout == b"ATE0\r\n\r\nOK\r\n"
    assert result.returncode == 0


def test_the_conversation_on_the_page_is_the_modules():
    with Module() as module:
        uart = module.uart()
        uart.timeout = 5
        command = b'AT+CWJAP="espat","correct horse"\r\n'
        uart.write(command)
        said = b""
        while not said.endswith(b"OK\r\n"):
            said += uart.read() or b""
    assert f"```\n{said.decode().replace(chr(13), '')}```" in TEXT
