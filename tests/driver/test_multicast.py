"""UDP sockets in a multicast group: a link to the group's address."""

import errno
import select
import socket
import struct
import threading

import pytest
import serial

from espat import Radio, SocketPool
from espat.faces import socket as faces
from espat.faces.datagram import Datagram
from espat_tools.emulator import Module
from tests.driver.desk import ALL

GROUP, PORT = "224.0.0.251", 5353
MEMBERSHIP = bytes((224, 0, 0, 251)) + bytes(4)
NUMBERS = (3, 35, 0x400)
"""IP_ADD_MEMBERSHIP of lwIP, Linux and MicroPython."""


@pytest.fixture
def desk(make_desk, family):
    desk = make_desk(family).join()
    desk.other = desk.network.udp("10.9.8.7", 4000)
    return desk


@pytest.fixture(params=ALL)
def family(request):
    return request.param


def hears(desk, sock, data=b"to all", group=GROUP):
    desk.other.send(data, (group, PORT))
    sock.settimeout(1)
    return sock.recvfrom(100) == (data, ("10.9.8.7", 4000))


@pytest.mark.parametrize("number", NUMBERS)
def test_bound_and_then_a_member(desk, number):
    with desk.pool.socket(2, 2) as sock:
        sock.bind(("", PORT))
        sock.setsockopt(0, number, MEMBERSHIP)
        assert desk.said(b"CIPSTART")[-1].endswith(b'"UDP","224.0.0.251",5353,5353,2')
        assert hears(desk, sock)
        assert sock.sendto(b"answer", ("10.9.8.7", 4000)) == 6
        desk.let(0.1)
        assert desk.other.inbox[-1][1] == b"answer"
        assert hears(desk, sock, b"still")
    desk.works()


def test_a_member_and_then_bound(desk):
    with desk.pool.socket(2, 2) as sock:
        sock.setsockopt(0, 35, MEMBERSHIP)
        sock.bind(("0.0.0.0", PORT))
        assert hears(desk, sock)
        sock.setsockopt(0, 35, MEMBERSHIP)
        assert hears(desk, sock, b"twice is once")
    desk.works()


def test_bound_to_the_group(desk):
    """It listened on 0.0.0.0 without a word."""
    with desk.pool.socket(2, 2) as sock:
        sock.bind((GROUP, PORT))
        assert hears(desk, sock)
        sock.sendto(b"hello, group", (GROUP, PORT))
    desk.works()


@pytest.mark.parametrize("host", ["23.1.2.3", "22.4.5.6", "223.1.2.3", "240.1.2.3", "230.test", ""])
def test_bound_to_what_is_no_group(make_desk, host):
    """By its number: 23.1.2.3 stands between "224." and "239." in letters alone."""
    desk = make_desk("esp32c3-3.3").join()
    with desk.pool.socket(2, 2) as sock:
        sock.bind((host, PORT))
        assert desk.said(b"CIPSTART")[-1].endswith(b'"UDP","0.0.0.0",5353,5353,2')


def test_two_groups_take_two_sockets(desk):
    with desk.pool.socket(2, 2) as sock, desk.pool.socket(2, 2) as other:
        sock.bind(("", PORT))
        sock.setsockopt(0, 35, MEMBERSHIP)
        with pytest.raises(OSError) as caught:
            sock.setsockopt(0, 35, bytes((239, 1, 2, 3)) + bytes(4))
        assert caught.value.errno == errno.EOPNOTSUPP
        assert hears(desk, sock)
        other.bind(("239.1.2.3", 6000))
        desk.other.send(b"other", ("239.1.2.3", 6000))
        other.settimeout(1)
        assert other.recv(100) == b"other"


@pytest.mark.parametrize(
    "wrong", [b"", bytes(8), bytes((223, 0, 0, 1)) + bytes(4), bytes((240, 0, 0, 1)) * 2, b"1234"]
)
def test_what_is_no_group(make_desk, wrong):
    desk = make_desk("esp32c3-3.3").join()
    count = len(desk.module.commands)
    with desk.pool.socket(2, 2) as sock:
        with pytest.raises(ValueError, match="group"):
            sock.setsockopt(0, 35, wrong)
        for level, number in ((0, 36), (0, 5), (0, 2)):
            with pytest.raises(OSError):
                sock.setsockopt(level, number, MEMBERSHIP)
    assert desk.module.commands[count:] == []


@pytest.mark.parametrize("blocking", [True, False])
def test_sockets_of_micropython(desk, blocking):
    sock = Datagram(desk.radio)
    sock.setblocking(blocking)
    sock.bind(("0.0.0.0", PORT))
    sock.setsockopt(faces.IPPROTO_IP, faces.IP_ADD_MEMBERSHIP, MEMBERSHIP)
    assert sock.timeout == (None if blocking else 0)
    for _ in range(100):  # without waiting, what setsockopt() has begun goes on at each poll
        sock.ioctl(3, select.POLLIN)
        desk.port.pause()
    desk.other.send(b"to all", (GROUP, PORT))
    desk.let(0.1)
    assert sock.recvfrom(100) == (b"to all", ("10.9.8.7", 4000))
    sock.close()
    desk.works()


def test_real_datagrams_to_a_group():
    """From a program on this machine, over the loopback interface."""
    here = socket.inet_aton("127.0.0.1")
    with (
        Module("esp32c3-3.3", joined=True) as module,
        Radio(serial.Serial(module.pty, 115200)) as radio,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        radio.connect("espat", "correct horse")
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
        with SocketPool(radio).socket(2, 2) as sock:
            sock.bind(("", 25353))
            sock.setsockopt(0, 35, struct.pack("4s4s", socket.inet_aton("239.255.7.7"), here))
            sock.settimeout(20)
            timer = threading.Timer(0.3, sender.sendto, (b"to all", ("239.255.7.7", 25353)))
            timer.start()
            try:
                assert sock.recv(100) == b"to all"
            finally:
                timer.join()
