"""The fixture `esp_module`, as another project's tests use it: pytest in a folder of its own."""

import subprocess
import sys

import pytest

PROJECT = '''\
"""Tests of a project that has espat installed, and nothing set up."""

import http.client
import os
import socket
import threading

import pytest
import serial

OK = b"\\r\\nOK\\r\\n"


def talk(port, command):
    port.write(command + b"\\r\\n")
    return port.read_until(OK)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_a_serial_port_for_any_program(esp_module):
    with serial.Serial(esp_module.pty, 115200, timeout=5) as port:
        assert talk(port, b"AT").endswith(OK)
        assert b"ESP32C3" in talk(port, b"AT+GMR")
    assert esp_module.commands == [b"AT", b"AT+GMR"]


def test_in_process_without_a_thread(esp_module):
    uart = esp_module.uart()
    uart.write(b"ATE0\\r\\nAT\\r\\n")
    assert uart.read() == b"ATE0\\r\\n" + OK + OK
    assert not [thread for thread in threading.enumerate() if thread.name == "espat emulator"]


@pytest.mark.esp_module(profile="nonos-1.7.4", echo=False, faults=["busy at AT+GMR"], seed=3)
class TestOptions:
    def test_of_the_class(self, esp_module):
        uart = esp_module.uart()
        uart.write(b"AT+GMR\\r\\nAT+GMR\\r\\n")
        assert uart.read().startswith(b"\\r\\nbusy p...\\r\\nAT version:1.7.4.0")
        assert esp_module.seed == 3

    @pytest.mark.esp_module(profile="esp32-2.4", faults=[])
    def test_the_test_goes_before_its_class(self, esp_module):
        uart = esp_module.uart()
        uart.write(b"AT+GMR\\r\\n")
        assert uart.read().startswith(b"AT version:2.4.0.0")
        assert esp_module.seed == 3


@pytest.mark.parametrize("esp_module", [{"profile": "esp32c6-4.1"}], indirect=True)
def test_by_parameters(esp_module):
    assert esp_module.core.profile.id == "esp32c6-4.1"


@pytest.fixture(scope="module")
def server():
    with socket.create_server(("127.0.0.1", PORT)) as listener:
        yield listener


@pytest.mark.esp_module(
    joined=True, echo=False, hosts={"echo.test": f"127.0.0.1:{PORT}"}, access_points=["home:secret"]
)
def test_hosts_and_access_points(esp_module, server):
    uart = esp_module.uart()
    uart.timeout = 5
    uart.write(b'AT+CIPSTART="TCP","echo.test",7\\r\\n')
    assert uart.read(7) == b"CONNECT"
    server.accept()[0].close()
    assert esp_module.core.access_points[0].ssid == b"home"


@pytest.mark.esp_module(scenario="brown-out", faults=["refuse at AT+GMR"])
def test_a_scenario(esp_module):
    assert esp_module.core.profile.id == "esp8266-2.2.1"
    assert [fault.text for fault in esp_module.faults.faults][-1] == "refuse at AT+GMR"


def test_faults_while_it_runs(esp_module):
    uart = esp_module.uart()
    fault = esp_module.fault("ignore at AT+GMR")
    uart.write(b"ATE0\\r\\nAT+GMR\\r\\nAT\\r\\n")
    assert uart.read() == b"ATE0\\r\\n" + OK + OK
    assert fault.hits == 1
'''

BAD = """\
import pytest


@pytest.mark.esp_module(network="mars")
def test_a_network_that_is_none(esp_module):
    pass


@pytest.mark.esp_module(faults=["drp 3 bytes"])
def test_a_fault_that_is_none(esp_module):
    pass


@pytest.mark.esp_module("esp32-2.4")
def test_an_option_without_a_name(esp_module):
    pass


@pytest.mark.esp_module(profil="esp32-2.4")
def test_an_option_that_is_none(esp_module):
    pass
"""


def run(folder, *options):
    """pytest in a folder, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def project(tmp_path):
    """A project's folder with a file of tests in it."""

    def make(text):
        (tmp_path / "test_project.py").write_text(text, "utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
        return tmp_path

    return make


def test_it_is_there_in_the_tests_of_anybodys_project(project, free_port):
    result = run(project(PROJECT.replace("PORT", str(free_port))))
    assert "8 passed" in result.stdout, result.stdout + result.stderr
    assert result.returncode == 0


def test_what_is_wrong_with_a_marker_is_said(project):
    result = run(project(BAD))
    assert "4 errors" in result.stdout
    assert "did you mean drop?" in result.stdout
    assert "esp_module takes options by their names alone" in result.stdout
    assert "profil" in result.stdout
    assert "network 'mars': there are loopback, host" in result.stdout


def test_the_marker_and_the_fixture_are_told(project):
    folder = project("def test_nothing():\n    pass\n")
    assert "@pytest.mark.esp_module(**options): what the fixture" in run(folder, "--markers").stdout
    assert "An emulated ESP-AT module for this test" in run(folder, "--fixtures").stdout


def test_a_run_that_does_not_use_it_pays_nothing(project):
    """Neither the emulator nor what it needs is imported."""
    text = (
        "import sys\n\n\ndef test_nothing():\n"
        "    names = ('espat', 'rich', 'click', 'OpenSSL', 'cryptography')\n"
        "    loaded = [name for name in sys.modules if name.startswith(names)]\n"
        "    assert set(loaded) <= {'espat_tools', 'espat_tools.pytest_plugin'}, loaded\n"
        "    assert 'espat_tools.pytest_plugin' in loaded\n"
    )
    result = run(project(text))
    assert "1 passed" in result.stdout, result.stdout
