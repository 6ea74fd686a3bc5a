"""Recovery that must not need the module well: stuck, deaf, refusing, or with no link left."""

import errno
import gc

import pytest

import espat
from tests.driver.desk import BOTH, Line
from tests.driver.script import ERROR, OK
from tests.driver.secure import ESPAT, blind, serve
from tests.driver.test_radios import wrapping
from tests.faults.rig import ONBOARD_JOINED, FarDesk, Spoiled, command, settled, tried

# -- 22: only AT+RST frees it ------------------------------------------------------------------

STUCK = {
    "busy p": b"\r\nbusy p...\r\n",
    "busy s": b"\r\nbusy s...\r\n",
    "ERROR": b"\r\nERROR\r\n",
    "silence": b"",
}
each_way = pytest.mark.parametrize("way", STUCK)


class Stuck(Line):
    """From `stick()` on a module that answers all but AT+RST with one thing, for ever."""

    says = None

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.out = b""
        self.sent = []

    def put(self, view):
        data = bytes(view)
        self.sent.append(data)
        if self.says is None:
            return self.uart.write(view)
        if b"AT+RST\r\n" in data:
            self.says = None
            self.uart.write(b"AT+RST\r\n")
        elif data.endswith(b"\r\n"):
            self.out += self.says
        return len(data)

    def take(self, view):
        if self.out:
            n = min(len(view), len(self.out))
            view[:n], self.out = self.out[:n], self.out[n:]
            return n
        return self.uart.readinto(view)

    def stick(self, says):
        self.says = says
        self.sent.clear()


@each_way
@pytest.mark.parametrize("shown", [False, True], ids=["at once", "behind a time-out"])
def test_reset_frees_a_module_that_hears_nothing_but_at_rst(make_desk, family, way, shown):
    r"""`\r\nbusy p...\r\n` to everything: Radio.reset() without a pin sends AT+RST, and soon."""
    desk = make_desk(family, line=Stuck).join()
    desk.port.tick = 0.02
    desk.line.stick(STUCK[way])
    if shown:
        with pytest.raises((OSError, espat.ATError)):
            desk.radio.command("AT+CIFSR", timeout=2)
    with desk.within(45):
        _, error = tried(desk.radio.reset)
    assert any(b"AT+RST" in data for data in desk.line.sent), error
    assert not error
    assert len(desk.line.sent) < 120, "it was not left alone"
    desk.radio.connect("espat", "correct horse")
    desk.works()


@each_way
def test_start_up_frees_it_too(make_desk, family, way):
    """A board that starts finds its module so: connect(), or reset() behind its error."""
    desk = make_desk(family, line=Stuck).join()
    desk.line.stick(STUCK[way])
    says = desk.line.says
    desk.again()
    desk.port.tick = 0.02
    desk.line.says = says
    for left in (1, 0):
        with desk.within(120):
            _, error = tried(desk.radio.connect, "espat", "correct horse")
        if not error:
            break
        if not way.startswith("busy"):
            desk.radio.reset()
        assert left, error
    desk.works()


class Odd(Line):
    """From `behaves` on a module that answers all in one way, at its own rate; AT+RST ends that.

    Each answer takes 3 ms. `pin` is the module's reset pin, as machine.Pin.
    """

    OUT = 1
    behaves = None
    heeds = True  # AT+RST ends it

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.out = b""
        self.due = 0
        self.sent = 0
        self.rested = False

    def put(self, view):
        data = bytes(view)
        self.sent += 1
        if self.behaves is None:
            return self.uart.write(view)
        if b"AT+RST\r\n" in data and self.heeds:
            self.rested = True
            self.behaves = None
            self.uart.write(b"AT+RST\r\n")
        elif self.baudrate == 115200:
            if not self.out:
                self.due = self.clock.now() + 0.003
            self.out += self.behaves(data)
        return len(data)

    def take(self, view):
        if self.behaves is None:
            self.out = b""
            return self.uart.readinto(view)
        if self.behaves is boots and self.clock.now() > self.due + 0.4:
            self.due = self.clock.now()
            self.out = b"\x00\xe0\x8c~?\x80\x06\r\nready\r\n"
        if self.baudrate != 115200 or self.clock.now() < self.due:
            return None
        n = min(len(view), len(self.out))
        view[:n], self.out = self.out[:n], self.out[n:]
        return n or None

    def init(self, *_, value):
        """The pin, low."""
        self.behaves = None

    def value(self, _):
        """The pin, high again."""
        self.uart.write(b"\r\nAT+RST\r\n")


