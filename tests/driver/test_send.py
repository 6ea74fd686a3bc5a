"""How bytes go out: at once, in pieces that the firmware takes, and request heads in one piece."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.driver.desk import BOTH, Desk, examples, pattern

# -- at once -------------------------------------------------------------------------------------

PLAIN = {
    "a word": [b"hello"],
    "one byte": [b"\0"],
    "byte by byte": [b"h", b"e", b"y"],
    "an MQTT connect": [b"\x10\x0c\x00\x04MQTT\x04\x02\x00<\x00\x00"],
    "an MQTT publish in pieces": [b"\x30\x08", b"\x00\x01t", b"hello"],
    "a length, then a message": [b"\x00\x00\x00\x05", b"GET!!"],
    "a response": [b"HTTP/1.1 200 OK\r\n", b"Content-Length: 0\r\n\r\n"],
    "nearly a method": [b"GETTING ", b"there"],
    "a method in lower case": [b"get / HTTP/1.1\r\n"],
    "a method further in": [b"xGET / HTTP/1.1\r\n", b" GET / HTTP/1.1\r\n"],
    "a blank line": [b"\r\n\r\n"],
    "a Redis command": [b"*1\r\n$4\r\nPING\r\n"],
    "SMTP": [b"EHLO there\r\n"],
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_request_has_left_when_send_returns(desk, name):
    with desk.socket("sink.test", 9) as sock:
        sent = b""
        for piece in PLAIN[name]:
            assert sock.send(piece) == len(piece)
            sent += piece
            assert desk.sink.data == sent
    assert len(desk.said(b"CIPSEND")) == len(PLAIN[name])


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_what_can_be_sent(desk, make):
    with desk.socket("sink.test", 9) as sock:
        assert sock.send(make(b"hello")) == 5
        assert sock.sendall(make(b" again")) is None
    assert desk.sink.data == b"hello again"


def test_sending_nothing(desk):
    with desk.socket("sink.test", 9) as sock:
        before = desk.module.bytes_in
        assert sock.send(b"") == 0
        sock.sendall(b"")
        assert desk.module.bytes_in == before


# -- request heads -------------------------------------------------------------------------------


def head(method, path, *headers):
    """A request head in the pieces that adafruit_requests 4.1 sends."""
    pieces = [method, b" /", path, b" HTTP/1.1\r\n"]
    for name, value in ((b"Host", b"web.test"), *headers):
        pieces += [name, b": ", value, b"\r\n"]
    return [*pieces, b"\r\n"]


AGENT = (b"User-Agent", b"Adafruit CircuitPython")
GET = head(b"GET", b"index.html", AGENT)
JSON = b'{"a": 1}'
KIND = (b"Content-Type", b"application/json")
POST = [*head(b"POST", b"form", AGENT, KIND, (b"Content-Length", b"8")), JSON]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Web:
    """A server that answers each whole request head, and keeps the connection."""

    def __init__(self):
        self.data = b""
        self.heads = 0

    def received(self, peer, data):
        self.data += data
        while self.heads < self.data.count(b"\r\n\r\n"):
            self.heads += 1
            peer.send(ANSWER)


@pytest.fixture
def web(desk):
    """A `Web` at web.test:80, and a socket on it."""
    server = Web()
    desk.network.listen("web.test", 80, server)
    with desk.socket("web.test", 80) as sock:
        yield desk, server, sock


def ask(sock, pieces):
    """Send a request as libraries do, and read the answer."""
    for piece in pieces:
        assert sock.send(piece) == len(piece)
    return sock.recv(len(ANSWER))


def test_two_gets_and_a_post(web):
    """Design, section 7: 52 sends of adafruit_requests, a gate of 6 commands, an aim of 4."""
    desk, server, sock = web
    more = head(b"GET", b"index.html", AGENT, (b"Accept", b"*/*"))
    assert len(GET) + len(more) + len(POST) == 52
    for request in (GET, more, POST):
        assert ask(sock, request) == ANSWER
    assert server.data == b"".join(GET + more + POST)
    assert len(desk.said(b"CIPSEND")) <= 4


def test_a_head_leaves_with_its_blank_line(web):
    desk, server, sock = web
    for piece in GET[:-1]:
        sock.send(piece)
    assert server.data == b""
    sock.send(GET[-1])
    assert server.data == b"".join(GET)
    assert len(desk.said(b"CIPSEND")) == 1


def test_a_head_in_one_piece(web):
    _, server, sock = web
    sock.sendall(b"".join(GET))
    assert server.data == b"".join(GET)


def test_a_body_is_not_held_back(web):
    _, server, sock = web
    for piece in POST[:-1]:
        sock.send(piece)
    for byte in JSON:
        before = len(server.data)
        sock.send(bytes([byte]))
        assert len(server.data) == before + 1


@pytest.mark.parametrize("cut", range(1, 12))
def test_the_blank_line_may_come_in_pieces(web, cut):
    """Wherever the end of a head is cut."""
    _, server, sock = web
    whole = b"GET / HTTP/1.1\r\nHost: web.test\r\n\r\n"
    sock.send(whole[:-cut])
    assert server.data == b""
    for byte in whole[-cut:]:
        sock.send(bytes([byte]))
    assert server.data == whole


ABANDONED = {
    "recv": lambda sock: sock.recv(1),
    "recv_into": lambda sock: sock.recv_into(bytearray(1)),
    "readinto": lambda sock: sock.readinto(bytearray(1)),
    "readline": lambda sock: sock.readline(),
    "a read that does not wait": lambda sock: (sock.settimeout(0), sock.recv(1)),
}


@pytest.mark.parametrize("how", ABANDONED)
def test_a_read_lets_go_of_half_a_head(web, how):
    """The program waits for an answer: whatever it thinks it has sent must be out."""
    desk, server, sock = web
    sock.send(b"GET ")
    sock.send(b"/unfinished")
    sock.settimeout(0.3)
    with pytest.raises(OSError):
        ABANDONED[how](sock)
    desk.clock.advance(0.01)
    desk.module.pump()
    assert server.data == b"GET /unfinished"
    sock.settimeout(5)
    sock.send(b" HTTP/1.1\r\n")
    sock.send(b"\r\n")
    assert sock.recv(len(ANSWER)) == ANSWER
    assert server.data == b"GET /unfinished HTTP/1.1\r\n\r\n"


def test_closing_lets_go_of_half_a_head(desk):
    with desk.socket("sink.test", 9) as sock:
        sock.send(b"GET /unfin")
        sock.send(b"ished")
    assert desk.sink.data == b"GET /unfinished"
    assert desk.sink.peer.closed


def test_half_a_head_and_a_module_that_is_gone(make_desk, profile):
    desk = make_desk(profile).join()
    sock = desk.socket("sink.test", 9)
    sock.send(b"GET /unfinished")
    desk.module.reset()
    desk.let(1)
    with pytest.raises(OSError):
        sock.close()
    sock.close()
    desk.works()


def test_a_head_longer_than_what_is_held_back(web):
    _, server, sock = web
    pieces = head(b"GET", b"x" * 300, AGENT, (b"Cookie", b"c" * 700), (b"Accept", b"*/*"))
    assert ask(sock, pieces) == ANSWER
    assert server.data == b"".join(pieces)


def test_two_sockets_hold_back_each_their_own(desk):
    one, two = desk.socket("sink.test", 9), desk.socket()
    one.send(b"GET /one")
    two.send(b"plain")
    two.settimeout(5)
    assert two.recv(5) == b"plain"
    assert desk.sink.data == b""
    one.close()
    assert desk.sink.data == b"GET /one"


@examples
@given(
    profile=st.sampled_from(BOTH),
    requests=st.lists(
        st.tuples(st.sampled_from([b"GET", b"POST", b"DELETE"]), st.binary(max_size=600)),
        min_size=1,
        max_size=3,
    ),
    data=st.data(),
)
def test_requests_in_any_pieces(profile, requests, data):
    """However it is cut up: the bytes are those that were sent, and a whole head has left."""
    desk = Desk(profile).join()
    sock = desk.socket("sink.test", 9)
    sent = b""
    for method, body in requests:
        start = b"".join(head(method, b"x", AGENT))
        for part in (start, body):
            cuts = sorted(data.draw(st.lists(st.integers(0, len(part)), max_size=6)))
            for at, end in zip([0, *cuts], [*cuts, len(part)], strict=True):
                sock.sendall(part[at:end])
            sent += part
        # A body that begins like a request may be held back: only a read or close lets go of it.
        if not body.startswith((b"GET", b"POST", b"PUT", b"HEAD", b"DELETE", b"PATCH", b"OPT")):
            assert desk.sink.data == sent
    sock.close()
    assert desk.sink.data == sent


# -- pieces that the firmware takes --------------------------------------------------------------

LIMITS = {"nonos-1.3": 2048, "nonos-1.7.4": 2048, "wizfi360": 2048, "esp8266-2.2.1": 2048}


@pytest.mark.parametrize("size", [1, 2047, 2048, 2049, 4096, 8191, 8192, 8193, 20_000])
def test_a_send_is_split_as_the_firmware_takes_it(make_desk, family, size):
    desk = make_desk(family).join()
    with desk.socket("sink.test", 9, timeout=60) as sock:
        assert sock.send(pattern(size)) == size
    assert desk.sink.data == pattern(size)
    pieces = [int(line.rpartition(b",")[2]) for line in desk.said(b"CIPSEND")]
    limit = LIMITS.get(family, 8192)
    assert sum(pieces) == size
    assert max(pieces) <= limit
    assert len(pieces) == -(-size // limit)


def test_the_right_socket_gets_what_is_sent_to_it(desk):
    servers = [desk.listen(f"s{n}.test", 80) for n in range(5)]
    socks = [desk.socket(f"s{n}.test", 80) for n in range(5)]
    for turn in range(4):
        for number, sock in enumerate(socks):
            sock.sendall(b"%d-%d " % (number, turn))
    for number, server in enumerate(servers):
        assert server.data == b"".join(b"%d-%d " % (number, turn) for turn in range(4))


# -- when it goes wrong --------------------------------------------------------------------------


def test_a_peer_that_goes_in_the_middle(make_desk, profile):
    """It takes one piece and closes: `send` says how much went, `sendall` that not all did."""
    desk = make_desk(profile).join()
    limit = LIMITS.get(profile, 8192)

    class Leaver:
        def received(self, peer, data):
            peer.close()

    desk.network.listen("leaver.test", 80, Leaver())
    sock = desk.socket("leaver.test", 80)
    assert sock.send(pattern(3 * limit)) == limit
    with pytest.raises(OSError):
        sock.send(b"more")
    sock = desk.socket("leaver.test", 80)
    with pytest.raises(ConnectionResetError, match=f"{limit} of {3 * limit}"):
        sock.sendall(pattern(3 * limit))
    desk.works()


def test_a_peer_that_takes_half_a_piece_and_goes(make_desk, profile):
    """SEND FAIL: how much of it arrived nobody knows, so nothing is said to have."""
    desk = make_desk(profile).join()
    sock = desk.socket("sink.test", 9)
    peer = desk.sink.peer
    peer.room = 1000

    def give_up():
        if len(peer.data) >= 1000:
            peer.reset()
            desk.module.core.links.drop(desk.module.core.links.open[4])
            desk.port.hooks.clear()

    desk.port.hooks.append(give_up)
    with desk.within(25), pytest.raises(ConnectionResetError):
        sock.send(pattern(2000))
    with pytest.raises(OSError):
        sock.send(b"more")
    desk.works()


def test_a_peer_that_takes_its_time(make_desk, profile):
    """Back-pressure: SEND OK comes when the peer has taken it all."""
    desk = make_desk(profile).join()
    sock = desk.socket("sink.test", 9, timeout=60)
    peer = desk.sink.peer
    peer.room = 0

    def drip():
        peer.room += 1

    desk.port.hooks.append(drip)
    desk.port.longest = 0  # a byte each millisecond
    with desk.within(30):
        sock.sendall(pattern(3000))
    assert desk.sink.data == pattern(3000)


def test_a_send_times_out_when_the_module_has_it(desk):
    """Nobody knows what of it went: that is said, and the connection is closed, so that nothing is
    sent twice and nothing is missing without a word.
    """
    sock = desk.socket("sink.test", 9, timeout=1)
    peer = desk.sink.peer
    peer.room = 0
    with desk.within(1.5), pytest.raises(OSError, match="is not known") as caught:
        sock.send(b"hello")
    assert caught.value.errno == errno.ETIMEDOUT
    with pytest.raises(ConnectionResetError):
        sock.send(b"again")
    peer.room = None
    sock.close()
    desk.works()
    assert b"hello".startswith(bytes(peer.data))
