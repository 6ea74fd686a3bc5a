"""Real sockets and a real pseudo-terminal."""

import contextlib
import hashlib
import os
import socket
import threading
import time

import pytest
import serial

from espat_tools.emulator import Module, SocketNetwork

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


@contextlib.contextmanager
def server(handle):
    """A TCP server on loopback; ``handle(connection)`` runs in a thread. Yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def echo(connection):
    """Send back what comes."""
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def read_until(read, end, seconds=5.0):
    """What ``read`` gives until ``end`` is in it."""
    said = b""
    deadline = time.monotonic() + seconds
    while end not in said:
        assert time.monotonic() < deadline, said
        said += read() or b""
    return said


def talk(port, command, end=b"\r\nOK\r\n"):
    """Send a command over a pyserial port; returns everything up to ``end``."""
    port.write(command + b"\r\n")
    return read_until(lambda: port.read(1), end)


def test_a_conversation_over_real_sockets():
    with server(echo) as port, Module(hosts={"echo": ("127.0.0.1", {7: port})}) as module:
        uart = module.uart()
        uart.write(b'ATE0\r\nAT+CWJAP="espat","correct horse"\r\n')
        read_until(uart.read, b"GOT IP\r\n\r\nOK\r\n")
        uart.write(b'AT+CIPSTART="TCP","echo",7\r\n')
        assert read_until(uart.read, b"OK\r\n") == b"CONNECT\r\n\r\nOK\r\n"
        uart.write(b"AT+CIPSEND=5\r\n")
        assert read_until(uart.read, b">") == b"\r\nOK\r\n\r\n>"
        uart.write(b"hello")
        expected = b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n\r\n+IPD,5:hello\r\n"
        assert read_until(uart.read, b"hello\r\n") == expected


def test_a_refused_connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Module(joined=True, echo=False) as module:
        uart = module.uart()
        uart.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % port)
        assert read_until(uart.read, b"CLOSED\r\n") == b"\r\nERROR\r\nCLOSED\r\n"


def test_only_loopback_is_reachable(caplog):
    network = SocketNetwork({"far": "192.0.2.1"})
    with Module(joined=True, echo=False, network=network) as module:
        uart = module.uart()
        uart.write(b'AT+CIPSTART="TCP","far",80\r\n')
        assert read_until(uart.read, b"CLOSED\r\n") == b"\r\nERROR\r\nCLOSED\r\n"
    assert network.refused == [("192.0.2.1", 80)]
    assert "ends at loopback" in caplog.text


def test_back_pressure_reaches_the_peer():
    sent = []

    def flood(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        with connection, contextlib.suppress(OSError):
            while len(sent) < 20_000:
                sent.append(connection.send(bytes(1024)))

    with server(flood) as port, Module(links=[("127.0.0.1", port)], echo=False) as module:
        uart = module.uart()
        uart.write(b"AT+CIPRECVMODE=1\r\n")
        read_until(uart.read, b"\r\n")
        deadline = time.monotonic() + 5
        before = -1
        while sum(sent) != before:
            assert time.monotonic() < deadline
            before = sum(sent)
            uart.any()
            time.sleep(0.2)
        assert len(module.core.links.open[0].buffer) == 5744
        assert before < 100_000


def test_a_page_in_passive_mode():
    body = os.urandom(100_000)

    def page(connection):
        with connection:
            connection.sendall(body)

    with server(page) as port, Module(joined=True, echo=False) as module:
        uart = module.uart()
        uart.write(b"AT+CIPRECVMODE=1\r\n")
        read_until(uart.read, b"OK\r\n")
        uart.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % port)
        read_until(uart.read, b"OK\r\n")
        got = bytearray()
        deadline = time.monotonic() + 20
        while len(got) < len(body):
            assert time.monotonic() < deadline, len(got)
            uart.write(b"AT+CIPRECVDATA=2048\r\n")
            said = uart.read()
            at = said.find(b"+CIPRECVDATA:")
            if at < 0:
                continue
            count, _, rest = said[at + 13 :].partition(b",")
            while len(rest) < int(count):
                rest += uart.read() or b""
            got += rest[: int(count)]
        assert hashlib.sha256(got).digest() == hashlib.sha256(body).digest()


def test_a_conversation_over_the_pseudo_terminal():
    with server(echo) as port, Module(hosts={"echo": ("127.0.0.1", {7: port})}) as module:
        path = module.open_pty()
        with serial.Serial(path, 115200, timeout=0.2) as line:
            assert talk(line, b"ATE0") == b"ATE0\r\n\r\nOK\r\n"
            talk(line, b'AT+CWJAP="espat","correct horse"')
            assert talk(line, b'AT+CIPSTART="TCP","echo",7') == b"CONNECT\r\n\r\nOK\r\n"
            talk(line, b"AT+CIPSEND=4", b">")
            line.write(b"\x00\x11\x13\xff")
            said = read_until(lambda: line.read(1), b"\xff\r\n")
            assert said.endswith(b"\r\n+IPD,4:\x00\x11\x13\xff\r\n")
        # A client that comes back finds the module as it was.
        with serial.Serial(path, 115200, timeout=0.2) as line:
            assert talk(line, b"AT+CIPMUX?") == b"+CIPMUX:0\r\n\r\nOK\r\n"


def test_the_rate_of_a_pseudo_terminal():
    with Module(echo=False) as module, serial.Serial(module.open_pty(), 115200, timeout=1) as line:
        assert talk(line, b"AT+UART_CUR=921600,8,1,0,0") == b"\r\nOK\r\n"
        line.baudrate = 921600
        assert talk(line, b"AT") == b"\r\nOK\r\n"
        line.baudrate = 9600
        line.write(b"AT\r\n")
        time.sleep(0.1)
        line.baudrate = 921600
        assert module.commands == [b"AT+UART_CUR=921600,8,1,0,0", b"AT"]


def test_closing_leaves_nothing_behind():
    module = Module()
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    path = module.open_pty()
    assert os.path.exists(path)
    threads = threading.active_count()
    module.close()
    assert threading.active_count() == threads - 1
    assert not os.path.exists(path)
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) <= len(before)
