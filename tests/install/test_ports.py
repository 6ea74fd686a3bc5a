"""`espat ports`: what is plugged in, by USB names and by what answers."""

import os
import pty
import threading
import tty
from types import SimpleNamespace

import pytest

from espat_tools.emulator import Module
from espat_tools.install import builtin, find
from tests.install.conftest import PICO_W


@pytest.fixture
def answering():
    """A port on which somebody answers each line with the same."""
    ends = []

    def make(answer):
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        ends.extend((ours, theirs))

        def serve():
            try:
                while os.read(ours, 100):
                    os.write(ours, answer)
            except OSError:
                pass  # closed at the end of the test

        threading.Thread(target=serve, daemon=True).start()
        return os.ttyname(theirs)

    yield make
    for fd in ends:
        os.close(fd)


@pytest.mark.parametrize("profile", ["esp32c3-3.3", "nonos-1.7.4", "wizfi360"])
def test_a_module_is_named_by_its_firmware(espat, profile):
    with Module(profile) as module:
        said = espat("ports", module.open_pty())
    assert "module: AT version:" in said and "at 115200 baud" in said


def test_a_module_at_another_rate_is_found(espat):
    """As the driver does, at the rates that modules come with."""
    with Module("esp32c3-3.3", baud=9600) as module:
        said = espat("ports", module.open_pty())
    assert "module: " in said and "at 9600 baud" in said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"\r\n>>> ", "a Python prompt, at 115200 baud"),
        (b"what?\r\n", "something that does not speak AT"),
        (b"AT\r\n", "something that does not speak AT"),
    ],
)
def test_what_else_answers(espat, answering, answer, said, monkeypatch):
    monkeypatch.setattr("espat_tools.install.ports.RATES", (115200, 9600))
    assert said in espat("ports", answering(answer))


def test_nothing_answers(espat, answering, monkeypatch):
    monkeypatch.setattr("espat_tools.install.ports.RATES", (115200, 9600))
    assert "nothing answers" in espat("ports", answering(b""))


def test_a_port_that_cannot_be_opened(espat):
    assert "not to be opened: There is no port /dev/nothing" in espat("ports", "/dev/nothing")


def test_a_port_in_use(espat):
    import serial

    with Module("esp32c3-3.3") as module:
        device = module.open_pty()
        with serial.Serial(device, exclusive=True):
            assert "Another program has" in espat("ports", device)


def test_boards_are_told_by_their_usb_names_and_sent_nothing(espat, drive, monkeypatch, answering):
    folder = drive(PICO_W)
    pico = SimpleNamespace(device="/dev/ttyACM9", vid=0x2E8A, product="Board in FS mode")
    cable = SimpleNamespace(device=answering(b"\r\nOK\r\n"), vid=0x10C4, product="CP2102")
    monkeypatch.setattr(find, "drives", lambda: [folder])
    monkeypatch.setattr(find, "ports", lambda: [pico, cable])
    rows = espat("ports").splitlines()
    assert rows[0].split(maxsplit=1) == [
        str(folder),
        f"board: Raspberry Pi Pico W with CircuitPython 10.3; espat install --path {folder}",
    ]
    assert "/dev/ttyACM9" in rows[1] and "board: Board in FS mode" in rows[1]
    assert "module (CP210x): " in rows[2]


def test_nothing_is_plugged_in(espat, monkeypatch):
    monkeypatch.setattr(find, "drives", list)
    monkeypatch.setattr(find, "ports", list)
    assert "Nothing is plugged in" in espat("ports")


def test_the_port_of_the_only_board_is_taken(monkeypatch):
    pico = SimpleNamespace(device="/dev/ttyACM9", vid=0x2E8A)
    monkeypatch.setattr(find, "drives", list)
    monkeypatch.setattr(find, "ports", lambda: [pico])
    monkeypatch.setattr(find, "Remote", lambda port: f"opened {port}")
    assert find.target(None, None) == "opened /dev/ttyACM9"


def test_the_table_of_built_in_modules_is_that_of_the_stubs():
    """If this fails there are newer stubs: `python -m espat_tools.install.builtin`."""
    assert builtin.table() == builtin.from_stubs()


@pytest.mark.parametrize(
    ("board", "names"),
    [
        ("raspberry_pi_pico", set()),
        ("raspberry_pi_pico_w", set(builtin.NAMES)),
        ("adafruit_feather_esp32s3_nopsram", set(builtin.NAMES)),
        ("my_own", None),
    ],
)
def test_what_boards_have_built_in(board, names):
    assert builtin.modules(board) == names
