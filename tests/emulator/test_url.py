"""``espat://``: a module as a pyserial port, for whatever is written for pyserial."""

import http.server
import os
import subprocess
import sys
import threading
import time

import pytest
import serial
import serial.threaded
from serial.tools import miniterm

import espat
import espat_tools  # noqa: F401 - makes the URL known
from espat_tools.emulator import words

URL = "espat://?profile=esp32c3-3.3"
OK = b"\r\nOK\r\n"


@pytest.fixture
def port():
    """Opens URLs; all are closed."""
    ports = []

    def make(url=URL, baudrate=115200, **options):
        ports.append(serial.serial_for_url(url, baudrate, **options))
        return ports[-1]

    yield make
    for each in ports:
        each.close()


@pytest.fixture
def web():
    """A web server with one page; yields (its port, the page)."""
    page = os.urandom(20_000)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], page
        server.shutdown()


def test_the_url_is_known_once_espat_tools_is_imported():
    program = (
        "import serial, sys\n"
        "try:\n"
        "    serial.serial_for_url('espat://')\n"
        "except ValueError as error:\n"
        "    print(error)\n"
        "import espat_tools\n"
        "assert not [name for name in sys.modules if 'espat_tools.' in name]\n"
        "with serial.serial_for_url('espat://', 115200) as port:\n"
        "    port.write(b'AT\\r\\n')\n"
        "    print(port.read(10))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == [
        "invalid URL, protocol 'espat' not known",
        "b'AT\\r\\n\\r\\nOK\\r\\n'",
    ], done.stderr


@pytest.mark.parametrize("profile", ["nonos-1.7.4", "esp32-2.4", "esp32c6-5.0.1", "wizfi360"])
def test_the_profile(port, profile):
    line = port(f"espat://?profile={profile}&echo=0")
    line.write(b"AT+GMR\r\n")
    said = line.read_until(OK)
    assert said.startswith(b"AT version:") and said.endswith(OK)
    assert line.module.core.profile.id == profile


def test_reading_and_its_time_outs(port):
    line = port(f"{URL}&echo=0", timeout=0.1)
    start = time.monotonic()
    assert line.read(1) == b""
    assert time.monotonic() - start >= 0.1
    line.write(b"AT\r\n")
    assert line.in_waiting == 6
    assert line.read(100) == OK
    line.write(b"AT\r\n")
    line.timeout = None
    assert line.read(6) == OK
    line.timeout = 0
    line.write(b"AT\r\nAT\r\n")
    assert (line.read(4), line.read_all(), line.read(1)) == (OK[:4], OK[4:] + OK, b"")
    line.write(b"ATE1\r\nAT\r\n")
    line.timeout = 1
    assert line.read_until(b"\n", 3) == b"\r\n"
    assert line.readline() == b"OK\r\n"
    buffer = bytearray(4)
    assert (line.readinto(buffer), buffer) == (4, b"AT\r\n")
    line.reset_input_buffer()
    assert line.in_waiting == 0


def test_reading_with_an_inter_byte_time_out(port):
    line = port(f"{URL}&echo=0&joined=1", timeout=20, inter_byte_timeout=0.05)
    line.write(b"AT+CWLAP\r\n")
    start = time.monotonic()
    assert line.read(10_000).endswith(OK)
    assert time.monotonic() - start < 10


def test_a_rate_that_changes_midway(port):
    line = port(f"{URL}&echo=0&baud=9600", 9600, timeout=0.2)
    line.write(b"AT+UART_CUR=921600,8,1,0,0\r\n")
    assert line.read(6) == OK
    line.write(b"AT\r\n")
    assert not set(line.read(100)) & set(range(0x80))
    line.baudrate = 921600
    line.write(b"\r\n")
    line.read(100)
    line.write(b"AT\r\n")
    assert line.read(6) == OK
    with pytest.raises(ValueError, match="baud"):
        line.baudrate = 0


