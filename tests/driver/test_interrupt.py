"""Ctrl-C at every call of the port, for a whole exchange.

It comes before the UART does what it was asked for, or after: then the bytes are gone from it and
nobody was told how many they were. Afterwards the same radio works; the same socket goes on with
no byte lost or made up, or it raises OSError.
"""

import errno

import pytest

from tests.driver.desk import Line, Wire, pattern
from tests.driver.script import EspAt, ScriptedDesk

BODY = pattern(450, 3)
SENT = pattern(100, 9)


class Interruptible(Wire):
    """A line that Ctrl-C hits at its `left`-th call, before or after the call itself."""

    left = -1
    after = False

    def _hit(self):
        if self.left > 0:
            self.left -= 1
            return self.left == 0
        return False

    def _do(self, call, argument):
        hit = self._hit()
        if hit and not self.after:
            raise KeyboardInterrupt
        result = call(argument)
        if hit:
            raise KeyboardInterrupt
        return result

    def take(self, view):
        return self._do(lambda v: Wire.take(self, v), view)

    def put(self, view):
        return self._do(lambda v: Wire.put(self, v), view)


class Talk:
    """One exchange in steps, so that it can be gone on with where it was interrupted."""

    def __init__(self, desk, server, timeout=5):
        self.desk = desk
        self.server = server
        self.sock = desk.pool.socket()
        self.sock.settimeout(timeout)
        self.connected = False
        self.sent = 0
        self.got = b""

    def step(self):
        """The next piece of it; False when all is done."""
        if not self.connected:
            self.sock.connect(("talk.test", 80))
            self.connected = True
        elif self.sent < len(SENT):
            self.sent += self.sock.send(SENT[self.sent : self.sent + 60])
        elif len(self.got) < len(BODY):
            # Small, large, into a view and line by line.
            size = (10, 200, 129)[len(self.got) % 3]
            buffer = bytearray(size)
            n = self.sock.recv_into(buffer)
            assert n, "the end of a stream that has none"
            self.got += buffer[:n]
        else:
            return False
        return True

    def run(self):
        while self.step():
            assert BODY.startswith(self.got)

    def check(self):
        """No byte was made up, either way."""
        assert BODY.startswith(self.got)


def interrupted(make_desk, profile, active=False, debug=None):
    desk = make_desk(profile, line=Interruptible, radio={"debug": debug}).join()
    desk.port.longest = 0
    if active:
        desk.active()
        desk.works()  # after a command that changes the mode the modes are asked for, once
    server = desk.listen("talk.test", 80, greeting=BODY)
    return desk, server


def calls(desk, server):
    """How many calls of the UART an exchange takes."""
    before = desk.line.calls
    talk = Talk(desk, server)
    talk.run()
    talk.sock.close()
    assert server.data == SENT
    return desk.line.calls - before


def goes_on(talk):
    """Go on with the same socket: how it ends, and that no byte is wrong."""
    try:
        talk.run()
    except OSError as error:
        assert error.errno
        ended = error
    else:
        assert talk.got == BODY
        ended = None
    talk.check()
    return ended


MODES = pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
CASES = [(False, False), (False, True), (True, False), (True, True)]


@pytest.mark.parametrize(("active", "after"), CASES)
def test_ctrl_c_at_every_call_of_the_uart(make_desk, profile, active, after, record_property):
    desk, server = interrupted(make_desk, profile, active)
    total = calls(desk, server)
    for at in range(1, total):
        talk = Talk(desk, server)
        desk.line.after = after
        desk.line.left = at
        with pytest.raises(KeyboardInterrupt):
            talk.run()
            talk.sock.close()
        server.data.clear()
        desk.port.patience = desk.clock.now() + 400
        goes_on(talk)
        talk.sock.close()
        desk.works()
    assert total > 40
    record_property("cases", total)


