"""`espat install` on a CircuitPython drive: which files, and what becomes of those there."""

import errno
import json

import pytest

import espat as driver
from espat_tools import where
from espat_tools.install import drive as drive_module
from espat_tools.install import find, manifest
from espat_tools.install.target import digest
from tests.install.conftest import PICO_W, files

NAMES = ["wifi", "socketpool", "ssl", "ipaddress", "mdns"]


def _driver():
    folder = where.driver_folder()
    return {
        f"lib/espat/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in where.python_files(folder)
    }


def _names():
    return {f"lib/{name}.py": (where.lib_folder() / f"{name}.py").read_bytes() for name in NAMES}


def _board():
    return {"espat_board.py": (where.boards_folder() / "raspberry_pi_pico.py").read_bytes()}


def _installed(folder):
    """What is there beside the drive's own file and the manifest."""
    return {
        path: data
        for path, data in files(folder).items()
        if path not in ("boot_out.txt", manifest.PATH)
    }


def test_a_plain_pico_gets_all_of_it(drive, espat):
    folder = drive()
    said = espat("install", "--path", folder)
    assert _installed(folder) == {**_driver(), **_names(), **_board()}
    assert "Raspberry Pi Pico with CircuitPython 10.3" in said
    assert "Done: " in said and "Next, " in said


def test_the_manifest_tells_what_was_written(drive, espat):
    folder = drive()
    espat("install", "--path", folder)
    told = json.loads((folder / manifest.PATH).read_text())
    assert told["files"] == {path: digest(data) for path, data in _installed(folder).items()}
    assert (told["espat"], told["board"]) == (driver.__version__, "raspberry_pi_pico")
    assert told["finished"] is True


def test_a_board_with_wifi_keeps_its_names(drive, espat):
    folder = drive(PICO_W)
    said = espat("install", "--path", folder)
    assert _installed(folder) == _driver()
    assert "has Wi-Fi of its own" in said


def test_of_a_board_with_ethernet_one_name_is_not_shadowed(drive, espat):
    """W5500-EVB-Pico: `ssl` is built in, `wifi` is not."""
    folder = drive("W5500 with rp2040\r\nBoard ID:wiznet_w5500_evb_pico")
    espat("install", "--path", folder)
    names = _names()
    del names["lib/ssl.py"]
    assert _installed(folder) == {**_driver(), **names}


def test_an_unknown_board_gets_no_names_and_is_told_of_the_way(drive, espat):
    folder = drive("My Own with rp2040\r\nBoard ID:my_own")
    said = espat("install", "--path", folder)
    assert _installed(folder) == _driver()
    assert "import espat.names" in said
    assert "--board" in said


def test_an_unknown_board_gets_the_names_when_told(drive, espat):
    folder = drive("My Own with rp2040\r\nBoard ID:my_own")
    espat("install", "--path", folder, "--names")
    assert _installed(folder) == {**_driver(), **_names()}


def test_names_and_board_can_be_chosen(drive, espat):
    folder = drive()
    espat("install", "--path", folder, "--no-names", "--board", "waveshare_pico_esp8266")
    found = _installed(folder)
    source = where.boards_folder() / "waveshare_pico_esp8266.py"
    assert found.pop("espat_board.py") == source.read_bytes()
    assert found == _driver()


def test_a_board_that_is_none_is_refused_with_those_there_are(drive, espat):
    folder = drive()
    said = espat("install", "--path", folder, "--board", "nano", status=1)
    assert "There is no board 'nano'" in said and "raspberry_pi_pico" in said
    assert _installed(folder) == {}


def test_the_boards_are_listed(espat):
    assert "raspberry_pi_pico\n" in espat("install", "--boards")


def test_a_dry_run_writes_nothing(drive, espat):
    folder = drive()
    before = files(folder)
    said = espat("install", "--path", folder, "--dry-run", "--ssid", "home")
    assert files(folder) == before
    assert "new files" in said and "of flash needed" in said


def test_the_second_time_nothing_is_written(drive, espat, monkeypatch):
    folder = drive()
    espat("install", "--path", folder)
    monkeypatch.setattr(drive_module.Drive, "write", None)
    assert "is there already" in espat("install", "--path", folder)


