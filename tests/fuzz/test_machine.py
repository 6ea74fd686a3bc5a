"""Any order of calls and events on sockets of every kind, against a model of every byte.

Clients, a server's clients and UDP sockets are open at the same time on a line that loses nothing,
at once or at ten bits a byte.
What is heard is always a beginning of what was said, either way; a socket that nothing befell gives
every byte; errors are OSErrors; and in the end the radio works.
"""

import errno
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.driver.desk import ALL, Desk, Line, Wire, pattern
from tests.fuzz.counting import count

UNREAD = 1200
"""Bytes on the way to us at any time: less than a queue holds in active receive."""
MOST = 4
"""Sockets at a time: a link is left for the radio to show that it works."""
WAITING = 3
"""Datagrams that wait to be read: one less than a socket has room for."""
SERVED = 80
PLACE = ("udp.test", 9000)
LATE = (errno.EAGAIN, errno.ETIMEDOUT)
SIZES = st.sampled_from([1, 2, 31, 100, 127, 128, 500])
READS = st.sampled_from([1, 5, 32, 127, 128, 129, 1000])
WAITS = st.sampled_from([0, 0.001, 0.01, 0.3, None])
WHICH = st.integers(0, 11)
RARELY = st.integers(0, 3)


class Stream:
    """A TCP socket, its peer, and what is known of both."""

    def __init__(self, sock, peer, said=b""):
        self.sock = sock
        self.peer = peer
        self.said = said  # by the peer
        self.heard = b""
        self.told = b""  # what `send` says that went
        self.tried = b""  # and what may have gone besides
        self.sound = True  # nothing has befallen it
        self.ended = False  # by the peer, in order
        self.given_up = False  # a send came to no verdict in time

    @property
    def unread(self):
        return len(self.said) - len(self.heard)


class Datagrams:
    """A UDP socket, its peer, and what was said by whom."""

    def __init__(self, sock, desk, number):
        self.sock = sock
        self.where = (f"udp{number}.test", 9000)
        self.peer = desk.network.udp(*self.where)
        self.said = []
        self.heard = []
        self.told = []
        self.sound = True

    @property
    def unread(self):
        return sum(map(len, self.said)) - sum(map(len, self.heard))


