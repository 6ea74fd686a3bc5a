"""The ports that a thread serves: TCP, pseudo-terminal, both; one client, and the next."""

import os
import socket
import struct
import time

import pytest
import serial

from espat_tools.emulator import Module
from tests.peers import Peer

OK = b"\r\nOK\r\n"

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


class Client:
    """A program at the TCP port."""

    def __init__(self, place, receive=None):
        self.sock = socket.socket()
        self.sock.settimeout(10)
        if receive:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.sock.connect(place)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.sock.close()

    def until(self, end):
        """What comes, up to ``end``."""
        said = b""
        while not said.endswith(end):
            data = self.sock.recv(1)
            assert data, said
            said += data
        return said

    def rest(self):
        """What comes until the other end closes."""
        said = b""
        while data := self.sock.recv(4096):
            said += data
        return said

    def talk(self, line, end=OK):
        """Send a line; what comes back."""
        self.sock.sendall(line + b"\r\n")
        return self.until(end)


@pytest.fixture
def module():
    with Module(echo=False) as module:
        yield module


def test_raw_bytes_over_tcp(module):
    place = module.open_tcp()
    assert place == module.open_tcp()
    assert place[0] == "127.0.0.1" and place[1] > 0
    with Client(place) as client:
        assert client.talk(b"AT") == OK
        assert client.talk(b"AT+CIPMUX?") == b"+CIPMUX:0\r\n" + OK


def test_pyserials_socket_url(module):
    host, port = module.open_tcp()
    with serial.serial_for_url(f"socket://{host}:{port}", timeout=5) as line:
        line.write(b"AT\r\n")
        assert line.read(6) == OK


def test_a_port_that_is_asked_for_and_one_that_is_taken(module):
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(OSError):
            module.open_tcp(number)
    assert module.open_tcp(number) == ("127.0.0.1", number)


def test_a_second_client_is_told_and_closed_and_the_first_is_not_disturbed(module):
    place = module.open_tcp()
    with Client(place) as first:
        first.talk(b"AT")
        mine = first.sock.getsockname()[1]
        first.sock.sendall(b"AT+CIP")
        for talkative in (False, True):
            with Client(place) as second:
                if talkative:
                    second.sock.sendall(b"AT+RST\r\n" * 100)
                said = second.rest().decode()
                assert said.endswith("\r\n") and said.count("\n") == 1
                assert f"127.0.0.1 port {mine} has this module" in said
        assert first.talk(b"MUX?") == b"+CIPMUX:0\r\n" + OK
        assert module.commands == [b"AT", b"AT+CIPMUX?"]


def test_when_a_client_is_gone_the_next_may_come(module):
    place = module.open_tcp()
    for leave in ("close", "reset", "half"):
        with Client(place) as client:
            assert client.talk(b"AT") == OK
            client.sock.sendall(b"AT+CIPMUX?\r\n")
            if leave == "reset":
                client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif leave == "half":
                client.sock.shutdown(socket.SHUT_WR)
                assert client.rest() == b"+CIPMUX:0\r\n" + OK
    # Nothing that was meant for another comes to the last one.
    with Client(place) as client:
        assert client.talk(b"AT") == OK


def test_what_is_said_before_the_first_client_is_kept_for_it():
    with Module(boot=True) as module:
        place = module.open_tcp()
        time.sleep(0.3)
        with Client(place) as client:
            assert client.until(b"ready\r\n") == b"\r\nready\r\n"


def test_three_hundred_connections_leave_nothing_behind(module):
    place = module.open_tcp()
    with Client(place) as client:
        client.talk(b"AT")
    before = _descriptors()
    for _ in range(300):
        with Client(place) as client:
            assert client.talk(b"AT") == OK
    with Client(place) as first:
        first.talk(b"AT")
        for _ in range(100):
            with Client(place):
                pass
        strangers = [Client(place) for _ in range(100)]
        assert first.talk(b"AT") == OK
        for stranger in strangers:
            stranger.sock.close()
    _settles(before)
    assert len(module.line.hosts) <= 1


def _descriptors():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def _settles(count):
    """The number of descriptors comes down to ``count``."""
    deadline = time.monotonic() + 10
    while _descriptors() > count:
        assert time.monotonic() < deadline, (_descriptors(), count)
        time.sleep(0.02)


def test_a_client_that_never_reads_holds_the_module_and_not_memory(module):
    place = module.open_tcp()
    with Client(place, receive=8192) as client:
        client.talk(b"AT")
        client.sock.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 1 << 26:
                sent += client.sock.send(b"x\r\n" * 1000)
        assert sum(len(host.received) for host in module.line.hosts) < 1 << 22
    with Client(place) as client:
        client.sock.sendall(b"\r\n")
        assert client.talk(b"AT").endswith(OK)


# -- both --------------------------------------------------------------------------------------


@POSIX
def test_two_hosts_hear_the_same_and_both_may_talk(module):
    path, place = module.open_pty(), module.open_tcp()
    with serial.Serial(path, 115200, timeout=5) as line, Client(place) as client:
        client.sock.sendall(b"AT+GMR\r\n")
        heard = client.until(OK)
        assert line.read(len(heard)) == heard
        line.write(b"AT+CIPMUX?\r\n")
        heard = b"+CIPMUX:0\r\n" + OK
        assert (line.read(len(heard)), client.until(OK)) == (heard, heard)
    # And what is over finds the other still served.
    with Client(place) as client:
        assert client.talk(b"AT") == OK