def boots(_):
    """It restarts every 400 ms, whatever is sent."""
    return b""


def to_each(words):
    """What says these words to each command."""
    return lambda data: words if data.endswith(b"\n") else b""


ODD = {
    "FAIL": to_each(b"\r\nFAIL\r\n"),
    "busy, then OK": to_each(b"busy p...\r\n\r\nOK\r\n"),
    "busy, then ERROR": to_each(b"busy p...\r\n\r\nERROR\r\n"),
    "busy": to_each(b"\r\nbusy p...\r\n"),
    "ready": to_each(b"\r\nready\r\n"),
    "SEND OK": to_each(b"\r\nSEND OK\r\n"),
    "echo": bytes,
    "garbage": lambda data: b"\x80\x91\xfe\r\nk\x9d~\r\n" * 3,
    "prompts": lambda data: b"\r\n> > >",
    "restarts": boots,
}
each_oddity = pytest.mark.parametrize("way", ODD)


@each_oddity
@pytest.mark.parametrize(
    "what", ["connect", "send", "recv", "command", "accept", "sendto", "close"]
)
def test_an_odd_module_is_not_flooded(make_desk, profile, way, what):
    """Each call ends within 50 s and 150 commands; reset() makes the module well."""
    desk = make_desk(profile, line=Odd).join()
    desk.port.tick = 0.02
    sock = desk.socket()
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    server.settimeout(5)
    udp = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    udp.settimeout(5)
    calls = {
        "connect": desk.socket,
        "send": lambda: sock.send(b"hello world"),
        "recv": lambda: sock.recv(10),
        "command": lambda: desk.radio.command("AT+CIFSR"),
        "accept": server.accept,
        "sendto": lambda: udp.sendto(b"x", ("10.0.0.1", 7)),
        "close": sock.close,
    }
    desk.line.behaves = ODD[way]
    before = desk.line.sent
    with desk.within(50):
        try:
            _, error = tried(calls[what])
        except espat.ATError as refused:
            error = refused
    assert error or what in ("close", "command"), "it worked?"
    assert desk.line.sent - before < 150
    with desk.within(60):
        for _ in range(2):
            desk.radio.reset()
            if desk.line.rested:
                break
    for _ in range(3):
        if not tried(desk.works)[1]:
            break
    desk.works()


@each_oddity
@pytest.mark.parametrize("pin", [False, True], ids=["no pin", "pin"])
def test_a_board_that_starts_beside_an_odd_module(make_desk, profile, way, pin):
    """connect() ends within 90 s and 250 commands; with a pin reset() needs no AT+RST."""
    desk = make_desk(profile, line=Odd).join()
    desk.again()
    desk.port.tick = 0.02
    desk.line.behaves = ODD[way]
    desk.line.heeds = not pin
    desk.radio.reset_pin = desk.line if pin else None
    with desk.within(90):
        _, error = tried(desk.join)
    assert desk.line.sent < 250
    if error:
        assert error.errno in (errno.ETIMEDOUT, errno.EIO, errno.ECONNRESET), error
        with desk.within(60):
            desk.radio.reset()
        desk.join()
    desk.works()


@pytest.mark.parametrize("way", ["busy", "ready", "restarts"])
def test_where_a_module_can_be_read_no_other_rate_is_tried(make_desk, profile, way):
    """AT+RST does not help, and there is no pin: the error comes in 45 s, the rate stays."""
    desk = make_desk(profile, line=Odd).join()
    desk.again()
    desk.port.tick = 0.02
    desk.line.behaves = ODD[way]
    desk.line.heeds = False
    with desk.within(46):
        _, error = tried(desk.join)
    assert error.errno == errno.ETIMEDOUT
    assert ("busy" if way == "busy" else "power") in str(error)
    assert desk.line.baudrate == 115200


