"""Server sockets: the module listens, and its clients are sockets like any other."""

import errno

import pytest

from tests.driver.desk import ONBOARD_UART, Line, pattern, read_all, read_exactly

PORT = 8080


@pytest.fixture
def home(make_desk, family):
    """A desk of each family, its radio joined."""
    return make_desk(family).join()


def serve(desk, backlog=5, timeout=5, port=PORT):
    """A socket that listens."""
    sock = desk.pool.socket()
    sock.setsockopt(desk.pool.SOL_SOCKET, desk.pool.SO_REUSEADDR, 1)
    sock.bind(("", port))
    sock.listen(backlog)
    sock.settimeout(timeout)
    return sock


def number(raised):
    return raised.value.errno


def test_a_client_talks_with_us(home):
    with serve(home) as listener:
        peer = home.network.dial(PORT)
        sock, (address, port) = listener.accept()
        assert (address, port) == ("192.168.1.77", peer._channel.remote[1])
        assert sock.timeout is None
        sock.settimeout(5)
        peer.send(b"hello")
        assert read_exactly(sock, 5) == b"hello"
        sock.sendall(b"good day")
        assert peer.data == b"good day"
        peer.send(b"bye")
        peer.close()
        assert read_all(sock) == b"bye"
        sock.close()


def test_the_commands(home):
    """What a server sends to the module, in order, and nothing beside."""
    first = len(home.module.commands)
    listener = serve(home, backlog=1)  # it bounds those that wait, not those that are served
    peer = home.network.dial(PORT)
    sock, _ = listener.accept()
    sock.close()
    assert peer.closed
    listener.close()
    found = [line for line in home.module.commands[first:] if b"RECVLEN" not in line]
    asked = b"AT+CIPSTATE?" if home.modem.has("CIPSTATE") else b"AT+CIPSTATUS"
    expected = [b"AT+CIPSERVERMAXCONN=5"] if home.modem.has("MAXCONN") else []
    expected += [b"AT+CIPSERVER=1,8080", asked, b"AT+CIPCLOSE=0", b"AT+CIPSERVER=0"]
    assert [line.strip() for line in found] == expected


def test_five_clients_at_once(home):
    with serve(home) as listener:
        peers = [home.network.dial(PORT, address=f"192.168.1.{70 + i}") for i in range(5)]
        for i, peer in enumerate(peers):
            peer.send(b"I am %d" % i)
        found = [listener.accept() for _ in peers]
        assert [address for _, (address, _) in found] == [f"192.168.1.{70 + i}" for i in range(5)]
        for i, (sock, _) in enumerate(found):
            sock.settimeout(5)
            assert read_exactly(sock, 6) == b"I am %d" % i
        for i, (sock, _) in reversed(list(enumerate(found))):
            sock.sendall(b"you are %d" % i)
        assert [bytes(peer.data) for peer in peers] == [b"you are %d" % i for i in range(5)]
        for sock, _ in found:
            sock.close()
        assert all(peer.closed for peer in peers)
        asked = home.said(b"AT+CIPSTAT")
        assert len(asked) <= 2  # one answer tells of all that wait


def test_a_sixth_client_comes_when_one_has_gone(home):
    with serve(home, timeout=1) as listener:
        for _ in range(6):
            home.network.dial(PORT)
        found = [listener.accept()[0] for _ in range(5)]
        with pytest.raises(OSError) as raised:
            listener.accept()
        assert number(raised) == errno.ETIMEDOUT
        found[2].close()
        sixth, _ = listener.accept()
        sixth.settimeout(1)
        sixth.sendall(b"come in")
        assert home.network.peers[-1].data == b"come in"


def test_clients_that_come_and_go_at_once(home):
    """NonOS gives a link away with bytes that nobody fetched yet: then the reader is told."""
    waits = not (home.modem.passive and home.modem.has("CUR"))
    with serve(home) as listener:
        peers = [home.network.dial(PORT) for _ in range(5)]
        for i, peer in enumerate(peers):
            peer.send(b"%d" % i)
            peer.close()
        home.let(0.1)
        for i in range(5):
            sock, (address, _) = listener.accept()
            assert address in ("192.168.1.77", "0.0.0.0")
            with sock:
                sock.settimeout(2)
                if waits or i == 4:
                    assert read_all(sock) == b"%d" % i
                    continue
                with pytest.raises(OSError) as raised:
                    read_all(sock)
                assert number(raised) == errno.ECONNRESET


