"""A faster line: Radio(fast=921600) raises the rate, tries it, and puts it back when it must."""

import contextlib
import errno

import pytest

from tests.driver.desk import BOTH, Desk, Line, pattern, read_exactly

FAST = 921_600


class Lossy(Line):
    """A line that drops a byte of every so many at the fast rate, while `every` is set."""

    every = None
    seen = 0

    def take(self, view):
        n = self.uart.readinto(view)
        if not n or not self.every or self.baudrate != FAST:
            return n
        kept = bytearray()
        for byte in bytes(view[:n]):
            self.seen += 1
            if self.seen % self.every:
                kept.append(byte)
        view[: len(kept)] = kept
        return len(kept) or None


@pytest.fixture
def make_desk():
    """Desks, closed at the end."""
    made = []

    def make(profile, **options):
        made.append(Desk(profile, radio={"fast": FAST, "rx_size": 2048}, **options))
        made[-1].port.tick = 0.005
        return made[-1]

    yield make
    for desk in made:
        desk.module.close()


each_family = pytest.mark.parametrize("family", BOTH)


@each_family
def test_the_rate_is_raised_and_the_line_carries(make_desk, family, capsys):
    desk = make_desk(family).join()
    assert desk.line.baudrate == desk.module.core.baud == FAST
    assert len(desk.said(b"AT+UART_CUR=921600")) == 1
    desk.works()
    assert capsys.readouterr().out == ""


@each_family
def test_it_is_lowered_by_deinit(make_desk, family):
    """The next program finds the module at the rate that it was flashed for."""
    desk = make_desk(family).join()
    desk.radio.deinit()
    assert desk.module.core.baud == 115_200


@each_family
def test_a_module_that_restarts_is_found_and_raised_again(make_desk, family):
    """What is said at 115200 is not heard at 921600: some calls time out before it is found."""
    desk = make_desk(family).join()
    desk.module.reset()
    desk.let(2)
    assert desk.module.core.baud == 115_200
    for _ in range(4):
        with contextlib.suppress(TimeoutError):
            desk.works()
            break
    desk.works()
    assert desk.line.baudrate == desk.module.core.baud == FAST
    assert len(desk.said(b"AT+UART_CUR=921600")) == 2


@each_family
def test_a_board_that_restarts_finds_the_module_at_the_fast_rate(make_desk, family):
    """With no more commands for the rate than its pattern; then it is lowered to 115200."""
    desk = make_desk(family).join()
    desk.again(fast=FAST, rx_size=2048)
    desk.port.tick = 0.005
    assert desk.line.baudrate == 115_200
    desk.join().works()
    assert desk.line.baudrate == FAST
    assert len(desk.said(b"AT+UART_CUR=921600")) == 1
    desk.radio.deinit()
    assert desk.module.core.baud == 115_200


@each_family
def test_a_line_that_does_not_carry_it_stays_as_it_is(make_desk, family, capsys):
    """The pattern comes back with bytes missing."""
    desk = make_desk(family, line=Lossy)
    desk.line.every = 150
    desk.join().works()
    assert desk.line.baudrate == desk.module.core.baud == 115_200
    assert capsys.readouterr().out.count("921600") == 1
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(desk.said(b"AT+UART_CUR=921600")) == 1  # it is not tried again


@each_family
@pytest.mark.parametrize("every", [731, 1201])
def test_bytes_lost_later_put_it_back(make_desk, family, every, capsys):
    """No byte is wrong or missing without an error; then the line is slow, and whole."""
    desk = make_desk(family, line=Lossy).join()
    body = pattern(20_000)
    desk.listen("page.test", 80, answer=lambda _: body)
    assert desk.line.baudrate == FAST
    desk.line.every = every
    sock = desk.socket("page.test", 80)
    sock.send(b"go")
    got = bytearray()
    with pytest.raises(OSError) as caught:
        while len(got) < len(body):
            got += read_exactly(sock, 1000)
    assert caught.value.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
    assert bytes(got) == body[: len(got)]
    sock.close()
    desk.works()
    assert desk.line.baudrate == desk.module.core.baud == 115_200
    assert capsys.readouterr().out.count("921600") == 1
    sock = desk.socket("page.test", 80)
    sock.send(b"go")
    assert read_exactly(sock, len(body)) == body


