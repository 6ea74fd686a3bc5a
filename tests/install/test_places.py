"""Places that cannot be read, written or had: a sentence that says what to do, and no traceback."""

import errno
import os
import re
import shlex
import socket
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from espat_tools import cli, troubles
from espat_tools.demo.wanted import Unwanted
from espat_tools.emulator import Module
from espat_tools.emulator.flash_file import FlashFile
from espat_tools.emulator.terminal import Terminal
from espat_tools.install import drive as drive_module
from espat_tools.install import find, index, ports, remote
from espat_tools.install.drive import Drive
from espat_tools.release import build
from espat_tools.transcripts.recorder import Recorder
from tests.docs.test_help import all_commands, help_of
from tests.install.test_pages import _parse

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _said(*words, code=1):
    done = CliRunner().invoke(cli.main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code
    return " ".join(done.output.split())


def _fails(error):
    def fail(*_, **__):
        raise error

    return fail


# ---- drives -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["read_bytes", "is_file"])
@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "not yours to read or write"), (errno.EIO, "was the board unplugged?")],
)
def test_a_drive_that_cannot_be_read(drive, monkeypatch, name, number, said):
    """Stands for a drive of another user's, or one that is pulled out: root may read everything."""
    folder = drive()
    (folder / "lib" / "espat").mkdir(parents=True)
    (folder / "lib" / "espat" / "radio.py").write_text("old")
    real = getattr(Path, name)

    def refuse(path, *how):
        if "espat" in path.name or path.name == "radio.py":
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *how)

    monkeypatch.setattr(drive_module.Path, name, refuse)
    assert said in _said("install", "--path", folder)


def test_a_drive_whose_room_cannot_be_told(drive, monkeypatch):
    there = Drive(drive())
    monkeypatch.setattr(drive_module.os, "statvfs", _fails(OSError(errno.EIO, "gone")))
    with pytest.raises(Unwanted, match="was the board unplugged"):
        there.space()


def test_a_file_in_the_place_of_a_folder(drive):
    folder = drive()
    (folder / "lib").write_text("no folder")
    assert "has a file where a folder is needed" in _said("install", "--path", folder)


def test_a_drive_that_is_full_says_what_to_do(drive, monkeypatch):
    monkeypatch.setattr(drive_module.os, "fsync", _fails(FULL))
    assert "is full: remove what you do not need" in _said("install", "--path", drive())


# ---- what is built ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [["bundle", "--micropython"], ["bundle"], ["release", "--output"]])
def test_a_folder_below_a_file(tmp_path, how):
    (tmp_path / "file").write_text("")
    words = how if how[-1] == "--output" else [*how, "--output"]
    said = _said(*words, tmp_path / "file" / "dist")
    assert "no tag" in said or "a part of that path is a file" in said


def test_a_release_of_what_is_no_checkout(tmp_path):
    with pytest.raises(Unwanted, match="is built from a tag of a git checkout"):
        list(build.parts(None, tmp_path / "out", checkout=tmp_path))


# ---- emulators and recorders --------------------------------------------------------------------