@pytest.mark.parametrize("way", ["busy p", "busy s"])
def test_a_stuck_module_costs_a_socket_bounded_time(make_desk, profile, way):
    """connect(), send(), recv() on a module that is busy for ever: an OSError each, in time."""
    desk = make_desk(profile, line=Stuck).join()
    desk.port.tick = 0.02
    sock = desk.socket(timeout=5)
    desk.line.stick(STUCK[way])
    for call, args in ((sock.send, (b"x",)), (sock.recv, (10,)), (desk.socket, ())):
        with desk.within(30):
            _, error = tried(call, *args)
        assert error and error.errno in (errno.ETIMEDOUT, errno.ECONNRESET), call


# -- 23: a firmware that refuses, an OK that is lost -------------------------------------------


@pytest.mark.parametrize(
    "answer", [(ERROR,), (OK,), (b"+CIPMUX\r\n", ERROR)], ids=["ERROR", "OK", "cut"]
)
def test_a_question_that_is_refused_is_not_asked_8501_times(dialect, answer):
    """AT+CIPMUX? is answered with ERROR, always; the radio gets on, in time and in peace."""
    desk = FarDesk(dialect)
    desk.script.on(b"AT+CIPMUX?", *[answer] * 100_000)
    desk.script.on(b"AT+CIFSR", (7,))
    tried(desk.radio.command, "AT+CIFSR", 2)
    before = len(desk.script.commands)
    for _ in range(3):
        took, _, error = desk.took(desk.works)
        assert took < 25
        if not error:
            break
    assert not error, error
    assert len(desk.script.commands) - before < 80
    assert len(desk.said(b"AT+CIPMUX?")) < 20


@pytest.mark.parametrize("question", [b"AT+CIPSTATE?", b"AT+CIPSTATUS", b"AT+CIPRECVLEN?"])
def test_no_question_is_asked_without_end(dialect, question):
    """A silent link is asked about at a bounded rate, also where the question is refused."""
    desk = FarDesk(dialect)
    sock = desk.socket(timeout=20)
    desk.script.on(question, *[(ERROR,)] * 100_000)
    before = len(desk.script.commands)
    _, error = tried(sock.recv, 10)
    assert error and error.errno in (errno.ETIMEDOUT, errno.ECONNRESET)
    assert len(desk.script.commands) - before < 100
    sock.close()
    desk.works()


def no_ok(text):
    return text.replace(b"\r\nOK\r\n", b"", 1)


@pytest.mark.parametrize("timeout", [None, 5])
def test_the_lost_ok_of_a_connect_does_not_keep_the_radio(make_desk, family, timeout):
    r"""`4,CONNECT\r\n` and no OK: a connect that stands is used within seconds, not after 60."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(b"AT+CIPSTART", no_ok)
    sock = desk.pool.socket()
    sock.settimeout(timeout)
    with desk.within(15):
        _, error = tried(sock.connect, ("echo.test", 7))
        if error:
            sock.close()
            desk.works()
        else:
            sock.send(b"hello")
            assert sock.recv(10) == b"hello"
    assert desk.line.hits == 1


@pytest.mark.parametrize("lost", ["OK", "all of it"])
@pytest.mark.parametrize("what", ["listen", "connect", "command", "getaddrinfo"])
def test_who_comes_behind_a_lost_ok_waits_seconds(make_desk, family, what, lost):
    """Another call, right after: 15 s at most, tried again where it gives up sooner.

    Of an answer that is lost whole a module that was busy would say so, if it were asked.
    """
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(b"AT+CIPSTART", no_ok if lost == "OK" else lambda text: b"")
    sock = desk.pool.socket()
    sock.settimeout(1)
    tried(sock.connect, ("echo.test", 7))
    with desk.within(15):
        if what == "connect":
            tried(desk.works)
        if what == "listen":
            server = desk.pool.socket()
            server.bind(("0.0.0.0", 80))
            server.listen(2)
        elif what == "connect":
            desk.works()
        elif what == "command":
            desk.radio.command("AT")
        else:
            desk.pool.getaddrinfo("echo.test", 7)
    assert desk.line.hits == 1


@pytest.mark.parametrize(
    "word", [b"AT+CIPSERVER=1", b"AT+CIPSERVERMAXCONN", b"AT+CIPCLOSE=", b"AT+CIPMUX"]
)
def test_the_lost_ok_of_another_command_does_not_keep_the_radio(make_desk, family, word):
    """Of a server that opens, of a close: 20 s, and all is well."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(word, no_ok)
    with desk.within(40):
        desk.works()
        for _ in range(2):
            server = desk.pool.socket()
            server.bind(("0.0.0.0", 80))
            _, error = tried(server.listen, 2)
            if not error:
                break
            tried(server.close)
        assert not error, error
        settled(desk)


