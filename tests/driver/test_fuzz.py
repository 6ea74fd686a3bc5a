"""Programs that nobody would write: any order of calls and events, against a model of both ends.

Whatever happens, what is heard is a beginning of what was said, either way; a connection that
nothing befell gives every byte; errors are OSErrors; and in the end the radio works.
"""

import errno

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.driver.desk import ALL, Desk, Wire, examples, pattern

UNREAD = 1200  # bytes on the way to us at any time: less than a queue holds in active receive
SIZES = st.sampled_from([1, 2, 31, 100, 127, 128, 500])
READS = st.sampled_from([1, 5, 32, 127, 128, 129, 1000])
WAITS = st.sampled_from([0, 0.001, 0.01, 0.3, None])


class Connection:
    """One socket, its peer, and what is known of both."""

    def __init__(self, sock, peer):
        self.sock = sock
        self.peer = peer
        self.said = b""  # by the peer
        self.heard = b""
        self.told = b""  # what `send` says that went
        self.tried = b""  # and what may have gone besides
        self.sound = True  # nothing has befallen it
        self.ended = False  # by the peer, in order


class Radios(RuleBasedStateMachine):
    """A desk, and up to five connections."""

    @initialize(profile=st.sampled_from(ALL), active=st.booleans())
    def begin(self, profile, active):
        self.desk = Desk(profile, line=Wire).join()
        if active:
            self.desk.active()
        self.server = self.desk.listen("peer.test", 80)
        self.all = []
        self.seed = 0

    def teardown(self):
        if hasattr(self, "desk"):
            try:
                self.finish()
            finally:
                self.desk.module.close()

    def finish(self):
        """Every byte of a sound connection comes; then all is as at the beginning."""
        for each in self.all:
            if each.sound:
                self.read_rest(each)
            self.shut(each)
        for _ in range(3):
            try:
                self.desk.works()
                return
            except OSError:
                self.desk.let(2)
        self.desk.works()

    def read_rest(self, each):
        each.sock.settimeout(5)
        while len(each.heard) < len(each.said):
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

    def some(self, number):
        return self.all[number % len(self.all)]

    def piece(self, size):
        self.seed += 1
        return pattern(size, self.seed * 13)

    # -- what the program does ---------------------------------------------------------------

    @precondition(lambda self: len(self.all) < 5)
    @rule()
    def connect(self):
        sock = self.desk.pool.socket()
        sock.settimeout(5)
        count = len(self.server.peers)
        try:
            sock.connect(("peer.test", 80))
        except OSError as error:
            assert error.errno
            sock.close()
            return
        assert len(self.server.peers) == count + 1
        self.all.append(Connection(sock, self.server.peer))

    @precondition(lambda self: self.all)
    @rule(number=st.integers(0, 4), size=READS, wait=WAITS, how=st.sampled_from(["recv", "into"]))
    def hear(self, number, size, wait, how):
        each = self.some(number)
        if wait is None and len(each.heard) == len(each.said):
            return  # that would take for ever
        each.sock.settimeout(wait)
        try:
            if how == "recv":
                piece = each.sock.recv(size)
            else:
                buffer = bytearray(size)
                piece = bytes(buffer[: each.sock.recv_into(buffer)])
        except OSError as error:
            late = error.errno in (errno.EAGAIN, errno.ETIMEDOUT)
            done = each.ended and len(each.heard) == len(each.said)
            assert late or done or not each.sound, error
            return
        each.heard += piece
        assert piece or not each.sound or (each.ended and each.heard == each.said)

    @precondition(lambda self: self.all)
    @rule(number=st.integers(0, 4), size=SIZES, wait=WAITS)
    def send(self, number, size, wait):
        each = self.some(number)
        each.sock.settimeout(wait)
        data = self.piece(size)
        before = each.told
        each.tried = before + data
        try:
            each.told += data[: each.sock.send(data)]
        except OSError as error:
            late = error.errno in (errno.EAGAIN, errno.ETIMEDOUT)
            if late and "is not known" in str(error):
                each.sound = False  # it may have gone; the connection is closed
            elif late:
                each.tried = before
            assert late or each.ended or not each.sound, error

    @precondition(lambda self: self.all)
    @rule(number=st.integers(0, 4))
    def close(self, number):
        each = self.some(number)
        self.all.remove(each)
        each.sock.settimeout(5)
        self.shut(each)
        each.sock.close()

    # -- what the world does -----------------------------------------------------------------

    @precondition(lambda self: self.all)
    @rule(number=st.integers(0, 4), size=SIZES)
    def say(self, number, size):
        each = self.some(number)
        unread = sum(len(e.said) - len(e.heard) for e in self.all)
        if each.peer.closed or unread + size > UNREAD:
            return
        data = self.piece(size)
        each.said += data
        each.peer.send(data)

    @precondition(lambda self: self.all)
    @rule(number=st.integers(0, 4))
    def hang_up(self, number):
        each = self.some(number)
        each.peer.close()
        each.ended = True
        if each.tried != each.peer.data:  # what is on its way to the peer cannot arrive any more
            each.sound = False

    @rule(seconds=st.sampled_from([0.001, 0.02, 0.6, 3]), looked=st.booleans())
    def wait(self, seconds, looked):
        if looked:
            self.desk.let(seconds)
        else:
            self.desk.clock.advance(min(seconds, 0.05))

    @rule()
    def restart(self):
        self.desk.module.reset()
        self.desk.let(0.5)
        self.befall()

    @rule(closed=st.booleans())
    def lose_wifi(self, closed):
        self.desk.module.wifi_lost(closed)
        self.desk.let(0.1)
        self.desk.module.wifi_back()
        self.befall()

    def befall(self):
        for each in self.all:
            each.sound = False

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def nothing_is_made_up(self):
        for each in getattr(self, "all", ()):
            assert each.said.startswith(each.heard)
            assert each.tried.startswith(bytes(each.peer.data)) or each.told.startswith(
                bytes(each.peer.data)
            )


Radios.TestCase.settings = settings(examples, max_examples=60, stateful_step_count=25)
TestRadios = pytest.mark.filterwarnings("error")(Radios.TestCase)
