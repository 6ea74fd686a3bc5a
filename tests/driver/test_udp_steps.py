"""UDP sockets of MicroPython's `socket` that must not wait: their links are opened in steps."""

import errno
import select
from random import Random

import pytest

from espat.faces import turns
from espat.faces.datagram import Datagram
from espat.faces.stream import Stream
from tests.driver.desk import ALL, Line, Wire, pattern

PLACE = ("10.9.8.7", 4000)
GROUP, PORT = "224.0.0.251", 5353
MEMBERSHIP = bytes((224, 0, 0, 251)) + bytes(4)
IN, OUT = select.POLLIN, select.POLLOUT


class Program:
    """A program on a desk whose sockets never wait; `waits` counts the turns of waits."""

    made = []

    def __init__(self, desk):
        self.desk = desk
        self.peer = desk.network.udp(*PLACE, lambda peer, source, data: peer.send(data, source))
        self.waits = 0
        desk.modem.idle = self._waited
        self.sockets = []

    def _waited(self):
        self.waits += 1

    def new(self, kind=Datagram):
        sock = kind(self.desk.radio)
        sock.setblocking(False)
        self.sockets.append(sock)
        self.made.append(sock)
        return sock

    def turn(self):
        """What the loop of asyncio does: poll all, then sleep."""
        for sock in self.sockets:
            sock.ioctl(3, IN)
        self.desk.port.pause()

    def turns(self, seconds):
        end = self.desk.clock.now() + seconds
        while self.desk.clock.now() < end:
            self.turn()

    def until(self, sock, wanted):
        for _ in range(20_000):
            if flags := sock.ioctl(3, wanted):
                return flags
            self.turn()
        raise AssertionError("never ready")

    def asks(self, sock, data=b"hello"):
        """Send a datagram, and take what comes back."""
        assert sock.sendto(data, PLACE) == len(data)
        self.until(sock, IN)
        return sock.recvfrom(100)

    def works(self):
        """All links are free again, and a new TCP connection carries bytes."""
        for sock in self.sockets:
            sock.close()
        self.turns(1)
        self.desk.modem.idle = None
        self.sockets = []
        others = [self.desk.socket() for _ in range(5)]
        for sock in others:
            sock.close()
        self.desk.works()


@pytest.fixture(params=ALL)
def family(request):
    return request.param


@pytest.fixture(autouse=True)
def nothing_left():
    """What is still to be begun is of one program, in whose place comes the next.

    CPython closes a socket when it is collected: those of one test must not be in the next.
    """
    yield
    while Program.made:
        Program.made.pop().shut = True
    for pending in (turns.waiting, turns.stepping, turns.leaving):
        pending.clear()


@pytest.fixture
def program(make_desk, family):
    return Program(make_desk(family).join())


@pytest.mark.parametrize("opening", ["sendto", "connect", "bind"])
def test_no_call_waits(program, opening):
    sock = program.new()
    if opening == "connect":
        sock.connect(PLACE)
    elif opening == "bind":
        sock.bind(("", PORT))
    assert program.asks(sock) == (b"hello", PLACE)
    assert program.asks(sock, b"again") == (b"again", PLACE)
    assert program.waits == 0
    if opening == "bind":
        assert program.peer.inbox[0][0][1] == PORT
    sock.close()
    program.turns(0.5)
    assert program.waits == 0
    program.works()


def test_what_comes_before_it_is_open(program):
    """Nothing to read; a datagram waits, and a second one finds no room."""
    sock = program.new()
    sock.sendto(b"first", PLACE)
    for call in (lambda: sock.recv(10), lambda: sock.sendto(b"second", PLACE)):
        with pytest.raises(BlockingIOError):
            call()
    assert sock.read(10) is None
    assert sock.ioctl(3, IN | OUT) == 0
    program.until(sock, IN)
    assert sock.recv(10) == b"first"
    assert program.waits == 0


def test_it_may_wait_after_all(program):
    """The time-out is set while the link is being opened."""
    sock = program.new()
    sock.bind(("", PORT))
    sock.settimeout(2)
    with pytest.raises(OSError) as caught:
        sock.recv(10)
    assert caught.value.errno == errno.ETIMEDOUT
    sock.sendto(b"hello", PLACE)
    assert sock.recv(10) == b"hello"
    program.works()


def test_two_at_once(program):
    one, other = program.new(), program.new()
    one.sendto(b"one", PLACE)
    other.sendto(b"other", PLACE)
    program.until(one, IN)
    program.until(other, IN)
    assert (one.recv(10), other.recv(10)) == (b"one", b"other")
    assert one.port != other.port
    assert program.waits == 0
    program.works()


