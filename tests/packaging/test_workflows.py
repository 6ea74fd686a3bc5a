"""The workflows run what a developer runs, by commands and options that there are."""

import re
import shlex
from pathlib import Path

import click
import pytest

from espat_tools import cli
from espat_tools.release.cli import release

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml")}


def _commands(text):
    return re.findall(r"^ +- run: (.*)$", text, re.M)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_released_or_merged_without_ci(name):
    assert ".ci/run" in _commands(WORKFLOWS[name])
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_the_release_waits_for_ci():
    assert re.search(r"^  release:\n    needs: ci$", WORKFLOWS["release"], re.M)


def test_the_release_is_built_by_a_command_that_there_is():
    (command,) = [c for c in _commands(WORKFLOWS["release"]) if c.startswith("espat ")]
    _espat, name, *arguments = shlex.split(command.replace("$GITHUB_REF_NAME", "1.2.3"))
    assert cli.main.get_command(click.Context(cli.main), name) is release
    context = release.make_context(name, arguments)
    assert context.params["tag"] == "1.2.3"
    assert context.params["mpy"] is True


def test_only_tags_of_three_numbers_are_released():
    """As circup asks for them: no v in front."""
    assert 'tags: ["[0-9]+.[0-9]+.[0-9]+"]' in WORKFLOWS["release"]
