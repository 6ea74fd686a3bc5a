"""Finding a module whose rate nobody told: quick ones at once, slow ones at the second try."""

import pytest

from tests.driver.desk import BOTH, Line

AT_ONCE = {921_600: 1.0, 460_800: 1.1, 9600: 1.3, 74_880: 1.8}
"""Seconds until a module that answers at once has been found from 115200."""


class Slow(Line):
    """What the module says is on its way for so many seconds."""

    delay = 0.2
    coming = None

    def take(self, view):
        if self.coming is None:
            self.coming = []
        n = self.uart.readinto(view)
        if n:
            self.coming.append((self.clock.now() + self.delay, bytes(view[:n])))
        if not self.coming or self.coming[0][0] > self.clock.now():
            return None
        data = self.coming.pop(0)[1]
        view[: len(data)] = data
        return len(data)


def found(desk):
    """Join; the seconds before set-up began, which is with ATE0."""
    began = []
    note = desk.module.core.on_command

    def heard(line):
        note(line)
        if line == b"ATE0":
            began.append(desk.clock.now())

    desk.module.core.on_command = heard
    desk.port.longest = 0
    desk.join().works()
    assert desk.line.baudrate == desk.module.core.baud
    return began[0]


@pytest.mark.parametrize("rate", AT_ONCE)
def test_a_quick_module_is_found_at_once(make_desk, family, rate):
    assert found(make_desk(family, module_baud=rate)) <= AT_ONCE[rate]


@pytest.mark.parametrize("rate", [115_200, 921_600, 9600])
def test_a_slow_one_all_the_same(make_desk, profile, rate):
    desk = make_desk(profile, module_baud=rate, line=Slow)
    assert found(desk) < (12 if rate == 9600 else 7)


@pytest.mark.parametrize("deaf", ["50ms", "300ms"])
@pytest.mark.parametrize("rate", [921_600, 9600])
def test_one_that_is_deaf_behind_each_result(make_desk, profile, rate, deaf):
    faults = [f"deaf {deaf} from each result"]
    desk = make_desk(profile, module_baud=rate, faults=faults, radio={"pause": 400})
    assert found(desk) < 15


@pytest.mark.parametrize("rate", [921_600, 9600])
def test_one_that_is_busy(make_desk, profile, rate):
    desk = make_desk(profile, module_baud=rate)
    desk.module.fault("busy for 3s")
    assert found(desk) < 15


def test_a_rate_that_was_told_comes_first(make_desk, profile):
    desk = make_desk(profile, module_baud=123_456, radio={"rates": (123_456,)})
    assert found(desk) <= 1.0


def test_one_that_starts_meanwhile(make_desk, family):
    """It cannot answer before it says "ready": at whichever rate it is listened to then."""
    for seconds in (0.3, 1.0, 1.6, 2.5):
        desk = make_desk(family, boot=True, timing={"boot": seconds})
        with desk.within(6):
            desk.join().works()


class Interrupted(Line):
    """A line on which Ctrl-C comes at the `left`-th write."""

    left = 0

    def put(self, view):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return Line.put(self, view)


@pytest.mark.parametrize("writes", [4, 8, 15, 25])
def test_ctrl_c_leaves_the_rate_as_it_was(make_desk, writes):
    """One that start-up does not try by itself would not be found again."""
    desk = make_desk(BOTH[0], rate=31_250, line=Interrupted, module_baud=31_250)
    desk.module.hold()
    desk.line.left = writes
    with pytest.raises(KeyboardInterrupt):
        desk.join()
    assert desk.line.baudrate == 31_250
    desk.module.release()
    desk.join().works()


class Fixed(Line):
    """A UART whose rate can be told, and not changed."""

    @property
    def baudrate(self):
        return self.uart.baudrate


def test_a_uart_whose_rate_stays(make_desk, profile):
    desk = make_desk(profile, line=Fixed, module_baud=9600)
    with desk.within(60), pytest.raises(OSError, match="does not answer"):
        desk.join()
    desk = make_desk(profile, line=Fixed, boot=True, timing={"boot": 2})
    desk.join().works()
