"""A paced serial line: when each byte comes, and what is lost. All on a simulated clock."""

import itertools
import random

import pytest

from espat_tools.emulator import PROFILES, MemoryNetwork, Module, SimClock
from espat_tools.emulator.line import Lane

OK = b"\r\nOK\r\n"


class Flood:
    """A server that sends so much at once and leaves."""

    def __init__(self, data, close=False):
        self._data = data
        self._close = close

    def connected(self, peer):
        peer.send(self._data)
        if self._close:
            peer.close()

    received = None


class Bench:
    """A paced module, its UART and its clock, in byte times of its first rate."""

    def __init__(self, profile="esp32c3-3.3", baud=115200, rtscts=False, serve=(), **options):
        self.clock = SimClock(1000)
        self.network = MemoryNetwork()
        for (host, port), handler in dict(serve).items():
            self.network.listen(host, port, handler)
        options.setdefault("echo", False)
        self.module = Module(
            profile, clock=self.clock, network=self.network, baud=baud, paced=True, **options
        )
        self.uart = self.module.uart(rtscts=rtscts)
        self.byte = 10 / baud
        self.start = self.clock.now()

    def passes(self, count, byte=None):
        """So many byte times pass."""
        self.clock.advance(count * (byte or self.byte))

    def read(self):
        """What there is to be read."""
        return self.uart.read() or b""

    def send(self, data, seconds=1.0):
        """Write, wait long enough, read."""
        self.uart.write(data)
        self.clock.advance(seconds)
        return self.read()


RATES = [300, 9600, 115200, 921600, 3_000_000]


@pytest.mark.parametrize("baud", RATES)
def test_each_byte_takes_ten_bits_each_way(baud):
    bench = Bench(baud=baud)
    bench.uart.write(b"AT\r\n")
    # Four byte times to the module, and the answer's first byte one later.
    bench.passes(4.99)
    assert bench.read() == b""
    for count in range(1, len(OK) + 1):
        bench.passes(0.02)
        assert bench.read() == OK[count - 1 : count]
        bench.passes(0.98)
        assert bench.read() == b""


def test_it_is_the_same_however_rarely_one_looks():
    seen = []
    for steps in (1, 7, 5000):
        bench = Bench(echo=True)
        bench.uart.write(b'AT+CWJAP="espat","correct horse"\r\nAT\r\nATE0\r\n')
        for _ in range(steps):
            bench.clock.advance(1 / steps)
            bench.module.pump()
        said = [(round(time, 7), data) for time, way, data in bench.module.log if way == ">"]
        seen.append((said, bench.module.commands, bench.read()))
    assert seen[0] == seen[1] == seen[2]


def test_echo_follows_each_byte():
    bench = Bench(echo=True)
    bench.uart.write(b"AT\r\n")
    for expected in (b"", b"", b"A", b"T", b"\r", b"\n", b"\r", b"\n", b"O", b"K"):
        assert bench.read() == expected
        bench.passes(1)
        bench.module.pump()
        bench.passes(1e-3)


def test_what_is_written_waits_its_turn():
    bench = Bench()
    bench.uart.write(b"AT\r\n")
    bench.uart.write(b"AT\r\n")
    assert bench.uart.out_waiting == 8
    bench.passes(4.5)
    assert bench.uart.out_waiting == 4
    bench.passes(50)
    assert (bench.uart.out_waiting, bench.read()) == (0, OK + OK)
    assert [round((time - bench.start) / bench.byte, 3) for time, way, _ in bench.module.log] == [
        *[4, 4, 8, 8]
    ]


def test_writing_nothing_is_nothing():
    bench = Bench()
    bench.uart.write(b"")
    assert bench.send(b"AT\r\n") == OK


def test_what_has_not_left_can_be_taken_back():
    bench = Bench()
    bench.uart.write(b"AT\r\nAT\r\n")
    bench.passes(4)
    bench.uart.reset_output_buffer()
    bench.passes(100)
    assert bench.read() == OK
    bench.uart.write(b"AT\r\n")
    bench.passes(100)
    bench.uart.reset_input_buffer()
    assert bench.read() == b""


