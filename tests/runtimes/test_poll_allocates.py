"""What a poll takes of the heap in a real MicroPython, the collector off: a garbage collection in
the middle of a payload is what overruns a UART.
"""

import pytest

from espat_tools import runtimes
from espat_tools.bench import memory

# A module that has bytes; `uart.most` is how many of them a read of the UART gives.
PROGRAM = """
import gc
from fake_uart import FakeUart
import espat
from espat.faces.stream import Stream



class BusioUart:
    "The same with the face of ``busio.UART``."

    timeout = 0

    def __init__(self, uart):
        self.uart = uart

    @property
    def in_waiting(self):
        return self.uart.any()

    def readinto(self, buf):
        return self.uart.readinto(buf)

    def write(self, buf):
        return self.uart.write(buf)


uart = FakeUart()
radio = espat.Radio(BusioUart(uart) if KIND == "busio" else uart)
radio.connect("espat", "correct horse")
sock = Stream(radio)
sock.connect(("192.168.4.1", 80))
sock.write(b"start")
sock.setblocking(False)
buf = bytearray(512)


def fetch():
    "A poll begins to read the module; of its answer 128 bytes have come."
    uart.most = 0
    while sock.waiting():
        sock.readinto(buf)
    sock.ioctl(3, 1)
    uart.most = 8
    uart.left = 128
    sock.ioctl(3, 1)  # it is in the middle of its payload
    uart.left = None


def polls(count):
    for _ in range(count):
        sock.ioctl(3, 1)


def reads(count):
    for _ in range(count):
        sock.readinto(buf)


def taken(what, most):
    "(bytes of heap, reads of the UART): the least of some, for what is loaded once a command takes"
    "long is not part of it."
    found = []
    for _ in range(8):
        fetch()
        gc.collect()
        gc.disable()
        uart.own = uart.reads = 0
        uart.count = True
        uart.most = most
        before = gc.mem_alloc()
        what(20)
        heap = gc.mem_alloc() - before - uart.own
        uart.count = False
        gc.enable()
        found.append((heap, uart.reads))
        uart.most = 2048
        sock.ioctl(3, 1)
    return min(found)


def a_view():
    "What a memoryview of a part of a buffer takes."
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    whole[1:64]
    heap = gc.mem_alloc() - before
    gc.enable()
    return heap


whole = memoryview(buf)
print("view", 0, a_view(), 0)
for what in (polls, reads):
    for most in (0, 32, 64):
        print(what.__name__, most, *taken(what, most))
"""


@pytest.fixture(scope="module", params=["machine", "busio"])
def taken(request):
    if reason := runtimes.unix_missing():
        pytest.skip(reason)
    program = f"KIND = {request.param!r}\n{PROGRAM}"
    done = runtimes.unix(program, modules={"fake_uart": memory.ONBOARD / "fake_uart.py"}).check()
    rows = [line.split() for line in done.splitlines()]
    return {(what, int(most)): (int(heap), int(reads)) for what, most, heap, reads in rows}


def test_a_poll_takes_nothing_when_no_byte_came(taken):
    assert taken["polls", 0] == (0, 0)


@pytest.mark.parametrize("what", ["polls", "reads"])
def test_a_view_for_each_read_of_the_uart(taken, what):
    """What half the bytes a read add, which a payload does not take for itself."""
    (heap, reads), (more, smaller) = taken[what, 64], taken[what, 32]
    assert smaller > reads + 5
    assert more - heap <= (smaller - reads) * taken["view", 0][0]


def test_a_read_that_finds_nothing_takes_its_own_view_alone(taken):
    """One of the whole buffer that it was handed, for each of 20 calls."""
    assert taken["reads", 0][0] <= 20 * taken["view", 0][0]
