"""Programs that must not wait: what goes wrong with a send is told, and nothing goes twice.

At a time-out of 0 `send()` returns when the payload has left. It has not where the module gave no
prompt for it: EAGAIN, and the program gives the same bytes again.
"""

import errno

import pytest

from espat.faces.stream import Stream
from tests.driver.script import SEND_OK
from tests.faults.rig import Esp8266, Far, FarDesk, Spoiled, lose, once, settled, tried

DATA = b"0123456789" * 4
HEAD = (b"GET /a HTTP/1.1\r\n", b"Host: talk.test\r\n", b"\r\n")


def insist(desk, call, *args, seconds=30):
    """Call until it does not say EAGAIN: (value, OSError)."""
    end = desk.clock.now() + seconds
    while True:
        value, error = tried(call, *args)
        if error is None or error.errno != errno.EAGAIN or desk.clock.now() > end:
            return value, error
        desk.port.pause()


@pytest.fixture
def desk(make_desk, family):
    """A joined radio on a line that can lose what a test says."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    return desk


def heard(desk, sock, server):
    """All that the peer has when the socket is closed."""
    sock.settimeout(8)
    tried(sock.close)
    desk.let(1)
    return bytes(server.data)


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("name", ["send", "sendall"])
def test_a_payload_for_which_no_prompt_came_is_not_sent_in_silence(desk, name, lost):
    """`>` is lost: EAGAIN, then sent again, once; or an error. Never "sent", and nothing there."""
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    sock.settimeout(0)
    desk.line.answer(b"AT+CIPSEND=", lose(b">", 0, lost))
    _, error = insist(desk, getattr(sock, name), DATA)
    assert desk.line.hits == 1
    got = heard(desk, sock, server)
    assert got == (b"" if error else DATA)
    settled(desk)


def test_nor_a_datagram(desk):
    """The same by sendto()."""
    came = []
    peer = desk.network.udp("one.test", 1001, lambda p, source, data: came.append(data))
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(8)
    sock.sendto(b"first", peer.place)
    sock.settimeout(0)
    desk.line.answer(b"AT+CIPSEND=", lose(b">"))
    _, error = insist(desk, sock.sendto, DATA, peer.place)
    assert desk.line.hits == 1
    desk.let(1)
    assert came == [b"first"] + ([] if error else [DATA])
    sock.settimeout(8)
    sock.close()
    settled(desk)


@pytest.mark.parametrize("place", range(3))
def test_no_piece_of_a_request_head_is_lost_or_doubled(desk, place):
    """The pieces are joined; the one CIPSEND that they make gets no prompt."""
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    sock.settimeout(0)
    desk.line.answer(b"AT+CIPSEND=", lose(b">"))
    errors = []
    for number, piece in enumerate(HEAD):
        if number == place:  # a look whether an answer is here: what is held back goes out
            insist(desk, sock.recv, 10, seconds=3)
        errors.append(insist(desk, sock.send, piece)[1])
    assert desk.line.hits == 1
    got = heard(desk, sock, server)
    assert got == b"".join(HEAD) or any(errors), (got, errors)
    assert b"".join(HEAD).startswith(got)
    settled(desk)


@pytest.mark.parametrize("what", ["S", "OK", "all of it"])
def test_the_lost_verdict_of_a_send_keeps_the_radio_for_seconds(desk, what):
    """SEND OK is torn: the module, asked, is at nothing. The link is lost, the radio is not."""
    server = desk.listen("talk.test", 80)
    sock = desk.socket("talk.test", 80)
    sock.settimeout(0)
    torn = {
        "S": lose(b"SEND OK"),
        "OK": lose(b"SEND OK", 5, 2),
        "all of it": once(b"\r\nSEND OK\r\n", b""),
    }
    desk.line.answer(b"AT+CIPSEND=", torn[what])
    assert sock.send(DATA) == len(DATA)
    with desk.within(8):
        desk.works()
    assert desk.line.hits == 1
    _, error = tried(sock.recv, 10)
    assert error and error.errno == errno.ECONNRESET
    assert heard(desk, sock, server) == DATA


BUSY = b"\r\nbusy s...\r\n"


class Slow(Far):
    """Says SEND OK late, and busy to all that comes before: capture 53 of real modules."""

    late = 0

    def _command(self, line):
        if self.clock.now() < self.late:
            self.say(BUSY)
        else:
            Far._command(self, line)

    def _take_payload(self, byte):
        Far._take_payload(self, byte)
        if not self._owed:
            self.late = self.clock.now() + 12


def test_a_verdict_that_comes_late_is_waited_for():
    """Twelve seconds of retransmissions: the connection is healthy."""
    desk = FarDesk(Esp8266, script=Slow)
    sock = desk.socket(timeout=30)
    desk.script.on("payload", (b"\r\nRecv 40 bytes\r\n", 12.01, SEND_OK))
    assert sock.send(DATA) == len(DATA)
    assert desk.script.payloads == [DATA]


@pytest.mark.parametrize("closing", [False, True], ids=["alone", "as a client is closed"])
def test_a_polled_server_listens_again_behind_a_restart(make_desk, family, closing):
    """MicroPython's, and nothing but the server is polled: the module is set up all the same."""
    desk = make_desk(family).join()
    server = Stream(desk.radio)
    server.settimeout(0)
    server.bind(("0.0.0.0", 80))
    server.listen(2)

    def polled(sock, until, seconds=60):
        end = desk.clock.now() + seconds
        while not until(sock.ioctl(3, 1)):
            assert desk.clock.now() < end
            desk.clock.advance(0.01)

    def accepted():
        polled(server, lambda _: 80 in desk.network.listeners)
        peer = desk.network.dial(80)
        polled(server, lambda ready: ready)
        client, _ = server.accept()
        client.settimeout(0)
        peer.send(b"hello")
        polled(client, lambda ready: ready)
        assert client.read(5) == b"hello"
        return client

    client = accepted()
    if closing:
        client.close()
    desk.module.reset()
    polled(server, lambda _: 80 not in desk.network.listeners)
    accepted().close()
    client.close()
    server.close()
