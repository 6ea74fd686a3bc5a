"""The idle hook, `debug=`, errors of commands, and commands by hand."""

import contextlib
import errno

import pytest

from espat import ATError
from tests.driver.desk import PASSWORD, Line

# -- the idle hook -------------------------------------------------------------------------------


class Pulse:
    """An idle hook that notes when it was called, as a watchdog does."""

    def __init__(self):
        self.clock = None
        self.last = None
        self.count = 0
        self.longest = 0.0

    def __call__(self):
        now = self.clock.now()
        if self.last is not None:
            self.longest = max(self.longest, now - self.last)
        self.last = now
        self.count += 1


class Full(Line):
    """A UART that takes no bytes."""

    def put(self, view):
        return 0


def watched(make_desk, profile, **options):
    """A desk with a `Pulse` from the first byte on."""
    pulse = Pulse()
    desk = make_desk(profile, radio={"idle": pulse}, **options)
    pulse.clock = desk.clock
    pulse.last = desk.clock.now()
    return desk, pulse


def dozing(desk):
    sock = desk.socket()
    sock.settimeout(5)
    with pytest.raises(TimeoutError):
        sock.recv(1)


def sending(desk):
    sock = desk.socket("sink.test", 9)
    desk.sink.peer.room = 0
    with pytest.raises(OSError):
        sock.send(b"slow")


def waiting_for_nobody(desk):
    with pytest.raises(OSError):
        desk.socket("hole.test", 80)


WAITS = {
    "a slow join": (lambda desk: desk.join(), {"timing": {"join": 12, "join_timeout": 15}}),
    "a read": (lambda desk: dozing(desk.join()), {}),
    "a send": (lambda desk: sending(desk.join()), {}),
    "a name": (
        lambda desk: desk.join().pool.getaddrinfo("echo.test", 7),
        {"timing": {"dns": 9}},
    ),
    "a connect": (lambda desk: waiting_for_nobody(desk.join()), {}),
    "a reset": (lambda desk: desk.join().radio.reset(), {"timing": {"boot": 4}}),
    "a raised rate": (lambda desk: desk.join(), {"module_baud": 74880}),
}


@pytest.mark.parametrize("name", WAITS)
def test_the_hook_is_called_all_the_time(make_desk, profile, name):
    """A join can take 15 s, and watchdogs bite at 8."""
    use, options = WAITS[name]
    desk, pulse = watched(make_desk, profile, **options)
    desk.network.blackhole("hole.test")
    use(desk)
    assert pulse.count > 10
    pulse()
    assert pulse.longest <= 0.1


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "full"])
def test_the_hook_is_called_where_nothing_answers(make_desk, silent):
    desk, pulse = watched(make_desk, "esp32c3-3.3", line=Line if silent else Full)
    desk.port.tick = 0.01
    if silent:
        desk.module.hold()
    with pytest.raises(OSError):
        desk.join()
    pulse()
    assert pulse.longest <= 0.1


def test_the_hook_may_step(make_desk, profile):
    """It is called outside of `step`: driving the modem there is no offence."""
    desk = make_desk(profile)
    desk.again(idle=lambda: stepped.append(desk.modem.step()))
    stepped = []
    desk.join()
    desk.works()
    assert len(stepped) > 10


def test_the_hook_may_use_another_socket(make_desk, profile):
    """One that must not wait: it gets what it can, or EAGAIN."""
    desk = make_desk(profile)
    other = []
    got = bytearray()

    def hook():
        for sock in other:
            try:
                got.extend(sock.recv(100))
            except OSError as error:
                assert error.errno == errno.EAGAIN

    desk.again(idle=hook).join()
    sock = desk.socket()
    sock.send(b"for the hook")
    sock.setblocking(False)
    other.append(sock)
    for _ in range(3):
        desk.works()
    assert got == b"for the hook"


# -- debug= --------------------------------------------------------------------------------------


def test_stepping_out_of_debug_is_an_error(make_desk, profile):
    desk = make_desk(profile).join()
    said = []

    def show(way, line):
        said.append((way, line))
        if len(said) == 9:
            desk.modem.step()

    desk.again(debug=show)
    with pytest.raises(RuntimeError):
        desk.join().works()
    desk.works()


def test_debug_shows_the_conversation(make_desk, family):
    shown = []
    desk = make_desk(family, radio={"debug": lambda way, line: shown.append((way, line))})
    desk.join().works()
    sent = [line for way, line in shown if way == "->"]
    heard = [line for way, line in shown if way == "<-"]
    assert {way for way, _ in shown} == {"->", "<-"}
    assert "AT+GMR" in sent
    assert any(line.startswith("AT+CIPSTART=") for line in sent)
    assert any(line.startswith("AT version:") for line in heard)
    assert "SEND OK" in heard


