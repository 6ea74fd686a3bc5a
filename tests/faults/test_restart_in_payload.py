"""The module restarts in the middle of a payload: boot noise and `ready` are no payload.

`+CIPRECVDATA:260,` (or `+IPD,4,260:`), some of the 260 bytes, then the noise of a boot ROM and
`\r\nready\r\n`. What the program gets is the beginning of what was sent, then ECONNRESET.
"""

import errno

import pytest

from tests.driver.desk import Line
from tests.driver.secure import serve, trusting
from tests.faults.rig import BARE, passive_where_it_is, read, settled, sound, tried

BODY = bytes(0x80 + (i * 7 + 3) % 121 for i in range(260))  # no byte of it is one of a print
ROM = b"\x00\xe0\x8c\r\n~?\x80\x06\xfcl>\x1c\xc3\x00\r\n\x8e\x0c\xe2\x82n\xf3> \xff\x00\x1e"
NOISE = {
    "silent": b"",
    "ROM noise": ROM,
    "like payload": BODY[:90],
    "its own words": b"\r\nOK\r\n\r\nSEND OK\r\n4,CLOSED\r\n",
}
each_noise = pytest.mark.parametrize("noise", NOISE)


class Fuse(Line):
    """The module restarts when the host has got so much of `BODY`; the rest is lost."""

    left = None

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.waiting = b""

    def take(self, view):
        piece = bytearray(4096)
        n = self.uart.readinto(piece)
        if n:
            self.waiting += self._burn(bytes(piece[:n]))
        n = min(len(view), len(self.waiting))
        view[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None

    def _burn(self, data):
        if self.left is None:
            return data
        at = next((i for i, c in enumerate(data) if c >= 0x80), None)
        if at is None:
            return data
        there = len(data) - at
        if there < self.left:
            self.left -= there
            return data
        data = data[: at + self.left]
        self.left = None
        self.module.core.clear_output()
        self.module.reset(self.noise)
        return data


def burning(desk, noise, after):
    desk.line.module = desk.module
    desk.line.noise = NOISE[noise]
    desk.line.left = after


PLACES = [0, 1, 3, 39, 40, 41, 99, 100, 131, 200, 226, 230, 231, 233, 251, 257, 258, 259, 260]


@each_noise
@passive_where_it_is
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
def test_a_restart_in_a_tcp_payload_makes_no_byte_up(make_desk, family, active, noise):
    """At many places of a payload of 260 bytes, read whole or in pieces."""
    wrong = []
    for turn, after in enumerate(PLACES):
        desk = make_desk(family, line=Fuse).join()
        desk.port.tick = 0.02
        if active:
            desk.active()
        desk.listen("talk.test", 80, answer=lambda _: BODY)
        sock = desk.socket("talk.test", 80)
        burning(desk, noise, after)
        tried(sock.send, b"go")
        got, error = read(sock, 260, (100, 300, 40)[turn % 3])
        if not error and (got != BODY or after < 260):
            _, error = tried(sock.recv, 1)  # then it is told behind them
        try:
            sound(got, BODY, error, family not in BARE or not active)
            if after < 260:
                assert error, "the end of the stream is not told"
            tried(sock.close)
            settled(desk)
        except AssertionError as problem:
            wrong.append((after, str(problem).splitlines()[0]))
        desk.module.close()
    assert not wrong, wrong


class Slow(Line):
    """The line pauses for a while when the host has got so much of `BODY`; nothing is lost."""

    left = None

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.waiting = b""
        self.until = 0

    def take(self, view):
        if self.clock.now() < self.until:
            return None
        piece = bytearray(4096)
        self.waiting += bytes(piece[: self.uart.readinto(piece) or 0])
        n = min(len(view), len(self.waiting))
        at = next((i for i, c in enumerate(self.waiting[:n]) if c >= 0x80), None)
        if self.left is not None and at is not None:
            n = min(n, at + self.left)
            self.left = None
            self.until = self.clock.now() + 0.4
        view[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None


@pytest.mark.parametrize("after", [1, 100, 259])
@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_a_pause_without_a_restart_costs_no_byte(make_desk, family, kind, after):
    """The module is asked whether it restarted, and it did not: pushed bytes, all of them."""
    desk = make_desk(family, line=Slow).join()
    desk.port.tick = 0.02
    if kind == "TCP":
        desk.active()
        desk.listen("talk.test", 80, answer=lambda _: BODY)
        sock = desk.socket("talk.test", 80)
        desk.line.left = after
        sock.send(b"go")
        assert read(sock, 260) == (BODY, None)
        assert desk.line.left is None
    else:
        desk.network.udp("one.test", 1001, lambda peer, source, data: peer.send(BODY, source))
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(4)
        desk.line.left = after
        sock.sendto(b"go", ("one.test", 1001))
        assert sock.recv(1000) == BODY
        assert desk.line.left is None
    sock.close()
    settled(desk)


@pytest.mark.parametrize("noise", NOISE)
def test_a_restart_in_a_datagram_makes_none_up(make_desk, family, noise):
    """`+IPD,4,260:`, a part of the datagram, noise: no datagram that was not sent comes of it."""
    wrong = []
    for after in PLACES[::2]:
        desk = make_desk(family, line=Fuse).join()
        desk.port.tick = 0.02
        desk.network.udp("one.test", 1001, lambda peer, source, data: peer.send(BODY, source))
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(4)
        burning(desk, noise, after)
        tried(sock.sendto, b"go", ("one.test", 1001))
        got, _ = tried(sock.recv, 1000)
        if got not in (None, BODY) and not (family in BARE and tried(sock.recv, 1000)[1]):
            wrong.append((after, got[after:]))
        tried(sock.close)
        settled(desk)
        desk.module.close()
    assert not wrong, wrong


@pytest.mark.parametrize("noise", ["silent", "ROM noise"])
@pytest.mark.parametrize("family", ["esp32-2.4", "esp32c3-3.3", "esp32c6-5.0.1", "esp8266-2.2.1"])
def test_a_restart_in_a_tls_payload_makes_no_byte_up(make_desk, family, noise):
    """The same over TLS, where an end without a close alert is the module's usual one."""
    for after in (0, 1, 100, 225, 258):
        desk = make_desk(family, line=Fuse).join()
        desk.port.tick = 0.02
        serve(desk).answer = lambda _: BODY
        sock = desk.pool.socket()
        sock.settimeout(8)
        sock = trusting().wrap_socket(sock, server_hostname="tls.test")
        sock.connect(("tls.test", 443))
        burning(desk, noise, after)
        tried(sock.send, b"go")
        got, error = read(sock, 260)
        sound(got, BODY, error)
        assert error
        tried(sock.close)
        settled(desk)
        desk.module.close()


@each_noise
def test_of_an_accepted_client_too(make_desk, family, noise):
    """A server's client: the same, and the server listens again."""
    desk = make_desk(family, line=Fuse).join()
    desk.port.tick = 0.02
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    server.settimeout(5)
    peer = desk.network.dial(80)
    client, _ = server.accept()
    client.settimeout(5)
    burning(desk, noise, 240)
    peer.send(BODY)
    got, error = read(client, 260)
    if not error:
        _, error = tried(client.recv, 1)
    sound(got, BODY, error, family != "nonos-1.3")
    assert error and error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
    tried(client.close)
    tried(server.close)
    settled(desk)


def unwatched(desk, seconds=3):
    """Nobody reads the UART, whose buffer takes all that comes meanwhile."""
    end = desk.clock.now() + seconds
    piece = bytearray(4096)
    line = desk.line
    while desk.clock.now() < end:
        desk.clock.advance(0.02)
        n = line.uart.readinto(piece)
        if n:
            line.waiting += line._burn(bytes(piece[:n]))


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
@pytest.mark.parametrize("noise", ["silent", "ROM noise"])
def test_a_restart_while_nobody_reads_makes_no_byte_up(make_desk, family, noise, kind):
    """Noise and `ready` fill a pushed payload to its last byte, and no pause was seen.

    A word that only a boot ends with stands in it: the module is asked whether it has restarted.
    """
    wrong = []
    said = len(NOISE[noise]) + len(b"\r\nready\r\n")
    for after in [260 - said + over for over in (-1, 0, 1, 2, 3, 8)]:
        desk = make_desk(family, line=Fuse).join()
        desk.port.tick = 0.02
        if kind == "TCP":
            desk.active()
            desk.listen("talk.test", 80, answer=lambda _: BODY)
            sock = desk.socket("talk.test", 80)
        else:
            desk.network.udp("one.test", 1001, lambda peer, source, data: peer.send(BODY, source))
            sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
            sock.settimeout(4)
            sock.connect(("one.test", 1001))
        burning(desk, noise, after)
        sock.settimeout(0)
        sock.send(b"go")
        unwatched(desk)
        sock.settimeout(4)
        got, error = read(sock, 260) if kind == "TCP" else tried(sock.recv, 1000)
        if not (error and BODY.startswith(got or b"")):
            wrong.append((after, got and got[after:], error))
        tried(sock.close)
        settled(desk)
        desk.module.close()
    assert not wrong, wrong


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_a_payload_that_only_speaks_of_a_restart_is_whole(make_desk, family, kind):
    """`ready` is a word like any other where the module has not restarted."""
    body = b"AT+RST\r\n\r\nOK\r\n\x00\xfe\r\nready\r\n"
    desk = make_desk(family).join()
    if kind == "TCP":
        desk.active()
        desk.listen("talk.test", 80, answer=lambda _: body)
        sock = desk.socket("talk.test", 80)
    else:
        desk.network.udp("one.test", 1001, lambda peer, source, data: peer.send(body, source))
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(4)
        sock.connect(("one.test", 1001))
    for _ in range(3):
        sock.send(b"go")
        assert sock.recv(len(body)) == body
    sock.close()
    settled(desk)


def test_a_socket_is_closed_before_its_payload_is_known_to_be_whole(make_desk, family):
    """Nothing stands behind the last byte yet: what comes of it then is nobody's."""
    desk = make_desk(family).join()
    desk.active()
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    server.peer.send(BODY)
    for _ in range(500):
        desk.modem.step()
        if desk.modem.pushed is sock:
            break
        desk.port.pause()
    sock.close()
    desk.let(0.2)
    settled(desk)