@pytest.mark.parametrize("profile", ["nonos-1.7.4", "esp32c3-3.3"])
@pytest.mark.parametrize("fast", [9600, 3_000_000])
def test_uart_cur_changes_the_pace_after_its_ok(profile, fast):
    bench = Bench(profile)
    command = b"AT+UART_CUR=%d,8,1,0,0\r\n" % fast
    bench.uart.write(command)
    bench.passes(len(command) + len(OK) - 0.5)
    assert bench.read() == OK[:-1]
    assert bench.module.core.baud == 115200
    bench.passes(0.5 + 1e-3)
    assert bench.read() == OK[-1:]
    assert bench.module.core.baud == fast
    bench.uart.baudrate = fast
    bench.uart.write(b"AT\r\n")
    bench.passes(4 + len(OK) - 0.5, 10 / fast)
    assert bench.read() == OK[:-1]
    bench.passes(0.5 + 1e-3, 10 / fast)
    assert bench.read() == OK[-1:]


def test_a_host_that_changes_too_soon_sees_garbage():
    bench = Bench()
    command = b"AT+UART_CUR=921600,8,1,0,0\r\n"
    bench.uart.write(command)
    bench.passes(len(command) + 3.5)
    bench.uart.baudrate = 921600
    bench.passes(10)
    said = bench.read()
    assert len(said) == len(OK)
    assert said[:3] == OK[:3]
    assert not set(said[3:]) & set(range(0x80))


def test_bytes_at_the_wrong_rate_are_garbage_to_the_module_at_the_hosts_pace():
    bench = Bench(echo=True)
    bench.uart.baudrate = 9600
    bench.uart.write(b"AT\r\n")
    bench.passes(3.5, 10 / 9600)
    bench.module.pump()
    heard = b"".join(data for _, way, data in bench.module.log if way == "<")
    assert (len(heard), bench.module.commands) == (3, [])
    assert not set(heard) & set(range(0x80))
    bench.clock.advance(1)
    said = bench.read()
    assert len(said) == 4 and not set(said) & set(range(0x80))


def test_a_reset_finds_the_old_rate_again_behind_what_was_said():
    bench = Bench(module_baud=9600)
    bench.uart.baudrate = 9600
    bench.uart.write(b"AT+RST\r\n")
    bench.clock.advance(1)
    said = bench.read()
    assert said.startswith(OK)
    assert b"ready" not in said
    bench.uart.baudrate = 115200
    assert bench.send(b"AT\r\n").endswith(OK)


def test_flow_control_that_is_stored_outlives_a_reset():
    bench = Bench()
    assert bench.send(b"AT+UART_DEF=115200,8,1,0,3\r\n") == OK
    bench.send(b"AT+RST\r\n", 2)
    assert bench.send(b"ATE0\r\nAT+UART_CUR?\r\n").endswith(b"+UART_CUR:115200,8,1,0,3\r\n" + OK)
    bench.send(b"AT+UART_CUR=115200,8,1,0,0\r\n")
    bench.send(b"AT+RST\r\n", 2)
    bench.module.pump()
    assert bench.module.core.flow_control == 3


# -- buffers -----------------------------------------------------------------------------------


def _open(bench):
    bench.uart.write(b'AT+CIPSTART="TCP","web.test",80\r\n')


def test_a_host_that_does_not_read_loses_what_comes_last():
    body = bytes(range(1, 250)) * 4
    bench = Bench(joined=True, rx_size=64, serve={("web.test", 80): Flood(body)})
    _open(bench)
    bench.clock.advance(1)
    expected = b"CONNECT\r\n\r\nOK\r\n\r\n+IPD,996:" + body + b"\r\n"
    assert bench.read() == expected[:64]
    assert bench.uart.overruns == len(expected) - 64
    assert bench.module.overruns == (len(expected) - 64, 0)
    losses = [data for _, way, data in bench.module.log if way == "!"]
    assert losses and all(b"bytes lost: the host's buffer was full" in data for data in losses)
    # What comes later is received as ever.
    assert bench.send(b"AT\r\n") == OK


