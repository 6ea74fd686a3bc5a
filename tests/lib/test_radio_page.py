"""docs/radio.md says what this run has proven of CircuitPython's stubs. It runs last."""

import inspect

import pytest

import espat
from espat.members import types
from espat_tools.commands.radio_page import ABSENT, DIFFERS, PAGE, members, render, ticks
from tests.lib import (
    aliases,
    test_ipaddress,
    test_mdns,
    test_radio_api,
    test_socketpool,
    test_wifi,
)

PROVING = (test_ipaddress, test_mdns, test_radio_api, test_socketpool, test_wifi)
MEMBERS = {member.name: member for member in members()}


@pytest.fixture
def whole(request):
    """Whether every test that proves something was to run, as in CI."""
    run = {item.function.__name__ for item in request.session.items if hasattr(item, "function")}
    return all(
        name in run for module in PROVING for name in vars(module) if name.startswith("test_")
    )


def test_the_page_says_what_was_proven(request, proven, whole):
    if whole and request.config.getoption("--write-table", default=False):
        PAGE.write_text(render(proven), "utf-8")
    page = PAGE.read_text("utf-8")
    if whole:
        assert page == render(proven), "pytest tests/lib --write-table"
    else:
        assert proven <= ticks(page)


def test_every_name_is_there_or_it_says_why_not(proven, whole):
    assert proven <= set(MEMBERS)
    if whole:
        assert set(MEMBERS) - proven == set(ABSENT)
    assert ticks(PAGE.read_text("utf-8")) == set(MEMBERS) - set(ABSENT)


def test_nothing_is_said_of_names_that_are_none():
    assert set(DIFFERS) | set(ABSENT) <= set(MEMBERS)
    assert not set(DIFFERS) & set(ABSENT)


def test_a_name_more_or_less_is_seen():
    """The comparison's own proof."""
    everything = set(MEMBERS) - set(ABSENT)
    assert render(everything) != render(everything - {"wifi.Radio.ping"})
    assert ticks(render(everything - {"wifi.Radio.ping"})) == everything - {"wifi.Radio.ping"}


def _ours(name):
    """Our function for one of the stubs'."""
    module, _, method = name.split(".")
    if module == "socketpool":
        return getattr(aliases.load(module).SocketPool, method)
    if module == "mdns":
        return getattr(aliases.load(module).Server, method)
    return getattr(espat.Radio, method)


FUNCTIONS = [
    name
    for name, member in MEMBERS.items()
    if member.parameters is not None
    and name.startswith(("wifi.Radio.", "socketpool.SocketPool.", "mdns.Server."))
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_parameters(name):
    """Those of the stubs are taken, by name and in their order. (Sockets take theirs by place.)"""
    ours = inspect.signature(_ours(name)).parameters.values()
    own = [p for p in ours if p.name not in ("self", "radio")]
    assert [(p.name, p.kind is p.KEYWORD_ONLY) for p in own] == list(MEMBERS[name].parameters)
    for parameter in own:
        needed = ("ssid", "ip", "host", "port", "ipv4", "netmask", "gateway")
        needed += ("service_type", "protocol")
        assert (parameter.default is parameter.empty) == (
            parameter.name in needed and "dhcp" not in name
        )


def test_the_classes_are_the_lib_s():
    wifi = aliases.load("wifi")
    assert wifi.Radio is espat.Radio
    assert wifi.AuthMode is types.AuthMode
    assert wifi.Network is types.Network
