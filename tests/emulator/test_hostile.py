"""Hosts and peers that mean no good: no crash, no leak, and no more held than is bounded."""

import contextlib
import gc
import os
import random
import socket
import struct
import threading
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock, SocketNetwork
from espat_tools.emulator.recent import Recent
from espat_tools.emulator.schedule import Scheduler
from tests import peers

MB = 1 << 20
OK = b"\r\nOK\r\n"

#: Bytes of log that these modules keep: less than what is thrown at them.
KEEP = 1 << 16

PROFILE = ["nonos-1.7.4", "esp8266-2.2.1", "esp32c3-3.3", "esp32c6-5.0.1"]


def _descriptors():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@contextlib.contextmanager
def bounded(limit=3 * MB):
    """As many descriptors after as before, and no more than ``limit`` bytes taken meanwhile."""
    gc.collect()
    before = _descriptors()
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak:,} bytes held at a time"
    gc.collect()
    assert _descriptors() <= before


class Echo:
    """A peer that says back what it hears."""

    def received(self, peer, data):
        peer.send(data)
        peer.data.clear()


class Bench:
    """A module in no time, its UART, a peer that echoes and one that never stops."""

    def __init__(self, profile, **options):
        self.clock = SimClock()
        self.network = MemoryNetwork()
        self.network.listen("echo.test", 7, Echo)
        options.setdefault("joined", True)
        self.module = Module(profile, clock=self.clock, network=self.network, keep=KEEP, **options)
        self.uart = self.module.uart()

    def send(self, data, seconds=0.0):
        """Write, let time pass, throw away what is said; returns the end of it."""
        self.uart.write(data)
        self.clock.advance(seconds)
        said = self.uart.read() or b""
        return said[-2000:]

    def works(self):
        """The module comes out of whatever it is in, and answers."""
        self.clock.advance(10)
        self.send(b"\r\n", 10)
        if self.module.core.intake.expected and self.module.core.intake.state == "data":
            self.send(b"+++", 10)
        if self.module.core.in_passthrough:
            self.send(b"+++", 10)
        self.send(b"\r\n", 10)
        said = self.send(b"AT\r\n", 10)
        assert said.endswith(OK), said[-100:]


# -- a host that talks nonsense ----------------------------------------------------------------


@pytest.mark.parametrize(
    "profile, paced", [*((each, False) for each in PROFILES), *((each, True) for each in PROFILE)]
)
def test_random_bytes(profile, paced):
    rng = random.Random(f"{profile} {paced}")
    size = 5000 if paced else 200_000
    bench = Bench(profile, paced=paced, baud=921600)
    with bounded():
        for _ in range(10):
            bench.send(rng.randbytes(size // 10), 1)
    bench.works()


#: What a host might say: halves of commands, whole ones, control bytes.
WORDS = [
    *(b"AT", b"AT+", b"+++", b"\r\n", b"\r", b"\n", b"\x00", b"\\", b'"', b",", b"=", b"?", b"-1"),
    *(b"CIPSEND", b"CIPSENDEX", b"CIPSENDL", b"CIPSTART", b"CIPMUX=", b"CIPMODE=1", b"CIPCLOSE"),
    *(
        b"CIPSERVER=1,",
        b"CIPRECVDATA=",
        b"CIPRECVMODE=1",
        b"CWJAP=",
        b'"espat"',
        b"RST",
        b"RESTORE",
    ),
    *(b'"TCP","echo.test",7', b'"UDP","echo.test",9', b"UART_CUR=9600,8,1,0,3", b"2147483647"),
    *(b"SAVETRANSLINK=", b"CIPSTO=", b"E0", b"E1", b"CWLAP", b"0", b"4", b"5", b"99999999999999"),
    *(b"CIPDOMAIN=", b"PING=", b"SLEEP=", b"GSLP=10", b"SYSSTORE=", b"CIPTCPOPT=", b"A" * 300),
]


@pytest.mark.parametrize("profile", PROFILE)
def test_nonsense_made_of_words(profile):
    rng = random.Random(profile)
    bench = Bench(profile, echo=False)
    with bounded():
        for _ in range(3000):
            line = b"AT+" + b"".join(rng.choices(WORDS, k=rng.randint(1, 5))) + b"\r\n"
            bench.uart.baudrate = bench.module.core.baud
            bench.send(line, rng.choice([0, 0, 0.01, 3]))
    bench.uart.baudrate = bench.module.core.baud
    bench.works()


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=30)), max_size=30),
    profile=st.sampled_from(PROFILE),
    paced=st.booleans(),
    wait=st.sampled_from([0, 0.001, 0.03, 1]),
)
def test_any_bytes_at_any_pace(pieces, profile, paced, wait):
    bench = Bench(profile, paced=paced)
    for piece in pieces:
        bench.send(piece, wait)
    bench.uart.baudrate = bench.module.core.baud
    bench.works()