def test_a_client_that_said_nothing_and_went(home):
    """One link serves the lot, and each is handed out."""
    with serve(home) as listener:
        for _ in range(4):
            home.network.dial(PORT).close()
            home.let(0.05)
        last = home.network.dial(PORT)
        last.send(b"here")
        home.let(0.05)
        for _ in range(4):
            with listener.accept()[0] as sock:
                sock.settimeout(2)
                buffer = bytearray(8)
                assert sock.recv_into(buffer) == 0
                with pytest.raises(OSError) as raised:
                    sock.recv_into(buffer)
                assert number(raised) == errno.ECONNRESET
                with pytest.raises(OSError) as raised:
                    sock.send(b"x")
                assert number(raised) == errno.ENOTCONN
            with pytest.raises(OSError) as raised:
                sock.recv_into(buffer)
            assert number(raised) == errno.EBADF
        with listener.accept()[0] as sock:
            sock.settimeout(2)
            assert read_exactly(sock, 4) == b"here"
            sock.sendall(b"still here")
        assert last.data == b"still here"


def test_many_that_come_and_go_are_no_burden(home):
    with serve(home, timeout=0) as listener:
        for _ in range(40):
            home.network.dial(PORT).close()
            home.let(0.02)
        found = []
        with pytest.raises(OSError) as raised:
            while True:
                found.append(listener.accept())
        assert number(raised) == errno.EAGAIN
        assert len(found) == 5


def test_what_comes_before_accept_is_kept(home):
    with serve(home) as listener:
        peer = home.network.dial(PORT)
        peer.send(pattern(2000))
        home.let(1)
        sock, _ = listener.accept()
        sock.settimeout(5)
        assert read_exactly(sock, 2000) == pattern(2000)
        peer.send(b"more")
        assert read_exactly(sock, 4) == b"more"


def test_a_loop_that_does_not_wait(home):
    """As adafruit_httpserver polls: one client after the other, nothing while nobody is there."""
    listener = serve(home)
    listener.setblocking(False)
    served = nobody = 0
    for turn in range(200):
        if turn % 40 == 10:
            home.network.dial(PORT).send(b"GET / HTTP/1.1\r\n\r\n")
        try:
            sock, _ = listener.accept()
        except OSError as error:
            assert error.errno == errno.EAGAIN
            nobody += 1
            home.port.pause()
            continue
        with sock:
            sock.settimeout(1)
            assert read_exactly(sock, 18) == b"GET / HTTP/1.1\r\n\r\n"
            sock.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        served += 1
    assert served == 5
    assert nobody == 195
    assert all(peer.closed and peer.data.startswith(b"HTTP") for peer in home.network.peers[-5:])


def test_accept_keeps_its_time_out(desk):
    with serve(desk, timeout=3) as listener:
        with desk.within(3.1), pytest.raises(OSError) as raised:
            listener.accept()
        assert number(raised) == errno.ETIMEDOUT
        desk.port.hooks.append(lambda: desk.network.dial(PORT) and desk.port.hooks.clear())
        listener.settimeout(None)
        listener.accept()


def test_a_module_has_one_server(home):
    first = serve(home)
    second = home.pool.socket()
    second.bind(("0.0.0.0", 81))
    with pytest.raises(OSError) as raised:
        second.listen()
    assert number(raised) == errno.EADDRINUSE
    home.network.dial(PORT)
    first.accept()
    first.close()
    first.close()
    second.listen(5)
    second.settimeout(1)
    home.network.dial(81)
    second.accept()
    with pytest.raises(ConnectionRefusedError):
        home.network.dial(PORT)


def test_misuse(desk):
    sock = desk.pool.socket()
    for call in (sock.accept, sock.listen, lambda: sock.bind(("", 80)) or sock.accept()):
        with pytest.raises(OSError) as raised:
            call()
        assert number(raised) == errno.EINVAL
    for port in (0, 65536, -1):
        with pytest.raises(ValueError, match=r"1\.\.65535"):
            sock.bind(("", port))
    sock.close()
    for call in (sock.accept, sock.listen, lambda: sock.bind(("", 80))):
        with pytest.raises(OSError) as raised:
            call()
        assert number(raised) == errno.EBADF
    with desk.socket() as client, pytest.raises(OSError) as raised:
        client.bind(("", 80))
    assert number(raised) == errno.EINVAL
    with serve(desk) as listener:
        listener.listen(3)  # it does
    assert desk.said(b"AT+CIPSERVER=1") == [b"AT+CIPSERVER=1,8080"]


