"""Peers that are some time away: TCP, UDP, servers; and names and connections that take it."""

import time

import pytest
import serial

from espat_tools.emulator import Module, load_scenario
from espat_tools.emulator.families import E33, E50, N13, N17
from espat_tools.emulator.scenario import parse_scenario
from tests.peers import Peer, echo

OK = b"\r\nOK\r\n"
FAR = {"timing": {"peer": "50 ms"}}


@pytest.mark.parametrize("family", [N13, N17, E33])
def test_an_answer_takes_its_time(desk, family):
    at = desk(family, links=[("echo.test", 7)], **FAR)
    at.send(b"AT+CIPSEND=0,5\r\n")
    assert at.send(b"hello", 0.01) == b"\r\nRecv 5 bytes\r\n\r\nSEND OK\r\n"
    assert at.wait(0.03) == b""
    assert at.wait(0.02).strip() == b"+IPD,0,5:hello"


def test_without_it_the_answer_is_there_before_the_verdict(desk):
    at = desk(E33, links=[("echo.test", 7)])
    at.send(b"AT+CIPSEND=0,5\r\n")
    assert b"+IPD,0,5:hello" in at.send(b"hello", 0.01)


def test_all_of_it_comes_in_its_order_and_then_the_end(desk):
    at = desk(E33, links=[("web.test", 80)], **FAR)
    data = bytes(range(256)) * 200
    at.peer.send(data)
    at.peer.close()
    assert at.wait() + at.wait(0.049) == b""
    got = said = b""
    while not said.endswith(b"0,CLOSED\r\n"):
        said = at.wait(0.01)
        got += said
    parts = got.split(b"\r\n+IPD,0,")[1:]
    assert b"".join(part.split(b":", 1)[1][: int(part.split(b":")[0])] for part in parts) == data


def test_passive_and_read_in_pieces(desk):
    at = desk(E33, links=[("web.test", 80)], **FAR)
    at.send(b"AT+CIPRECVMODE=1\r\n")
    at.peer.send(b"0123456789")
    assert at.wait() + at.wait(0.04) == b""
    assert at.wait(0.02) == b"\r\n+IPD,0,10\r\n"
    said = at.send(b"AT+CIPRECVDATA=0,4\r\n")
    assert said.startswith(b"+CIPRECVDATA:4,0123" + OK)
    assert at.send(b"AT+CIPRECVDATA=0,99\r\n") == b"+CIPRECVDATA:6,456789" + OK


def test_a_far_peer_is_held_off(desk):
    at = desk(E33, links=[("web.test", 80)], **FAR)
    at.send(b"AT+CIPRECVMODE=1\r\n")
    at.peer.send(bytes(1_000_000))
    at.wait(10)
    assert len(at.peer.unread) > 900_000


def test_datagrams_keep_their_ends_and_senders(desk):
    at = desk(E50, joined=True, **FAR)
    peers = [at.network.udp(f"{name}.test", 9) for name in "ab"]
    at.send(b'AT+CIPSTART="UDP","a.test",9,4000,2\r\nAT+CIPDINFO=1\r\n')
    at.send(b"AT+CIPDINFO=1\r\n")
    for peer in peers:
        peer.send(b"datagram", ("192.168.1.50", 4000))
    assert at.wait() + at.wait(0.04) == b""
    said = at.wait(0.02)
    assert said == b"".join(
        b'\r\n+IPD,8,"%s",9:datagram\r\n' % peer.place[0].encode() for peer in peers
    )


def test_clients_of_the_modules_server(desk):
    at = desk(E33, joined=True, server=80, **FAR)
    client = at.network.dial(80)
    assert at.wait(0) + at.wait(0) == b"0,CONNECT\r\n"
    client.send(b"GET /")
    assert at.wait() + at.wait(0.04) == b""
    assert at.wait(0.02) == b"\r\n+IPD,0,5:GET /\r\n"


def test_with_faults_too(desk):
    at = desk(E33, links=[("web.test", 80)], faults=["peer closes at 1s"], **FAR)
    at.peer.send(b"last words")
    assert at.wait() + at.wait(0.5) == b"\r\n+IPD,0,10:last words\r\n"
    assert at.wait(1) + at.wait(1) == b"0,CLOSED\r\n"


def test_names_and_connections_take_theirs(desk):
    at = desk(E33, joined=True, timing={"dns": "300ms", "connect": "0.2 s"})
    assert at.send(b'AT+CIPSTART="TCP","web.test",80\r\n', 0.49) == b""
    assert at.wait(0.02) == b"CONNECT\r\n" + OK


def test_a_real_peer():
    options = {"joined": True, "echo": False, "timing": {"peer": 0.2}}
    with (
        Peer(echo) as peer,
        Module(E33, hosts={"echo.test": ("127.0.0.1", peer.port)}, **options) as module,
        serial.Serial(module.pty, 115200, timeout=3) as port,
    ):
        port.write(b'AT+CIPSTART="TCP","echo.test",7\r\n')
        assert port.read_until(OK).endswith(OK)
        port.write(b"AT+CIPSEND=2\r\n")
        assert port.read_until(b">").endswith(b">")
        begun = time.monotonic()
        port.write(b"hi")
        assert port.read_until(b":hi\r\n").endswith(b"SEND OK\r\n\r\n+IPD,2:hi\r\n")
        assert time.monotonic() - begun > 0.2


def test_in_a_scenario():
    scenario = parse_scenario('[timing]\npeer = "2 ms"\nconnect = "1s"\ndns = 0.5\n')
    assert scenario.options["timing"] == {"peer": 0.002, "connect": 1.0, "dns": 0.5}
    assert load_scenario("slow-network").options["timing"]