@pytest.mark.parametrize("profile", PROFILE)
@pytest.mark.parametrize("echo", [False, True])
def test_a_line_of_ten_megabytes(profile, echo):
    bench = Bench(profile, echo=echo)
    block = b"A" * (MB // 2)
    with bounded():
        for _ in range(20):
            bench.send(block)
        said = bench.send(b"\r\n")
    assert said.endswith(b"\r\nERROR\r\n")
    assert bench.send(b"AT\r\n").endswith(OK)


@pytest.mark.parametrize("profile", PROFILE)
def test_commands_while_busy(profile):
    bench = Bench(profile, echo=False)
    with bounded():
        bench.uart.write(b'AT+CWJAP%s="espat","correct horse"\r\n' % _cur(profile))
        for _ in range(20):
            said = bench.send(b"AT+GMR\r\n" * 1000)
            assert said.endswith(b"\r\nbusy p...\r\n")
        assert bench.send(b"", 1).endswith(OK)
    bench.works()


def _cur(profile):
    return b"_CUR" if profile.startswith("nonos") else b""


@pytest.mark.parametrize("profile", PROFILE)
def test_a_payload_that_is_never_finished(profile):
    bench = Bench(profile, echo=False)
    start = b'AT+CIPSTART="TCP","echo.test",7\r\n'
    assert bench.send(start, 1).endswith(OK)
    assert bench.send(b"AT+CIPSEND=2000\r\n").rstrip().endswith(b">")
    for _ in range(1000):
        bench.send(b"x", 60)
    assert bench.module.core.intake.state == "data"
    bench.clock.advance(1)
    bench.send(b"+++", 1)
    bench.works()


LENGTHS = [0, -1, 8193, 65536, 2**31 - 1, 2**31, 2**32, 2**64, 10**100]


@pytest.mark.parametrize("profile", PROFILE)
@pytest.mark.parametrize("command", [b"CIPSEND", b"CIPSENDEX", b"CIPRECVDATA"])
def test_giant_lengths(profile, command):
    bench = Bench(profile, echo=False)
    bench.send(b'AT+CIPSTART="TCP","echo.test",7\r\n', 1)
    with bounded():
        for length in LENGTHS:
            said = bench.send(b"AT+%s=%d\r\n" % (command, length))
            assert not said.rstrip().endswith(b">"), (length, said)
    bench.works()


@pytest.mark.parametrize("profile", ["esp32-2.4", "esp32c3-3.3", "esp32c6-5.0.1"])
def test_a_cipsendl_of_two_gigabytes_holds_a_few_blocks(profile):
    bench = Bench(profile, echo=False)
    bench.network.listen("deaf.test", 9, object())
    bench.send(b'AT+CIPSTART="TCP","deaf.test",9\r\n', 1)
    peer = bench.network.peers[-1]
    assert bench.send(b"AT+CIPSENDL=2147483647\r\n").endswith(b">")
    block = bytes(MB // 4)
    with bounded():
        for _ in range(40):
            bench.send(block, 1)
            peer.data.clear()
        peer.room = 0
        for _ in range(40):
            bench.send(block, 1)
            # In process a write is taken at once: what the module does not read is spare.
    bench.send(b"+++", 1)


# -- many links --------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILE)
def test_three_hundred_links_one_after_the_other(profile):
    bench = Bench(profile, echo=False)
    with bounded():
        for _ in range(300):
            assert bench.send(b'AT+CIPSTART="TCP","echo.test",7\r\n', 1).endswith(OK)
            bench.send(b"AT+CIPSEND=5\r\n")
            assert b"hello" in bench.send(b"hello", 1)
            assert bench.send(b"AT+CIPCLOSE\r\n", 1) == b"CLOSED\r\n" + OK
            bench.network.peers.clear()
    assert bench.module.core.scheduler.tasks == set()
    assert not bench.module.core.links.open


@pytest.mark.parametrize("profile", PROFILE)
def test_five_links_for_ten_minutes(profile):
    bench = Bench(profile, echo=False)
    bench.send(b"AT+CIPMUX=1\r\n")
    for number in range(5):
        said = bench.send(b'AT+CIPSTART=%d,"TCP","echo.test",7\r\n' % number, 1)
        assert said.endswith(OK)
    data = bytes(range(256)) * 4
    echoed = 0
    with bounded():
        for second in range(600):
            number = second % 5
            bench.send(b"AT+CIPSEND=%d,1024\r\n" % number)
            bench.uart.write(data)
            bench.clock.advance(1)
            said = bench.uart.read()
            assert b"SEND OK" in said
            # The peer's answer comes whole, in one +IPD or two.
            echoed += len(said) - len(b"\r\nRecv 1024 bytes\r\n\r\nSEND OK\r\n") >= 1024
    assert echoed == 600
    assert len(bench.module.core.links.open) == 5
    bench.works()


def test_a_peer_that_comes_and_goes_while_nobody_reads():
    bench = Bench("esp32c3-3.3", echo=False)
    bench.send(b"AT+CIPMUX=1\r\n")
    bench.send(b"AT+CIPSERVER=1,80\r\n")
    with bounded():
        for _ in range(5000):
            bench.network.dial(80).close()
            bench.clock.advance(0.1)
            bench.module.pump()
            bench.network.peers.clear()
            waiting = bench.network.listeners[80].waiting
            while len(waiting) > 5:  # a listener's backlog
                waiting.popleft()
    assert bench.module.core.pending < 8192


def test_canceled_timers_are_forgotten():
    scheduler = Scheduler(SimClock())
    kept = [scheduler.after(3600, lambda: None) for _ in range(100)]
    for _ in range(100_000):
        scheduler.after(7200, lambda: None).cancel()
    assert len(scheduler._heap) < 1000
    assert sum(entry[2] in kept for entry in scheduler._heap) == 100
    assert scheduler.next_due() == 3600


def test_a_log_that_stays_small():
    log = Recent(10_000, len)
    for number in range(100_000):
        log.append(b"%d" % number)
    assert log[-1] == b"99999"
    assert len(log) + log.dropped == 100_000
    assert 30 < len(log) < 100
    # And whole, where that is asked.
    everything = Recent(None, len)
    for _ in range(10_000):
        everything.append(b"x" * 100)
    assert len(everything) == 10_000


# -- real sockets ------------------------------------------------------------------------------


class Server:
    """A TCP server of this machine; ``handle(connection)`` in a thread each."""

    def __init__(self, handle):
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=400)
        self.port = self._listener.getsockname()[1]
        self.connections = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with contextlib.suppress(OSError):
            self._handle(connection)

    def last(self):
        """The connection that was just made, taken off the list."""
        deadline = time.monotonic() + 10
        while not self.connections:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return self.connections.pop()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        peers.end(self._listener, self._thread)
        for connection in self.connections:
            connection.close()


def _echo(connection):
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def _until(read, end, seconds=20):
    said = b""
    deadline = time.monotonic() + seconds
    while end not in said:
        assert time.monotonic() < deadline, said[-200:]
        said = said[-4096:] + (read() or b"")
    return said


def _say(uart, line, end=OK):
    uart.write(line + b"\r\n")
    return _until(uart.read, end)


def test_three_hundred_real_links_leave_nothing_open():
    with Server(_echo) as server, Module(joined=True, echo=False, keep=KEEP) as module:
        uart = module.uart()
        connect = b'AT+CIPSTART="TCP","127.0.0.1",%d' % server.port
        _say(uart, connect)
        _say(uart, b"AT+CIPCLOSE")
        server.last().close()
        before = _descriptors()
        for number in range(300):
            _say(uart, connect)
            connection = server.last()
            if number % 3 == 0:
                # The peer breaks off.
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                connection.shutdown(socket.SHUT_RDWR)
                connection.close()
                _until(uart.read, b"CLOSED\r\n")
            else:
                _say(uart, b"AT+CIPCLOSE")
            connection.close()
        _settles(before, server)


def test_links_that_fail_leave_nothing_open():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    network = SocketNetwork({"far": "192.0.2.1"})
    with Module(joined=True, echo=False, keep=KEEP, network=network) as module:
        uart = module.uart()
        _say(uart, b'AT+CIPSTART="TCP","127.0.0.1",%d' % closed, b"CLOSED\r\n")
        before = _descriptors()
        for number in range(80):
            host = b"far" if number % 2 else b"127.0.0.1"
            _say(uart, b'AT+CIPSTART="TCP","%s",%d' % (host, closed), b"CLOSED\r\n")
            _say(uart, b'AT+CIPSTART="TCP","nowhere.test",80', b"ERROR\r\n")
        assert _descriptors() <= before


@pytest.mark.parametrize("mode", ["active", "passive", "nobody"])
def test_a_peer_that_sends_faster_than_anybody_reads(mode):
    sent = [0]

    def flood(connection):
        while True:
            sent[0] += connection.send(bytes(65536))

    with Server(flood) as server, Module(joined=True, echo=False, keep=KEEP) as module:
        uart = module.uart()
        with bounded(2 * MB):
            if mode == "passive":
                _say(uart, b"AT+CIPRECVMODE=1")
            _say(uart, b'AT+CIPSTART="TCP","127.0.0.1",%d' % server.port)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                if mode == "active":
                    uart.read(100)
                module.pump()
                time.sleep(0.0005)
            before = sent[0]
            # The peer feels it.
            if mode != "active":
                time.sleep(0.2)
                module.pump()
                assert sent[0] == before
            link = module.core.links.open[0]
            assert len(link.buffer) <= module.core.profile.window
            assert module.core.pending < 16384
            _say(uart, b"AT+CIPCLOSE")
            server.connections[0].close()


def _settles(count, server):
    """The number of descriptors comes down to ``count`` once the server has closed its ends."""
    deadline = time.monotonic() + 10
    while _descriptors() > count:
        assert time.monotonic() < deadline, (_descriptors(), count)
        while server.connections:
            server.connections.pop().close()
        time.sleep(0.01)


def test_half_open_peers():
    """Peers that end their half and listen on, or never say a word."""

    def half(connection):
        connection.sendall(b"bye")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass

    with Server(half) as server, Module(joined=True, echo=False, mux=1, keep=KEEP) as module:
        uart = module.uart()
        start = b'"TCP","127.0.0.1",%d' % server.port
        _say(uart, b"AT+CIPSTART=0," + start, b"0,CLOSED\r\n")
        before = _descriptors()
        for _ in range(20):
            for number in range(5):
                uart.write(b"AT+CIPSTART=%d,%s\r\n" % (number, start))
                _until(uart.read, b"%d,CLOSED\r\n" % number)
        _settles(before, server)
        assert not module.core.links.open


def test_five_links_busy_for_some_seconds_over_the_tcp_port():
    with Server(_echo) as server, Module(joined=True, echo=False, mux=1, keep=KEEP) as module:
        place = module.open_tcp()
        with socket.create_connection(place, timeout=20) as sock:
            read = lambda: sock.recv(65536)  # noqa: E731
            for number in range(5):
                start = b'AT+CIPSTART=%d,"TCP","127.0.0.1",%d\r\n' % (number, server.port)
                sock.sendall(start)
                _until(read, OK)
            with bounded(6 * MB):
                end = time.monotonic() + 2
                turns = 0
                while time.monotonic() < end:
                    number = turns % 5
                    sock.sendall(b"AT+CIPSEND=%d,1000\r\n" % number)
                    _until(read, b">")
                    sock.sendall(b"%d" % number * 1000)
                    _until(read, b"%d\r\n" % number * 1)
                    turns += 1
            assert turns > 20
            assert len(module.core.links.open) == 5


def test_random_megabytes_over_the_tcp_port():
    rng = random.Random(9)
    module = Module(joined=True, keep=KEEP)
    with module, socket.create_connection(module.open_tcp(), timeout=20) as sock:
        heard = []

        def hear():
            with contextlib.suppress(OSError):
                while data := sock.recv(65536):
                    heard[:] = [(heard or [b""])[0][-64:] + data[-4096:]]

        listener = threading.Thread(target=hear)
        listener.start()
        with bounded(6 * MB):
            for _ in range(32):
                sock.sendall(rng.randbytes(65536))
        sock.sendall(b"\r\nATE0\r\nAT+CIPMUX?\r\n")
        deadline = time.monotonic() + 20
        while not heard[0].endswith(b"+CIPMUX:0\r\n" + OK):
            assert time.monotonic() < deadline, heard[0][-100:]
            time.sleep(0.02)
        sock.shutdown(socket.SHUT_RDWR)
        listener.join(10)


def test_more_strangers_than_the_port_sees_off():
    with Module(echo=False) as module:
        place = module.open_tcp()
        with socket.create_connection(place, timeout=20) as sock:
            sock.sendall(b"AT\r\n")
            _until(lambda: sock.recv(100), OK)
            before = _descriptors()
            strangers = [socket.create_connection(place) for _ in range(300)]
            sock.sendall(b"AT\r\n")
            _until(lambda: sock.recv(100), OK)
            assert _descriptors() <= before + 300 + 17
            for stranger in strangers:
                stranger.close()
            deadline = time.monotonic() + 10
            while _descriptors() > before:
                assert time.monotonic() < deadline
                time.sleep(0.02)
