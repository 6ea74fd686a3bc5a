"""What an older espat left beside the new one: which file wins, and that espat itself says so."""

import sys

import pytest

from espat import board, lazy
from tests.install.conftest import files
from tests.install.test_remote import _mpremote

BOTH = """
import sys
sys.path.insert(0, sys.argv[1])
import old
print(old.NAME)
"""


@pytest.mark.parametrize(
    ("there", "wins"),
    [
        (("old.py", "old.mpy"), "old.py"),
        (("old.py", "old/__init__.py"), "old/__init__.py"),
        (("old.mpy", "old/__init__.py"), "old/__init__.py"),
    ],
)
def test_which_of_two_is_loaded(micropython, mpy_cross, tmp_path, there, wins):
    """A source hides the compiled file beside it; a folder hides both."""
    for name in there:
        source = tmp_path / "source.py"
        source.write_text(f"NAME = {name!r}\n")
        target = tmp_path / "lib" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".mpy"):
            mpy_cross(source, target)
        else:
            target.write_bytes(source.read_bytes())
    assert micropython(BOTH, [str(tmp_path / "lib")]).check().strip() == wins


@pytest.fixture
def folder(tmp_path):
    """A folder of today's, in small."""
    for name in ("radio.mpy", "tls/__init__.mpy", "tls/pem.mpy", "at/wifi.mpy", "__init__.mpy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_a_folder_as_it_should_be(folder):
    assert board.twice(str(folder)) == []


@pytest.mark.parametrize(
    ("old", "other"),
    [
        ("tls.py", "tls"),
        ("tls.mpy", "tls"),
        ("radio.py", "radio.mpy"),
        ("at/wifi.py", "at/wifi.mpy"),
    ],
)
def test_what_is_there_twice(folder, old, other):
    (folder / old).write_bytes(b"")
    assert board.twice(str(folder)) == [(old, other)]


def test_the_drivers_own_folder_has_nothing_twice(capsys):
    lazy.call("board", "tell_twice")
    assert capsys.readouterr().err == ""


def test_the_boards_radio_looks_for_it_before_all_else(monkeypatch):
    called = []
    monkeypatch.setattr(board, "tell_twice", lambda: called.append("tell"))
    monkeypatch.setitem(sys.modules, "espat_board", None)
    with pytest.raises(ImportError):
        board.radio()
    assert called == ["tell"]


def test_a_board_says_so_and_forgets_the_room(port, espat):
    espat("install", "--port", port.port, "--no-packages", "--yes")
    assert "lib/espat/radio.mpy" in files(port.root)
    (port.root / "lib/espat/radio.py").write_bytes(b"class Radio: pass\n")
    try:
        program = "import sys; from espat import lazy; lazy.call('board', 'tell_twice'); "
        said = _mpremote(port, "exec", program + "print('espat.board' in sys.modules)")
    finally:
        (port.root / "lib/espat/radio.py").unlink()
    assert "espat: /lib/espat/ has radio.py and radio.mpy" in said
    assert said.endswith("False\n")
