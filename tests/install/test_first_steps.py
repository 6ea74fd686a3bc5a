"""What stopped newcomers: each ends in a sentence that says what to do, and in no traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import espat
from espat_tools import cli
from espat_tools.emulator import Module

ROOT = Path(__file__).resolve().parents[2]


def _run(*command, **environment):
    return subprocess.run(
        [sys.executable, *map(str, command)],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def radio():
    """A radio on an emulated module."""
    module = Module("esp32c3-3.3", timing={"join": 0.01, "boot": 0.01})
    with module, espat.Radio(module.uart()) as made:
        yield made


# ---- settings that are missing ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "name"),
    [((None, None), "SSID"), ((None, "word"), "SSID"), (("espat", None), "PASSWORD")],
)
def test_connect_names_the_setting_that_is_missing(radio, network, name):
    with pytest.raises(OSError, match=f"CIRCUITPY_WIFI_{name} is missing in settings.toml"):
        radio.connect(*network)


EXAMPLES = [
    path
    for path in sorted((ROOT / "examples").glob("espat_*.py"))
    if "CIRCUITPY_WIFI_SSID" in path.read_text()
]


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_hands_its_settings_to_connect(path):
    """So that each says what is missing: os.getenv() without a value of its own, or a check."""
    code = path.read_text()
    found = re.findall(r'os\.getenv\("CIRCUITPY_WIFI_(?:SSID|PASSWORD)"[^)]*\)', code)
    assert found
    assert all("," not in call for call in found)


def test_the_example_says_which_setting_is_missing():
    stand_ins = ROOT / "tests" / "demo" / "stand_ins" / "circuitpython"
    with Module("esp32c3-3.3", timing={"boot": 0.01}) as module:
        done = _run(
            ROOT / "examples" / "espat_simpletest.py",
            PYTHONPATH=os.pathsep.join([str(stand_ins), str(ROOT)]),
            STAND_IN_UART=module.open_pty(),
        )
    assert "CIRCUITPY_WIFI_SSID is missing in settings.toml" in done.stderr


def test_a_wrong_password_is_found_out_after_stop_station(radio):
    """A module that stands in the network joins nothing, and does not look at the password."""
    radio.connect("espat", "correct horse")
    radio.connect("espat", "wrong password")
    radio.stop_station()
    with pytest.raises(ConnectionError, match="wrong password"):
        radio.connect("espat", "wrong password")


def test_the_broker_that_is_missing_is_named(tmp_path):
    stand_ins = ROOT / "tests" / "demo" / "stand_ins" / "circuitpython"
    kept = {name: value for name, value in os.environ.items() if name != "MQTT_BROKER"}
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "espat_mqtt_tls.py"],
        env={**kept, "PYTHONPATH": os.pathsep.join([str(stand_ins), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "MQTT_BROKER is missing in settings.toml" in done.stderr


# ---- what is no UART ----------------------------------------------------------------------------


@pytest.mark.parametrize("thing", ["/dev/ttyUSB0", None, 115200])
def test_a_radio_on_what_is_no_uart(thing):
    with pytest.raises(TypeError, match="uart: an open UART is wanted, not ") as refused:
        espat.Radio(thing)
    assert ("use serial.Serial(name, 115200)" in str(refused.value)) == isinstance(thing, str)


def test_a_text_is_not_sent(radio):
    with pytest.raises(TypeError, match="data: bytes, "):
        espat.SocketPool(radio).socket().send("text")


# ---- programs without arguments -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["espat_simpletest_desktop", "espat_selftest"])
def test_an_example_for_the_desktop_without_arguments_says_how(name):
    done = _run(ROOT / "examples" / f"{name}.py")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"python {name}.py /dev/ttyUSB0" in done.stderr


@pytest.mark.parametrize("name", ["espat_simpletest_desktop", "espat_selftest"])
def test_an_example_for_the_desktop_with_a_port_that_is_none_says_so(name):
    arguments = ["/nonexistent", "a network"][: 2 if "desktop" in name else 1]
    done = _run(ROOT / "examples" / f"{name}.py", *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "could not open port /nonexistent" in done.stderr
    assert "espat ports lists the ports" in done.stderr


# ---- passwords ----------------------------------------------------------------------------------


def test_ca_check_asks_for_the_password_before_it_opens_the_port(monkeypatch):
    """As `espat demo` does; without anybody to ask it says where it can be put."""
    monkeypatch.delenv("ESPAT_PASSWORD", raising=False)
    how = ["ca", "check", "--port", "/dev/nothing", "--host", "a.test", "--ssid", "home"]
    done = CliRunner().invoke(cli.main, how)
    assert "ESPAT_PASSWORD" in done.output
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked = []
    monkeypatch.setattr("espat_tools.asking.password", lambda given: asked.append(given) or "x")
    assert "There is no port /dev/nothing" in CliRunner().invoke(cli.main, how).output
    assert asked == [None]


# ---- what is told of TLS, of pip ----------------------------------------------------------------


def test_the_demo_says_what_a_page_by_https_needs():
    done = CliRunner().invoke(cli.main, ["demo", "--url", "https://localhost/"])
    assert done.exit_code == 1
    assert "--ca FILE" in " ".join(done.output.split())


# ---- emulators ----------------------------------------------------------------------------------


def test_a_second_emulator_does_not_take_the_link_of_the_first(tmp_path):
    link = tmp_path / "module"
    with Module("esp32c3-3.3") as first:
        path = first.open_pty(str(link))
        done = CliRunner().invoke(cli.main, ["emulate", "--link", str(link)])
        assert done.exit_code == 1
        assert f"leads to {path}, which is in use" in " ".join(done.output.split())
        assert os.readlink(link) == path
        first.open_pty(str(link))  # its own, once more
    assert not link.is_symlink()


@pytest.mark.parametrize("command", ["record", "replay"])
def test_nor_do_the_recorder_and_the_player(tmp_path, command):
    link, script = tmp_path / "module", tmp_path / "said.txt"
    script.write_bytes(next((ROOT / "tests/transcripts/emulator").rglob("boot.txt")).read_bytes())
    how = {
        "record": ["--port", "espat://", "-o", str(tmp_path / "new.txt")],
        "replay": [str(script)],
    }[command]
    with Module("esp32c3-3.3") as first:
        path = first.open_pty(str(link))
        done = CliRunner().invoke(cli.main, [command, *how, "--link", str(link)])
        assert done.exit_code == 1
        assert "in use" in done.output
        assert os.readlink(link) == path


@pytest.mark.parametrize("option", ["--link", "--flash"])
def test_a_folder_that_is_not_there_is_told_at_once(option):
    done = CliRunner().invoke(cli.main, ["emulate", option, "/nonexistent/thing"])
    assert done.exit_code == 1
    assert "/nonexistent: there is no such folder" in done.output


# ---- ports that others have ---------------------------------------------------------------------


def test_recording_a_port_that_another_program_has(tmp_path):
    import serial

    with Module("esp32c3-3.3") as module:
        device = module.open_pty()
        with serial.Serial(device, exclusive=True):
            how = ["record", "--port", device, "-o", str(tmp_path / "new.txt")]
            done = CliRunner().invoke(cli.main, how)
    assert done.exit_code == 1
    assert "Another program has" in done.output


def test_a_silent_module_says_that_another_program_may_have_the_port(monkeypatch):
    class Deaf:
        in_waiting = 0
        baudrate = None

        def readinto(self, _buffer):
            return 0

        def write(self, data):
            return len(data)

    with pytest.raises(OSError, match="no other program has the port"):
        espat.Radio(Deaf()).connect("espat", "correct horse")


# ---- while one waits ----------------------------------------------------------------------------


def test_what_is_tried_on_a_silent_port_is_told(tmp_path):
    """A rate that nobody answers at is said before the next is tried."""
    from espat_tools.demo.counting import CountingUART

    class Uart:
        baudrate = 115200

    told = []
    CountingUART(Uart(), told=told.append).baudrate = 9600
    assert told == [9600]
    with Module("esp32c3-3.3", baud=9600, timing={"join": 0.01}) as module:
        done = CliRunner().invoke(cli.main, ["ca", "list", "--port", module.open_pty()])
    assert "trying 9600 baud" in done.output
    assert done.exit_code == 0


# ---- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_ca_list_can_be_read_at_any_width(columns):
    program = (
        "import sys; from unittest import mock; from rich.console import Console\n"
        "import espat_tools.ca.show as show\n"
        f"show.Console = lambda **how: Console(width={columns}, force_terminal=True, **how)\n"
        "from espat_tools.cli import main; main(['ca', 'list', '--port', 'espat://?baud=115200'])"
    )
    done = _run("-c", program, COLUMNS=str(columns))
    assert done.returncode == 0, done.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert max(map(len, plain.splitlines())) <= columns
    # Names of certificates stand whole in a line.
    assert re.search(r"client_ca\.0", plain)
    assert any("Espressif" in line or "demo" in line for line in plain.splitlines())


# ---- pytest's marker ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ('profil="esp32-2.4"', "profil"),
        ('profile="esp33"', "esp33"),
        ('"esp32-2.4"', "by their names"),
    ],
)
def test_a_typo_in_the_marker_is_a_sentence(tmp_path, marker, said):
    (tmp_path / "test_it.py").write_text(
        f"import pytest\n\n@pytest.mark.esp_module({marker})\ndef test_it(esp_module):\n    pass\n"
    )
    done = _run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path)
    assert done.returncode == 1
    assert "esp_module cannot be made as the marker says" in done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout and "pytest_plugin.py" not in done.stdout


# ---- types --------------------------------------------------------------------------------------


def test_both_packages_say_that_they_have_types():
    assert (ROOT / "espat" / "py.typed").is_file()
    assert (ROOT / "tools" / "py.typed").is_file()
