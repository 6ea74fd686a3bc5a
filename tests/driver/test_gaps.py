"""Every notice at every gap of a conversation. The far end is a script: `script.py`.

Between two prints of the firmware, and inside an echo, a notice changes nothing but what it is
about. Torn into the middle of another print it may cost the call its success, never the bytes their
truth: what is raised is an OSError, in bounded time, and afterwards the radio works.
"""

import pytest

from tests.driver.script import BUSY_P, BUSY_S, EspAt, NonOs, ScriptedDesk

DATA = bytes(range(0x80, 0xA8))  # no byte of it can be part of a notice
SENT = bytes(range(0xC0, 0xD0))

# Dialects, section 2. What is about other links, or about nothing of ours.
HARMLESS = {
    "wifi got ip": b"WIFI GOT IP\r\n",
    "ipv6": b"WIFI GOT IPv6 LL\r\n",
    "a client": b"0,CONNECT\r\n",
    "a client goes": b"0,CLOSED\r\n",
    "a client fails": b"1,CONNECT FAIL\r\n",
    "a client, in full": b'+LINK_CONN:0,1,"TCP",1,"192.168.1.9",50000,80\r\n',
    "data for another": b"\r\n+IPD,0,9\r\n",
    "news of our data": b"\r\n+IPD,4,40\r\n",
    "a payload for another": b"\r\n+IPD,0,5:hello\r\n",
    "a payload like a notice": b"\r\n+IPD,1,10:4,CLOSED\r\n\r\n",
    "a payload with an address": b'\r\n+IPD,0,5,"192.168.1.9",50000:hello\r\n',
    "a payload with an IPv6 address": b'\r\n+IPD,0,5,"fe80::1:2",50000:hello\r\n',
    "a station": b'+STA_CONNECTED:"aa:bb:cc:dd:ee:ff"\r\n',
    "a station's address": b'+DIST_STA_IP:"aa:bb:cc:dd:ee:ff","192.168.4.2"\r\n',
    "a station goes": b'+STA_DISCONNECTED:"aa:bb:cc:dd:ee:ff"\r\n',
    "an error code": b"ERR CODE:0x010b0000\r\n",
    "an error number": b"+ERRNO:0x50\r\n",
    "the time": b"+TIME_UPDATED\r\n",
    "passthrough left": b"\r\n+QUITT\r\n",
    "ethernet": b"+ETH_GOT_IP:192.168.2.2\r\n",
    "smartconfig": b"smartconfig type:ESPTOUCH\r\n",
}
# What is about our link, our network, or our command; and what might be a piece of payload, for
# all that anyone knows, where it stands right behind one.
OURS = {
    "closed": b"4,CLOSED\r\n",
    "connected": b"4,CONNECT\r\n",
    "refused": b"4,CONNECT FAIL\r\n",
    "wifi connected": b"WIFI CONNECTED\r\n",
    "wifi gone": b"WIFI DISCONNECT\r\n",
    "no address": b"DHCP TIMEOUT\r\n",
    "busy": BUSY_P,
    "busy sending": BUSY_S,
    "something new": b"+SOMETHING:1,2,3\r\n",
}


class Injector:
    """Puts a notice into what a script prints, after its `at`-th byte."""

    def __init__(self, desk, notice):
        self.notice = notice
        self.prints = []
        desk.script.filter = self._see

    def arm(self, at):
        self.at = at
        self.seen = 0
        self.prints = []

    def _see(self, piece):
        start = self.seen
        self.seen += len(piece)
        self.prints.append((start, piece))
        if not start <= self.at < self.seen:
            return [piece]
        cut = self.at - start
        return [piece[:cut] + self.notice + piece[cut:]]


NOWHERE = 1 << 30


def gaps(desk, injector):
    """Where a notice can fall in a conversation: (gap, "between" prints, "inside" one, "echo")."""
    clean(desk, injector, NOWHERE)
    assert converse(desk) is None
    for start, piece in injector.prints:
        if piece == DATA:
            continue  # within a payload nothing is printed
        yield start, "between"
        where = "echo" if piece[:2] == b"AT" else "inside"
        yield from ((start + cut, where) for cut in range(1, len(piece)))


def clean(desk, injector, at):
    """The far end as at the start; the next conversation gets its notice at `at`."""
    desk.script.open.clear()
    desk.script.held.clear()
    injector.arm(at)


def converse(desk):
    """Connect, send, receive, close: an OSError, or None. No byte that was not sent comes in."""
    sock = None
    got = b""
    desk.script.echo = desk.echo
    desk.port.patience = desk.clock.now() + 200
    try:
        sock = desk.socket(timeout=None)
        link = desk.link
        sock.sendall(SENT)
        desk.script.arrive(link, DATA)
        sock.settimeout(30)
        while len(got) < len(DATA):
            piece = sock.recv(100)
            got += piece
            assert DATA.startswith(got)
            if not piece:
                return EOFError()
        sock.close()
    except OSError as error:
        assert error.errno
        return error
    finally:
        if sock:
            sock.close()
    return None


def at_each_gap(dialect, echo, notice):
    """Inject a notice at one gap after the other: yields (gap, where, what came of it).

    With echo, at the gaps inside the echoes: the others are the same as without.
    """
    desk = ScriptedDesk(dialect)
    desk.port.tick = 0.05
    desk.echo = echo
    injector = Injector(desk, notice)
    for at, where in list(gaps(desk, injector)):
        if echo and where != "echo":
            continue
        clean(desk, injector, at)
        start = desk.clock.now()
        error = converse(desk)
        assert desk.clock.now() - start <= 90
        yield at, where, error
        if error:
            # After at most one more failure, strays of this one, the radio works as ever.
            clean(desk, injector, NOWHERE)
            assert not converse(desk) or not converse(desk), (at, error)


DIALECTS = pytest.mark.parametrize("dialect", [EspAt, NonOs])
ECHO = pytest.mark.parametrize("echo", [False, True], ids=["", "echo"])


@DIALECTS
@ECHO
@pytest.mark.parametrize("name", list(HARMLESS))
def test_a_notice_that_is_about_others(dialect, echo, name, record_property):
    count = 0
    for at, where, error in at_each_gap(dialect, echo, HARMLESS[name]):
        count += 1
        assert error is None or where == "inside", (at, where, error)
    assert count > 50
    record_property("cases", count)


@DIALECTS
@ECHO
@pytest.mark.parametrize("name", OURS)
def test_a_notice_that_is_about_us(dialect, echo, name, record_property):
    count = len(list(at_each_gap(dialect, echo, OURS[name])))
    assert count > 50
    record_property("cases", count)
