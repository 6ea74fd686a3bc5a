"""Faults on links that are encrypted: they are the network's, below TLS."""

import pytest

from espat_tools.emulator.families import E24, E33, E50, N17
from tests.emulator.tls_material import OK

FAMILIES = pytest.mark.parametrize("family", [N17, E24, E33, E50])
START = b'AT+CIPSTART=0,"SSL","web.test",443\r\n'


def linked(secure, family, fault):
    """A bench with a TLS link 0, the fault added last."""
    bench = secure(family, mux=1)
    assert bench.send(START) == b"0,CONNECT\r\n" + OK
    bench.fault = bench.module.fault(fault)
    return bench


@FAMILIES
def test_peer_closes(secure, family):
    bench = linked(secure, family, "peer closes at AT+GMR")
    assert bench.send(b"AT+GMR\r\n").endswith(b"0,CLOSED\r\n")
    assert bench.web.peer.closed


@FAMILIES
def test_peer_resets(secure, family):
    bench = linked(secure, family, "peer resets 0 at AT+GMR")
    bench.web.peer.send(b"lost")
    said = bench.send(b"AT+GMR\r\n")
    assert b"0,CLOSED\r\n" in said


@FAMILIES
def test_slow_network(secure, family):
    bench = linked(secure, family, "slow network 500 bytes/s")
    bench.web.peer.send(bytes(1000))
    early = b"".join(bench.wait(0.1) for _ in range(10))
    assert 400 < early.count(0) < 600
    late = b"".join(bench.wait(0.1) for _ in range(15))
    assert early.count(0) + late.count(0) == 1000


@FAMILIES
def test_stalled_network(secure, family):
    bench = linked(secure, family, "stalled network for 5s")
    bench.web.peer.send(b"data")
    assert bench.wait(4) == b""
    assert b"+IPD,0,4:data" in bench.wait(2)


@FAMILIES
def test_a_handshake_over_a_slow_network(secure, family):
    bench = secure(family, mux=1, faults=["slow network 4000 bytes/s"])
    said = b"".join(bench.send(START if not step else b"", 0.1) for step in range(60))
    assert said == b"0,CONNECT\r\n" + OK


@FAMILIES
def test_a_handshake_that_a_stall_cuts_off(secure, family):
    bench = secure(family, mux=1, faults=["stalled network at AT+CIPSTART"])
    said = b"".join(bench.send(START if not step else b"", 1) for step in range(15))
    assert b"ERROR\r\n" in said


@FAMILIES
def test_a_notice_waits_for_the_end_of_the_payload(secure, family):
    bench = linked(secure, family, "notice 3,CLOSED after 20")
    bench.web.peer.send(b"0123456789abcdef")
    said = bench.wait(1)
    assert said.startswith(b"\r\n+IPD,0,16:0123456789abcdef")
    assert said.endswith(b"3,CLOSED\r\n")