def test_socket_options(desk):
    sock = desk.pool.socket()
    sock.setsockopt(desk.pool.SOL_SOCKET, desk.pool.SO_REUSEADDR, 1)
    sock.setsockopt(desk.pool.IPPROTO_TCP, desk.pool.TCP_NODELAY, 1)
    with pytest.raises(OSError, match="option") as raised:
        sock.setsockopt(0xFFF, 8, 1)
    assert number(raised) == errno.EOPNOTSUPP


def test_closing_stops_the_server_and_no_more(home):
    listener = serve(home)
    peer = home.network.dial(PORT)
    sock, _ = listener.accept()
    sock.settimeout(2)
    waiting = home.network.dial(PORT)
    home.let(0.1)
    listener.close()
    sock.sendall(b"still")
    assert peer.data == b"still"
    assert waiting.closed
    with pytest.raises(OSError) as raised:
        listener.accept()
    assert number(raised) == errno.EBADF
    with serve(home, backlog=1) as again:
        sock.sendall(b" here")
        assert peer.data == b"still here"
        sock.close()
        home.network.dial(PORT)
        again.accept()
    home.works()


@pytest.mark.parametrize("timeout", [5, 0])
def test_after_a_restart_it_listens_again(home, timeout):
    listener = serve(home)
    sock, _ = (home.network.dial(PORT), listener.accept())[1]
    sock.settimeout(2)
    waiting = home.network.dial(PORT)
    home.let(0.1)
    home.module.reset()
    home.let(3)
    with pytest.raises(OSError) as raised:
        sock.recv_into(bytearray(1))
    assert number(raised) == errno.ECONNRESET
    sock.close()
    listener.settimeout(timeout)
    home.port.hooks.append(
        lambda: (
            PORT in home.network.listeners
            and home.network.dial(PORT).send(b"back") is None
            and home.port.hooks.clear()
        )
    )
    for _ in range(1000):
        try:
            sock, (address, _) = listener.accept()
            break
        except OSError as error:
            assert error.errno == errno.EAGAIN
            home.port.pause()
    assert address == "192.168.1.77"
    sock.settimeout(2)
    assert read_exactly(sock, 4) == b"back"
    assert waiting.closed
    assert len(home.said(b"AT+CIPSERVER=1")) == 2
    assert len(home.joins()) >= 1


def test_another_socket_set_the_module_up_again(desk):
    listener = serve(desk)
    desk.module.reset()
    desk.let(3)
    desk.works()
    assert PORT not in desk.network.listeners
    listener.settimeout(0)
    with pytest.raises(OSError) as raised:
        listener.accept()
    assert number(raised) == errno.EAGAIN
    desk.network.dial(PORT)
    listener.settimeout(1)
    listener.accept()


def test_wifi_that_went_and_came_back(home):
    listener = serve(home)
    sock, _ = (home.network.dial(PORT), listener.accept())[1]
    sock.settimeout(2)
    home.module.wifi_lost()
    home.let(1)
    with pytest.raises(OSError) as raised:
        sock.recv_into(bytearray(1))
    assert number(raised) == errno.ECONNRESET
    listener.settimeout(1)
    with pytest.raises(OSError) as raised:
        listener.accept()
    assert number(raised) == errno.ETIMEDOUT
    home.module.wifi_back()
    listener.settimeout(60)
    home.port.hooks.append(
        lambda: home.modem.wifi == 2 and home.network.dial(PORT) and home.port.hooks.clear()
    )
    again, _ = listener.accept()
    again.settimeout(2)
    again.sendall(b"hello")
    assert home.network.peers[-1].data == b"hello"


# Notices that are lost


class Deaf(Line):
    """Loses, once, what `lost` says, where it comes in one piece."""

    lost = b""

    def take(self, view):
        n = Line.take(self, view)
        at = bytes(view[: n or 0]).find(self.lost) if self.lost else -1
        if at < 0:
            return n
        left = bytes(view[at + len(self.lost) : n])
        view[at : at + len(left)] = left
        self.lost = b""
        return n - (n - at - len(left)) or None


