"""docs/console.md: its commands start, and what it names is there."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from espat_tools.console import cli
from espat_tools.console.acting import OWN

TEXT = (Path(__file__).parents[2] / "docs" / "console.md").read_text("utf-8")
COMMANDS = re.findall(r"espat console (.*)$", TEXT, re.M)


@pytest.mark.parametrize("words", COMMANDS)
def test_its_commands_start(words):
    """All of them, with an emulated module in place of a device."""
    given = ["espat://" if word == "/dev/ttyUSB0" else word for word in shlex.split(words)]
    result = CliRunner().invoke(cli.console, given, input="AT+CWMODE=1\n")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("> AT+GMR\nAT version:")


def test_it_has_commands():
    assert len(COMMANDS) == 3


def test_what_it_names_is_there():
    named = set(re.findall(r"`(/\w+)", TEXT)) - {"/dev"}
    assert len(named) == 5
    assert named <= set(OWN)
    options = {option for each in cli.console.params for option in each.opts + each.secondary_opts}
    assert set(re.findall(r"`(--[\w-]+)", TEXT)) <= options
