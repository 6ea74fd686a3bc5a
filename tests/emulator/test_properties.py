"""Properties that hold whatever the host sends."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from espat_tools.emulator import MemoryNetwork, Module, SimClock
from espat_tools.emulator.families import ALL

_LINES = [
    b"AT",
    b"ATE0",
    b"ATE1",
    b"AT+GMR",
    b"AT+CIPMUX?",
    b"AT+CIPMUX=0",
    b"AT+CIPMUX=1",
    b"AT+CIPSEND=0,5",
    b"hello",
    b"AT+CIPSENDEX=0,9",
    b"\\0",
    b"+++",
    b'AT+CIPSTART=1,"TCP","web.test",80',
    b'AT+CIPSTART=2,"UDP","web.test",80,4000,2',
    b"AT+CIPCLOSE=0",
    b"AT+CIPCLOSE=5",
    b"AT+CIPSTATUS",
    b"AT+CIPRECVMODE=1",
    b"AT+CIPRECVDATA=0,100",
    b"AT+CIPRECVLEN?",
    b"AT+CIPSERVER=1,80",
    b"AT+CIPMODE=1",
    b"AT+CIPSEND",
    b"AT+CWQAP",
    b'AT+CWJAP="espat","correct horse"',
    b"AT+CWLAP",
    b"AT+RST",
    b"AT+CMD?",
]

WORDS = st.lists(st.sampled_from(_LINES), max_size=12).map(b"\r\n".join)
NOISE = st.binary(max_size=80)
INPUT = st.lists(st.one_of(WORDS, NOISE), max_size=4).map(b"".join)
FAMILIES = st.sampled_from(sorted(ALL))
CASES = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


class Web:
    """A server that answers whatever it hears, and closes after the third time."""

    def __init__(self):
        self.heard = 0

    def received(self, peer, data):
        self.heard += 1
        if not peer.closed:
            peer.send(b"+IPD,0,5:OK\r\n> ")
            if self.heard == 3:
                peer.close()


def _module(family):
    clock, network = SimClock(), MemoryNetwork()
    network.listen("web.test", 80, Web)
    return Module(family, clock=clock, network=network, links=[("web.test", 80)]), clock


def _feed(family, pieces):
    """Everything a module says to ``pieces``, all at one instant, and a second after."""
    module, clock = _module(family)
    uart = module.uart()
    said = b""
    for piece in pieces:
        uart.write(piece)
        said += uart.read() or b""
    clock.advance(3)
    said += uart.read() or b""
    return said, module.commands


@CASES
@given(family=FAMILIES, data=INPUT)
def test_it_does_not_matter_how_input_is_cut(family, data):
    assert _feed(family, [data]) == _feed(family, [bytes([byte]) for byte in data])


@CASES
@given(family=FAMILIES, data=INPUT, waits=st.lists(st.floats(0, 3), max_size=5))
def test_a_module_can_always_be_brought_back(family, data, waits):
    # The way that drivers take (and the reference asks for): a lone +++ and a second's wait,
    # enough bytes to fill any payload, then AT until it is answered.
    module, clock = _module(family)
    uart = module.uart()
    uart.write(data)
    for wait in waits:
        clock.advance(wait)
        uart.any()
    for _ in range(3):
        clock.advance(5)
        uart.read()
        uart.write(b"+++")
        clock.advance(5)
        uart.read()
        uart.write(b"\\0\r\n")
    clock.advance(5)
    uart.read()
    uart.write(b"AT\r\n")
    clock.advance(5)
    assert (uart.read() or b"").endswith(b"\r\nOK\r\n")


@pytest.mark.parametrize("family", sorted(ALL))
def test_every_byte_value_passes_both_ways(family):
    everything = bytes(range(256)) * 5 + b"\r\nOK\r\n> +IPD,0,5:+++AT\r\n\x00\xff"
    clock, network = SimClock(), MemoryNetwork()
    heard = []

    class Keep:
        def received(self, peer, data):
            heard.append(data)
            peer.send(data)

    network.listen("web.test", 80, Keep)
    module = Module(family, clock=clock, network=network, links=[("web.test", 80)], echo=False)
    uart = module.uart()
    uart.write(b"AT+CIPSEND=0,%d\r\n" % len(everything))
    uart.read()
    uart.write(everything)
    clock.advance(1)
    said = uart.read()
    assert b"".join(heard) == everything
    assert everything in said