@pytest.mark.parametrize("lost", [b"\r\n+IPD,0,5\r\n", b"0,CLOSED\r\n"])
def test_a_lost_notice_is_asked_for(make_desk, profile, lost):
    desk = make_desk(profile, line=Deaf).join()
    with serve(desk) as listener:
        peer = desk.network.dial(PORT)
        sock, _ = listener.accept()
        sock.settimeout(5)
        desk.line.lost = lost
        peer.send(b"hello")
        assert read_exactly(sock, 5) == b"hello"
        peer.close()
        assert read_all(sock) == b""
        assert desk.line.lost == b""
        sock.close()
        desk.network.dial(PORT)
        listener.accept()


def test_a_link_given_away_while_its_closed_was_lost(make_desk, profile):
    """What the next client says is never taken for the last one's."""
    desk = make_desk(profile, line=Deaf).join()
    with serve(desk) as listener:
        peer = desk.network.dial(PORT)
        old, _ = listener.accept()
        old.settimeout(2)
        desk.line.lost = b"0,CLOSED\r\n"
        peer.close()
        desk.let(0.1)
        assert desk.line.lost == b""
        desk.network.dial(PORT).send(b"secret")
        sock, _ = listener.accept()
        sock.settimeout(2)
        assert read_exactly(sock, 6) == b"secret"
        with pytest.raises(OSError) as raised:
            old.recv_into(bytearray(9))
        assert number(raised) == errno.ECONNRESET
        old.close()
        sock.sendall(b"mine")
        assert desk.network.peers[-1].data == b"mine"


# Clients of ours beside


class Late(Line):
    """Nothing comes from the module, once `late`, until the host asks for a connection."""

    late = False

    def take(self, view):
        return None if self.late else Line.take(self, view)

    def put(self, view):
        if b"CIPSTART" in bytes(view):
            self.late = False
        return Line.put(self, view)


def test_a_client_takes_the_link_that_we_wanted(make_desk, profile):
    """The module gives link 4 to a client while we ask for it: that is not our connection."""
    desk = make_desk(profile, line=Late).join()
    with serve(desk) as listener:
        found = []
        for _ in range(4):
            desk.network.dial(PORT)
            found.append(listener.accept()[0])
        sock = desk.pool.socket()
        sock.settimeout(5)
        desk.line.late = True
        last = desk.network.dial(PORT)
        desk.module.pump()
        with pytest.raises(OSError) as raised:
            sock.connect(("echo.test", 7))
        assert number(raised) == errno.ECONNREFUSED
        sock.close()
        assert last.data == b""
        found[0].close()
        desk.let(0.2)
        desk.works()


# In real MicroPythons

PROGRAM = """
import errno
from espat import Radio, SocketPool
from onboard_uart import Uart


class Module(Uart):
    "It serves: three clients come, two of them on the same link."

    def answer(self, line):
        if line == b"AT+CIPSTATE?":
            first = b'+CIPSTATE:0,"TCP","10.0.0.9",50001,8080,1\\r\\n'
            return first + b'+CIPSTATE:1,"TCP","10.0.0.8",50002,8080,1\\r\\n'
        return b"+CIPRECVDATA:5,hello\\r\\n" if line[:14] == b"AT+CIPRECVDATA" else b""

    def notices(self, line):
        if line != b"AT+CIPSERVER=1,8080":
            return b""
        clients = b"0,CONNECT\\r\\n0,CLOSED\\r\\n0,CONNECT\\r\\n1,CONNECT\\r\\n"
        return clients + b"\\r\\n+IPD,0,5\\r\\n"


uart = Module()
radio = Radio(uart)
modem = radio.modem
modem.contact = 1
modem.wifi = 2
modem.up = modem.passive = modem.parser.trailer = True
modem.firmware = (2, 0x24)
modem.capabilities = " CIPSTATE MAXCONN "
pool = SocketPool(radio)
with pool.socket() as server:
    server.setsockopt(pool.SOL_SOCKET, pool.SO_REUSEADDR, 1)
    server.bind(("", 8080))
    server.listen(5)
    server.setblocking(False)
    gone, address = server.accept()
    assert address == ("0.0.0.0", 0), address
    assert gone.recv_into(bytearray(1)) == 0
    gone.close()
    sock, address = server.accept()
    assert address == ("10.0.0.9", 50001), address
    sock.settimeout(1)
    assert sock.recv(9) == b"hello"
    assert sock.send(b"good day") == 8
    other, address = server.accept()
    assert address == ("10.0.0.8", 50002), address
    try:
        server.accept()
    except OSError as e:
        assert e.errno == errno.EAGAIN
    second = pool.socket()
    second.bind(("", 81))
    try:
        second.listen()
    except OSError as e:
        assert e.errno == errno.EADDRINUSE
        print("said", e)
    {server: 1}
sock.close()
print(uart.said)
"""