# -- 24: deaf behind each result ---------------------------------------------------------------


class Deaf(Line):
    """Loses what the host sends within `deaf` seconds of a result (dialects.md: some ESP-01)."""

    deaf = 0.015
    results = (b"OK\r\n", b"ERROR\r\n", b"FAIL\r\n")

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.since = -1.0
        self.tail = b""
        self.lost = []
        self.spoil = None  # a word of which a byte is bent, once

    def take(self, view):
        n = self.uart.readinto(view)
        if n and self.spoil and self.spoil in bytes(view[:n]):
            view[:n] = bytes(view[:n]).replace(self.spoil, self.spoil[:-1] + b"?")
            self.spoil = None
        if n:
            self.tail = (self.tail + bytes(view[:n]))[-40:]
            if self.tail.endswith(self.results) or self.tail.endswith(b"> "):
                self.since = self.clock.now()
                if self.tail.endswith(b"> "):
                    self.since = -1.0
        return n

    def put(self, view):
        if self.clock.now() - self.since < self.deaf:
            self.lost.append(bytes(view))
            return len(view)
        return self.uart.write(view)


@pytest.mark.parametrize("pause", [20, 50])
def test_a_pause_is_kept_for_a_module_that_is_deaf_for_a_while(make_desk, family, pause):
    """`Radio(..., pause=20)`: no command within 20 ms of a result; nothing has to be repeated."""
    desk = make_desk(family, line=Deaf, radio={"pause": pause})
    desk.join()
    for _ in range(3):
        desk.works()
    with desk.pool.socket() as sock:
        sock.settimeout(5)
        sock.connect(("sink.test", 9))
        sock.sendall(bytes(3000))
    assert len(desk.sink.data) == 3000


def _look_closely(desk):
    """Each millisecond around the end of a pause counts, and none while it lasts."""
    since = desk.clock.now() - desk.line.since
    near = desk.line.deaf - 0.02 < since < desk.line.deaf + 0.02
    desk.port.longest = 0 if near else type(desk.port).longest


@pytest.mark.parametrize("pause", [50, 400, 1500])
@pytest.mark.parametrize("what", ["modes", "a lost CONNECT", "Wi-Fi lost", "a restart", "silence"])
def test_a_pause_is_kept_between_commands_of_the_drivers_own(make_desk, family, pause, what):
    """Where one command follows another at once, and where one waits for longer than 300 ms."""
    desk = make_desk(family, line=Deaf, radio={"pause": pause})
    desk.line.deaf = (pause - 2) / 1000
    desk.port.hooks.append(lambda: _look_closely(desk))
    desk.join()
    desk.radio.start_ap("mine", "password1")
    sock = desk.socket(timeout=60)
    if what == "modes":
        desk.radio.command("AT+CIPDINFO=1")
    elif what == "a lost CONNECT":
        desk.line.spoil = b",CONNECT"
        desk.socket(timeout=60).close()
    elif what == "Wi-Fi lost":
        desk.module.inject(b"WIFI DISCONNECT\r\n")
    elif what == "a restart":
        command("sleep")(desk.modem, 1)
        desk.module.reset()
        desk.let(2)
    else:
        sock.settimeout(8)
        tried(sock.recv, 10)
    tried(sock.send, b"hello")
    tried(sock.close)
    desk.radio.command("AT")
    assert desk.line.lost == []