class Sockets(RuleBasedStateMachine):
    """A desk, and up to four sockets."""

    @initialize(
        profile=st.sampled_from(ALL), passive=st.booleans(), line=st.sampled_from([Line, Wire])
    )
    def begin(self, profile, passive, line):
        count("programs of the state machine")
        self.desk = Desk(profile, line=line)
        if not passive:
            core = self.desk.module.core
            core.commands = {k: v for k, v in core.commands.items() if k != "+CIPRECVMODE"}
        self.desk.join()
        self.far = self.desk.listen("peer.test", 80)
        self.streams = []
        self.datagrams = []
        self.server = None
        self.coming = {}  # clients that were not accepted yet, by the first bytes they say
        self.dead = {}  # the same, after something has befallen them
        self.seed = 0

    def teardown(self):
        if hasattr(self, "desk"):
            try:
                self.finish()
            finally:
                self.desk.module.close()

    def finish(self):
        """Every byte of a sound socket comes; then all is as at the beginning."""
        for each in self.streams:
            if each.sound:
                self.read_rest(each)
        for each in self.datagrams:
            each.sock.settimeout(5)
            while each.sound and len(each.heard) < len(each.said):
                self.take_datagram(each)
        for each in [*self.streams, *self.datagrams]:
            self.shut(each)
        if self.server:
            self.server.close()
        for _ in range(3):
            try:
                self.desk.works()
                return
            except OSError:
                self.desk.clock.advance(2)
        self.desk.works()

    def read_rest(self, each):
        each.sock.settimeout(5)
        while each.unread:
            piece = each.sock.recv(300)
            assert piece, "the end comes too early"
            each.heard += piece
        if each.ended:
            assert each.sock.recv(1) == b""

    def shut(self, each):
        try:
            each.sock.close()
        except OSError:
            assert not each.sound

    def piece(self, size):
        self.seed += 1
        return pattern(size, self.seed * 13)

    @property
    def open(self):
        return len(self.streams) + len(self.datagrams) + len(self.coming)

    @property
    def unread(self):
        return sum(each.unread for each in [*self.streams, *self.datagrams])

    # -- what the program does on streams ----------------------------------------------------

    @precondition(lambda self: self.open < MOST)
    @rule()
    def connect(self):
        sock = self.desk.pool.socket()
        sock.settimeout(5)
        before = len(self.far.peers)
        try:
            sock.connect(("peer.test", 80))
        except OSError as error:
            assert error.errno
            sock.close()
            return
        assert len(self.far.peers) == before + 1
        self.streams.append(Stream(sock, self.far.peer))

    @precondition(lambda self: self.streams)
    @rule(which=WHICH, size=READS, wait=WAITS, how=st.sampled_from(["recv", "into", "line"]))
    def hear(self, which, size, wait, how):
        each = self.streams[which % len(self.streams)]
        if wait is None and (not each.unread or how == "line"):
            return  # that may take for ever
        each.sock.settimeout(wait)
        try:
            if how == "recv":
                piece = each.sock.recv(size)
            elif how == "line":
                piece = each.sock.readline() or b""
            else:
                buffer = bytearray(size)
                piece = bytes(buffer[: each.sock.recv_into(buffer)])
        except OSError as error:
            done = each.ended and not each.unread
            assert error.errno in LATE or done or not each.sound, error
            return
        each.heard += piece
        late = how == "line"  # without its end in time there is no line
        assert piece or late or not each.sound or (each.ended and not each.unread)

    @precondition(lambda self: self.streams)
    @rule(which=WHICH, size=SIZES, wait=WAITS, whole=st.booleans())
    def send(self, which, size, wait, whole):
        each = self.streams[which % len(self.streams)]
        each.sock.settimeout(5 if whole else wait)
        data = self.piece(size)
        before = each.told
        if not each.given_up:
            each.tried = before + data
        try:
            if whole:
                each.sock.sendall(data)
                each.told += data
            else:
                each.told += data[: each.sock.send(data)]
        except OSError as error:
            late = error.errno in LATE
            if late and "the connection is closed" in str(error):
                each.sound = False  # nobody knows what went
                each.given_up = True
            elif late and not each.given_up:
                each.tried = before  # none was taken
            assert late or each.ended or not each.sound, error
            return
        assert not each.given_up, "sent on a connection that was given up"

    @precondition(lambda self: any(each.sound and not each.ended for each in self.streams))
    @rule(which=WHICH, sizes=st.lists(SIZES, min_size=1, max_size=5), read=READS)
    def converse(self, which, sizes, read):
        """Several payloads there and back on a connection that nothing has befallen."""
        sound = [each for each in self.streams if each.sound and not each.ended]
        each = sound[which % len(sound)]
        each.sock.settimeout(5)
        for size in sizes:
            if self.unread + size <= UNREAD:
                data = self.piece(size)
                each.said += data
                each.peer.send(data)
            while each.unread:
                piece = each.sock.recv(read)
                assert piece, "the end comes too early"
                each.heard += piece
            data = self.piece(size)
            each.tried = each.told + data
            each.sock.sendall(data)
            each.told += data
            assert bytes(each.peer.data) == each.told
            count("payloads there and back in the state machine")

    @precondition(lambda self: self.streams)
    @rule(which=WHICH)
    def close(self, which):
        each = self.streams.pop(which % len(self.streams))
        each.sock.settimeout(5)
        self.shut(each)
        each.sock.close()

    # -- its server --------------------------------------------------------------------------

    @precondition(lambda self: not self.server)
    @rule()
    def listen(self):
        sock = self.desk.pool.socket()
        sock.settimeout(1)
        try:
            sock.bind(("0.0.0.0", SERVED))
            sock.listen(3)
        except OSError as error:
            assert error.errno
            sock.close()
            return
        self.server = sock

    @precondition(
        lambda self: SERVED in self.desk.network.listeners and self.server and self.open < MOST
    )
    @rule()
    def client_comes(self):
        self.seed += 1
        name = b"#%03d" % (self.seed % 1000)
        peer = self.desk.network.dial(SERVED)
        peer.send(name)
        self.coming[name] = peer
        self.desk.clock.advance(0.01)

    @precondition(lambda self: self.server)
    @rule()
    def accept(self):
        self.server.settimeout(1)
        try:
            sock, _ = self.server.accept()
        except OSError as error:
            assert error.errno
            assert not self.coming or error.errno not in LATE, "a client came and is not told of"
            return
        sock.settimeout(5)
        name = b""
        try:
            while len(name) < 4:
                piece = sock.recv(4 - len(name))
                if not piece:
                    break
                name += piece
        except OSError as error:
            assert error.errno
        if name not in self.coming:
            assert self.dead, "a client without its first bytes"
            sock.close()
            return
        each = Stream(sock, self.coming.pop(name), name)
        each.heard = name
        self.streams.append(each)

    @precondition(lambda self: self.server)
    @rule(chance=RARELY)
    def stop_listening(self, chance):
        if chance:
            return
        self.server.close()
        self.server = None
        self.befall()  # firmware closes a server's clients with it, or not

    # -- its datagrams -----------------------------------------------------------------------

    @precondition(lambda self: self.open < MOST and len(self.datagrams) < 2)
    @rule()
    def open_datagrams(self):
        sock = self.desk.pool.socket(type=self.desk.pool.SOCK_DGRAM)
        sock.settimeout(5)
        self.seed += 1
        self.datagrams.append(Datagrams(sock, self.desk, self.seed))

    @precondition(lambda self: self.datagrams)
    @rule(which=WHICH, size=SIZES)
    def send_datagram(self, which, size):
        each = self.datagrams[which % len(self.datagrams)]
        each.sock.settimeout(5)
        data = self.piece(size)
        try:
            each.sock.sendto(data, each.where)
        except OSError as error:
            # A module that has restarted unseen is found out by its first use.
            assert not each.sound or (not each.told and error.errno == errno.ECONNRESET), error
            each.sound = False
            return
        if each.sound:
            each.told.append(data)
            assert [data for _, data in each.peer.inbox] == each.told

    @precondition(lambda self: self.datagrams)
    @rule(which=WHICH, size=SIZES)
    def say_datagram(self, which, size):
        each = self.datagrams[which % len(self.datagrams)]
        waiting = len(each.said) - len(each.heard)
        if not each.peer.inbox or not each.sound or waiting == WAITING:
            return
        if self.unread + size > UNREAD:
            return
        data = self.piece(size)
        each.said.append(data)
        each.peer.send(data, each.peer.inbox[-1][0])

    @precondition(lambda self: self.datagrams)
    @rule(which=WHICH, wait=st.sampled_from([0, 0.01, 0.3]))
    def hear_datagram(self, which, wait):
        each = self.datagrams[which % len(self.datagrams)]
        each.sock.settimeout(wait)
        self.take_datagram(each, late=True)

    def take_datagram(self, each, late=False):
        buffer = bytearray(1500)
        try:
            n, _ = each.sock.recvfrom_into(buffer)
        except OSError as error:
            assert not each.sound or not each.told or (late and error.errno in LATE), error
            return
        each.heard.append(bytes(buffer[:n]))

    @precondition(lambda self: self.datagrams)
    @rule(which=WHICH)
    def close_datagrams(self, which):
        self.shut(self.datagrams.pop(which % len(self.datagrams)))

    # -- what the world does -----------------------------------------------------------------

    @precondition(lambda self: self.streams)
    @rule(which=WHICH, size=SIZES, line=st.booleans())
    def say(self, which, size, line):
        each = self.streams[which % len(self.streams)]
        if each.peer.closed or self.unread + size > UNREAD:
            return
        data = self.piece(size)
        if line:
            data = data[:-1] + b"\n"
        each.said += data
        each.peer.send(data)

    @precondition(lambda self: self.streams)
    @rule(which=WHICH)
    def hang_up(self, which):
        each = self.streams[which % len(self.streams)]
        each.peer.close()
        each.ended = True
        if each.tried != each.peer.data:  # what is on its way to the peer cannot arrive any more
            each.sound = False

    @rule(seconds=st.sampled_from([0.001, 0.02, 0.6, 3]), looked=st.booleans())
    def wait(self, seconds, looked):
        if looked:
            end = self.desk.clock.now() + min(seconds, 0.03)
            while self.desk.clock.now() < end:
                assert self.desk.radio.connected in (True, False)
                self.desk.port.pause()
        else:
            self.desk.clock.advance(min(seconds, 0.05))

    @rule(noise=st.booleans(), chance=RARELY)
    def restart(self, noise, chance):
        if chance:
            return
        self.desk.module.reset(None if noise else b"")
        self.desk.clock.advance(0.5)
        self.befall()

    @rule(closed=st.booleans(), chance=RARELY)
    def lose_wifi(self, closed, chance):
        if chance:
            return
        self.desk.module.wifi_lost(closed)
        self.desk.clock.advance(0.1)
        self.desk.module.wifi_back()
        self.befall()

    def befall(self):
        for each in [*self.streams, *self.datagrams]:
            each.sound = False
        self.dead.update(self.coming)
        self.coming.clear()

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def nothing_is_made_up(self):
        count("steps of the state machine")
        for each in getattr(self, "streams", ()):
            data = bytes(each.peer.data)
            assert each.said.startswith(each.heard)
            assert each.tried.startswith(data) or each.told.startswith(data)
        for each in getattr(self, "datagrams", ()):
            said = iter(each.said)
            assert all(heard in said for heard in each.heard), "changed, or out of order"


EXAMPLES = settings(
    deadline=None,
    max_examples=100,
    stateful_step_count=30,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)

Sockets.TestCase.settings = EXAMPLES
TestSockets = pytest.mark.filterwarnings("error")(Sockets.TestCase)


@pytest.mark.soak
def test_for_ever():
    while True:
        run_state_machine_as_test(
            Sockets,
            settings=settings(
                EXAMPLES,
                max_examples=2000,
                derandomize=False,
                phases=(Phase.generate, Phase.shrink),
                print_blob=True,
            ),
        )
