"""The benchmark of the emulator does what it says; how fast is nobody's concern here."""

import json

import pytest
from click.testing import CliRunner

from espat_tools.bench import emulator
from espat_tools.bench.cli import bench


def test_it_tells_a_figure_for_each_port():
    done = CliRunner().invoke(bench, ["emulator", "--runs", "2", "--length", "300000", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert [figure["port"] for figure in figures] == list(emulator.PORTS)
    for figure in figures:
        assert len(figure["runs"]) == 2
        assert 0 < figure["slowest"] <= figure["median_mb_per_s"] <= figure["fastest"]


def test_the_table_names_the_aim():
    done = CliRunner().invoke(bench, ["emulator", "--runs", "1", "--length", "5000"])
    assert done.exit_code == 0, done.output
    assert "Aim over the TCP port: 10 MB/s." in done.output


def test_a_wrong_byte_is_no_figure(monkeypatch):
    monkeypatch.setattr(emulator.peer, "body", bytes)
    monkeypatch.setattr(emulator, "_SENDER", emulator._SENDER.replace("peer.body(", "b'x' * ("))
    with pytest.raises(RuntimeError, match="what came is not what was sent"):
        emulator.measure(length=1000, runs=1, tell=lambda what: None)


def test_how_near_a_paced_port_comes():
    done = CliRunner().invoke(bench, ["pace", "--baud", "921600", "--seconds", "0.1", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert [(each["port"], each["baud"]) for each in figures] == [
        (kind, 921600) for kind in emulator.PORTS
    ]
    for figure in figures:
        # Never before its time by the wire; how much after is nobody's concern here.
        assert 0 <= figure["late_ms_median"] <= figure["late_ms_95"]
        assert 0 < figure["wire_percent"] <= 100


def test_the_table_of_paces():
    done = CliRunner().invoke(bench, ["pace", "--baud", "3000000", "--seconds", "0.05"])
    assert done.exit_code == 0, done.output
    assert "3,000,000" in done.output