def test_without_a_rate_the_module_has_the_ports(port):
    """pyserial opens at 9600 where nobody says a rate: that must not end in garbage."""
    line = serial.serial_for_url("espat://?echo=0", timeout=0.2)
    with line:
        line.write(b"AT\r\n")
        assert (line.baudrate, line.read(100)) == (9600, OK)


def test_a_rate_that_is_not_the_ports(port):
    line = port("espat://?baud=115200", 9600, timeout=0.05)
    line.write(b"AT\r\n")
    assert not set(line.read(100)) & set(range(0x80))


def test_pacing(port):
    line = port(f"{URL}&paced=1&baud=9600&echo=0", 9600, timeout=5)
    start = time.monotonic()
    line.write(b"AT\r\n")
    assert line.out_waiting > 0
    line.flush()
    assert line.out_waiting == 0
    assert line.read(6) == OK
    # Ten bytes at 960 a second.
    assert time.monotonic() - start >= 10 / 960


def test_writing_waits_and_times_out_where_the_line_is_slow(port):
    line = port(f"{URL}&paced=1&baud=300", 300, write_timeout=0.05)
    assert line.write(bytes(4000)) == 4000
    start = time.monotonic()
    with pytest.raises(serial.SerialTimeoutException):
        line.write(bytes(4000))
    assert time.monotonic() - start >= 0.05
    with pytest.raises(serial.SerialTimeoutException):
        line.flush()
    line.write_timeout = 0
    assert line.write(bytes(1000)) < 1000
    line.reset_output_buffer()
    assert line.out_waiting == 0
    assert line.write(bytes(100)) == 100


@pytest.mark.parametrize("call, cancel", [("read", "cancel_read"), ("flush", "cancel_write")])
def test_canceling(port, call, cancel):
    line = port(f"{URL}&paced=1&baud=300&echo=0", 300)
    line.write(bytes(1000))
    ended = []
    thread = threading.Thread(target=lambda: ended.append(getattr(line, call)()))
    thread.start()
    time.sleep(0.05)
    assert thread.is_alive()
    getattr(line, cancel)()
    thread.join(5)
    assert ended in ([b""], [None])


def test_closing_ends_a_read_in_another_thread(port):
    line = port(URL)
    ended = []

    def read():
        try:
            line.read(1)
        except serial.SerialException as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.05)
    line.close()
    thread.join(5)
    assert isinstance(ended[0], serial.PortNotOpenError)


def test_a_closed_port(port):
    line = port(URL)
    line.close()
    line.close()
    calls = [
        line.read,
        lambda: line.write(b"AT"),
        lambda: line.in_waiting,
        lambda: line.out_waiting,
        line.flush,
        line.reset_input_buffer,
        line.reset_output_buffer,
        lambda: line.cts,
        lambda: line.ri,
    ]
    for call in calls:
        with pytest.raises(serial.PortNotOpenError):
            call()


def test_it_can_be_opened_again_and_is_another_module(port):
    line = port(f"{URL}&echo=0", do_not_open=True)
    assert not line.is_open
    for _ in range(2):
        with line:
            with pytest.raises(serial.SerialException, match="already open"):
                line.open()
            line.write(b"AT+CIPMUX?\r\n")
            assert line.read_until(OK) == b"+CIPMUX:0\r\n" + OK
            line.write(b"AT+CIPMUX=1\r\n")
        assert line.module is None


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors by /proc")
def test_nothing_is_left_open():
    before = os.listdir("/proc/self/fd")
    for _ in range(20):
        with serial.serial_for_url(URL, 115200) as line:
            line.write(b"AT\r\n")
        with pytest.raises(serial.SerialException):
            serial.serial_for_url("espat://?profile=esp99")
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_signals_are_taken(port):
    line = port(URL, rtscts=True, dsrdtr=True)
    line.rts = line.dtr = False
    line.break_condition = True
    line.send_break(0.001)
    assert (line.cts, line.dsr, line.cd, line.ri) == (True, True, True, False)
    assert line.module.uart().overruns == 0
    settings = line.get_settings()
    line.apply_settings({**settings, "timeout": 3, "bytesize": 7})
    assert line.timeout == 3


