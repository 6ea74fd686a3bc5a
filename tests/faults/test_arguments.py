"""What is not bytes is refused before a byte of a command leaves.

`send(array("H", ...))` announces items and writes bytes: the second half of the payload would run
as AT commands. TypeError, and its message says what to do.
"""

import array

import pytest

from tests.driver.desk import pattern
from tests.faults.rig import ONBOARD_JOINED, command, tried

WIDE = {
    "array H": lambda: array.array("H", range(64)),
    "array I": lambda: array.array("I", range(64)),
    "array f": lambda: array.array("f", [1.5] * 64),
    "array d": lambda: array.array("d", [1.5] * 64),
    "memoryview of H": lambda: memoryview(array.array("H", range(64))),
    "memoryview cast to I": lambda: memoryview(bytearray(64)).cast("I"),
    "memoryview of rows": lambda: memoryview(bytearray(64)).cast("B", shape=[8, 8]),
    "str": lambda: "temperature",
    "list": lambda: [1, 2, 3],
    "tuple": lambda: (1, 2, 3),
    "int": lambda: 7,
    "None": lambda: None,
}
each_wide = pytest.mark.parametrize("wide", WIDE)
WELL = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "memoryview of bytearray": lambda data: memoryview(bytearray(data)),
    "read-only slice": lambda data: memoryview(b"xx" + data + b"xx")[2:-2],
}


def refused(desk, call, *args):
    """TypeError with a message, and nothing was sent."""
    before = len(desk.module.commands)
    with pytest.raises(TypeError) as caught:
        call(*args)
    assert "bytes" in str(caught.value)
    assert desk.module.commands[before:] == []
    assert not caught.value.__context__ or "commands" not in str(caught.value)


@each_wide
@pytest.mark.parametrize("name", ["send", "sendall"])
def test_a_tcp_socket_sends_bytes_only(make_desk, profile, wide, name):
    """send(), sendall() of items wider than a byte, and of what is no buffer."""
    desk = make_desk(profile).join()
    sock = desk.socket("sink.test", 9)
    refused(desk, getattr(sock, name), WIDE[wide]())
    sock.sendall(b"fine")
    assert desk.sink.data == b"fine"


@each_wide
def test_a_datagram_is_bytes_only(make_desk, profile, wide):
    """sendto() and send() of a UDP socket."""
    desk = make_desk(profile).join()
    peer = desk.network.udp("one.test", 1001)
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(5)
    refused(desk, sock.sendto, WIDE[wide](), peer.place)
    sock.connect(peer.place)
    refused(desk, sock.send, WIDE[wide]())
    sock.send(b"fine")
    assert [data for _, data in peer.inbox] == [b"fine"]


@pytest.mark.parametrize("wide", [name for name in WIDE if "array" in name or "memory" in name])
@pytest.mark.parametrize("name", ["recv_into", "readinto"])
def test_a_read_fills_bytes_only(make_desk, profile, wide, name):
    """recv_into(array("H")) would count bytes as items."""
    desk = make_desk(profile).join()
    sock = desk.socket()
    sock.send(b"hello")
    refused(desk, getattr(sock, name), WIDE[wide]())
    assert sock.recv(10) == b"hello"


@pytest.mark.parametrize("wide", [name for name in WIDE if "array" in name or "memory" in name])
def test_a_datagram_fills_bytes_only(make_desk, profile, wide):
    """recvfrom_into(), recv_into() of a UDP socket."""
    desk = make_desk(profile).join()
    peer = desk.network.udp("one.test", 1001, lambda p, source, data: p.send(data, source))
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(5)
    sock.sendto(b"hello", peer.place)
    for call in (sock.recvfrom_into, sock.recv_into):
        refused(desk, call, WIDE[wide]())
    assert sock.recv(10) == b"hello"


