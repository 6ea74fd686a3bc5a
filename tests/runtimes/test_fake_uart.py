"""The fake that the 32-bit figures rest on says what the emulator says, as far as it goes."""

import runpy
import threading
import time

import pytest

from espat_tools.bench import memory, peer
from espat_tools.emulator import Module

FAKE = runpy.run_path(str(memory.ONBOARD / "fake_uart.py"))
FakeUart = FAKE["FakeUart"]
BODY = FAKE["_BUFFER"]  # bytes that a module holds for a link, and that the fake always has

# In this order, with what ends the reply.
CONVERSATION = [
    (b"AT", b"OK\r\n"),
    (b"ATE0", b"OK\r\n"),
    (b"AT+SYSSTORE=0", b"OK\r\n"),
    (b"AT+CIPMODE=0", b"OK\r\n"),
    (b"AT+CIPSERVER=0", b"ERROR\r\n"),
    (b"AT+CIPCLOSE=5", b"ERROR\r\n"),
    (b"AT+CIPCLOSE", b"ERROR\r\n"),
    (b"AT+CIPMUX=1", b"OK\r\n"),
    (b"AT+CIPCLOSE=5", b"OK\r\n"),
    (b"AT+CIPDINFO=0", b"OK\r\n"),
    (b"AT+CIPRECVMODE=1", b"OK\r\n"),
    (b"AT+CWRECONNCFG=1,0", b"OK\r\n"),
    (b"AT+CWJAP?", b"OK\r\n"),
    (b"AT+CWSTATE?", b"OK\r\n"),
    (b"AT+CWMODE?", b"OK\r\n"),
    (b"AT+CWMODE=1", b"OK\r\n"),
    (b'AT+CWJAP="espat","correct horse"', b"OK\r\n"),
    (b"AT+CIPSTA?", b"OK\r\n"),
    (b'AT+CIPSTART=0,"TCP","127.0.0.1",%d', b"OK\r\n"),
    (b"AT+CIPSEND=0,5", b">"),
]


def _ask(uart, words, end):
    uart.write(words)
    said = b""
    buf = bytearray(4096)
    give_up = time.monotonic() + 30
    while not said.endswith(end) and time.monotonic() < give_up:
        n = uart.readinto(buf) or 0
        said += bytes(buf[:n])
    return said


@pytest.fixture
def port():
    """Where a server gives away bodies."""
    with peer.Server(("127.0.0.1", 0), peer.Bodies) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_fake_speaks_as_the_emulator_does(port):
    with Module(profile="esp32c3-3.3") as module:
        ends = FakeUart(), module.uart()
        for command, end in CONVERSATION:
            line = (command % port if b"%d" in command else command) + b"\r\n"
            fake, emulated = (_ask(uart, line, end) for uart in ends)
            assert fake == emulated, command
        tail = b"+IPD,0,%d\r\n" % BODY
        fake, emulated = (_ask(uart, b"%d\n" % BODY, tail) for uart in ends)
        assert fake == emulated
        ask = b"AT+CIPRECVDATA=0,100\r\n"
        fake, emulated = (_ask(uart, ask, b"44\r\n") for uart in ends)
        head, tail = len(b"+CIPRECVDATA:100,"), len(b"\r\nOK\r\n\r\n+IPD,0,5644\r\n")
        assert len(fake) == len(emulated) == head + 100 + tail
        assert fake[:head] == emulated[:head]
        assert fake[-tail:].replace(b"5744", b"5644") == emulated[-tail:]
        close = b"AT+CIPCLOSE=0\r\n"
        fake, emulated = (_ask(uart, close, b"OK\r\n") for uart in ends)
        assert fake == emulated


def test_what_the_fake_gives_goes_on_where_it_stopped():
    """A page in lines of 40 bytes, however it is read."""
    fake = FakeUart()
    _ask(fake, b"ATE0\r\n", b"OK\r\n")
    page = b""
    for n in (1, 100, 39, 2048, 512):
        head = b"+CIPRECVDATA:%d," % n
        said = _ask(fake, b"AT+CIPRECVDATA=0,%d\r\n" % n, b"44\r\n")
        page += said[len(head) : len(head) + n]
    line = b"x" * 39 + b"\n"
    assert page == (line * 80)[: len(page)]
    assert len(page) == 2700


def test_the_fake_is_of_the_same_release():
    """Only the numbers of the build differ, and nothing but the release is read from them."""
    with Module(profile="esp32c3-3.3", echo=False) as module:
        fake = FakeUart()
        _ask(fake, b"ATE0\r\n", b"OK\r\n")
        said = [_ask(uart, b"AT+GMR\r\n", b"OK\r\n") for uart in (fake, module.uart())]
    for line in said:
        assert line.startswith(b"AT version:3.3.0.0(")
        assert b"ESP32C3" in line
    assert said[0].count(b"\r\n") == said[1].count(b"\r\n")


def test_the_fake_counts_its_own(any_micropython):
    """What it reports as its own, and no more, is what it takes."""
    program = (
        "import gc\nfrom fake_uart import FakeUart\nu = FakeUart()\nu.count = True\n"
        "buf = bytearray(2048)\ncommand = b'AT+CIPRECVDATA=0,512\\r\\n'\ngc.collect()\n# %%\n"
        "gc.disable()\nfor _ in range(3):\n    u.write(command)\n    u.readinto(buf)\nu.own = 0\n"
        "before = gc.mem_alloc()\nfor _ in range(20):\n    u.write(command)\n    u.readinto(buf)\n"
        "taken = gc.mem_alloc() - before\nprint(taken, u.own, u.reads)"
    )
    helpers = {"fake_uart": memory.ONBOARD / "fake_uart.py"}
    taken, own, reads = map(int, any_micropython(program, modules=helpers).check().split())
    assert reads == 23
    assert own > 0
    assert own <= taken <= own + 64
