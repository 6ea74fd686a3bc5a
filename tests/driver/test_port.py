"""One face over every UART: those of boards, as their documents describe them, and real ones."""

import contextlib
import errno
import os
import socket
import threading
import time

import pytest
import serial

from espat import Radio, SocketPool
from espat.port import Port
from espat_tools.emulator import Module
from tests import peers
from tests.driver.desk import Desk, SimPort, pattern, read_exactly

# -- the UARTs of boards -------------------------------------------------------------------------


class MachineUART:
    """As `machine.UART`: no rate to read, `any` that may say too little, partial writes."""

    __slots__ = ("_gone", "_turn", "_uart")

    def __init__(self, uart, clock):
        self._uart = uart
        self._turn = 0
        self._gone = False

    def __str__(self):
        # The rp2 port says what the divider made of it.
        return f"UART(1, baudrate={self._uart.baudrate + 73}, bits=8, parity=None, stop=1)"

    def init(self, baudrate=9600, **settings):
        assert not settings
        self._uart.baudrate = baudrate

    def any(self):
        return -(-self._uart.any() // 2)

    def readinto(self, buf, nbytes=None):
        return self._uart.readinto(buf, nbytes)

    def read(self, nbytes=None):
        raise AssertionError("allocates, and may wait")

    def write(self, buf):
        self._turn += 1
        if self._turn % 3 == 0:
            return None
        return self._uart.write(bytes(buf[:7]))

    def deinit(self):
        self._gone = True


class BusioUART:
    """As `busio.UART`: readinto takes a buffer and nothing else, and waits for `timeout`."""

    __slots__ = ("_gone", "_timeout", "_uart")

    def __init__(self, uart, clock):
        self._uart = uart
        self._timeout = 1.0
        self._gone = False

    @property
    def timeout(self):
        return self._timeout

    @timeout.setter
    def timeout(self, value):
        if not 0 <= value <= 100:
            raise ValueError("timeout must be 0.0-100.0 seconds")
        self._timeout = value

    @property
    def baudrate(self):
        return self._uart.baudrate

    @baudrate.setter
    def baudrate(self, value):
        self._uart.baudrate = value

    @property
    def in_waiting(self):
        return self._uart.in_waiting

    def readinto(self, buf):
        assert self._timeout == 0, "this would wait"
        assert len(buf)
        return self._uart.readinto(buf)

    def write(self, buf):
        return self._uart.write(bytes(buf)) or None

    def deinit(self):
        self._gone = True


class Bare:
    """The least that is called a UART: no time-out, readinto that waits for a full buffer."""

    __slots__ = ("_gone", "_uart", "baudrate")

    def __init__(self, uart, clock):
        self._uart = uart
        self._gone = False
        self.baudrate = 115200

    @property
    def in_waiting(self):
        return self._uart.in_waiting

    def readinto(self, buf):
        assert len(buf) <= self._uart.in_waiting, "this would wait"
        return self._uart.readinto(buf)

    def write(self, buf):
        return self._uart.write(bytes(buf))

    def close(self):
        self._gone = True


UARTS = [MachineUART, BusioUART, Bare]


@pytest.mark.parametrize("uart", UARTS)
def test_a_conversation_over_each(make_desk, family, uart):
    desk = make_desk(family, line=uart).join()
    desk.works()
    with desk.socket() as sock:
        sock.sendall(pattern(1500))
        assert read_exactly(sock, 1500, 700) == pattern(1500)


@pytest.mark.parametrize("uart", UARTS[:2])
@pytest.mark.parametrize("rate", [921600, 9600])
def test_a_module_at_another_rate(make_desk, profile, uart, rate):
    desk = make_desk(profile, line=uart, module_baud=rate)
    with desk.within(60):
        desk.join().works()
    assert desk.module.core.host_baud == rate


@pytest.mark.parametrize("uart", UARTS)
def test_giving_it_back(make_desk, uart):
    desk = make_desk("esp32c3-3.3", line=uart).join()
    desk.radio.deinit()
    assert desk.line._gone


class Picky(BusioUART):
    """A UART that refuses most rates."""

    __slots__ = ()
    refusal = ValueError

    @property
    def baudrate(self):
        return self._uart.baudrate

    @baudrate.setter
    def baudrate(self, value):
        if value not in (9600, 57600, 115200, 460800):
            raise self.refusal(f"baudrate {value} not supported")
        self._uart.baudrate = value


class PickyInItsWay(Picky):
    """The same, as some ports put it."""

    __slots__ = ()
    refusal = OSError


@pytest.mark.parametrize("uart", [Picky, PickyInItsWay])
def test_a_rate_that_the_port_refuses(make_desk, profile, uart):
    desk = make_desk(profile, line=uart, module_baud=460800)
    desk.join().works()
    desk = make_desk(profile, line=uart, module_baud=3_000_000)
    with pytest.raises(OSError, match="does not answer") as caught:
        desk.join()
    assert caught.value.errno == errno.ETIMEDOUT


class Unplugged(BusioUART):
    """A port that fails as a whole, as one whose adapter was pulled out."""

    __slots__ = ()
    gone = False

    def readinto(self, buf):
        if Unplugged.gone:
            raise OSError(errno.EIO, "input/output error")
        return BusioUART.readinto(self, buf)

    def write(self, buf):
        if Unplugged.gone:
            raise OSError(errno.EIO, "input/output error")
        return BusioUART.write(self, buf)


def test_a_port_that_is_pulled_out(make_desk, profile):
    """What the port says comes out, and when it is back so is the radio."""
    desk = make_desk(profile, line=Unplugged).join()
    sock = desk.socket()
    try:
        Unplugged.gone = True
        for call in (lambda: sock.send(b"x"), lambda: sock.recv(1), desk.socket, desk.join):
            with pytest.raises(OSError):
                call()
    finally:
        Unplugged.gone = False
    with pytest.raises(OSError):
        for _ in range(3):
            sock.send(b"x")
            sock.recv(1)
    for _ in range(2):
        with contextlib.suppress(OSError):
            desk.works()
    desk.works()


# -- the clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 1, (1 << 29) - 500, (1 << 30) - 500, (1 << 40) + 3])
def test_ticks_wrap_and_since_does_not_mind(monkeypatch, start):
    now = [start]
    monkeypatch.setattr(time, "monotonic_ns", lambda: now[0] * 1_000_000)
    port = Port(BusioUART(None, None))
    then = port.ticks()
    assert then < 1 << 29
    for step in (0, 1, 499, 500, 1000, 3_600_000, 74 * 3_600_000):
        now[0] = start + step
        assert port.since(then) == step
    for hours in (75, 100, 149):  # no wait may take it for a time to come
        now[0] = start + hours * 3_600_000
        assert port.since(then) > 74 * 3_600_000


def test_reading_is_bounded_and_does_not_wait(make_desk):
    desk = Desk("esp32c3-3.3", line=BusioUART)
    port = SimPort(desk.line, desk.clock)
    buffer = bytearray(16)
    assert port.read(memoryview(buffer)) == 0
    desk.module.inject(b"x" * 40)
    assert port.read(memoryview(buffer)[:0]) == 0
    assert port.read(memoryview(buffer)[:5]) == 5
    assert port.read(memoryview(buffer)) == 16
    desk.module.close()


class Pieces:
    """As a `machine.UART` that tells of three bytes at a time; `dry`: there are none after all."""

    def __init__(self, data, dry=False):
        self.data = data
        self.dry = dry

    def any(self):
        return min(3, len(self.data))

    def readinto(self, buf, nbytes):
        assert nbytes <= min(self.any(), len(buf))
        if self.dry:
            return None
        buf[:nbytes] = self.data[:nbytes]
        self.data = self.data[nbytes:]
        return nbytes


def test_all_that_has_come_is_read_in_one_go():
    uart = Pieces(pattern(20))
    port = Port(uart)
    view = memoryview(bytearray(16))
    assert port.read(view[:0]) == 0
    assert port.read(view) == 16
    assert view == pattern(20)[:16]
    assert port.read(view) == 4
    assert view[:4] == pattern(20)[16:]
    assert port.read(view) == 0


def test_a_uart_that_tells_of_bytes_it_does_not_give():
    assert Port(Pieces(b"bytes", dry=True)).read(memoryview(bytearray(9))) == 0


# -- real ports ----------------------------------------------------------------------------------

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@pytest.fixture(scope="module")
def echo():
    """A TCP server on loopback that sends back what comes."""
    with peers.Peer(peers.echo) as peer:
        yield peer


@pytest.fixture
def real(echo):
    """An emulated module in real time, with an echo server in reach."""
    with Module(hosts={"echo.test": ("127.0.0.1", {7: echo.port})}) as module:
        yield module


def converse(uart):
    """Join and talk over a real UART."""
    with Radio(uart, rx_size=2048) as radio:
        radio.connect("espat", "correct horse")
        sock = SocketPool(radio).socket()
        sock.settimeout(10)
        sock.connect(("echo.test", 7))
        sock.sendall(pattern(3000))
        assert read_exactly(sock, 3000, 1460) == pattern(3000)
        sock.close()


def blinka(path, rate):
    """Blinka's UART, without a board to have it on."""
    try:
        from adafruit_blinka.microcontroller.generic_linux.uart import UART
    except ImportError:
        pytest.skip("Blinka is not installed: pip install 'espat[blinka]'")
    return UART(path, rate)


PORTS = {"pyserial": lambda path, rate: serial.Serial(path, rate, timeout=1), "blinka": blinka}


@POSIX
@pytest.mark.parametrize("kind", PORTS)
def test_a_pseudo_terminal(real, kind):
    converse(PORTS[kind](real.open_pty(), 115200))


@POSIX
@pytest.mark.parametrize("kind", PORTS)
def test_a_pseudo_terminal_at_another_rate(echo, kind):
    hosts = {"echo.test": ("127.0.0.1", {7: echo.port})}
    with Module(hosts=hosts, module_baud=921600) as module:
        uart = PORTS[kind](module.open_pty(), 115200)
        converse(uart)
        assert module.core.host_baud == 921600


@POSIX
def test_a_pseudo_terminal_that_goes_away(real):
    """The far end hangs up: an OSError, at once."""
    radio = Radio(serial.Serial(real.open_pty(), 115200))
    radio.connect("espat", "correct horse")
    real.close()
    start = time.monotonic()
    with pytest.raises(OSError):
        radio.command("AT+GMR")
    assert time.monotonic() - start < 60


def bridge(listener, uart, done):
    """Carry bytes between a TCP connection and the UART of a module."""
    connection, _ = listener.accept()
    with connection:
        connection.setblocking(False)
        while not done.is_set():
            try:
                data = connection.recv(4096)
                if not data:
                    return
                uart.write(data)
            except BlockingIOError:
                time.sleep(0.0005)
            except OSError:
                return
            if data := uart.read():
                connection.sendall(data)


def test_a_port_over_tcp(real):
    """pyserial's `socket://`, whose `in_waiting` is 0 or 1 however much is there."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        carrier = threading.Thread(target=bridge, args=(listener, real.uart(), done), daemon=True)
        carrier.start()
        url = f"socket://127.0.0.1:{listener.getsockname()[1]}"
        converse(serial.serial_for_url(url, 115200))
        done.set()
        carrier.join(5)