@pytest.mark.parametrize("days", [1.6, 3.2, 5.0, 6.3])
def test_a_pause_has_an_end_behind_days_of_silence(make_desk, profile, days):
    """The clock wraps meanwhile: what it says of so long ago is negative."""
    desk = make_desk(profile, port=wrapping(1000), radio={"pause": 50}).join()
    desk.port.patience = float("inf")
    sock = desk.socket()
    desk.clock.advance(days * 86400)
    with desk.within(5):
        sock.sendall(b"good morning")
        assert sock.recv(16) == b"good morning"


@pytest.mark.parametrize("pause", [-1, "20"])
def test_a_pause_that_is_none_is_refused(make_desk, profile, pause):
    """ms, from 0 on."""
    with pytest.raises((ValueError, TypeError)):
        make_desk(profile, radio={"pause": pause})


def test_the_error_of_a_deaf_module_names_the_pause(make_desk, family):
    """Every other command is answered: the error says `pause`."""
    desk = make_desk(family, line=Deaf)
    errors = []
    for _ in range(4):
        _, error = tried(desk.radio.connect, "espat", "correct horse")
        errors.append(str(error))
        if not error:
            break
    if errors[-1] != "None":
        assert any("pause" in text for text in errors), errors


class Answers(Line):
    """Lets only some of the host's commands through, by their number: the others are lost."""

    lost = ()  # of so many commands in a row, these: (of, {numbers})

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.n = -1

    def put(self, view):
        data = bytes(view)
        if self.lost and data.startswith(b"AT"):
            self.n += 1
            of, numbers = self.lost
            if self.n % of in numbers:
                return len(data)
        return self.uart.write(view)


@pytest.mark.parametrize(
    "lost", [(2, {0}), (2, {1}), (3, {1, 2}), (4, {1, 2, 3}), (5, {1, 3}), (7, {0, 3, 5, 6})]
)
def test_start_up_has_an_end_however_many_commands_go_unanswered(make_desk, family, lost):
    """Each lost command takes seconds: their sum has a bound."""
    desk = make_desk(family, line=Answers)
    desk.port.tick = 0.02
    desk.line.lost = lost
    with desk.within(80):
        _, error = tried(desk.radio.awake)
    assert error is None or error.errno in (errno.ETIMEDOUT, errno.EIO), error
    desk.line.lost = ()
    desk.join()
    desk.works()


class Unsettled(Line):
    """Leaves most commands unanswered, and restarts when the set-up is nearly done."""

    never = (b"ATE0", b"AT+CIPMODE", b"AT+CIPSERVER", b"AT+CIPCLOSE")
    well = False

    def __init__(self, uart, clock):
        Line.__init__(self, uart, clock)
        self.questions = self.settings = 0

    def put(self, view):
        data = bytes(view)
        if self.well or not data.startswith(b"AT"):
            return self.uart.write(view)
        if data == b"AT\r\n":
            self.questions += 1
            lost = self.questions % 3
        else:
            self.settings += 1
            lost = self.settings % 3 or data.startswith(self.never)
        if lost:
            return len(data)
        return self.uart.write(b"AT+RST\r\n" if data.startswith(b"AT+CIPMUX=") else view)


def test_start_up_has_an_end_if_each_try_is_slow_too(make_desk, family):
    """Three tries of half a minute and more are too many."""
    desk = make_desk(family, line=Unsettled)
    desk.port.tick = 0.02
    with desk.within(80):
        _, error = tried(desk.radio.awake)
    assert error is not None
    assert error.errno == errno.ETIMEDOUT
    desk.line.well = True
    desk.join()
    desk.works()