def test_a_host_that_reads_in_time_loses_nothing():
    body = bytes(range(1, 250)) * 4
    bench = Bench(joined=True, rx_size=64, serve={("web.test", 80): Flood(body)})
    _open(bench)
    said = b""
    for _ in range(100):
        bench.passes(60)
        said += bench.read()
    assert said.endswith(body + b"\r\n")
    assert bench.uart.overruns == 0


FLOW = [(host, module) for host in (False, True) for module in range(4)]


@pytest.mark.parametrize("host, module", FLOW)
def test_rts_cts_holds_the_module_only_when_on_at_both_ends(host, module):
    body = random.Random(1).randbytes(20_000)
    bench = Bench(joined=True, rtscts=host, rx_size=64, serve={("web.test", 80): Flood(body)})
    bench.send(b"AT+UART_CUR=115200,8,1,0,%d\r\n" % module)
    _open(bench)
    bench.clock.advance(10)
    held = host and module & 2
    assert bool(bench.uart.overruns) != bool(held)
    if not held:
        return
    said = bench.read()
    assert len(said) == 64
    # Held: the rest comes as fast as it is read, at the line's pace and no faster.
    for _ in range(2000):
        bench.passes(32)
        more = bench.read()
        said += more
        assert len(more) <= 33
    assert bench.uart.overruns == 0
    payload = said[said.index(b"+IPD") - 2 :]
    got = b""
    while payload:
        head, _, rest = payload.partition(b":")
        count = int(head.removeprefix(b"\r\n+IPD,"))
        got, payload = got + rest[:count], rest[count + 2 :]
    assert got == body


def _stalled(bench):
    """Into passthrough, to a peer that takes nothing."""
    bench.send(b'AT+CIPSTART="TCP","deaf.test",9\r\n')
    bench.send(b"AT+CIPMODE=1\r\n")
    bench.send(b"AT+CIPSEND\r\n")
    assert bench.module.core.in_passthrough
    peer = bench.network.peers[0]
    peer.room = 0
    return peer


def _hears(bench, peer, seconds):
    """The peer takes what comes again, for so long."""
    peer.room = None
    for _ in range(2):
        bench.module.pump()
        bench.clock.advance(seconds)
    bench.module.pump()


class Deaf:
    received = None


#: The family, its own receive buffer and how much passthrough gathers before it sends.
SIZES = [("nonos-1.7.4", 128, 2048), ("esp8266-2.2.1", 1024, 2048), ("esp32c3-3.3", 2048, 8192)]


@pytest.mark.parametrize("profile, size, gathered", SIZES)
def test_the_modules_buffer_overruns_when_the_network_stands(profile, size, gathered):
    bench = Bench(profile, joined=True, serve={("deaf.test", 9): Deaf})
    peer = _stalled(bench)
    data = random.Random(2).randbytes(50_000)
    bench.send(data, 10)
    lost = bench.module.overruns[1]
    assert lost > 30_000
    _hears(bench, peer, 5)
    # All that was taken before, and nothing else, has come.
    assert len(peer.data) == len(data) - lost
    assert peer.data == data[: len(peer.data)]
    assert size + gathered <= len(peer.data) <= size + 2 * gathered
    assert any(way == "!" and b"the module's buffer" in data for _, way, data in bench.module.log)


@pytest.mark.parametrize("host, module", FLOW)
def test_rts_cts_holds_the_host_only_when_on_at_both_ends(host, module):
    bench = Bench(joined=True, rtscts=host, serve={("deaf.test", 9): Deaf})
    bench.send(b"AT+UART_CUR=115200,8,1,0,%d\r\n" % module)
    peer = _stalled(bench)
    data = random.Random(3).randbytes(50_000)
    bench.send(data, 10)
    held = host and module & 1
    assert bool(bench.module.overruns[1]) != bool(held)
    if not held:
        return
    assert bench.uart.out_waiting > 30_000
    _hears(bench, peer, 10)
    assert peer.data == data
    assert bench.module.overruns == (0, 0)