BAD = [
    ("espat://?profile=esp99", "no profile 'esp99'; there are esp32-2.4, "),
    ("espat://?colour=red", "no option 'colour'; there are ap, baud, "),
    ("espat://?baud=fast", "baud: invalid literal"),
    ("espat://?paced=yes", "paced: 'yes' is neither 0 nor 1"),
    ("espat://?host=web", "'web' is no host: name=127.0.0.1:8080 is meant"),
    ("espat://?host=web%3D1.2.3.4:x", "'x' is no port of a host"),
    ("espat://?ap=:secret", "names no access point: name:password is meant"),
    ("espat://?ap=a,rssi=low", "'low' is no rssi of an access point"),
    ("espat://?fault=drp", "'drp' is not known; did you mean drop?"),
    ("espat://?scenario=noisy", "scenario: there is no file 'noisy'"),
    ("espat://?network=mars", "network 'mars' is neither any nor loopback"),
    ("espat://?baud=1&baud=2", "baud is given twice"),
    ("espat://somewhere?baud=1", "espat://?name=value&... is meant"),
    ("espat://?rx_size=", "rx_size: invalid literal"),
]


@pytest.mark.parametrize("url, message", BAD)
def test_a_url_that_makes_no_module_says_why(url, message):
    with pytest.raises(serial.SerialException) as caught:
        serial.serial_for_url(url, 115200)
    assert message in str(caught.value)
    assert url in str(caught.value)


def test_access_points_in_words():
    plain = words.access_point("home")
    assert (plain.ssid, plain.password, plain.security) == (b"home", b"", 0)
    full = words.access_point("a b:p:w,x,rssi=-80,channel=6,security=4,hidden,no-dhcp,silent")
    assert (full.ssid, full.password, full.rssi, full.channel) == (b"a b", b"p:w,x", -80, 6)
    assert (full.security, full.hidden, full.dhcp, full.silent) == (4, True, False, True)
    assert words.access_point("a:p,bssid=02:00:00:00:00:09,ip=10.0.0.5").gateway == "10.0.0.1"
    assert words.host("web.test=127.0.0.1") == ("web.test", "127.0.0.1")
    assert words.host("web.test=127.0.0.1:8080") == ("web.test", ("127.0.0.1", 8080))


def test_access_points_with_what_has_a_meaning_in_them():
    tricky = words.access_point(r"a\:b:p:w\,hidden,rssi=-5,hidden")
    assert (tricky.ssid, tricky.password) == (b"a:b", b"p:w,hidden")
    assert (tricky.rssi, tricky.hidden) == (-5, True)
    assert words.access_point(r"n:back\\").password == b"back\\"
    assert words.access_point("n:x,y=1").password == b"x,y=1"
    assert words.access_point("n:é").password == "é".encode()
    assert words.access_point("n:p,security=wpa3").security == 6
    with pytest.raises(ValueError, match="given twice"):
        words.access_point("n:p,rssi=-5,rssi=-6")
    with pytest.raises(
        ValueError, match="'wpa9' is no security of an access point; there are open"
    ):
        words.access_point("n:p,security=wpa9")


def test_hosts_by_port():
    hosts = {}
    for text in ("a.test:80=127.0.0.1:8080", "a.test:443=localhost:8443", "b.test=127.0.0.5"):
        words.add_host(hosts, text)
    assert hosts == {"a.test": ("127.0.0.1", {80: 8080, 443: 8443}), "b.test": "127.0.0.5"}
    for text in ("a.test:22=127.0.0.2:22", "b.test=127.0.0.6", "a.test=127.0.0.1:80"):
        with pytest.raises(ValueError, match="is given twice"):
            words.add_host(hosts, text)
    for text in (
        "a",
        "=127.0.0.1",
        "a=web.test",
        "a:80=127.0.0.1",
        "a=127.0.0.1:x",
        "a=127.0.0.1:0",
    ):
        with pytest.raises(ValueError, match="is no "):
            words.host(text)


