"""adafruit_ntp, as published, against chrony."""

import time

import adafruit_ntp
import pytest

from tests.programs.conftest import each_family

WRONG = 5_000_000_000
"""Nanoseconds: both clocks are this machine's, but it may be busy while an answer waits."""


def exercises(what):
    return pytest.mark.exercises("adafruit_ntp", "chrony", what)


@pytest.fixture
def board(make_board, family, clock):
    """A board whose network has the time server, on the port that it has everywhere."""
    hosts = {"time.test": ("127.0.0.1", {123: clock.port}), "silent.test": ("127.0.0.1", {123: 9})}
    return make_board(family, hosts)


def ntp(board, server="time.test", **how):
    return adafruit_ntp.NTP(board.pool, server=server, **{"socket_timeout": 5, **how})


@each_family
@exercises("the time, to a second and in nanoseconds")
def test_the_time(board):
    clock = ntp(board)
    assert abs(clock.utc_ns - time.time_ns()) < WRONG
    assert abs(time.mktime(clock.datetime) - time.time()) < 5
    # No link of the module is left in use.
    assert not any(board.radio.modem.links[:5])


@exercises("a time zone")
def test_a_time_zone(board):
    here, there = ntp(board), ntp(board, tz_offset=-3.5)
    assert abs(here.utc_ns - there.utc_ns - 12_600_000_000_000) < WRONG


@exercises("one question for many answers")
def test_it_asks_once(board):
    clock = ntp(board)
    before = board.said(b"+CIPSEND=")
    for _ in range(5):
        assert clock.datetime
    assert board.said(b"+CIPSEND=") == before + 1


@exercises("the next server, where one is unknown or silent")
def test_the_next_server(board):
    clock = ntp(board, ["nobody.test", "silent.test", "time.test"], socket_timeout=0.5)
    assert abs(clock.utc_ns - time.time_ns()) < WRONG


@exercises("nobody who knows the time: an error in time")
def test_nobody_who_knows(board):
    with pytest.raises(OSError, match="could not resolve"):
        assert ntp(board, "nobody.test").datetime
    with pytest.raises(TimeoutError):
        assert ntp(board, "silent.test", socket_timeout=0.1).datetime
    assert not any(board.radio.modem.links[:5])


@exercises("while a web page is read on the same module")
def test_beside_a_connection(make_board, family, clock, nginx):
    """UDP makes the module push what it receives: what the TCP socket gets is not disturbed."""
    hosts = {
        "time.test": ("127.0.0.1", {123: clock.port}),
        "web.test": ("127.0.0.1", {80: nginx.port}),
    }
    board = make_board(family, hosts)
    with board.pool.socket() as page:
        page.settimeout(5)
        page.connect(("web.test", 80))
        page.sendall(b"GET /ten HTTP/1.0\r\n\r\n")
        got = bytearray(page.recv(100))
        assert ntp(board).datetime
        while piece := page.recv(500):
            got += piece
    assert bytes(got).endswith((nginx.folder / "files" / "ten").read_bytes())
