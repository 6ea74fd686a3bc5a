"""`espat bench commands`: that it counts, and that its gates bite."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from espat_tools.bench import budgets, cli, commands
from espat_tools.emulator import PROFILES

GATES = budgets.load(budgets.DEFAULT, "commands")


def _bench(*options):
    return CliRunner().invoke(cli.bench, ["commands", *options])


@pytest.fixture(scope="module")
def counts():
    return commands.measure(lambda _family: None)


def test_every_family_keeps_the_gates_of_the_project(counts):
    assert {each.family for each in counts} == set(PROFILES)
    assert set(GATES) == set(commands.gated(counts))
    assert all(verdict.kept for verdict in budgets.judge(GATES, commands.gated(counts)))


def test_it_counts_what_the_library_does(counts):
    """Pieces of 32 bytes; 13 send() for a GET, 22 for the POST."""
    assert all(each.receives > commands.LENGTH / 32 for each in counts)
    assert {each.sends for each in counts} == {13 + 13 + 22}
    passive = [each for each in counts if each.family != "nonos-1.3"]
    # No read is larger than the host's buffer: fewer cannot carry 10 KB.
    assert all(each.reads >= commands.LENGTH / commands.RX_SIZE for each in passive)
    assert all(each.writes == 4 for each in counts)


@pytest.mark.parametrize(("more", "status"), [({}, 0), ({"reads": 46}, 1), ({"writes": 7}, 1)])
def test_check_fails_past_a_gate(monkeypatch, counts, more, status):
    worse = [*counts[:-1], replace(counts[-1], **more)]
    monkeypatch.setattr(commands, "measure", lambda _progress: worse)
    assert _bench("--check").exit_code == status
    told = json.loads(_bench("--check", "--json").output)
    assert [gate["kept"] for gate in told["gates"]].count(False) == status
    assert len(told["families"]) == len(PROFILES)


def test_without_the_library_it_says_so(monkeypatch):
    monkeypatch.setattr(commands, "missing", lambda: "no adafruit_requests: pip install it")
    result = _bench()
    assert result.exit_code == 1
    assert result.output == "Error: no adafruit_requests: pip install it\n"