@POSIX
def test_an_unread_pseudo_terminal_does_not_hold_a_tcp_client(module):
    module.open_pty()
    with Client(module.open_tcp()) as client:
        for _ in range(300):
            client.sock.sendall(b"AT+GMR\r\n" * 10)
            for _ in range(10):
                client.until(OK)
    assert max(len(host.received) for host in module.line.hosts) < 1 << 20


@POSIX
def test_each_port_has_its_own_rate(module):
    path, place = module.open_pty(), module.open_tcp()
    with serial.Serial(path, 9600, timeout=0.5) as line, Client(place) as client:
        line.reset_input_buffer()
        time.sleep(0.1)
        assert client.talk(b"AT") == OK
        garbage = line.read(6)
        assert len(garbage) == 6 and not set(garbage) & set(range(0x80))
        assert client.talk(b"AT+UART_CUR=9600,8,1,0,0") == OK
        time.sleep(0.1)
        line.reset_input_buffer()
        assert client.talk(b"AT") == OK
        assert line.read(6) == OK


@POSIX
def test_control_from_the_program_that_has_the_module(module):
    module.open_pty()
    with Client(module.open_tcp()) as client:
        client.talk(b"AT")
        module.inject(b"hello\r\n")
        assert client.until(b"hello\r\n") == b"hello\r\n"
        module.reset()
        assert client.until(b"ready\r\n")


# -- the link ----------------------------------------------------------------------------------


@POSIX
def test_a_link_to_the_pseudo_terminal(tmp_path):
    link = tmp_path / "esp"
    with Module(echo=False) as module:
        path = module.open_pty(link=link)
        assert os.readlink(link) == path
        with serial.Serial(str(link), 115200, timeout=5) as line:
            line.write(b"AT\r\n")
            assert line.read(6) == OK
        assert module.open_pty(link=str(tmp_path / "other")) == path
        assert sorted(os.listdir(tmp_path)) == ["esp", "other"]
    assert os.listdir(tmp_path) == []


@POSIX
def test_a_stale_link_is_replaced_and_anything_else_is_not(tmp_path):
    stale, file, folder = (tmp_path / name for name in ("stale", "file", "folder"))
    stale.symlink_to("/dev/pts/nowhere")
    file.write_text("precious")
    folder.mkdir()
    with Module() as module:
        path = module.open_pty(link=stale)
        assert os.readlink(stale) == path
        for there in (file, folder):
            with pytest.raises(FileExistsError, match="no symbolic link: not replaced"):
                module.open_pty(link=there)
        assert file.read_text() == "precious"
        # Somebody else's link by now: not ours to remove.
        stale.unlink()
        stale.symlink_to("/dev/null")
    assert os.readlink(stale) == "/dev/null"


# -- pacing in real time -----------------------------------------------------------------------


@pytest.fixture
def page():
    """A TCP server on loopback that sends 10 KB to whoever connects."""
    with Peer(lambda client: client.sendall(bytes(range(256)) * 40)) as peer:
        yield peer


def _fetch(write, read, page):
    """The bytes of a page by active receive, and how long they took in seconds."""
    write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % page.port)
    start = time.monotonic()
    said = b""
    while not said.endswith(b"CLOSED\r\n"):
        assert time.monotonic() - start < 20, said[-100:]
        said += read()
    return said, time.monotonic() - start


@POSIX
@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_a_paced_port_is_as_slow_as_its_line(page, kind):
    with Module(echo=False, joined=True, paced=True, baud=115200) as module:
        if kind == "pty":
            with serial.Serial(module.open_pty(), 115200, timeout=0.05) as line:
                said, took = _fetch(line.write, lambda: line.read(500), page)
        else:
            with Client(module.open_tcp()) as client:
                read = lambda: client.sock.recv(500)  # noqa: E731
                said, took = _fetch(client.sock.sendall, read, page)
        assert took >= len(said) * 10 / 115200 * 0.99
        assert module.overruns == (0, 0)


@POSIX
def test_a_bounded_buffer_behind_a_pseudo_terminal(page):
    module = Module(echo=False, joined=True, paced=True, baud=921600, rx_size=512)
    with module, serial.Serial(module.open_pty(), 921600, timeout=0.3) as line:
        line.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % page.port)
        deadline = time.monotonic() + 10
        while module.overruns[0] < 5000:
            assert time.monotonic() < deadline, module.overruns
            time.sleep(0.01)
        time.sleep(0.1)
        said = line.read(20_000)
        # As near as Linux allows: what lies between the terminal's two buffers is not seen.
        assert 512 <= len(said) <= 4096
        assert said.startswith(b"CONNECT\r\n\r\nOK\r\n\r\n+IPD,")


@POSIX
def test_rts_cts_over_a_pseudo_terminal(page):
    with Module(echo=False, joined=True, paced=True, baud=921600, rx_size=512) as module:
        port = serial.Serial(module.open_pty(), 921600, timeout=1, rtscts=True)
        with port as line:
            line.write(b"AT+UART_CUR=921600,8,1,0,3\r\n")
            assert line.read(6) == OK
            line.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % page.port)
            time.sleep(0.5)
            said = b""
            while not said.endswith(b"CLOSED\r\n"):
                part = line.read(100)
                assert part, said[-50:]
                said += part
            assert module.overruns == (0, 0)
            assert said.count(bytes(range(200))) >= 30
