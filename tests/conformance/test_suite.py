"""What differs is seen, is told without secrets, and what cannot be played is said."""

import pytest
from click.testing import CliRunner

from espat_tools.conformance import suite
from espat_tools.conformance.cli import conformance
from espat_tools.conformance.emulated import emulated
from espat_tools.conformance.report import masked, render
from espat_tools.conformance.sessions import SESSIONS
from espat_tools.conformance.suite import DIFFERS, NOT_RUN, PASSES, Silent, run

PROFILE = "esp32c6-5.0.1"


@pytest.fixture
def only(monkeypatch):
    """Plays these sessions alone, and no hosts."""

    def choose(*names):
        monkeypatch.setattr(suite, "SESSIONS", [s for s in SESSIONS if s.name in names])
        monkeypatch.setattr(suite, "HOSTS", ())

    return choose


def outcome(profile=PROFILE, fault=None, lacks=()):
    with emulated(profile) as (wire, world, module):
        world.has -= set(lacks)
        if fault:
            module.fault(fault)
        results = run(wire, world, profile)
        return results, render(results, world.values, profile)


@pytest.mark.parametrize(
    ("name", "fault", "told"),
    [
        ("A", "no recv at AT+CIPSEND each", "data 'test'"),
        ("A", "no verdict at AT+CIPSEND each", "SEND OK"),
        ("A", "no prompt at AT+CIPSEND 1st", "AT+CIPSEND=4"),
        ("A", "busy at AT+CIPSTART each", "busy p..."),
        ("A", "refuse at AT+CWJAP each", "AT+CWJAP"),
        ("C", "refuse at AT+CIPCLOSE=4 each", "4,CLOSED"),
        ("I", "refuse at AT+CIPMODE=1 each", "AT+CIPMODE=1"),
        ("L", "refuse at AT+CIPRECVDATA each", "+CIPRECVDATA:4,test"),
        ("P", "refuse at AT+PING each", "+PING:"),
    ],
)
def test_a_module_that_does_otherwise(only, name, fault, told):
    only(name)
    results, page = outcome(fault=fault)
    (session,) = results.sessions
    assert session.result == DIFFERS and not results.well
    assert told in session.detail
    assert "correct horse" not in page and '"espat"' not in page


def test_an_extra_line_is_a_difference(only):
    only("A")
    results, _ = outcome(fault="notice +SURPRISE:1 at AT+CIPSTART")
    assert "+SURPRISE:1" in results.sessions[0].detail


def test_notices_at_odd_times_are_none(only):
    only("A")
    results, _ = outcome(fault="notice WIFI GOT IPv6 LL at AT+CIPSTART")
    assert results.sessions[0].result == PASSES


@pytest.mark.parametrize("what", ["softap", "tls", "certificates", "time", "mdns"])
def test_what_cannot_be_played_is_said(only, what):
    only(*(session.name for session in SESSIONS if what in session.needs))
    results, page = outcome(lacks=[what])
    assert {each.result for each in results.sessions} == {NOT_RUN}
    assert suite.LACKS[what] in page


def test_a_module_that_is_silent():
    with emulated(PROFILE) as (wire, world, module):
        module.fault("ignore at AT each")
        module.fault("ignore at AT+GMR each")
        with pytest.raises(Silent):
            run(wire, world, PROFILE)


def test_nothing_goes_to_flash(only):
    only("A", "B", "M")
    with emulated(PROFILE) as (wire, world, module):
        run(wire, world, PROFILE)
        assert module.core.flash_writes == 0


def test_what_a_report_hides():
    values = {"ssid": "home", "password": "secret", "peer": "10.0.0.7", "gateway": "", "tcp": 40123}
    text = 'AT+CWJAP="home","secret" 10.0.0.7,40123 192.168.1.5 aA:bb:cc:00:11:22 140123'
    hidden = 'AT+CWJAP="<ssid>","<password>" <peer>,<tcp> <address> <mac> 140123'
    assert masked(text, values) == hidden


def test_the_command(only, tmp_path):
    only("A", "Q3")
    page = tmp_path / "report.md"
    ran = CliRunner().invoke(conformance, ["--emulate", PROFILE, "--report", str(page)])
    assert ran.exit_code == 0, ran.output
    assert page.read_text("utf-8") in ran.output
    assert "2 passes, 0 differs, 0 not run." in ran.output


def test_the_command_on_a_port(only):
    """As an owner of a module would: asked for the access point, by a real serial port."""
    only("A", "D", "E", "I")
    with emulated(PROFILE) as (_, _, module):
        ran = CliRunner().invoke(
            conformance,
            ["--port", module.pty, "--address", "127.0.0.1", "--name", "mine"],
            input="espat\ncorrect horse\n",
        )
    assert "# Conformance: mine" in ran.output
    assert "correct horse" not in ran.output
    assert "4 passes, 0 differs, 0 not run." in ran.output
    assert ran.exit_code == 0


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["--port", "/dev/null", "--emulate", PROFILE],
        ["--port", "/no/such/port"],
        ["--emulate", "esp99"],
        ["--port", "/no/such", "--address", "here"],
    ],
)
def test_a_wrong_command_line(wrong):
    ran = CliRunner().invoke(conformance, wrong)
    assert ran.exit_code == 2 and "Traceback" not in ran.output
