"""The console's table of commands against the other two, and against the reference."""

import re
from pathlib import Path

import pytest

from espat_tools.commands import forms
from espat_tools.console import reference
from espat_tools.emulator.commands import commands_of

SHARED = Path(__file__).resolve().parents[3] / "shared"
COMMANDS = reference.commands()
SIGN = {"query": "?", "set": "=", "execute": "x"}
RECOGNISED = {"AT+BLEINIT"}
"""What the emulator knows and the table does not: of sets that espat has nothing to do with."""

LOOSE = {("+CWJAP", "x")}
"""A form that the emulator gives to NonOS too, and that its manual does not have."""


@pytest.mark.parametrize("family", reference.FAMILIES)
def test_what_the_emulator_has_is_in_it(family):
    for name, handlers in commands_of(family).items():
        command = COMMANDS.get(f"AT{name}")
        if command is None or f"AT{name}" in RECOGNISED:
            assert f"AT{name}" in RECOGNISED, name
            continue
        assert command.has(family), name
        for form, sign in SIGN.items():
            if handlers.form(form) and (name, sign) not in LOOSE:
                assert command.has(family, sign), (name, sign)


def test_the_driver_s_commands_are_those_of_their_families():
    """Which families have a command; by NonOS some go by NAME_CUR alone."""
    told = [row for row in forms.FORMS if row[0].startswith("AT")]  # and not +IPD, and +++
    assert len(told) > 150
    for name, _, families in told:
        alone = ("ATE0", "ATE1") if name == "ATE" else (name,)
        for each in alone:
            found = set(COMMANDS[each].families)
            if f"{each}_CUR" in COMMANDS:
                found |= set(COMMANDS[f"{each}_CUR"].families)
            assert set(families) <= found, each


@pytest.mark.outside_material
def test_every_command_of_the_reference_is_in_it():
    page = SHARED / "esp-at-tcpip-commands.md"
    if not page.exists():
        pytest.skip("the command reference is not beside this checkout: ../shared")
    named = set(re.findall(r"^\* \[(AT\+\w+)\]", page.read_text("utf-8"), re.M))
    assert len(named) > 25
    assert not {name for name in named if name not in COMMANDS and f"{name}_CUR" not in COMMANDS}


def test_texts_are_short_and_say_something():
    for command in COMMANDS.values():
        assert 10 < len(command.text) < 82, command.name
        assert command.families, command.name
        assert command.usages(reference.ANY), command.name
        for parameter in command.parameters:
            assert len(parameter.text) < 72, command.name
            texts = [(value.text, value.families) for value in parameter.values]
            assert len(texts) == len(set(texts)), (command.name, parameter.name)


@pytest.mark.parametrize(
    ("line", "family", "links", "name"),
    [
        ("AT+CIPSTART=", "", None, "link"),
        ("AT+CIPSTART=", "", False, "kind"),
        ('AT+CIPSTART="TC', "", None, "kind"),
        ('AT+CIPSTART="TCP","a,b\\"c",', "", None, "port"),
        ("AT+CIPSTART=0,", "", None, "kind"),
        ('AT+CIPSTART=0,"TCP","h",80,', "", True, "keep-alive"),
        ("AT+CIPSEND=", "", True, "link"),
        ("AT+CIPSEND=0,", "", None, "length"),
        ("AT+CIPSEND=", "", False, "length"),
        ("AT+CWDHCP=", "nonos-1.7.4", None, "which"),
        ("AT+CWDHCP=", "esp32c3-3.3", None, "on"),
        ("AT+CWDHCP_CUR=1,", "", None, "on"),
        ("AT+CIPMUX=1,", "", None, None),
    ],
)
def test_the_parameter_that_is_being_typed(line, family, links, name):
    command = reference.find(line)
    _, parameter = reference.place(command, line.partition("=")[2], family, links)
    assert (parameter and parameter.name) == name


def test_values_are_of_the_family():
    (mode, *_) = COMMANDS["AT+CWMODE"].for_family("nonos-1.7.4")
    assert [v.text for v in mode.values if "nonos-1.7.4" in v.families] == ["1", "2", "3"]
    assert [v.text for v in mode.values if "esp32-2.4" in v.families] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("family", "usage"),
    [
        ("", "AT+CIPSEND=[<link>,]<length>[,\"host\"][,<port>]"),
        ("nonos-1.3", "AT+CIPSEND=[<link>,]<length>[,\"host\"][,<port>]"),
    ],
)  # fmt: skip
def test_usages(family, usage):
    assert COMMANDS["AT+CIPSEND"].usages(family) == ["AT+CIPSEND", usage]


@pytest.mark.parametrize("family", reference.FAMILIES)
def test_what_a_module_says_it_runs(talking, family):
    talk = talking(f"espat://?profile={family}")
    talk.command("AT+GMR")
    assert talk.session.family == family