def test_an_update_brings_the_new_and_removes_the_old(drive, espat):
    folder = drive()
    espat("install", "--path", folder, "--board", "waveshare_pico_esp8266")
    told = json.loads((folder / manifest.PATH).read_text())
    for path in ("lib/espat/tls.py", "lib/espat/old.py"):
        (folder / path).write_bytes(b"old")
        told["files"][path] = digest(b"old")
    (folder / "lib/espat/radio.py").write_bytes(b"old")
    told["files"]["lib/espat/radio.py"] = digest(b"old")
    (folder / manifest.PATH).write_text(json.dumps(told))
    said = espat("install", "--path", folder, "--update")
    assert "2 to remove" in said and "1 to replace" in said
    source = where.boards_folder() / "waveshare_pico_esp8266.py"
    assert _installed(folder) == {**_driver(), **_names(), "espat_board.py": source.read_bytes()}


def test_an_update_of_nothing_is_refused(drive, espat):
    assert "There is no espat" in espat("install", "--path", drive(), "--update", status=1)


# ---- what something else put there --------------------------------------------------------------


@pytest.fixture
def by_hand(drive):
    """A drive with an older espat on it, copied by hand, and one in the root that hides both."""
    folder = drive()
    for path in ("lib/espat/__init__.py", "lib/espat/tls.py", "espat/__init__.py", "lib/wifi.mpy"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"by hand")
    (folder / "lib/neopixel.py").write_bytes(b"mine")
    return folder


def test_it_asks_before_it_replaces_what_it_did_not_write(by_hand, espat):
    before = files(by_hand)
    said = espat("install", "--path", by_hand, status=1, answer="n\n")
    assert "lib/espat/tls.py" in said and "Nothing was changed" in said
    assert files(by_hand) == before


def test_without_anybody_to_ask_nothing_is_changed(by_hand, espat):
    before = files(by_hand)
    assert "Nothing was changed" in espat("install", "--path", by_hand, status=1, answer="")
    assert files(by_hand) == before


@pytest.mark.parametrize("how", [["--yes"], []])
def test_what_shadows_goes_and_what_is_the_users_own_stays(by_hand, espat, how):
    espat("install", "--path", by_hand, *how, answer="y\n")
    found = _installed(by_hand)
    assert found.pop("lib/neopixel.py") == b"mine"
    assert found == {**_driver(), **_names(), **_board()}
    assert not (by_hand / "espat").exists()


def test_a_board_file_that_was_changed_is_asked_about(drive, espat):
    folder = drive()
    espat("install", "--path", folder)
    (folder / "espat_board.py").write_bytes(b"my pins")
    assert "espat_board.py" in espat("install", "--path", folder, status=1, answer="n\n")
    assert (folder / "espat_board.py").read_bytes() == b"my pins"


def test_after_an_interruption_it_goes_on_without_a_question(drive, espat, monkeypatch):
    folder = drive()
    write = drive_module.Drive.write

    def cut(self, path, data, progress=lambda _n: None):
        if path == "lib/espat/modem.py":
            write(self, path, data[:100])
            raise KeyboardInterrupt
        write(self, path, data, progress)

    with monkeypatch.context() as patch:
        patch.setattr(drive_module.Drive, "write", cut)
        assert "it goes on from here" in espat("install", "--path", folder, status=130)
    said = espat("install", "--path", folder)
    assert "1 to replace" in said
    assert _installed(folder) == {**_driver(), **_names(), **_board()}


# ---- flash that is full, worn or read-only ------------------------------------------------------


def test_what_does_not_fit_is_not_begun(drive, espat, monkeypatch):
    folder = drive()
    monkeypatch.setattr(drive_module.Drive, "space", lambda _self: (100_000, 512))
    said = espat("install", "--path", folder, status=1)
    assert "The flash is too small" in said and "Nothing was changed" in said
    assert _installed(folder) == {}


@pytest.mark.parametrize("times", [1, 2])
def test_a_file_that_reads_back_wrong_is_written_again_once(drive, espat, monkeypatch, times):
    folder = drive()
    write, left = drive_module.Drive.write, [times]

    def worn(self, path, data, progress=lambda _n: None):
        if path == "lib/espat/modem.py" and left[0]:
            left[0] -= 1
            data = data[:-1] + b"?"
        write(self, path, data, progress)

    monkeypatch.setattr(drive_module.Drive, "write", worn)
    said = espat("install", "--path", folder, status=times - 1)
    assert ("Written twice and still not the same" in said) == (times == 2)
    assert json.loads((folder / manifest.PATH).read_text())["finished"] == (times == 1)