def test_bound_twice(program):
    sock = program.new()
    sock.bind(("", PORT))
    with pytest.raises(OSError) as caught:
        sock.bind(("", PORT + 1))
    assert caught.value.errno == errno.EALREADY


@pytest.mark.parametrize("polls", [0, 1, 3, 6, 100])
def test_a_group_after_so_many_polls(program, polls):
    sock = program.new()
    sock.bind(("", PORT))
    for _ in range(polls):
        program.turn()
    sock.setsockopt(0, 35, MEMBERSHIP)
    program.turns(0.5)
    program.peer.send(b"to all", (GROUP, PORT))
    program.until(sock, IN)
    assert sock.recvfrom(100) == (b"to all", PLACE)
    assert program.waits == 0
    program.works()


@pytest.mark.parametrize("close", ["close", "dropped"])
@pytest.mark.parametrize("polls", range(12))
def test_closed_after_so_many_polls(program, polls, close):
    sock = program.new()
    sock.sendto(b"hello", PLACE)
    for _ in range(polls):
        program.turn()
    if close == "close":
        sock.close()
    else:
        sock.ioctl(4, 0)
    other = program.new()
    assert program.asks(other) == (b"hello", PLACE)
    assert program.waits == 0
    program.works()


@pytest.mark.parametrize("refused", ["CIPDINFO=1", "CIPSTART", "CIPRECVMODE=0", "CIPRECVTYPE"])
def test_a_refusal(program, refused):
    """Poll tells it, the next use raises it, and the use after that tries again."""
    for _ in range(2):
        program.desk.module.fault(f"refuse at AT+{refused}")
    sock = program.new()
    sock.connect(PLACE)
    flags = program.until(sock, OUT)
    program.turns(0.5)
    flags = sock.ioctl(3, IN)
    if not program.desk.said(refused.encode()) or sock.link >= 0:
        assert flags == 0
    else:
        assert flags & select.POLLERR
        with pytest.raises(OSError):
            sock.send(b"hello")
        while sock.fault is None and sock.link < 0:
            sock.send(b"hello")
            program.turns(0.5)
    assert program.asks(sock) == (b"hello", PLACE)
    assert program.waits == 0
    program.works()


@pytest.mark.parametrize("name", ["CIPDINFO", "CIPRECVTYPE", "CIPRECVMODE", "CIPSTART", "CIPSEND"])
def test_a_restart_at_a_step(program, name):
    """Poll tells it, or it goes on; then the same program has its answer."""
    program.desk.module.fault(f"reset at AT+{name}")
    got = None
    sock = program.new()
    for _ in range(5):
        try:
            sock.sendto(b"hello", PLACE)
            program.turns(2)
            got = sock.recvfrom(100)
            break
        except BlockingIOError:
            pass
        except OSError as e:
            assert e.errno in (errno.ECONNRESET, errno.ENOTCONN, errno.EIO), e
            sock.close()
            program.desk.join()
            sock = program.new()
    assert got == (b"hello", PLACE)
    program.works()


@pytest.mark.parametrize("line", [Line, Wire])
@pytest.mark.parametrize("seed", range(2))
def test_beside_connections(make_desk, family, line, seed):
    """All bytes of two streams come, while UDP sockets are opened and closed."""
    random = Random(seed)
    program = Program(make_desk(family, line=line).join())
    desk = program.desk
    wanted = pattern(15_000, seed)
    servers = [desk.listen(f"many{n}.test", 9000) for n in range(2)]
    streams = [program.new(Stream) for _ in servers]
    for n, stream in enumerate(streams):
        with pytest.raises(OSError):
            stream.connect((f"many{n}.test", 9000))
    for stream in streams:
        program.until(stream, OUT)
    sent, got = [0, 0], [bytearray(), bytearray()]
    sock = None
    answers = 0
    while len(got[0]) + len(got[1]) < 2 * len(wanted):
        for n, server in enumerate(servers):
            if random.random() < 0.3 and sent[n] - len(got[n]) < 1000:
                size = random.randrange(1, 40)
                server.peer.send(wanted[sent[n] : sent[n] + size])
                sent[n] = min(len(wanted), sent[n] + size)
            if random.random() < 0.5:
                got[n] += streams[n].read(random.randrange(1, 300)) or b""
        if sock is None and random.random() < 0.02:
            sock = program.new()
            sock.sendto(b"hello", PLACE)
        elif sock is not None and (sock.ioctl(3, IN) or (answers and random.random() < 0.002)):
            answers += sock.read(10) == b"hello"
            sock.close()
            program.sockets.remove(sock)
            sock = None
        program.turn()
    assert [bytes(each) for each in got] == [wanted, wanted]
    assert answers
    assert program.waits == 0