def test_debug_prints(make_desk, profile, capsys):
    desk = make_desk(profile, radio={"debug": True})
    desk.join()
    assert "AT+GMR" in capsys.readouterr().out


@pytest.mark.parametrize("echo", [False, True], ids=["", "echo"])
def test_debug_keeps_secrets(make_desk, family, echo):
    shown = []
    desk = make_desk(family, radio={"debug": lambda way, line: shown.append(line)})
    desk.radio.command("AT")
    desk.module.core.session.echo = echo
    desk.join()
    for line in ('AT+CWSAP="mine","correct horse",5,3', 'AT+CWSAP_CUR="mine","correct horse",5,3'):
        with contextlib.suppress(ATError):  # each is refused by some
            desk.radio.command(line)
    assert any("CWJAP" in line for line in shown)
    assert not any(PASSWORD in line for line in shown)


def test_debug_shows_what_cannot_be_printed(make_desk, profile):
    shown = []
    desk = make_desk(profile, radio={"debug": lambda way, line: shown.append(line)})
    desk.join()
    desk.module.inject(b"\x00\xff\x1b[2Jnoise\r\n")
    desk.works()
    assert any("\\x00\\xff\\x1b[2Jnoise" in line for line in shown)
    assert all(32 <= ord(c) < 127 for line in shown for c in line)


# -- commands by hand ----------------------------------------------------------------------------


def test_a_command_and_its_reply(make_desk, family):
    desk = make_desk(family)
    lines = desk.radio.command("AT+GMR")
    assert lines[0].startswith(b"AT version:")
    assert all(isinstance(line, bytes) for line in lines)
    assert desk.radio.command("AT") == []


@pytest.mark.parametrize(
    "line",
    ["AT\r\nAT+RST", "AT+RST\r\n", "AT\n", "AT\r", "AT\0", "", "ATTENTION"[2:], "+++", "at+gmr"],
)
def test_what_is_no_command(desk, line):
    before = desk.module.bytes_in
    with pytest.raises(ValueError):
        desk.radio.command(line)
    assert desk.module.bytes_in == before


def test_a_command_that_is_too_long(desk):
    """256 bytes with its CRLF."""
    before = desk.module.bytes_in
    with pytest.raises(ValueError, match="256"):
        desk.radio.command("AT+CWJAP=" + "x" * 246)
    assert desk.module.bytes_in == before
    with pytest.raises(ATError):
        desk.radio.command("AT+CWJAP=" + "x" * 245)


def test_a_command_that_the_module_refuses(desk):
    with pytest.raises(ATError) as caught:
        desk.radio.command("AT+NONSENSE=1")
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.command == "AT+NONSENSE=1"
    assert b"ERROR" in caught.value.words
    assert "AT+NONSENSE" in str(caught.value)
    desk.works()


def test_the_modules_own_words(make_desk):
    """NonOS gives a reason before ERROR."""
    desk = make_desk("nonos-1.7.4").join()
    with pytest.raises(ATError, match="UNLINK") as caught:
        desk.radio.command("AT+CIPCLOSE=3")
    assert caught.value.words == b"UNLINK"


def test_a_command_that_is_not_answered(desk):
    desk.radio.command("AT")
    desk.module.hold()
    with desk.within(2), pytest.raises(OSError, match=r"AT\+GMR") as caught:
        desk.radio.command("AT+GMR", timeout=1)
    assert caught.value.errno == errno.ETIMEDOUT
    desk.module.release()
    desk.works()


def test_a_command_that_restarts_the_module(desk):
    sock = desk.socket()
    try:
        desk.radio.command("AT+RST")
    except ConnectionResetError:
        pass
    desk.let(1)
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    desk.works()


def test_a_command_beside_sockets(desk):
    """Its reply is its own, and what comes for the sockets is theirs."""
    sock = desk.socket()
    for number in range(20):
        desk.echo.peer.send(b"%02d" % number)
        lines = desk.radio.command("AT+CIPSTATUS")
        assert any(line.startswith(b"+CIPSTATUS:4,") for line in lines)
        assert not any(b"IPD" in line for line in lines)
        assert sock.recv(2) == b"%02d" % number


def test_set_up_comes_before_the_first_command(make_desk, profile):
    desk = make_desk(profile, links=[("sink.test", 9)], mux=0)
    assert desk.radio.command("AT+CIPMUX?") == [b"+CIPMUX:1"]


def test_the_engine_by_hand(desk):
    """`begin` and `step`, for who must not wait."""
    modem = desk.modem
    modem.begin(b"+GMR", (), None)
    assert modem.state
    with pytest.raises(BlockingIOError):
        modem.begin(b"+GMR")
    for _ in range(1000):
        modem.step()
        if not modem.state:
            break
        desk.port.pause()
    assert modem.lines[0].startswith(b"AT version:")
