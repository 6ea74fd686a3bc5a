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
from tests.peers import Peer, echo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")


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
    with Peer(echo) as peer, Module(hosts={"echo": ("127.0.0.1", {7: peer.port})}) as module:
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

    with Peer(flood) as peer, Module(links=[("127.0.0.1", peer.port)], echo=False) as module:
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

    with Peer(page) as peer, Module(joined=True, echo=False) as module:
        uart = module.uart()
        uart.write(b"AT+CIPRECVMODE=1\r\n")
        read_until(uart.read, b"OK\r\n")
        uart.write(b'AT+CIPSTART="TCP","127.0.0.1",%d\r\n' % peer.port)
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
    with Peer(echo) as peer, Module(hosts={"echo": ("127.0.0.1", {7: peer.port})}) as module:
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


# -- UDP and servers ---------------------------------------------------------------------------


def _module(**options):
    """A joined module on real sockets, its UART, and ways to say a line and to send data.

    In process a module works only while its UART is used: each waits for its answer.
    """
    module = Module(joined=True, mux=1, echo=False, **options)
    uart = module.uart()

    def say(line, end=b"OK\r\n"):
        uart.write(line + b"\r\n")
        return read_until(uart.read, end)

    def send(line, data):
        say(line, b">")
        uart.write(data)
        read_until(uart.read, b"SEND OK\r\n")

    return module, uart, say, send


def _datagram_socket(address="127.0.0.1", port=0):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.bind((address, port))
    sock.settimeout(5)
    return sock


def test_sending_to_a_real_peer_that_left():
    def leave(connection):
        connection.sendall(b"bye")
        connection.close()

    with Peer(leave) as peer:
        module, uart, say, _ = _module()
        with module:
            say(b"AT+CIPRECVTYPE=5,1")
            uart.write(b'AT+CIPSTART=0,"TCP","127.0.0.1",%d\r\n' % peer.port)
            read_until(uart.read, b"+IPD,0,3\r\n")
            verdicts = b""
            for _ in range(4):
                say(b"AT+CIPSEND=0,1", b">")
                uart.write(b"x")
                verdicts += read_until(uart.read, b"SEND ")
                verdicts += uart.read() or b""
                time.sleep(0.05)
            # The first was taken; later ones fail, and none hangs.
            assert verdicts.count(b"SEND ") == 4
            assert b"FAIL" in verdicts


def test_udp_with_real_peers():
    with _datagram_socket() as near, _datagram_socket() as far:
        ports = [sock.getsockname()[1] for sock in (near, far)]
        hosts = {
            "near": ("127.0.0.1", {9: ports[0]}),
            "far": ("127.0.0.1", {9: ports[1]}),
        }
        module, uart, say, send = _module(hosts=hosts)
        with module:
            assert say(b'AT+CIPSTART=0,"UDP","near",9,0,0') == b"0,CONNECT\r\n\r\nOK\r\n"
            send(b"AT+CIPSEND=0,5", b"hello")
            data, module_place = near.recvfrom(100)
            assert data == b"hello"
            say(b"AT+CIPDINFO=1")
            far.sendto(b"from far", module_place)
            # The sender is shown by the address that the module knows it by.
            seen = module.network.names.find("far").encode()
            expected = b'\r\n+IPD,0,8,"%s",9:from far\r\n' % seen
            assert read_until(uart.read, b"from far\r\n") == expected
            send(b'AT+CIPSEND=0,4,"far",9', b"back")
            assert far.recvfrom(100) == (b"back", module_place)


def test_a_udp_port_that_another_program_has():
    """A module would not notice that program; but nobody would find its own listener."""
    with _datagram_socket() as peer, _datagram_socket() as other:
        taken = other.getsockname()[1]
        hosts = {"peer": ("127.0.0.1", {9: peer.getsockname()[1]})}
        module, _, say, send = _module(hosts=hosts)
        with module:
            assert say(b'AT+CIPSTART=0,"UDP","peer",9,%d,2' % taken) == b"0,CONNECT\r\n\r\nOK\r\n"
            send(b"AT+CIPSEND=0,5", b"hello")
            assert peer.recvfrom(100)[0] == b"hello"
            assert b",%d,0\r\n" % taken in say(b"AT+CIPSTATUS")
            again = say(b'AT+CIPSTART=1,"UDP","peer",9,%d,2' % taken, b"ERROR\r\n")
            assert b"CONNECT" not in again
            listening = say(b'AT+CIPSTART=1,"UDP","0.0.0.0",9,%d,2' % taken, b"ERROR\r\n")
            assert b"CONNECT" not in listening


def test_udp_multicast_on_loopback():
    group = socket.inet_aton("239.77.1.2")
    loopback = socket.inet_aton("127.0.0.1")
    with _datagram_socket("") as member:
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + loopback)
        member.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, loopback)
        port = member.getsockname()[1]
        module, uart, say, send = _module()
        with module:
            say(b'AT+CIPSTART=0,"UDP","239.77.1.2",%d,%d,0' % (port, port))
            send(b"AT+CIPSEND=0,5", b"hello")
            assert member.recvfrom(100)[0] == b"hello"
            member.sendto(b"to all", ("239.77.1.2", port))
            assert b"+IPD,0,6:to all\r\n" in read_until(uart.read, b"to all\r\n")


def test_udp_broadcast_on_loopback():
    with _datagram_socket("") as listener:
        port = listener.getsockname()[1]
        module, _, say, send = _module()
        with module:
            say(b'AT+CIPSTART=0,"UDP","255.255.255.255",%d' % port)
            send(b"AT+CIPSEND=0,5", b"hello")
            assert listener.recvfrom(100)[0] == b"hello"


def test_five_real_clients_of_the_server():
    network = SocketNetwork(server_ports={80: 0})
    module, uart, say, send = _module(network=network)
    with module:
        say(b"AT+CIPSERVER=1,80")
        place = ("127.0.0.1", module.core.links.listener.port)
        clients = [socket.create_connection(place) for _ in range(5)]
        said = read_until(uart.read, b"4,CONNECT\r\n")
        assert [b"%d,CONNECT\r\n" % n in said for n in range(5)] == [True] * 5
        ports = {link.channel.remote[1]: n for n, link in module.core.links.open.items()}
        for client in clients:
            number = ports[client.getsockname()[1]]
            client.sendall(b"I am %d" % number)
            expected = b"\r\n+IPD,%d,6:I am %d\r\n" % (number, number)
            assert read_until(uart.read, expected) == expected
            send(b"AT+CIPSEND=%d,3" % number, b"you")
            client.settimeout(5)
            assert client.recv(10) == b"you"
        gone = ports[clients[2].getsockname()[1]]
        clients[2].close()
        assert read_until(uart.read, b"CLOSED\r\n") == b"%d,CLOSED\r\n" % gone
        for client in clients:
            client.close()


def test_a_server_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        module, uart, say, _ = _module()
        with module:
            said = say(b"AT+CIPSERVER=1,%d" % other.getsockname()[1], b"ERROR\r\n")
            assert said == b"\r\nERROR\r\n"
            assert uart.read() is None