@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
@pytest.mark.parametrize("cause", [KeyboardInterrupt, OSError])
def test_a_wait_that_is_cut_short_in_any_turn_loses_nothing(make_desk, profile, active, cause):
    """Ctrl-C, or the end of the time, in each turn: where a read has just come whole, too."""
    desk, server = interrupted(make_desk, profile, active)
    rest = desk.radio.modem.rest
    left = -1
    turns = 0

    def counted():
        nonlocal left, turns
        rest()
        turns += 1
        left -= 1
        if left == 0:
            raise cause(errno.ETIMEDOUT, "cut short")

    desk.radio.modem.rest = counted
    at = 0
    while at <= turns:
        talk = Talk(desk, server)
        talk.sock.connect(("talk.test", 80))
        turns, left, at = 0, at, at + 1
        while len(talk.got) < len(BODY):
            try:
                buffer = bytearray(150)  # so many go straight into it
                talk.got += buffer[: talk.sock.recv_into(buffer)]
            except cause:
                pass
            talk.check()
        left = -1
        talk.sock.close()
    assert turns > 5


def test_what_was_sent_is_sent_once(make_desk, profile, record_property):
    """What the peer has got is the beginning of what was sent: nothing twice, nothing between."""
    desk, server = interrupted(make_desk, profile)
    total = calls(desk, server)
    for at in range(1, total):
        server.data.clear()
        talk = Talk(desk, server)
        desk.line.left = at
        with pytest.raises(KeyboardInterrupt):
            talk.run()
            talk.sock.close()
        desk.let(0.1)
        data = bytes(server.data)
        assert SENT.startswith(data), at
        assert len(data) >= talk.sent, at  # what `send` has told, it has done
        talk.sock.close()
    record_property("cases", total)


@MODES
def test_ctrl_c_in_every_pause(make_desk, profile, active):
    """Most of the time that a program waits it waits there."""
    desk, server = interrupted(make_desk, profile, active)
    hits = []

    def hit():
        hits.append(1)
        if len(hits) == at:
            raise KeyboardInterrupt

    at = 0
    desk.port.hooks.append(hit)
    talk = Talk(desk, server)
    talk.run()
    talk.sock.close()
    total = len(hits)
    for at in range(1, total, 3):
        hits.clear()
        desk.port.patience = desk.clock.now() + 400
        talk = Talk(desk, server)
        with pytest.raises(KeyboardInterrupt):
            talk.run()
            talk.sock.close()
        ended = goes_on(talk)
        # Nothing was taken from the UART: all goes on, but for what a send cannot know.
        assert ended is None or talk.sent < len(SENT), (at, ended)
        talk.sock.close()
    desk.works()


def test_ctrl_c_while_it_joins(make_desk, profile):
    """Start-up and join, at every call."""
    desk = make_desk(profile, line=Interruptible)
    desk.join()
    total = desk.line.calls
    for at in range(1, total, 3):
        desk.module.reset()
        desk.clock.advance(1)
        desk.again()
        desk.line.left = at
        try:
            desk.join()
        except KeyboardInterrupt:
            desk.line.left = -1
            desk.port.patience = desk.clock.now() + 400
            desk.join()
        desk.works()


@pytest.mark.parametrize("where", ["idle", "debug"])
def test_an_error_in_a_callback(make_desk, profile, where):
    """Whatever the program's own hook raises comes out, and leaves the radio in order."""
    desk = make_desk(profile, line=Line)
    left = [0]

    def hook(*_):
        left[0] -= 1
        if left[0] == 0:
            raise ZeroDivisionError

    desk.again(**{where: hook}).join()
    server = desk.listen("talk.test", 80, greeting=BODY)
    before = -left[0]
    talk = Talk(desk, server)
    talk.run()
    talk.sock.close()
    for at in range(1, -left[0] - before):
        left[0] = at
        talk = Talk(desk, server)
        with pytest.raises(ZeroDivisionError):
            talk.run()
            talk.sock.close()
        desk.port.patience = desk.clock.now() + 400
        goes_on(talk)
        talk.sock.close()
        desk.works()


def test_a_read_of_announced_bytes_first_cleans_up_after_an_interrupted_step():
    """Bytes were lost with no command under way: no connection goes on as if it had them all."""
    desk = ScriptedDesk(EspAt)
    first = desk.socket()
    link = desk.link
    second = desk.socket()
    desk.script.arrive(desk.link, pattern(700))
    assert second.recv(512) == pattern(700)[:512]
    readinto = desk.script.readinto

    def cut(view):
        readinto(view)
        desk.script.readinto = readinto
        raise KeyboardInterrupt

    desk.script.readinto = cut
    desk.script.arrive(link, b"hello")
    with pytest.raises(KeyboardInterrupt):
        first.recv(1)
    for sock in (second, first):
        with pytest.raises(ConnectionResetError, match="lost"):
            sock.recv(1)
