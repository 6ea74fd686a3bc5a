"""A row of what `espat ca` prints: a name in front, and lines that fit the terminal."""

import shutil
import textwrap

import click

_NAME = 10  # columns for the name of a row
_WIDTH = 100


def row(name: str, text: str, err: bool = False) -> None:
    """A line with a name in front; more lines if it is long."""
    wrapped = textwrap.wrap(text, max(20, min(_WIDTH, _columns()) - _NAME)) or [""]
    for line in wrapped:
        click.echo(f"{click.style(f'{name:{_NAME}}', bold=True)}{line}", err=err)
        name = ""


def _columns() -> int:
    return shutil.get_terminal_size((_WIDTH, 24)).columns
