"""UDP sockets: every datagram whole, with its sender, and TCP beside them none the worse."""

import contextlib
import errno
import struct

import pytest

from tests.driver.desk import ONBOARD_UART, Desk, Line, Wire, pattern, read_exactly

TYPED = ("esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
"""Families where one link alone can push."""

GLOBAL = ("esp32-2.4", "esp8266-2.2.1", "wizfi360")
"""Families with one receive mode for all links."""

PEERS = ("one.test", 1001), ("two.test", 1002), ("three.test", 1003)


def errno_of(call, *args):
    """The errno that a call raises, 0 if it raises nothing."""
    try:
        call(*args)
    except OSError as error:
        assert error.args[1:], "a socket's error says something"
        return error.errno
    return 0


def udp(desk, timeout=5):
    sock = desk.pool.socket(desk.pool.AF_INET, desk.pool.SOCK_DGRAM)
    sock.settimeout(timeout)
    return sock


def peers(desk, handler=None):
    return [desk.network.udp(host, port, handler) for host, port in PEERS]


def hear(sock, size=2048):
    """(bytes, sender) of the oldest datagram, by `recvfrom_into`."""
    buffer = bytearray(size)
    n, sender = sock.recvfrom_into(buffer)
    return bytes(buffer[:n]), sender


def here(desk):
    """The module's latest UDP end, as peers see it."""
    return desk.network._datagram_ends[-1].here


def commands_since(desk, start):
    return desk.module.commands[start:]


# -- an exchange ---------------------------------------------------------------------------------


def test_an_exchange_with_three_peers(make_desk, family):
    desk = make_desk(family).join()
    three = peers(desk, lambda peer, source, data: peer.send(b"re: " + data, source))
    with udp(desk) as sock:
        for peer in three:
            text = b"to %d" % peer.place[1]
            assert sock.sendto(text, peer.place) == len(text)
            assert hear(sock) == (b"re: " + text, peer.place)
        for peer in reversed(three):
            sock.sendto(b"again", peer.place)
        assert [hear(sock) for _ in three] == [(b"re: again", p.place) for p in reversed(three)]
    sources = {source for peer in three for source, _ in peer.inbox}
    assert len(sources) == 1, "from one port to all of them"
    desk.works()


@pytest.mark.parametrize("others", [0, 1])
def test_the_commands_sent(make_desk, family, others):
    """All that a socket needs, and nothing left behind. With a TCP link, as without it, where that
    is of no concern."""
    desk = make_desk(family).join()
    peer = peers(desk)[0]
    address, port = peer.place
    tcp = [desk.socket() for _ in range(others)]
    start = len(desk.module.commands)
    link = 4 - others
    with udp(desk) as sock:
        sock.sendto(b"hello", peer.place)
        local = sock.port
        assert local >= 0xC000
    before, after = [], []
    if family in TYPED:
        before, after = [b"AT+CIPRECVTYPE=%d,0" % link], [b"AT+CIPRECVTYPE=%d,1" % link]
    elif family in GLOBAL:
        before, after = [b"AT+CIPRECVMODE=0"], [b"AT+CIPRECVMODE=1"]
        before += [b"AT+CIPRECVLEN?"] * others
    where = address.encode(), port
    assert commands_since(desk, start) == [
        b"AT+CIPDINFO=1",
        *before,
        b'AT+CIPSTART=%d,"UDP","%s",%d,%d,2' % (link, *where, local),
        b'AT+CIPSEND=%d,5,"%s",%d' % (link, *where),
        b"AT+CIPCLOSE=%d" % link,
        *after,
        b"AT+CIPDINFO=0",
    ]
    for sock in tcp:
        sock.sendall(b"as before")
        assert read_exactly(sock, 9) == b"as before"


def test_bound_it_hears_whoever_comes_first(make_desk, family):
    desk = make_desk(family).join()
    three = peers(desk)
    with udp(desk) as sock:
        sock.bind(("", 4000))
        assert desk.said(b"CIPSTART")[-1] == b'AT+CIPSTART=4,"UDP","0.0.0.0",4000,4000,2'
        for peer in three:
            peer.send(b"hi", ("192.168.1.50", 4000))
        for peer in three:
            text, sender = hear(sock)
            assert (text, sender) == (b"hi", peer.place)
            sock.sendto(b"yourself", sender)
        desk.let(0.1)
        assert [p.inbox for p in three] == [[(("192.168.1.50", 4000), b"yourself")]] * 3


def test_a_name_is_looked_up_once(desk):
    peers(desk)
    with udp(desk) as sock:
        for _ in range(3):
            sock.sendto(b"hello", PEERS[0])
        sock.settimeout(0)
        with pytest.raises(OSError) as caught:
            sock.sendto(b"hello", ("nobody.test", 1))
        assert caught.value.errno == -2
    assert desk.said(b"CIPDOMAIN") == [b'AT+CIPDOMAIN="one.test"', b'AT+CIPDOMAIN="nobody.test"']


def test_connected_it_hears_one_peer(make_desk, family):
    desk = make_desk(family).join()
    three = peers(desk)
    with udp(desk) as sock:
        assert errno_of(sock.send, b"to whom?") == errno.ENOTCONN
        sock.connect(three[1].place)
        assert sock.send(b"hello") == 5
        for peer in three:
            peer.send(b"from %d" % peer.place[1], here(desk))
        assert sock.recv(100) == b"from 1002"
        desk.let(0.1)
        sock.setblocking(False)
        assert errno_of(sock.recv, 100) == errno.EAGAIN
        assert sock.lost == 0, "what others send is none of its concern"
    assert [data for _, data in three[1].inbox] == [b"hello"]


def test_an_ntp_exchange(make_desk, family):
    """As adafruit_ntp and ntptime have it."""
    desk = make_desk(family).join()

    def answer(peer, source, data):
        reply = bytearray(48)
        reply[0] = 0x1C
        struct.pack_into("!I", reply, 40, 3_900_000_000)
        peer.send(bytes(reply), source)

    desk.network.udp("pool.test", 123, answer)
    place = desk.pool.getaddrinfo("pool.test", 123)[0][4]
    packet = bytearray(48)
    packet[0] = 0b00100011
    for _ in range(3):
        with desk.pool.socket(desk.pool.AF_INET, desk.pool.SOCK_DGRAM) as sock:
            sock.settimeout(10)
            sock.sendto(packet, place)
            assert sock.recv_into(packet) == 48
        assert struct.unpack_from("!I", packet, 40) == (3_900_000_000,)
        packet[:] = bytes(48)
    sock = udp(desk, 1)
    sock.sendto(packet, place)
    assert len(sock.recv(48)) == 48
    sock.close()


# -- boundaries ----------------------------------------------------------------------------------


def test_boundaries_are_kept(make_desk, family):
    desk = make_desk(family).join()
    sizes = (1, 700, 0, 300)
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        for size in sizes:
            if size:
                peer.send(pattern(size, size), here(desk))
        desk.let(0.5)
        for size in sizes:
            if size:
                assert hear(sock) == (pattern(size, size), peer.place)
        assert sock.lost == 0


def test_payload_that_spells_the_protocol(make_desk, family):
    desk = make_desk(family).join()
    texts = (b"\r\n+IPD,4,5:hello", b"4,CLOSED\r\n", b"\r\nready\r\n", b"\r\nOK\r\n", b"+++", b">")
    peer = desk.network.udp("echo.test", 7, lambda peer, source, data: peer.send(data, source))
    with udp(desk) as sock:
        for text in texts:
            sock.sendto(text, peer.place)
            assert hear(sock) == (text, peer.place)


@pytest.mark.parametrize("size", [1, 512, 1472])
def test_sizes(make_desk, family, size):
    desk = make_desk(family, line=Wire).join()
    data = pattern(min(size, desk.module.core.profile.ipd_max))
    echo = desk.network.udp("echo.test", 7, lambda peer, source, data: peer.send(data, source))
    with udp(desk) as sock:
        sock.sendto(pattern(size), echo.place)
        assert echo.inbox[0][1] == pattern(size)
        assert hear(sock) == (data, echo.place)


def test_a_datagram_is_of_1_to_1472_bytes(desk):
    peer = peers(desk)[0]
    with udp(desk) as sock:
        for data in (b"", bytes(1473)):
            assert errno_of(sock.sendto, data, peer.place) == errno.EMSGSIZE
        assert not desk.said(b"CIPSTART")


def test_what_does_not_fit_the_buffer_is_cut(desk):
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        for _ in range(4):
            peer.send(b"0123456789", here(desk))
        desk.let(0.1)
        assert hear(sock, 4)[0] == b"0123"
        assert sock.recvfrom(3) == (b"012", peer.place)
        buffer = bytearray(20)
        assert sock.recv_into(buffer, 5) == 5
        assert buffer == b"01234" + bytes(15)
        view = memoryview(buffer)[10:13]
        assert sock.recvfrom_into(view) == (3, peer.place)
        assert buffer[8:15] == b"\0\x00012\0\0"
        with pytest.raises(ValueError, match="nbytes"):
            sock.recv_into(buffer, 21)


def test_the_queue_is_bounded_and_counts_what_it_loses(make_desk, family):
    desk = make_desk(family).join()
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        for i in range(6):
            peer.send(b"%d" % i, here(desk))
        desk.let(0.1)
        assert sock.lost == 2
        assert [sock.recv(10) for _ in range(4)] == [b"0", b"1", b"2", b"3"]
        for i in range(3):
            peer.send(pattern(1000, i), here(desk))
        desk.let(0.5)
        assert sock.lost == 3
        assert [sock.recv(1000) for _ in range(2)] == [pattern(1000, 0), pattern(1000, 1)]
        peer.send(b"room again", here(desk))
        assert sock.recv(100) == b"room again"
        assert sock.lost == 3


# -- TCP beside it -------------------------------------------------------------------------------


@pytest.mark.parametrize("waiting", [1, 500, 1460, 2900])
@pytest.mark.parametrize("begun", [0, 10])
def test_unread_bytes_of_a_tcp_link_outlive_a_udp_socket(make_desk, family, waiting, begun):
    """Bytes before it, while it is there and after it: none lost, all in order."""
    desk = make_desk(family, line=Wire).join()
    passive = desk.modem.passive
    if not passive:
        waiting = min(waiting, 1460)  # nothing ever held back more than a ring for it
    tcp = desk.socket()
    body = pattern(waiting + begun + 1000)
    first = waiting + begun
    desk.echo.peer.send(body[:first])
    desk.let(0.5)
    got = read_exactly(tcp, begun, 5)
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        desk.echo.peer.send(body[first : first + 300])
        peer.send(b"!", here(desk))
        assert hear(sock) == (b"!", peer.place)
        desk.let(0.2)
        if family in GLOBAL:
            assert not desk.modem.passive
            assert not any(desk.modem.unread)
    assert desk.modem.passive == passive
    assert bool(desk.module.core.session.passive[4]) == passive
    desk.echo.peer.send(body[first + 300 :])
    got += read_exactly(tcp, len(body) - begun)
    assert got == body
    tcp.sendall(b"and on")
    assert read_exactly(tcp, 6) == b"and on"


@pytest.mark.parametrize("at", range(0, 60, 4))
@pytest.mark.parametrize("pushes", [True, False])
@pytest.mark.parametrize("family", ["esp32-2.4", "esp8266-2.2.1"])
def test_bytes_that_come_while_the_mode_changes(make_desk, monkeypatch, family, pushes, at):
    """Whether or not the firmware pushes what it held when it was told to push."""
    desk = make_desk(family, line=Wire).join()
    if not pushes:
        monkeypatch.setattr(desk.module.core.links, "_flush", lambda link: False)
    tcp = desk.socket()
    body = pattern(2000)
    desk.echo.peer.send(body[:1000])
    desk.let(0.5)
    pauses = []

    def hook():
        pauses.append(0)
        if len(pauses) == at + 1:
            desk.echo.peer.send(body[1000:])

    desk.port.hooks.append(hook)
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        desk.let(0.3)
    assert read_exactly(tcp, 2000) == body


def test_a_tcp_socket_is_read_while_a_udp_socket_is_open(make_desk, family):
    desk = make_desk(family, line=Wire).join()
    body = pattern(20_000)
    peer = peers(desk)[0]
    with udp(desk) as sock:
        sock.sendto(b"?", peer.place)
        desk.listen("body.test", 80, greeting=body, close=True)
        with desk.socket("body.test", 80) as tcp:
            assert read_exactly(tcp, len(body)) == body
        peer.send(b"!", here(desk))
        assert sock.recv(10) == b"!"


def test_no_memory_for_what_waits_is_said_at_once(make_desk, monkeypatch):
    desk = make_desk("esp32-2.4").join()
    tcp = desk.socket()
    desk.echo.peer.send(pattern(1000))
    desk.let(0.1)
    peer = peers(desk)[0]
    sock = udp(desk)

    def none(size):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("espat.sock.repair.Ring", none)
        with pytest.raises(MemoryError):
            sock.sendto(b"?", peer.place)
    assert desk.modem.passive
    assert read_exactly(tcp, 1000) == pattern(1000)
    sock.sendto(b"?", peer.place)
    sock.close()
    assert desk.said(b"CIPDINFO")[-1] == b"AT+CIPDINFO=0"


def test_two_udp_sockets(make_desk, family):
    """The mode is changed for the first, and back for the last."""
    desk = make_desk(family).join()
    passive = desk.modem.passive
    three = peers(desk)
    for first, last in ((0, 1), (1, 0)):
        start = len(desk.module.commands)
        socks = [udp(desk), udp(desk)]
        for number, sock in enumerate(socks):
            sock.sendto(b"?", three[number].place)
        for number in range(2):
            three[number].send(b"%d" % number, three[number].inbox[-1][0])
        assert [sock.recv(9) for sock in socks] == [b"0", b"1"]
        assert socks[0].port != socks[1].port
        socks[first].close()
        three[last].send(b"still", three[last].inbox[-1][0])
        assert hear(socks[last]) == (b"still", three[last].place)
        socks[last].close()
        sent = commands_since(desk, start)
        assert [line for line in sent if b"DINFO" in line] == [b"AT+CIPDINFO=1", b"AT+CIPDINFO=0"]
        modes = [line for line in sent if b"RECVMODE" in line]
        assert modes == ([b"AT+CIPRECVMODE=0", b"AT+CIPRECVMODE=1"] if family in GLOBAL else [])
        assert desk.modem.passive == passive
    desk.works()


def test_links_are_given_back(desk):
    """A dozen sockets one after the other, then five of both kinds at once."""
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    for _ in range(12):
        with udp(desk) as sock:
            sock.sendto(b"?", peer.place)
            assert sock.recv(1) == b"?"
    socks = [udp(desk) for _ in range(3)]
    tcp = [desk.socket(), desk.socket()]
    for sock in socks:
        sock.sendto(b"?", peer.place)
    assert errno_of(udp(desk).sendto, b"?", peer.place) == errno.ENOMEM
    for sock in [*socks, *tcp]:
        sock.close()
    desk.works()
    assert not desk.modem.parser.remote


# -- waiting -------------------------------------------------------------------------------------


def test_a_time_out(desk):
    peer = peers(desk)[0]
    with udp(desk, 2) as sock:
        sock.sendto(b"?", peer.place)
        with desk.within(2.1):
            assert errno_of(sock.recv, 10) == errno.ETIMEDOUT
        peer.send(b"late", here(desk))
        assert sock.recv(10) == b"late"


def test_not_waiting(make_desk, family):
    desk = make_desk(family).join()
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    with udp(desk) as sock:
        sock.setblocking(False)
        sent = 0
        for _ in range(1000):
            with contextlib.suppress(BlockingIOError):
                sent += sock.sendto(b"12", peer.place)
            if sent == 6:
                break
            desk.port.pause()
        assert sent == 6
        got = []
        for _ in range(1000):
            with contextlib.suppress(BlockingIOError):
                got.append(hear(sock))
            if len(got) == 3:
                break
            desk.port.pause()
        assert got == [(b"12", peer.place)] * 3
        assert errno_of(sock.recv, 1) == errno.EAGAIN


def test_a_busy_module_makes_it_wait(desk):
    peer = peers(desk)[0]
    with udp(desk, 0) as sock:
        desk.radio.up()
        desk.modem.begin(b"+CWLAP", (), None, 20000)
        assert errno_of(sock.sendto, b"?", peer.place) == errno.EAGAIN
        desk.let(15)
        assert sock.sendto(b"?", peer.place) == 1


# -- endings -------------------------------------------------------------------------------------


def test_a_restart(make_desk, family):
    desk = make_desk(family).join()
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    sock, other = udp(desk), udp(desk)
    for each in (sock, other):
        each.sendto(b"?", peer.place)
        assert each.recv(1) == b"?"
    desk.module.reset()
    desk.let(3)
    assert errno_of(sock.recv, 1) == errno.ECONNRESET
    assert errno_of(sock.sendto, b"?", peer.place) == errno.ECONNRESET
    sock.close()
    with udp(desk) as new:
        new.sendto(b"?", peer.place)
        assert hear(new) == (b"?", peer.place)
        other.close()
        new.sendto(b"!", peer.place)
        assert hear(new) == (b"!", peer.place)
    assert not desk.modem.parser.remote
    desk.works()


def test_a_restart_then_tcp(make_desk, family):
    """`+CIPRECVDATA` shows no sender any more."""
    desk = make_desk(family).join()
    peer = peers(desk)[0]
    sock = udp(desk)
    sock.sendto(b"?", peer.place)
    desk.module.reset()
    desk.let(3)
    desk.works()
    sock.close()
    desk.works()


def test_wifi_goes_away(make_desk, family):
    desk = make_desk(family).join()
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    sock = udp(desk)
    sock.sendto(b"?", peer.place)
    assert sock.recv(1) == b"?"
    desk.module.core.station.lost()
    desk.let(5)
    assert errno_of(sock.recv, 1) == errno.ECONNRESET
    sock.close()
    with udp(desk) as new:
        new.sendto(b"?", peer.place)
        assert hear(new) == (b"?", peer.place)
    desk.works()


def test_not_joined(make_desk, family):
    desk = make_desk(family)
    if family.startswith(("nonos", "wizfi")):
        desk.radio.command("AT+CWMODE_CUR=1")  # they come up with a network of their own
    sock = udp(desk)
    assert errno_of(sock.sendto, b"?", ("198.51.100.9", 9)) == errno.ENOTCONN
    assert errno_of(sock.bind, ("", 4000)) == errno.ENOTCONN
    desk.join()
    peer = peers(desk)[0]
    sock.sendto(b"?", peer.place)
    sock.close()
    assert not desk.modem.parser.remote
    desk.works()


def test_a_port_in_use(make_desk, family):
    desk = make_desk(family).join()
    with udp(desk) as one, udp(desk) as two:
        one.bind(("", 4000))
        assert errno_of(two.bind, ("", 4000)) == errno.EADDRINUSE
        two.bind(("0.0.0.0", 0))
        assert two.port >= 0xC000
        assert errno_of(two.bind, ("", 4001)) == errno.EALREADY
    desk.works()


@pytest.mark.parametrize("at", range(0, 120, 3))
@pytest.mark.parametrize("profile", ["esp32-2.4", "esp32c3-3.3", "nonos-1.7.4"])
def test_ctrl_c_anywhere(make_desk, profile, at):
    """Opening, sending, receiving and closing: the socket can be closed, and all is as before."""
    desk = make_desk(profile, line=Wire).join()
    passive = desk.modem.passive
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    count = [0]

    def hook():
        count[0] += 1
        if count[0] == at + 1:
            raise KeyboardInterrupt

    sock = udp(desk)
    desk.port.hooks.append(hook)
    with contextlib.suppress(KeyboardInterrupt):
        sock.sendto(bytes(300), peer.place)
        sock.recv(300)
    with contextlib.suppress(KeyboardInterrupt):
        sock.close()
    desk.port.hooks.clear()
    sock.close()
    with udp(desk) as new:
        new.sendto(b"!", peer.place)
        for _ in range(2):
            if new.recv(300) == b"!":
                break
        else:
            pytest.fail("no answer")
    assert not desk.modem.parser.remote
    assert desk.modem.passive == passive
    desk.works()


class Torn(Line):
    """Loses a byte of the next payload."""

    armed = False

    def take(self, view):
        n = Line.take(self, view)
        if n and self.armed:
            i = bytes(view[:n]).find(b"XXXX")
            if i >= 0:
                self.armed = False
                view[i : n - 1] = bytes(view[i + 1 : n])
                return n - 1
        return n


def test_a_byte_lost_on_the_wire_is_told(make_desk, family):
    """Where nothing follows a payload it is told by what comes next, maybe a datagram late."""
    desk = make_desk(family, line=Torn).join()
    peer = peers(desk)[0]
    with udp(desk, 2) as sock:
        sock.sendto(b"?", peer.place)
        desk.line.armed = True
        peer.send(b"XXXXXXXXXX", here(desk))
        desk.let(0.1)
        peer.send(b"YYYYYYYYYY", here(desk))
        with pytest.raises(OSError, match="lost") as caught:
            for _ in range(3):
                sock.recv(20)
        assert caught.value.errno == errno.ECONNRESET


# -- the face ------------------------------------------------------------------------------------


def test_the_face(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    sock = udp(desk)
    assert {sock: 1}[sock] == 1
    assert sock != udp(desk)
    assert sock.type == 2
    sock.setsockopt(0xFFF, 4, 1)
    sock.setsockopt(1, 6, 1)
    assert errno_of(sock.setsockopt, 0, 99, b"") == errno.EOPNOTSUPP
    with pytest.raises(ValueError, match="negative"):
        sock.settimeout(-1)
    for place in (("one.test", 0), ("one.test", 65536), ("", 1), ("x" * 65, 1)):
        with pytest.raises(ValueError, match="port"):
            sock.sendto(b"?", place)
    with pytest.raises(ValueError, match="port"):
        sock.bind(("", 65536))
    with pytest.raises(ValueError, match="parameter"):
        sock.sendto(b"?", ("1.2.3.4\r\nAT+RST:", 1))
    assert errno_of(sock.recv, 1) == errno.ENOTCONN
    assert not desk.said(b"UDP")
    sock.close()
    sock.close()
    for call in (
        lambda: sock.recv(1),
        lambda: sock.sendto(b"?", ("1.2.3.4", 5)),
        lambda: sock.bind(("", 1)),
        lambda: sock.connect(("1.2.3.4", 5)),
    ):
        assert errno_of(call) == errno.EBADF
    with pytest.raises(AttributeError):
        _ = sock.readline
    assert errno_of(desk.pool.socket, 10, 2) == errno.EOPNOTSUPP


def test_an_ipv6_sender_is_text():
    desk = Desk("esp32c3-3.3").join()
    try:
        with udp(desk) as sock:
            sock.bind(("", 4000))
            desk.module.core.emit(b'\r\n+IPD,4,2,"FE80::1",5000:hi\r\n')
            assert hear(sock) == (b"hi", ("FE80::1", 5000))
    finally:
        desk.module.close()


# -- in real MicroPythons ------------------------------------------------------------------------

PROGRAM = """
import errno
from espat import Radio, SocketPool
from onboard_uart import Uart


class Module(Uart):
    "It sends each datagram back, twice."

    def answer(self, line):
        return b"4,CONNECT\\r\\n" if line[:11] == b"AT+CIPSTART" else b""

    def taken(self, data):
        return (b"\\r\\n+IPD,4,%d,\\"10.0.0.9\\",7:" % len(data) + data + b"\\r\\n") * 2


uart = Module()
radio = Radio(uart)
modem = radio.modem
modem.contact = 1
modem.wifi = 2
modem.up = modem.passive = modem.parser.trailer = True
modem.firmware = (2, 0x24)
modem.capabilities = " PASSIVE PASSIVE_UDP "
pool = SocketPool(radio)
with pool.socket(pool.AF_INET, pool.SOCK_DGRAM) as sock:
    sock.settimeout(2)
    assert sock.sendto(b"hello", ("10.0.0.9", 7)) == 5
    buf = bytearray(3)
    assert sock.recvfrom_into(buf) == (3, ("10.0.0.9", 7)), buf
    assert buf == b"hel"
    assert sock.recvfrom(10) == (b"hello", ("10.0.0.9", 7))
    sock.setblocking(False)
    try:
        sock.recv(1)
    except OSError as e:
        assert e.errno == errno.EAGAIN
    try:
        sock.sendto(bytes(1473), ("10.0.0.9", 7))
    except OSError as e:
        print("said", e)
    {sock: 1}
    assert not modem.passive
assert modem.passive
print([line for line in uart.said if b"START" not in line])
"""


def test_in_micropython(any_micropython):
    said = any_micropython(PROGRAM, modules=ONBOARD_UART).check()
    assert "1472" in said
    sent = (
        b"AT+CIPDINFO=1",
        b"AT+CIPRECVMODE=0",
        b'AT+CIPSEND=4,5,"10.0.0.9",7',
        b"hello",
        b"AT+CIPCLOSE=4",
        b"AT+CIPRECVMODE=1",
        b"AT+CIPDINFO=0",
    )
    assert repr(list(sent)) in said


def test_what_is_heard_of_its_link_before_it_opens(make_desk):
    """A payload of nobody's, then CONNECT: no client of the server's, and no hole of its own."""
    desk = make_desk("esp32c3-3.3").join()
    peer = peers(desk, lambda peer, source, data: peer.send(data, source))[0]
    with desk.pool.socket() as server, udp(desk) as sock:
        server.bind(("", 80))
        server.listen(1)
        server.settimeout(0)
        desk.module.fault("notice +IPD,4,5:hello at AT+CIPRECVTYPE")
        sock.sendto(b"hello", peer.place)
        assert hear(sock) == (b"hello", peer.place)
        assert errno_of(server.accept) == errno.EAGAIN


def test_a_setting_that_was_refused_once_and_not_answered(make_desk):
    """One ERROR may be a damaged command: whether it is set is not known."""
    desk = make_desk("esp32c3-3.3").join()
    desk.module.fault("ignore at AT+CIPDINFO=1 1st")
    desk.module.fault("ignore at AT+CIPDINFO=1 2nd")
    desk.module.fault("refuse at AT+CIPDINFO=1 3rd")
    with udp(desk, None) as sock:
        assert errno_of(sock.bind, ("", 5005)) == errno.ETIMEDOUT
    with udp(desk) as sock:
        sock.bind(("", 5005))
