"""`espat --help`, and that of every subcommand: an example in each, and nothing loaded for it."""

import ast
import subprocess
import sys
from pathlib import Path

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


def loaded_for(*words):
    """The names of all modules that are loaded when a help has been shown."""
    program = f"import sys; sys.argv = {['espat', *words, '--help']!r}\n"
    program += "from espat_tools.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", program + "print(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_the_list_needs_nothing_else():
    """What makes its first line late is what it imports."""
    loaded = loaded_for()
    assert "importlib.metadata" not in loaded, "the version is asked for by --version alone"
    assert not loaded & set(HEAVY)
    assert not [name for name in loaded if name.startswith("espat.")]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_module_is_emulated_for_a_help(name):
    """What an emulated module takes is most of what makes a first line late."""
    loaded = loaded_for(name)
    assert not loaded & {"espat_tools.emulator.core", "espat_tools.emulator.module"}
    assert not loaded & {"cryptography", "prompt_toolkit"}


def test_the_names_that_stand_in_for_what_is_loaded_late():
    from espat_tools import emulator
    from espat_tools.demo import cli, going

    assert set(cli.RUNTIMES) == set(going.RUNNERS)
    tree = ast.parse(Path(emulator.__file__).read_text("utf-8"))
    typed = {
        (name.name, node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
        for name in node.names
    }
    assert typed == set(emulator._ROOMS.items())
    assert set(emulator.__all__) == set(emulator._ROOMS)
    assert all(hasattr(emulator, name) for name in emulator.__all__)
    with pytest.raises(AttributeError):
        _ = emulator.nothing


@pytest.mark.parametrize("name", ["console", "trace"])
def test_these_load_nothing_for_their_help(name):
    assert not loaded_for(name) & set(HEAVY)