def test_start_up_that_is_called_again_at_once_goes_on_with_its_minute(make_desk, family):
    """A call may need two: another socket's, which fails, and its own."""
    desk = make_desk(family, line=Unsettled)
    desk.port.tick = 0.02
    with desk.within(80):
        assert tried(desk.radio.awake)[1].errno == errno.ETIMEDOUT
        assert tried(desk.radio.awake)[1].errno == errno.ETIMEDOUT
    desk.line.well = True
    desk.join()
    desk.works()


def test_without_a_pause_none_is_kept(make_desk, profile):
    """A module that hears is not kept waiting."""
    desk = make_desk(profile).join()
    start = desk.clock.now()
    for _ in range(20):
        desk.radio.command("AT")
    assert desk.clock.now() - start < 0.2


# -- 25: sockets that were dropped -------------------------------------------------------------


@pytest.fixture
def collect():
    """`gc.collect`, but it looks at what the test has made only: the suite itself is large."""
    gc.freeze()
    yield gc.collect
    gc.unfreeze()


def drop(desk, kind):
    """A connected socket of a kind, of which nobody has a reference behind this call."""
    if kind == "UDP":
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(5)
        sock.sendto(b"hello", ("one.test", 1001))
    elif kind == "UDP, bound":
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.bind(("0.0.0.0", 0))
    elif kind == "TLS":
        sock = desk.pool.socket()
        sock.settimeout(20)
        sock = blind().wrap_socket(sock, server_hostname="tls.test")
        sock.connect(("tls.test", 443))
    elif kind == "connecting":
        sock = desk.pool.socket()
        sock.settimeout(0)
        tried(sock.connect, ("echo.test", 7))
        desk.let(1)
    elif kind == "read in part":
        sock = desk.socket()
        sock.send(bytes(1500))
        assert sock.recv(10)
    elif kind == "an exception's":
        try:
            sock = desk.socket()
            raise ValueError("the program's own")
        except ValueError:
            pass
    elif kind == "a ring of references":
        ring = [desk.socket()]
        ring.append(ring)
    else:
        desk.socket()