def test_a_host_that_talks_more_than_it_is_answered_overruns_the_module():
    bench = Bench()
    lines = 5000
    bench.send(b"x\r\n" * lines, 20)
    # Three bytes ask for nine: what the module cannot say it does not read.
    answered = len(bench.module.commands)
    lost = bench.module.overruns[1]
    assert 0 < lost < 3 * lines
    assert answered <= (3 * lines - lost) / 2
    # At any time its UART driver holds what is documented, and an answer more.
    assert bench.module.core.pending == 0


def test_what_the_module_has_to_say_is_bounded():
    bench = Bench(baud=9600)
    bench.uart.write(b"AT+GMR\r\n" * 1000)
    most = 0
    for _ in range(900):
        bench.clock.advance(0.01)
        bench.module.pump()
        most = max(most, bench.module.core.pending)
    assert 8192 <= most <= 8192 + 300


def test_sizes_can_be_set():
    bench = Bench(joined=True, module_rx_size=500, serve={("deaf.test", 9): Deaf})
    peer = _stalled(bench)
    bench.send(bytes(50_000), 10)
    _hears(bench, peer, 5)
    assert 8192 + 500 <= len(peer.data) <= 2 * 8192 + 500


def test_cipsendl_holds_no_more_than_the_network_takes():
    bench = Bench(joined=True, serve={("deaf.test", 9): Deaf})
    bench.send(b'AT+CIPSTART="TCP","deaf.test",9\r\n')
    bench.network.peers[0].room = 0
    assert bench.send(b"AT+CIPSENDL=100000\r\n").endswith(b">")
    bench.send(bytes(100_000), 20)
    assert len(bench.module.core.intake.expected.data) <= 4 * 2920
    assert bench.module.overruns[1] > 50_000


def test_an_unpaced_buffer_is_bounded_where_that_is_asked():
    clock, network = SimClock(), MemoryNetwork()
    network.listen("web.test", 80, Flood(bytes(1000)))
    with Module(clock=clock, network=network, joined=True, echo=False, rx_size=100) as module:
        uart = module.uart()
        uart.write(b'AT+CIPSTART="TCP","web.test",80\r\n')
        clock.advance(1)
        assert len(uart.read()) == 100
        assert uart.overruns == module.overruns[0] > 900


# -- the same bytes ----------------------------------------------------------------------------


class Echo:
    """A server that sends back what it gets."""

    def received(self, peer, data):
        peer.send(data)


CONVERSATION = [
    *(b"AT\r\n", b"AT+GMR\r\n", b"AT+CWMODE=1\r\n", b'AT+CWJAP="espat","correct horse"\r\n'),
    *(b"AT+CIPMUX=1\r\n", b'AT+CIPSTART=0,"TCP","echo.test",7\r\n', b"AT+CIPSEND=0,1000\r\n"),
    *(bytes(range(250)) * 4, b"nonsense\r\n", b"AT+CIPSEND=0,4\r\n", b"+++a", b"AT+CIFSR\r\n"),
    *(b"AT+CIPSTATUS\r\n", b"AT+CIPCLOSE=0\r\n", b"AT+RST\r\n", b"ATE0\r\n", b"AT+CIPMUX?\r\n"),
]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_paced_line_carries_the_same_bytes(profile):
    said = []
    for paced in (False, True):
        clock, network = SimClock(), MemoryNetwork()
        network.listen("echo.test", 7, Echo)
        with Module(profile, clock=clock, network=network, paced=paced) as module:
            uart = module.uart()
            heard = []
            for data in CONVERSATION:
                uart.write(data)
                clock.advance(5)
                uart.any()
                clock.advance(5)
                heard.append((data[:20], uart.read()))
            said.append(heard)
    assert said[0] == said[1]
    assert b"SEND OK" in said[0][7][1] and b"+IPD,0,1000:" in said[0][7][1]