def test_in_micropython(any_micropython):
    said = any_micropython(PROGRAM, modules=ONBOARD_UART).check()
    assert "the module has one server" in said
    sent = (
        b"AT+CIPSERVERMAXCONN=5",
        b"AT+CIPSERVER=1,8080",
        b"AT+CIPSTATE?",
        b"AT+CIPRECVDATA=0,512",
        b"AT+CIPSEND=0,8",
        b"good day",
        b"AT+CIPSERVER=0",
        b"AT+CIPCLOSE=0",
    )
    assert repr(list(sent)) in said


def test_a_client_that_closes_after_the_answer_saves_us_the_command(home):
    """A CIPCLOSE on its way would hit whoever is given the link next."""
    with serve(home) as listener:
        peer = home.network.dial(PORT)
        sock, _ = listener.accept()
        sock.sendall(b"that is all")
        home.port.hooks.append(lambda: peer.data == b"that is all" and peer.close())
        with home.within(0.2):
            sock.close()
        home.port.hooks.clear()
        assert b"AT+CIPCLOSE=0" not in home.module.commands


@pytest.mark.parametrize("timeout", [None, 5, 0])
def test_a_client_that_waits_for_our_end_gets_it(home, timeout):
    with serve(home) as listener:
        peer = home.network.dial(PORT)
        sock, _ = listener.accept()
        sock.sendall(b"that is all")
        sock.settimeout(timeout)
        with home.within(0.2 if timeout != 0 else 0):
            sock.close()
        home.let(0.1)
        assert peer.data == b"that is all"
        assert peer.closed


def test_clients_closed_without_a_wait_are_closed_while_nobody_comes(home):
    """A program that only polls its server begins no command by itself."""
    listener = serve(home, timeout=0)
    peers = [home.network.dial(PORT) for _ in range(3)]
    home.let(0.1)
    socks = [listener.accept()[0] for _ in peers]
    for sock in socks:
        sock.setblocking(False)
        sock.close()
    for _ in range(100):
        with pytest.raises(OSError) as raised:
            listener.accept()
        assert number(raised) == errno.EAGAIN
        home.port.pause()
    assert all(peer.closed for peer in peers)


def test_links_that_were_read_to_the_end_are_given_on(home):
    """Five clients came and went, and the program forgot its sockets: five links are there."""
    listener = serve(home)
    forgotten = []
    for number_ in range(5):
        home.network.dial(PORT).close()
        forgotten.append(listener.accept()[0])
        assert forgotten[-1].recv(1) == b"", number_
    held = [home.socket() for _ in range(5)]
    assert [sock.recv(1) for sock in forgotten] == [b""] * 5
    for sock in held:
        sock.sendall(b"mine")
        assert read_exactly(sock, 4) == b"mine"
    with pytest.raises(OSError, match="all five links") as raised:
        home.socket()
    assert number(raised) == errno.ENOMEM
    for sock in forgotten:
        sock.close()
        with pytest.raises(OSError, match="closed"):
            sock.recv(1)
    held.pop().close()
    home.works()


def test_a_link_with_something_left_to_read_is_kept(home):
    sock = home.socket()
    others = [home.socket() for _ in range(4)]
    home.echo.peers[0].send(b"the last words")
    home.echo.peers[0].close()
    home.let(0.1)
    with pytest.raises(OSError, match="all five links"):
        home.socket()
    assert read_all(sock) == b"the last words"
    for each in others:
        each.sendall(b"here")
        assert read_exactly(each, 4) == b"here"
    home.works()