KINDS = [
    "TCP",
    "UDP",
    "UDP, bound",
    "connecting",
    "read in part",
    "an exception's",
    "a ring of references",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_dropped_socket_gives_its_link_back(make_desk, family, kind, collect):
    """Ten sockets, no close(): after a collection each link is free again."""
    desk = make_desk(family).join()
    desk.network.udp("one.test", 1001)
    for _ in range(10):
        drop(desk, kind)
        collect()
    desk.works()
    desk.let(1)
    desk.radio.command("AT")
    assert not any(desk.modem.links[:5])


@pytest.mark.parametrize("family", ESPAT)
def test_a_dropped_tls_socket_gives_its_link_back(make_desk, family):
    """The same over TLS, which some families have once only."""
    desk = make_desk(family).join()
    serve(desk)
    for _ in range(6):
        drop(desk, "TLS")
        gc.collect()
    desk.works()


@pytest.mark.parametrize("family", BOTH)
def test_a_dropped_client_of_a_server_gives_its_link_back(make_desk, family):
    """Six clients, accepted and forgotten."""
    desk = make_desk(family).join()
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(3)
    server.settimeout(10)
    for _ in range(6):
        desk.network.dial(80)
        assert server.accept()
        gc.collect()
    server.close()
    desk.works()


@pytest.mark.parametrize("family", BOTH)
def test_a_socket_that_is_held_keeps_its_link(make_desk, family):
    """Five that somebody has keep theirs; the error says how many, and what helps."""
    desk = make_desk(family).join()
    held = [desk.socket() for _ in range(5)]
    gc.collect()
    _, error = tried(desk.socket)
    assert error and error.errno == errno.ENOMEM
    assert "close" in str(error)
    assert "five" in str(error) or "5" in str(error)
    for sock in held:
        sock.send(b"hello")
        assert sock.recv(10) == b"hello"
    held.pop(2)
    gc.collect()
    desk.works()


MICROPYTHON = """
import gc
import espat
from onboard_joined import Uart

radio = espat.Radio(Uart())
radio.connect("espat", "correct horse")
pool = espat.SocketPool(radio)


def drop():
    sock = pool.socket()
    sock.settimeout(5)
    sock.connect(("10.0.0.1", 80))


def wipe(n):
    "Overwrite what the stack still holds."
    return n and wipe(n - 1)


try:
    for _ in range(12):
        drop()
        wipe(20)
        gc.collect()
    print("taken back")
except OSError as e:
    print(e.args[0] == 12 and "with" in e.args[1] and "close" in e.args[1] and "5" in e.args[1])
    print(e.args[1])
"""


def test_where_nothing_tells_of_dropped_sockets_the_error_does(any_micropython):
    """MicroPythons: the links are taken back, or ENOMEM says: close, or use `with`; 5 are open."""
    said = any_micropython(MICROPYTHON, modules=ONBOARD_JOINED).check()
    assert said.startswith(("taken back\n", "True\n")), said


# -- a listening socket that was dropped -------------------------------------------------------


def listening(desk, port=80, timeout=10):
    """A socket that listens."""
    sock = desk.pool.socket()
    sock.settimeout(timeout)
    sock.bind(("0.0.0.0", port))
    sock.listen(3)
    return sock


@pytest.mark.parametrize("timeout", [10, 0])
def test_a_dropped_listening_socket_gives_the_server_back(make_desk, family, timeout, collect):
    """It is stopped before the next command, its clients are closed, and another can listen."""
    desk = make_desk(family).join()
    listening(desk, timeout=timeout)
    peer = desk.network.dial(80)
    collect()
    late = desk.network.dial(80)
    desk.radio.command("AT")
    assert desk.module.core.links.server is None
    assert peer.closed and late.closed
    assert not desk.module.core.links.open
    again = listening(desk, port=81)
    desk.network.dial(81)
    client, _ = again.accept()
    client.close()
    again.close()
    desk.works()


def test_one_that_is_followed_at_once(make_desk, family, collect):
    """No command stands between the two."""
    desk = make_desk(family).join()
    for port in (80, 81, 81):
        listening(desk, port)
        collect()
    with listening(desk, 82) as again:
        desk.network.dial(82)
        assert again.accept()
    assert not any(desk.modem.links[:5])


def test_a_listening_socket_that_is_held_keeps_the_server(make_desk, family, collect):
    """The error says what to do."""
    desk = make_desk(family).join()
    with listening(desk) as held:
        collect()
        _, error = tried(listening, desk, 81)
        assert error.errno == errno.EADDRINUSE
        assert "close" in str(error) and "with" in str(error)
        desk.network.dial(80)
        assert held.accept()


def test_a_dropped_listener_of_a_module_that_restarted(make_desk, family, collect):
    """It listens no more: the next one does not stop itself."""
    desk = make_desk(family).join()
    listening(desk)
    collect()
    desk.module.reset()
    desk.let(3)
    with listening(desk, 81) as again:
        desk.network.dial(81)
        assert again.accept()


MICROPYTHON_LISTENS = """
import gc
import espat
from onboard_joined import Uart

radio = espat.Radio(Uart())
radio.connect("espat", "correct horse")
pool = espat.SocketPool(radio)


def listen(port):
    sock = pool.socket()
    sock.bind(("0.0.0.0", port))
    sock.listen(1)
    return sock.server.listens


def wipe(n):
    "Overwrite what the stack still holds."
    return n and wipe(n - 1)


listen(80)
wipe(20)
gc.collect()
try:
    print(listen(81))
except OSError as e:
    assert "close" in e.args[1] and "with" in e.args[1], e
    radio.modem.listener.close()
    print(listen(81))
"""


def test_where_nothing_tells_of_a_dropped_listener_the_program_can_close_it(any_micropython):
    """MicroPythons: the server is taken back, or EADDRINUSE says what to do."""
    said = any_micropython(MICROPYTHON_LISTENS, modules=ONBOARD_JOINED).check()
    assert said == "True\n"