# -- goodput -----------------------------------------------------------------------------------


@pytest.mark.parametrize("baud", [115200, 921600, 3_000_000])
def test_a_long_answer_fills_the_wire(baud):
    body = random.Random(4).randbytes(200_000)
    serve = {("web.test", 80): Flood(body, close=True)}
    bench = Bench(baud=baud, joined=True, serve=serve)
    _open(bench)
    # One jump of the clock: the module works in between, at the moments when it would have.
    bench.clock.advance(400_000 * bench.byte)
    said = bench.read()
    assert said.endswith(b"CLOSED\r\n")
    last = [time for time, way, _ in bench.module.log if way == ">"][-1]
    left = len(said) * bench.byte
    # The last notice is said when the wire has room for it, and not long before it leaves.
    assert 0 <= bench.start + left + 0.1 - last < 0.1 + 8192 * bench.byte
    assert bench.uart.overruns == 0


def test_the_escape_needs_its_silence_on_the_wire():
    bench = Bench(baud=9600, joined=True, serve={("deaf.test", 9): Deaf})
    peer = _stalled(bench)
    peer.room = None
    # Glued to what goes before, by the wire's own pace: data.
    bench.uart.write(b"x" * 30)
    bench.uart.write(b"+++")
    bench.clock.advance(2)
    bench.module.pump()
    assert bench.module.core.in_passthrough
    assert peer.data == b"x" * 30 + b"+++"
    bench.uart.write(b"+++")
    bench.clock.advance(2)
    assert bench.send(b"AT\r\n").endswith(OK)


def test_any_cut_of_the_writes_and_any_looking_gives_the_same_bytes():
    script = b"AT\r\nAT+GMR\r\nATE1\r\nAT+CIPMUX?\r\nAT+NONE\r\nATE0\r\nAT\r\n"
    answers = set()
    for seed in range(40):
        rng = random.Random(seed)
        bench = Bench()
        said, at = b"", 0
        while at < len(script):
            count = rng.randint(1, 20)
            bench.uart.write(script[at : at + count])
            at += count
            if rng.random() < 0.3:
                bench.passes(rng.randint(0, 30))
                said += bench.read()
        bench.clock.advance(1)
        answers.add(said + bench.read())
    assert len(answers) == 1
    assert answers.pop().count(b"OK\r\n") == 6


# -- the lane by itself ------------------------------------------------------------------------


def _arrivals(lane, now):
    return b"".join(data for data, _ in lane.advance(now, lambda _: None))


def test_a_lane_marks_the_place_between_two_bytes():
    lane = Lane(lambda: 10)
    done = []
    lane.put(b"ab", 0)
    lane.mark(lambda: done.append("mark"))
    lane.put(b"c", 0)
    assert lane.mark_due() == 2
    assert _arrivals(lane, 1.5) == b"a"
    assert (done, lane.mark_due()) == ([], 2)
    assert _arrivals(lane, 2) == b"b"
    assert (done, lane.mark_due()) == (["mark"], None)
    assert _arrivals(lane, 3) == b"c"


def test_a_lane_that_was_idle_begins_when_it_is_given_something():
    lane = Lane(lambda: 10)
    lane.put(b"a", 5)
    assert _arrivals(lane, 5.9) == b""
    assert _arrivals(lane, 6) == b"a"
    lane.put(b"b", 6.5)
    assert lane.time_of(1) == 7.5
    assert _arrivals(lane, 7.5) == b"b"


def test_a_change_of_rate_counts_from_the_next_byte():
    rates = itertools.chain([10], itertools.repeat(20))
    rate = [next(rates)]
    lane = Lane(lambda: rate[0])
    lane.put(b"abcd", 0)
    assert _arrivals(lane, 2) == b"ab"
    rate[0] = 20
    assert _arrivals(lane, 2.5) == b"c"
    assert _arrivals(lane, 3) == b"d"
