"""Asking for a network's password, the same way in every command."""

import os
import sys

import click

VARIABLE = "ESPAT_PASSWORD"
"""Where it can be put, so that nobody else on the machine sees it."""


def password(given: str | None = None) -> str:
    """The password given, or of the environment, or asked for. Raises Unwanted."""
    if given is not None:
        return given
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        from espat_tools.demo.wanted import Unwanted  # noqa: PLC0415 - not needed for --help

        raise Unwanted(f"The password of the network is needed, in the variable {VARIABLE}.")
    question = "Password of the network (empty if it has none)"
    return click.prompt(question, "", hide_input=True, err=True, show_default=False)