def test_faults_and_scenarios(port, tmp_path):
    line = port(f"{URL}&echo=0&fault=busy at AT%2BGMR&fault=drop byte after 2", timeout=0.1)
    line.write(b"AT\r\nAT+GMR\r\n")
    assert line.read(99) == b"\r\nK\r\n\r\nbusy p...\r\n"
    path = tmp_path / "mine.toml"
    path.write_text('profile = "esp32-2.4"\necho = false\n[[fault]]\ndo = "insert #"\n', "utf-8")
    line = port(f"espat://?scenario={path}&seed=5", timeout=0.1)
    assert line.read(99) == b"#"
    assert (line.module.seed, line.module.core.profile.id) == (5, "esp32-2.4")


def test_the_driver_fetches_a_page_over_it(port, web):
    number, page = web
    line = port(f"{URL}&ap=home:secret pass&host=web.test=127.0.0.1:{number}", timeout=1)
    with espat.Radio(line) as radio:
        radio.connect("home", "secret pass")
        with espat.SocketPool(radio).socket() as sock:
            sock.connect(("web.test", 80))
            sock.send(b"GET / HTTP/1.0\r\n\r\n")
            said = bytearray()
            buffer = bytearray(2048)
            while count := sock.recv_into(buffer):
                said += buffer[:count]
    assert said.partition(b"\r\n\r\n")[2] == page


def test_the_driver_on_a_paced_line_with_a_bounded_buffer(port, web):
    number, page = web
    place = f"host=web.test=127.0.0.1:{number}&joined=1&paced=1&baud=921600&rx_size=1200"
    line = port(f"{URL}&{place}", 921600)
    with espat.Radio(line, rx_size=1024) as radio:
        radio.connect("espat", "correct horse")
        with espat.SocketPool(radio).socket() as sock:
            sock.connect(("web.test", 80))
            sock.send(b"GET / HTTP/1.0\r\n\r\n")
            start = time.monotonic()
            said = bytearray()
            buffer = bytearray(2048)
            while count := sock.recv_into(buffer):
                said += buffer[:count]
            took = time.monotonic() - start
        # Not a byte before its time, and none lost.
        assert took >= 20_000 * 10 / 921600
        assert line.module.overruns == (0, 0)
    assert said.partition(b"\r\n\r\n")[2] == page


class Lines(serial.threaded.LineReader):
    """Collects lines."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.lines = []
        self.came = threading.Event()

    def handle_line(self, line):
        self.lines.append(line)
        if line == "OK":
            self.came.set()


def test_pyserials_reader_thread(port):
    line = port(f"{URL}&echo=0&joined=1")
    with serial.threaded.ReaderThread(line, Lines) as protocol:
        protocol.write_line("AT+CIPMUX?")
        assert protocol.came.wait(5)
        assert protocol.lines == ["+CIPMUX:0", "", "OK"]
        protocol.came.clear()
        protocol.write_line("AT+CWLAP")
        assert protocol.came.wait(5)
    assert not line.is_open


def test_pyserials_terminal_takes_it(port, monkeypatch):
    class NoConsole:
        def __init__(self, *args):
            pass

        setup = cleanup = cancel = lambda self: None

    monkeypatch.setattr(miniterm, "Console", NoConsole)
    line = port(f"{URL}&echo=0")
    terminal = miniterm.Miniterm(line, echo=False, eol="crlf", filters=["direct"])
    terminal.set_rx_encoding("utf-8")
    terminal.set_tx_encoding("utf-8")
    seen = []
    terminal.console.write = seen.append
    terminal.alive = True
    terminal._start_reader()
    line.write(b"AT\r\n")
    deadline = time.monotonic() + 5
    while "".join(seen).replace("\r", "") != "\nOK\n":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    terminal.stop()
    line.cancel_read()
    terminal.receiver_thread.join(5)
    assert not terminal.receiver_thread.is_alive()
    terminal.close()
    assert not line.is_open