def test_a_read_only_drive_is_told_as_one(drive, espat, monkeypatch):
    folder = drive()

    def refused(_fd):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("os.fsync", refused)
    assert "is read-only" in espat("install", "--path", folder, "--no-names", status=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is no CircuitPython drive"),
        ("something else", "does not say which CircuitPython"),
        ("Adafruit CircuitPython 8.2.9 on 2023-12-06; X with rp2040", "needs CircuitPython 9"),
    ],
)
def test_what_is_no_drive_for_it_is_refused(tmp_path, espat, text, said):
    if text:
        (tmp_path / "boot_out.txt").write_text(text)
    assert said in espat("install", "--path", tmp_path, status=1)


# ---- removing -----------------------------------------------------------------------------------


def test_remove_takes_away_what_it_brought_and_nothing_else(drive, espat):
    folder = drive()
    (folder / "code.py").write_bytes(b"mine")
    (folder / "lib").mkdir()
    (folder / "lib/neopixel.py").write_bytes(b"mine")
    before = files(folder)
    espat("install", "--path", folder)
    espat("install", "--path", folder, "--remove")
    assert files(folder) == before


@pytest.mark.parametrize(("answer", "kept"), [("n\n", True), ("y\n", False)])
def test_remove_asks_for_what_was_changed(drive, espat, answer, kept):
    folder = drive()
    espat("install", "--path", folder)
    (folder / "espat_board.py").write_bytes(b"my pins")
    espat("install", "--path", folder, "--remove", answer=answer)
    assert set(_installed(folder)) == ({"espat_board.py"} if kept else set())


def test_remove_knows_only_its_own(by_hand, espat):
    before = files(by_hand)
    assert "by hand" in espat("install", "--path", by_hand, "--remove", status=1)
    assert files(by_hand) == before


# ---- settings.toml ------------------------------------------------------------------------------


def test_a_settings_file_is_made_where_there_is_none(drive, espat, monkeypatch):
    folder = drive()
    monkeypatch.setenv("ESPAT_PASSWORD", 'a "b\\c')
    said = espat("install", "--path", folder, "--ssid", "home")
    assert (folder / "settings.toml").read_text() == (
        'CIRCUITPY_WIFI_SSID = "home"\nCIRCUITPY_WIFI_PASSWORD = "a \\"b\\\\c"\n'
    )
    assert "a " + '"b' not in said


def test_the_password_is_asked_for_before_anything_is_written(drive, espat, monkeypatch):
    folder = drive()
    monkeypatch.delenv("ESPAT_PASSWORD", raising=False)
    said = espat("install", "--path", folder, "--ssid", "home", status=1)
    assert "ESPAT_PASSWORD" in said
    assert _installed(folder) == {}
    monkeypatch.setattr("espat_tools.asking.password", lambda: "secret")
    said = espat("install", "--path", folder, "--ssid", "home")
    assert 'CIRCUITPY_WIFI_PASSWORD = "secret"' in (folder / "settings.toml").read_text()
    assert "secret" not in said


def test_a_settings_file_is_never_changed(drive, espat):
    folder = drive()
    (folder / "settings.toml").write_text('CIRCUITPY_WIFI_SSID = "mine"\n')
    said = espat("install", "--path", folder, "--ssid", "home")
    assert (folder / "settings.toml").read_text() == 'CIRCUITPY_WIFI_SSID = "mine"\n'
    assert "CIRCUITPY_WIFI_PASSWORD = " in said and "CIRCUITPY_WIFI_SSID = " not in said


# ---- finding ------------------------------------------------------------------------------------


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """Pretend that these folders are mounted drives, and that no port is there."""
    monkeypatch.setattr(find, "MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(find, "ports", list)

    def pretend(*folders):
        rows = [f"/dev/sdb1 {str(f).replace(' ', chr(92) + '040')} vfat rw 0 0" for f in folders]
        (tmp_path / "mounts").write_text("\n".join(["proc /proc proc rw 0 0", *rows]) + "\n")

    return pretend


def test_the_drive_is_found(drive, espat, mounts):
    folder = drive()
    folder = folder.rename(folder.with_name("CIRCUIT PY"))
    mounts(folder)
    espat("install")
    assert "lib/espat/radio.py" in _installed(folder)


def test_of_several_none_is_taken(drive, espat, mounts, tmp_path):
    one = drive()
    other = tmp_path / "second"
    other.mkdir()
    (other / "boot_out.txt").write_bytes((one / "boot_out.txt").read_bytes())
    mounts(one, other)
    said = espat("install", status=1)
    assert str(one) in said and str(other) in said
    assert _installed(one) == {}


def test_where_none_is_it_says_where_to_look(espat, mounts):
    mounts()
    said = espat("install", status=1)
    assert "--path" in said and "--port" in said and "data lines" in said
