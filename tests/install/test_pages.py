"""README.md and the pages of docs/: their commands are commands, and README's programs run."""

import itertools
import re
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
import serial

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from espat import held
from espat_tools import cli
from espat_tools.emulator import Module
from tests.demo.conftest import serving
from tests.lib import aliases
from tests.micropython_net.test_pages import BOOT, STAND_INS
from tests.packaging import test_circup, test_mip

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TEXT = b"This is a test of Wi-Fi!\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(TEXT), TEXT)
HOST = "wifitest.adafruit.com"

PAGES = [
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("tools/*/*.md")]
    if ".venv" not in path.parts
]


def blocks(text, language):
    """The fenced blocks of a page in a language; `` for none."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```", text, re.M | re.S)
    return [
        re.sub(f"^{indent}", "", body, flags=re.M)
        for indent, name, body in found
        if name == language
    ]


def commands(text):
    """The commands of a page, each in words; what a shell would do with its output is cut off."""
    for line in "".join(itertools.chain(blocks(text, ""), blocks(text, "sh"))).splitlines():
        plain = line[:1] != " " and line.count("'") % 2 == 0
        words = shlex.split(line, comments=True) if plain else []
        for sign in ("|", ">", "&", "2>"):
            words = words[: words.index(sign)] if sign in words else words
        yield words


ESPAT = sorted(
    {
        (path.relative_to(ROOT).as_posix(), tuple(words[1:]))
        for path in PAGES
        for words in commands(path.read_text("utf-8"))
        if words
        and words[0].endswith("espat")
        and not {"…", "..."} & set("".join(words))
        and words[1:]
        and words[1:] != ["transcript", "1"]  # the first line of a transcript
    }
)


def _parse(group, words):
    """As click does it before a command begins. Raises click's errors."""
    name, *rest = words
    command = group.get_command(click.Context(group), name)
    assert command is not None, f"there is no command {name}"
    if isinstance(command, click.Group):
        return _parse(command, rest)
    return command.make_context(name, list(rest))


def test_there_are_commands():
    assert len(ESPAT) >= 25


@pytest.mark.parametrize(
    ("page", "words"), ESPAT, ids=lambda v: v if v == str(v) else " ".join(v)[:60]
)
def test_a_command_that_a_page_shows_is_one(page, words, monkeypatch, tmp_path):
    """Its options exist, and take what is given there. (Whether files exist is another matter.)"""
    monkeypatch.setattr(click.Path, "convert", lambda _self, value, *_rest: Path(value))
    _parse(cli.main, words)


# ---- README: what its other commands do is shown by other tests ----------------------------------

ELSEWHERE = {
    ("git", "clone", "https://github.com/espat/espat.git", "&&", "cd", "espat"): None,
    ("python3", "tools/dev.py", "demo"): ROOT / ".ci" / "run",
    ("circup", "bundle-add", "espat/espat"): Path(test_circup.__file__),
    ("circup", "install", "espat"): Path(test_circup.__file__),
    ("mpremote", "mip", "install", "./package.json"): Path(test_mip.__file__),
    ("mpremote", "mip", "install", "build/mpy/package.json"): Path(test_mip.__file__),
}
"""Commands, and the file where they are run."""


def test_every_command_of_the_readme_is_run_somewhere():
    for line in "".join(blocks(README, "")).splitlines():
        words = tuple(shlex.split(line))
        if not words or line.startswith(" ") or words[0] == "espat":
            continue  # the picture; see above
        if words[0] == "pip":
            _extras_exist(words)
        elif words[:3] != ("python3", "-m", "venv"):
            place = ELSEWHERE[words]
            assert place is None or _names(place.read_text("utf-8"), words), words


def _names(text, words):
    """Whether a script runs a command as it stands, or a test hands over its arguments."""
    whole = " ".join(words)
    arguments = ", ".join(f'"{word}"' for word in words[1:])
    arguments = arguments.replace("build/mpy/package.json", "./package.json")
    return whole in text or arguments in text


def _extras_exist(words):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert words[:2] == ("pip", "install")
    (extras,) = re.fullmatch(r"\.\[([\w,]+)\]", words[2]).groups()
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_its_settings_are_toml():
    (text,) = blocks(README, "toml")
    assert set(tomllib.loads(text)) == {"CIRCUITPY_WIFI_SSID", "CIRCUITPY_WIFI_PASSWORD"}


# ---- README: its programs -----------------------------------------------------------------------


def _program(heading):
    """The program under a heading."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (text,) = blocks(section, "python")
    return text


@pytest.fixture
def module():
    """A module whose network has the page that the programs ask for."""
    with (
        serving(REPLY) as served,
        Module(hosts={HOST: ("127.0.0.1", {80: served.port})}, timing={"join": 0.05}) as made,
    ):
        yield made
    assert served.requests[0].startswith(b"GET /testwifi/index.html HTTP/1.")


def test_the_program_for_circuitpython(module, monkeypatch, capsys):
    monkeypatch.setenv("CIRCUITPY_WIFI_SSID", "espat")
    monkeypatch.setenv("CIRCUITPY_WIFI_PASSWORD", "correct horse")
    board = SimpleNamespace(uart=module.uart, reset=lambda: None, RX_BUFFER=2048)
    monkeypatch.setitem(sys.modules, "espat_board", board)
    monkeypatch.setattr(held, "radio", None)
    aliases.fresh("wifi")
    with aliases.installed("wifi", "socketpool", "ssl"):
        exec(compile(_program("CircuitPython"), "README", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert printed == f"My address is 192.168.1.50\n{TEXT.decode()}\n"


def test_the_program_for_micropython(module, micropython, tmp_path):
    secrets = tmp_path / "secrets.py"
    secrets.write_text("SSID = 'espat'\nPASSWORD = 'correct horse'\n")
    modules = {**STAND_INS, "secrets": secrets}
    ran = micropython(BOOT + _program("MicroPython"), [module.open_pty()], modules=modules)
    assert ran.check() == f"My address is 192.168.1.50\n{TEXT.decode()}\n"


def test_the_program_for_the_desktop(module, capsys):
    program = _program("Desktop")
    for written, here in (
        ("/dev/ttyUSB0", module.open_pty()),
        ("your network", "espat"),
        ("its password", "correct horse"),
    ):
        assert written in program
        program = program.replace(written, here)
    exec(compile(program, "README", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert "ESP32 ESP-AT 3.3 is 192.168.1.50" in printed
    assert TEXT.decode() in printed
    assert serial  # the program imports it by itself


# ---- README: what it names is there -------------------------------------------------------------


def test_every_file_that_the_readme_names_is_there():
    named = re.findall(r"`((?:docs|examples|boards|tools)/[\w./-]+|\w+\.md|budgets\.toml)`", README)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "docs/flashing.md"])
def test_links_and_pictures_lead_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target