def test_a_tcp_port_that_another_program_has(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for how in (
            ["emulate", "--tcp", port],
            ["record", "--port", "espat://", "-o", tmp_path / "a", "--tcp", port],
        ):
            said = _said(*how)
            assert "that TCP port is in use: take another" in said
            assert "Errno" not in said


def test_a_link_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    with Module("esp32c3-3.3") as module:
        monkeypatch.setattr(
            "os.symlink", _fails(PermissionError(errno.EACCES, "Permission denied", "/dev/pts/9"))
        )
        with pytest.raises(PermissionError) as refused:
            module.open_pty(str(tmp_path / "module"))
    assert refused.value.filename == str(tmp_path / "module")
    assert Terminal  # whose work it is


def test_a_flash_file_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    with Module("esp32c3-3.3") as module:
        flash = module.core.flash
        file = FlashFile(tmp_path / "flash.json", "esp32c3-3.3")
        monkeypatch.setattr("os.fsync", _fails(FULL))
        with pytest.raises(OSError, match=r"flash\.json") as refused:
            file.save(flash)
    assert "the disk is full" in troubles.told(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_record_on_a_disk_that_gets_full(tmp_path, monkeypatch):
    place = tmp_path / "session.txt"

    def step(_relay):
        raise FULL

    monkeypatch.setattr("espat_tools.transcripts.relay.Relay.step", step)
    said = _said("record", "--port", "espat://", "-o", place)
    assert "session.txt: the disk is full: make room" in said
    assert "What was said until then is in it" in said
    assert place.exists()


def test_a_record_that_cannot_be_finished_leaves_no_half(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path / "session.txt")
    recorder.host(b"AT+GMR\r\n")
    recorder.module(b"AT+GMR\r\nAT version:3.3.0.0(3b13d04)\r\n\r\nOK\r\n")
    monkeypatch.setattr("os.replace", _fails(FULL))
    with pytest.raises(OSError, match="No space"):
        recorder.close()
    assert recorder.closed
    assert [path.name for path in tmp_path.iterdir()] == ["session.txt"]


# ---- ports --------------------------------------------------------------------------------------


def test_a_port_that_goes_away_while_it_is_asked(monkeypatch):
    monkeypatch.setattr(ports, "_said", _fails(OSError("device disconnected")))
    said = _said("ports", "espat://", "loop://", code=0)
    assert said.count("went away while it was asked: is it still plugged in?") == 2


SENT = (b"<html>log in</html>", b"[1]", b'{"hashes": 5}', b'{"deps": [[1]]}')


@pytest.mark.parametrize("said", SENT)
def test_an_index_that_sends_something_else(monkeypatch, said):
    """As the network of a hotel does, with status 200."""
    monkeypatch.setattr(index, "_get", lambda _url: said)
    with pytest.raises(index.NotFetched, match="does this network want a login first"):
        index.fetch("ntptime")


def test_a_board_whose_program_prints_meanwhile(port, monkeypatch):
    monkeypatch.setattr(remote, "_FACTS", "print('21.5 degrees')")
    assert "Something else prints on" in _said("install", "--port", port.port)


def test_ctrl_c_says_to_go_on_only_where_that_is_so(monkeypatch):
    for words, goes_on in ((["ports"], False), (["install"], True)):
        monkeypatch.setattr(find, "drives", _fails(KeyboardInterrupt()))
        assert ("it goes on from here" in _said(*words, code=130)) == goes_on


def test_what_comes_next_without_a_board_file(port, drive):
    said = _said("install", "--port", port.port, "--no-packages", code=0)
    assert "It says nothing if all is well. Then write espat_board.py" in said
    folder = drive("My Own with rp2040\r\nBoard ID:my_own")
    said = _said("install", "--path", folder, code=0)
    assert "print(board.shared().firmware)" in said


# ---- words --------------------------------------------------------------------------------------


def test_words_of_ours_are_kept():
    ours = FileNotFoundError(errno.ENOENT, "there is no such folder", "/x")
    assert troubles.told(ours) == "/x: there is no such folder"
    theirs = NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), "/x")
    assert troubles.told(theirs) == "/x: a part of that path is a file, where a folder is wanted"
    assert troubles.told(OSError("something else")) == "something else"


# ---- the examples of --help ---------------------------------------------------------------------

SHOWN = sorted(
    {
        re.split(r"  +|\s*\|", line)[0]
        for words in all_commands()
        for line in re.findall(r"^ *(?:Example: )?(espat .*)$", help_of(*words), re.M)
        if "..." not in line and "COMMAND" not in line
    }
)


def test_there_are_examples():
    assert len(SHOWN) > 40


@pytest.mark.parametrize("line", SHOWN)
def test_an_example_of_a_help_is_a_command(line, monkeypatch):
    """Its options exist, and take what is given there."""
    monkeypatch.setattr(click.Path, "convert", lambda _self, value, *_rest: Path(value))
    _parse(cli.main, shlex.split(line)[1:])