@pytest.mark.parametrize("name", ["recv_into", "recvfrom_into"])
def test_a_buffer_that_cannot_be_written_is_refused(make_desk, profile, name):
    """bytes are no place to read into, whatever was announced."""
    desk = make_desk(profile).join()
    if name == "recv_into":
        sock = desk.socket()
        sock.send(b"hello")
    else:
        peer = desk.network.udp("one.test", 1001, lambda p, source, data: p.send(data, source))
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(5)
        sock.sendto(b"hello", peer.place)
    desk.let(0.1)
    with pytest.raises(TypeError):
        getattr(sock, name)(bytes(100))
    assert sock.recv(10) == b"hello"


@each_wide
@pytest.mark.parametrize("name", ["cipsend", "cipsendex", "cipsendl"])
def test_command_functions_send_bytes_only(make_desk, name, wide):
    """AT+CIPSEND, CIPSENDEX, CIPSENDL by their functions."""
    desk = make_desk("esp32c3-3.3").join()
    command("cipmux")(desk.modem, 1)
    command("cipstart")(desk.modem, 3, "TCP", "sink.test", 9)
    refused(desk, command(name), desk.modem, 3, WIDE[wide]())
    command("cipsend")(desk.modem, 3, b"fine")
    assert desk.sink.data == b"fine"


@each_wide
def test_flash_is_written_with_bytes_only(make_desk, wide):
    """AT+SYSFLASH=1,..., where half of it would be read as commands too."""
    desk = make_desk("esp32-2.4").join()
    refused(desk, command("sysflash_write"), desk.modem, "client_ca", 0, WIDE[wide]())
    desk.works()


@pytest.mark.parametrize("well", WELL)
def test_what_is_bytes_is_sent_as_it_is(make_desk, profile, well):
    """bytes, bytearray, and views of them."""
    desk = make_desk(profile).join()
    data = pattern(3000)
    sock = desk.socket("sink.test", 9)
    sock.sendall(WELL[well](data))
    assert bytes(desk.sink.data) == data
    peer = desk.network.udp("one.test", 1001)
    udp = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    udp.settimeout(5)
    udp.sendto(WELL[well](data[:900]), peer.place)
    assert [d for _, d in peer.inbox] == [data[:900]]


def test_every_second_byte_of_a_view_is_sent_or_refused(make_desk, profile):
    """A view with a step is of bytes, and not in one piece: never other bytes than its own."""
    desk = make_desk(profile).join()
    sock = desk.socket("sink.test", 9)
    data = memoryview(pattern(600))[::2]
    try:
        sock.sendall(data)
    except (TypeError, ValueError, BufferError, NotImplementedError):
        assert not desk.sink.data
        sock.sendall(b"fine")
        assert desk.sink.data == b"fine"
    else:
        assert bytes(desk.sink.data) == bytes(data)
    assert not tried(sock.close)[1]


PROGRAM = """
import array
import espat
from onboard_joined import Uart

uart = Uart()
radio = espat.Radio(uart)
radio.connect("espat", "correct horse")
pool = espat.SocketPool(radio)
sock = pool.socket()
sock.settimeout(5)
sock.connect(("10.0.0.1", 80))
udp = pool.socket(type=pool.SOCK_DGRAM)
for kind in "HIhf":
    wide = array.array(kind, [1, 2, 3, 4] * 20)
    for call in (sock.send, lambda data: udp.sendto(data, ("10.0.0.1", 9)), sock.recv_into):
        uart.sent = b""
        try:
            call(wide)
            print(kind, "taken")
        except TypeError as e:
            assert "bytes" in str(e), e
        assert uart.sent == b"", uart.sent
print(sock.send(b"fine"), sock.send(bytearray(b"fine")), sock.send(memoryview(b"fine")))
"""


def test_in_micropython(any_micropython):
    """The same in MicroPythons, of which some have no `itemsize` of a memoryview."""
    assert any_micropython(PROGRAM, modules=ONBOARD_JOINED).check() == "4 4 4\n"
