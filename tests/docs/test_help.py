"""`espat --help`, and that of every subcommand: an example in each, and nothing loaded for it."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from espat_tools.cli import COMMANDS, main

HEAVY = ("rich", "cryptography", "prompt_toolkit", "espat_tools.emulator.module")
"""What `espat --help` need not load. (pyserial is loaded with espat_tools, for its URLs.)"""


def help_of(*words):
    result = CliRunner().invoke(main, [*words, "--help"], terminal_width=100)
    assert result.exit_code == 0, result.output
    return result.output


def all_commands():
    """Each command with a help of its own, as the words that it is called with."""
    for name in COMMANDS:
        command = main.get_command(None, name)
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


@pytest.mark.parametrize("words", [(), *all_commands()], ids=" ".join)
def test_each_help_has_an_example(words):
    text = help_of(*words)
    assert f"espat {' '.join(words)}" in text.partition("\n")[2]


def test_the_list_needs_nothing_else():
    """What makes its first line late is what it imports."""
    program = "import sys; sys.argv = ['espat', '--help']; from espat_tools.cli import main\n"
    program += "try: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "importlib.metadata" not in loaded, "the version is asked for by --version alone"
    assert not loaded & set(HEAVY)
    assert not [name for name in loaded if name.startswith("espat.")]


@pytest.mark.parametrize("name", ["install", "ports", "doctor", "ca", "record"])
def test_no_emulator_is_loaded_for_what_opens_a_port(name):
    program = f"import sys; sys.argv = ['espat', {name!r}, '--help']\n"
    program += "from espat_tools.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", program + "print('espat_tools.emulator' in sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("name", ["console", "trace"])
def test_these_load_nothing_for_their_help(name):
    program = f"import sys; sys.argv = ['espat', {name!r}, '--help']\n"
    program += "from espat_tools.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", program + "print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert not set(done.stdout.splitlines()[-1].split()) & set(HEAVY)