@pytest.mark.parametrize("every", [*range(90, 170, 7), 12])
def test_wherever_the_pattern_loses_its_bytes(make_desk, every, capsys):
    """In the pattern, in the OK behind it, in what puts the rate back."""
    desk = make_desk(BOTH[every % 2], line=Lossy)
    desk.line.every = every
    for _ in range(3):
        with contextlib.suppress(TimeoutError):
            desk.join()
            break
    desk.join().works()
    assert desk.line.baudrate == desk.module.core.baud == 115_200
    assert capsys.readouterr().out.count("921600") == 1


def restarts_at(desk, count):
    """Let the module restart as it gets its `count`-th command line; what counted them."""
    heard = []
    note = desk.module.core.on_command

    def hear(line):
        note(line)
        heard.append(line)
        if len(heard) == count:
            desk.module.core.scheduler.after(0, desk.module.core.reboot)

    desk.module.core.on_command = hear
    return heard


@each_family
def test_a_module_that_restarts_while_the_rate_is_raised(make_desk, family):
    """Wherever it is, in one command or between two: it is set up, and fast, in the end."""
    desk = make_desk(family)
    heard = restarts_at(desk, 0)
    desk.join()
    first = next(i for i, line in enumerate(heard, 1) if b"UART_CUR" in line)
    for count in range(first - 1, len(heard) + 1):
        desk = make_desk(family)
        restarts_at(desk, count)
        for _ in range(3):
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                desk.join().works()
                break
        desk.join().works()
        assert desk.modem.restarts or count
        assert desk.line.baudrate == desk.module.core.baud == FAST, count


class Interrupted(Lossy):
    """A line on which Ctrl-C comes at the `left`-th call, behind what it was to do."""

    left = 0

    def put(self, view):
        n = Line.put(self, view)
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return n


@each_family
def test_ctrl_c_while_the_rate_is_raised(make_desk, family):
    """The next call finds the module, at whichever rate it is, and the line is fast."""
    desk = make_desk(family, line=Interrupted)
    desk.join()
    most = -desk.line.left
    for left in range(1, most):
        desk = make_desk(family, line=Interrupted)
        desk.line.left = left
        with pytest.raises(KeyboardInterrupt):
            desk.join()
        desk.join().works()
        assert desk.line.baudrate == desk.module.core.baud == FAST, left


class Refusing(Line):
    """A UART that has no rate above 500,000."""

    @property
    def baudrate(self):
        return self.uart.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        if rate > 500_000:
            raise ValueError("baudrate out of range")
        self.uart.baudrate = rate


class Fixed(Line):
    """A UART whose rate can be told, and not changed."""

    @property
    def baudrate(self):
        return self.uart.baudrate


class Silent(Line):
    """A UART that does not tell its rate."""

    @property
    def baudrate(self):
        raise AttributeError("baudrate")


@each_family
@pytest.mark.parametrize("line", [Refusing, Fixed, Silent])
def test_a_uart_that_has_no_such_rate_stays_as_it_is(make_desk, family, line, capsys):
    desk = make_desk(family, line=line).join()
    desk.works()
    assert desk.line.uart.baudrate == desk.module.core.baud == 115_200
    assert not desk.said(b"AT+UART_CUR=")
    assert capsys.readouterr().out.count("921600") == 1


@pytest.mark.parametrize("fast", [-1, 80, 5_000_001])
def test_a_rate_that_cannot_be_is_refused(fast):
    with pytest.raises(ValueError, match="fast"):
        Desk("esp32c3-3.3", radio={"fast": fast})


def test_a_rate_is_a_whole_number():
    with pytest.raises(TypeError, match="fast"):
        Desk("esp32c3-3.3", radio={"fast": "921600"})
