"""Two radios at once, giving the UART back, and clocks that wrap."""

import errno

import pytest

from espat import Radio, SocketPool
from tests.driver.desk import PASSWORD, SSID, SimPort, pattern, read_exactly

# -- two at once ---------------------------------------------------------------------------------


def test_two_radios_with_different_firmware(make_desk):
    """Each keeps to its own module: dialects, receive modes, links, errors."""
    desks = [make_desk("nonos-1.3"), make_desk("esp32c3-3.3")]
    for desk in desks:
        desk.join()
    assert [desk.modem.passive for desk in desks] == [False, True]
    socks = [[desk.socket() for _ in range(5)] for desk in desks]
    for turn in range(3):
        for number in range(5):
            for side in (0, 1):
                word = b"%d %d %d" % (side, turn, number)
                socks[side][number].sendall(word)
                assert read_exactly(socks[side][number], len(word)) == word
    with pytest.raises(OSError) as caught:
        desks[0].socket()
    assert caught.value.errno == errno.ENOMEM
    socks[1][0].close()
    desks[1].works()


def test_one_restarts_the_other_goes_on(make_desk, profile):
    one, two = make_desk(profile).join(), make_desk(profile).join()
    lost, kept = one.socket(), two.socket()
    one.module.reset()
    with pytest.raises(ConnectionResetError):
        lost.recv(1)
    kept.sendall(b"still there")
    assert kept.recv(16) == b"still there"
    assert (one.modem.restarts, two.modem.restarts) == (1, 0)


def test_one_waits_and_drives_the_other(make_desk):
    """By the idle hook: a large transfer on both, in one loop."""
    one, two = make_desk("esp32c3-3.3").join(), make_desk("nonos-1.7.4").join()
    body = pattern(5000)
    two.listen("body.test", 80, greeting=body)
    other = two.socket("body.test", 80)
    other.setblocking(False)
    got = bytearray()

    def hook():
        two.clock.advance(0.001)
        try:
            got.extend(other.recv(300))
        except BlockingIOError:
            pass

    one.again(idle=hook).join()
    with one.socket() as sock:
        for _ in range(40):
            sock.sendall(b"x" * 200)
            assert len(read_exactly(sock, 200)) == 200
    assert len(got) > 1000
    other.settimeout(5)
    assert bytes(got) + read_exactly(other, 5000 - len(got)) == body


# -- giving it back ------------------------------------------------------------------------------


def counted(desk):
    """How often the UART is given back."""
    gone = []
    desk.line.deinit = lambda: gone.append(1)
    return gone


def test_deinit_gives_the_uart_back(desk):
    gone = counted(desk)
    desk.radio.deinit()
    assert gone == [1]
    # The module stays as it was: the next radio finds the join.
    desk.again().join().works()
    assert len(desk.joins()) == 1


def test_a_radio_in_a_with_block(make_desk, profile):
    desk = make_desk(profile)
    gone = counted(desk)
    with Radio(desk.port) as radio:
        radio.connect(SSID, PASSWORD)
        assert SocketPool(radio).getaddrinfo("echo.test", 7)
        assert gone == []
    assert gone == [1]
    with pytest.raises(ZeroDivisionError), Radio(desk.port):
        raise ZeroDivisionError
    assert gone == [1, 1]


# -- clocks that wrap ----------------------------------------------------------------------------


class Wrapping(SimPort):
    """Milliseconds that start over at `period`, `early` of them after the start."""

    period = 1 << 29  # of supervisor.ticks_ms, and of the driver's own clock on the desktop
    early = 1000
    longest = 0  # every millisecond is looked at: also those around the wrap

    def ticks(self):
        return (SimPort.ticks(self) - self.early) % self.period


def wrapping(early):
    """A port that wraps so many milliseconds after its start."""
    return type("Wrapping", (Wrapping,), {"early": early})


@pytest.mark.parametrize("early", [0, 1, 10, 100, 322, 345, 1000, 3000])
def test_the_clock_wraps(make_desk, profile, early):
    """Somewhere in start-up, join, connect, or a read: every deadline is kept."""
    desk = make_desk(profile, port=wrapping(early)).join()
    sock = desk.socket()
    sock.sendall(b"before")
    assert sock.recv(10) == b"before"
    for seconds in (0.2, 0.5, 1.5):
        sock.settimeout(seconds)
        start = desk.clock.now()
        with pytest.raises(TimeoutError):
            sock.recv(10)
        assert seconds - 0.002 <= desk.clock.now() - start <= seconds + 0.1
    sock.settimeout(5)
    sock.sendall(b"after")
    assert sock.recv(10) == b"after"


@pytest.mark.parametrize("early", [10, 500, 2000])
def test_the_clock_wraps_while_nothing_answers(make_desk, early):
    desk = make_desk("esp32c3-3.3", port=wrapping(early))
    desk.module.hold()
    desk.port.tick = 0.01
    with desk.within(60), pytest.raises(OSError, match="does not answer"):
        desk.join()


def test_two_wraps_apart(make_desk, profile):
    """A day and more between two uses, the half of the period included, changes nothing."""
    desk = make_desk(profile, port=wrapping(1000)).join()
    desk.port.patience = float("inf")
    sock = desk.socket()
    for days in (3.0, 3.2, 6.3, 12.5):
        desk.clock.advance(days * 86400)
        sock.sendall(b"good morning")
        assert sock.recv(16) == b"good morning"


# Days: over half a period, so that ``ticks_diff`` alone says "in the future".
HOLIDAYS = 4


@pytest.fixture
def idle(make_desk, profile):
    """A desk whose clock wraps, with a socket: ``idle()`` lets four days go by."""
    desk = make_desk(profile, port=wrapping(1000)).join()
    desk.port.patience = float("inf")

    def pass_by():
        desk.clock.advance(HOLIDAYS * 86400)

    desk.pass_by = pass_by
    return desk


def polled(desk, sock):
    """What a program gets that reads again and again until there is something."""
    while True:
        try:
            return sock.recv(16)
        except OSError:
            desk.port.pause()


def test_what_was_pushed_before_the_holidays_can_be_read(idle):
    """Nobody looked meanwhile, and no byte follows that shows that the payload was whole."""
    idle.active()
    sock = idle.socket(timeout=2)
    idle.echo.peer.send(b"on Friday")
    while idle.modem.pushed is None:
        idle.let(0.001)
    idle.pass_by()
    with idle.within(0.1):
        assert sock.recv(16) == b"on Friday"


@pytest.mark.parametrize("timeout", [0, 0.1])
def test_a_lost_notice_is_noticed_after_the_holidays(idle, timeout):
    """A program that polls: the module is asked what it holds, as on other days."""
    sock = idle.socket()
    sock.sendall(b"x")
    assert sock.recv(1) == b"x"
    sock.settimeout(timeout)
    idle.pass_by()
    idle.echo.peer.send(b"on Monday")
    idle.clock.advance(0.1)
    assert idle.line.uart.readinto(bytearray(100))  # the notice is lost
    with idle.within(7):
        assert polled(idle, sock) == b"on Monday"


def test_a_socket_that_left_its_turn_keeps_nobody_waiting(idle):
    """It was to come next, and was not used again."""
    sock = idle.socket()
    sock.settimeout(0)
    idle.modem.head = 0 if sock.link else 1  # as when it found the module busy
    idle.pass_by()
    idle.echo.peer.send(b"for me")
    with idle.within(1):
        assert polled(idle, sock) == b"for me"
