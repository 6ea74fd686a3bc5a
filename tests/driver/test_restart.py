"""The module restarts by itself, at any byte it prints: all state is gone, each socket says so."""

import errno

import pytest

from tests.driver.desk import Line, read_exactly

#: What a boot ROM at 74880 baud looks like at 115200: NUL, line ends and prompts among it.
ROM = b"\x00\xe0\x8c\r\n~?\x80\x06\xfcl>\x1c\xc3\x00\r\n\x8e\x0c\xe2\x82n\xf3> \xff\x00\x1e"
NOISE = {"silent": b"", "ROM noise": ROM, "a long log": b"ets Jan  8 2013,rst cause:2\r\n" * 12}


class Fuse(Line):
    """The module restarts once the host has got so many bytes; what was not sent is lost."""

    left = -1
    noise = ROM

    def take(self, view):
        if self.left < 0:
            return Line.take(self, view)
        n = Line.take(self, view[: self.left]) if self.left else 0
        self.left -= n or 0
        if not self.left:
            self.left = -1
            self.module.core.clear_output()
            self.module.reset(self.noise)
        return n


SAID = bytes(range(0x80, 0xA8))  # no print of the module has such bytes


def converse(desk):
    """What a restart falls into: (all that was heard, an OSError or None)."""
    got = b""
    try:
        with desk.socket() as sock:
            sock.sendall(SAID)
            for size in (25, 15):
                got += read_exactly(sock, size)
    except OSError as error:
        return got, error
    return got, None


def printed(desk):
    """All that the module prints for a conversation."""
    before = len(desk.module.log)
    assert converse(desk) == (SAID, None)
    return b"".join(data for _, way, data in desk.module.log[before:] if way == ">")


def judge(text, at, got, error):
    """A restart inside a payload may be taken for payload; anywhere else no byte is made up."""
    inside = text[at : at + 1] >= b"\x80"
    allowed = (errno.ECONNRESET, errno.ETIMEDOUT) if inside else (errno.ECONNRESET,)
    assert error is None or error.errno in allowed, (at, error)
    assert inside or SAID.startswith(got), (at, got)
    assert inside or error or got == SAID, at


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("after", [1, 10, 39])
def test_a_restart_inside_a_payload_is_told_behind_it(make_desk, profile, noise, after):
    desk = make_desk(profile, line=Fuse).join()
    desk.line.module = desk.module
    desk.line.noise = NOISE[noise]
    sock = desk.socket()
    sock.sendall(SAID)
    header = len(b"\r\n+CIPRECVDATA,40:" if profile == "nonos-1.7.4" else b"+CIPRECVDATA:40,")
    desk.line.left = len(b"\r\n+IPD,4,40\r\n") + header + after
    with desk.within(60), pytest.raises(OSError) as caught:
        for _ in range(3):
            got = read_exactly(sock, 40)
            assert got[:after] == SAID[:after]
            sock.sendall(SAID)
    assert caught.value.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
    settle(desk)


@pytest.mark.parametrize("noise", ["silent", "ROM noise"])
def test_a_restart_at_every_byte(make_desk, profile, noise, record_property):
    desk = make_desk(profile, line=Fuse).join()
    desk.port.tick = 0.05
    desk.line.module = desk.module
    desk.line.noise = NOISE[noise]
    text = printed(desk)
    for at in range(1, len(text)):
        desk.port.patience = desk.clock.now() + 400
        bystander = desk.socket()
        desk.line.left = at
        judge(text, at, *converse(desk))
        desk.line.left = -1
        settle(desk)
        with pytest.raises(ConnectionResetError):
            bystander.recv(1)
        bystander.close()
    record_property("cases", len(text))


def settle(desk):
    """It is found out when the next use begins; one whose news was swallowed, a use later."""
    try:
        desk.works()
    except OSError as error:
        assert error.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
        desk.works()


@pytest.mark.parametrize("at", [0, 1, 7, 20, 39])
def test_a_restart_inside_a_payload_going_out(make_desk, profile, at):
    """The module is gone in the middle of what it gets."""

    class Cut(Line):
        left = 1 << 30

        def put(self, view):
            if len(view) != 40:
                return Line.put(self, view)
            Line.put(self, view[:at])
            self.module.reset(ROM)
            return len(view)

    desk = make_desk(profile, line=Cut).join()
    desk.line.module = desk.module
    sock = desk.socket()
    with desk.within(30), pytest.raises(ConnectionResetError):
        sock.send(bytes(40))
    desk.works()


def test_ten_restarts_in_a_row(make_desk, family):
    desk = make_desk(family).join()
    for count in range(1, 11):
        sock = desk.socket()
        desk.module.reset(ROM)
        with pytest.raises(ConnectionResetError, match="restarted"):
            sock.recv(1)
        assert desk.modem.restarts == count
    desk.works()
    assert len(desk.joins()) == 11


def test_the_word_ready_in_a_reply_is_no_restart(desk):
    """Inside quotes anybody can say anything."""
    before = desk.modem.restarts
    desk.radio.command("AT+CWMODE=1")
    desk.module.inject(b'+CWLAP:(3,"ready",-50,"02:00:00:00:00:09",1)\r\n')
    desk.module.inject(
        b'+CWLAP:(3,"\r\nready",-50,"02:00:00:00:00:09",1)\r\n'.replace(b"\r\n", b" ")
    )
    desk.let(0.1)
    desk.module.inject(b"\r\nalready\r\n")
    desk.let(0.1)
    assert desk.modem.restarts == before
    desk.works()


def test_all_that_was_set_is_set_again(make_desk, family):
    desk = make_desk(family).join()
    session = desk.module.core.session
    before = (session.echo, session.mux, session.passive, session.dinfo)
    desk.module.reset()
    desk.let(1)
    desk.works()
    session = desk.module.core.session
    assert (session.echo, session.mux, session.passive, session.dinfo) == before
