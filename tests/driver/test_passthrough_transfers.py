"""A megabyte each way through passthrough, with RTS/CTS, on every family; and with breaks in it."""

import hashlib

import pytest

from tests.driver.desk import ALL, Desk, Line, Server, pattern
from tests.driver.secure import HOST, PORT, serve
from tests.driver.test_passthrough import NAMING, lasting

RATE = 3_000_000
ESPAT = tuple(family for family in ALL if family.startswith("esp"))
MEGABYTE = pattern(1 << 20)


class Wired(Line):
    """RTS and CTS are wired, and the transmit buffer can be asked about, as pyserial's."""

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        uart.rtscts = True

    def count(self):
        """Megabytes take their calls."""

    def put(self, view):
        """As a UART with a transmit buffer: no more than fits."""
        room = max(0, 1024 - self.uart.out_waiting)
        return self.uart.write(view[:room]) if room else None

    @property
    def out_waiting(self):
        return self.uart.out_waiting


def wired(family, **options):
    options = {"rtscts": True, "paced": True, "rx_size": 2048, "baud": RATE, **options}
    desk = Desk(family, line=Wired, rate=RATE, **options)
    return desk.join()


def both_ways(stream, sent, wanted):
    """Write one thing while another comes: what came."""
    got = bytearray()
    buffer = bytearray(4096)
    sent = memoryview(sent)
    at = 0
    while at < len(sent) or len(got) < wanted:
        if at < len(sent):
            stream.settimeout(0)
            at += stream.write(sent[at : at + 2048]) or 0
        else:
            stream.settimeout(10)
        if len(got) < wanted:
            n = stream.readinto(buffer)
            got += buffer[: n or 0]
        if at < len(sent):
            stream.modem.port.pause()
    return bytes(got)


def settle(desk, stream):
    """Let what was written get to where it goes."""
    for _ in range(10):
        desk.clock.advance(0.1)
        assert not stream.any()


def same(one, other):
    return hashlib.sha256(one).digest() == hashlib.sha256(other).digest()


@pytest.mark.parametrize("family", ALL)
def test_a_megabyte_each_way(family):
    desk = wired(family)
    try:
        coming = bytes(reversed(MEGABYTE))
        with desk.radio.passthrough("sink.test", 9) as stream:
            desk.sink.peer.send(coming)
            got = both_ways(stream, MEGABYTE, len(coming))
            settle(desk, stream)
            assert same(got, coming)
            assert same(bytes(desk.sink.data), MEGABYTE)
        desk.works()
    finally:
        desk.module.close()


@pytest.mark.parametrize("family", ALL)
def test_a_connection_that_breaks_three_times(family):
    """What is written and read between the breaks is whole, and the breaks are told where asked."""
    desk = wired(family)
    espat = family in ESPAT
    options = {"reconnect": 0.5} if espat else {}
    try:
        with desk.radio.passthrough("sink.test", 9, notices=espat, **options) as stream:
            for turn in range(3):
                coming = pattern(300_000, turn)
                desk.sink.data.clear()
                desk.sink.peer.send(coming)
                got = both_ways(stream, MEGABYTE[:300_000], len(coming))
                settle(desk, stream)
                assert same(got, coming)
                assert same(bytes(desk.sink.data), MEGABYTE[:300_000])
                count = len(desk.sink.peers)
                desk.sink.peer.close()
                assert told(desk, stream, 3) == (b"CLOSED\r\nCONNECT\r\n" if espat else b"")
                assert len(desk.sink.peers) == count + 1
        desk.works()
        if espat:
            assert desk.said(b"AT+CIPRECONNINTV=") == [
                b"AT+CIPRECONNINTV=5",
                b"AT+CIPRECONNINTV=1",
            ]
            assert desk.said(b"AT+SYSMSG=") == [b"AT+SYSMSG=4", b"AT+SYSMSG=0"]
    finally:
        desk.module.close()


@pytest.mark.parametrize("family", ESPAT)
def test_a_megabyte_each_way_over_tls_and_breaks(family):
    """The families that can. After each break the new handshake verifies as the first did."""
    desk = wired(family)
    server = serve(desk, handler=Server())
    options = {"context": lasting(family), "notices": True, "reconnect": 0.5, "timeout": 30}
    try:
        with desk.radio.passthrough(HOST, PORT, **options) as stream:
            for turn, size in enumerate((1 << 20, 100_000, 100_000)):
                coming = pattern(size, turn + 1)
                server.data.clear()
                server.peer.send(coming)
                got = both_ways(stream, MEGABYTE[:size], size)
                settle(desk, stream)
                assert same(got, coming)
                assert same(bytes(server.data), MEGABYTE[:size])
                server.peer.close(notify=turn == 1)
                assert told(desk, stream, 4) == b"CLOSED\r\nCONNECT\r\n"
                name = HOST if family == NAMING else None
                assert server.context.names == [name] * (turn + 2)
                assert server.peer.tls.version() == "TLSv1.2"
        assert len(server.peers) == 4
        desk.works()
    finally:
        desk.module.close()


def told(desk, stream, seconds):
    """What comes out of the stream in so many seconds."""
    got = b""
    stream.settimeout(0)
    for _ in range(seconds * 100):
        desk.clock.advance(0.01)
        got += stream.read() or b""
    return got


@pytest.mark.soak
@pytest.mark.parametrize("family", ALL)
def test_ten_megabytes_each_way(family):
    """`pytest -m soak tests/driver/test_passthrough_transfers.py`"""
    desk = wired(family)
    try:
        with desk.radio.passthrough("sink.test", 9) as stream:
            sent, coming = pattern(10 << 20), pattern(10 << 20, 99)
            desk.sink.peer.send(coming)
            assert same(both_ways(stream, sent, len(coming)), coming)
            settle(desk, stream)
            assert same(bytes(desk.sink.data), sent)
        desk.works()
    finally:
        desk.module.close()


@pytest.mark.parametrize("family", ("esp32c3-3.3", "nonos-1.7.4"))
def test_without_flow_control_bytes_are_lost_and_nobody_is_told(family):
    """What the docstring says. Not of what the driver wants, but of what there is."""
    desk = wired(family, rtscts=False)
    try:
        with desk.radio.passthrough("sink.test", 9) as stream:
            desk.sink.peer.send(MEGABYTE)
            for _ in range(500):  # the program is elsewhere
                desk.clock.advance(0.01)
                desk.module.pump()
            got = b""
            while stream.any():
                got += stream.read(4096)
            assert 0 < len(got) < len(MEGABYTE)
    finally:
        desk.module.close()
