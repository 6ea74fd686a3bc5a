"""Hard reset by pin: when nothing answers, and when asked for."""

import errno

import pytest


class Wire:
    """The module's reset input: low holds it, and a rising edge lets it boot."""

    def __init__(self):
        self.desk = None
        self.level = 1
        self.low_since = None
        self.pulses = []  # how long each was, in seconds
        self.dead = False

    def drive(self, level):
        now = self.desk.clock.now()
        if self.level and not level:
            self.low_since = now
            self.desk.module.hold()
        if level and not self.level:
            self.pulses.append(now - self.low_since)
            if not self.dead:
                self.desk.module.release()
                self.desk.module.reset()
        self.level = level


class DigitalInOut:
    """As `digitalio.DigitalInOut`: an input until told otherwise."""

    def __init__(self, wire):
        self._wire = wire
        self._output = False

    def switch_to_output(self, value=False, drive_mode=None):
        self._output = True
        self._wire.drive(int(value))

    @property
    def value(self):
        return bool(self._wire.level)

    @value.setter
    def value(self, value):
        if not self._output:
            raise AttributeError("Cannot set value when direction is input.")
        self._wire.drive(int(bool(value)))


class Pin:
    """As `machine.Pin`: its latch reaches the wire only while it is an output."""

    IN, OUT = 0, 1

    def __init__(self, wire):
        self._wire = wire
        self._output = False
        self._latch = 0

    def init(self, mode=-1, pull=-1, *, value=None):
        if value is not None:
            self._latch = int(bool(value))
        self._output = mode == Pin.OUT
        if self._output:
            self._wire.drive(self._latch)

    def value(self, value=None):
        if value is None:
            return self._wire.level
        self._latch = int(bool(value))
        if self._output:
            self._wire.drive(self._latch)
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


@pytest.fixture(params=[DigitalInOut, Pin], ids=["digitalio", "machine"])
def wired(request, make_desk):
    """Makes a desk whose module's reset is wired to a pin: (desk, wire)."""

    def make(profile, **options):
        wire = Wire()
        desk = make_desk(profile, radio={"reset": request.param(wire)}, **options)
        wire.desk = desk
        return desk, wire

    return make


def long_enough(wire):
    """EN or RST must be low for a while; the watchdog of the host must not bite meanwhile."""
    return all(0.0001 <= pulse <= 1 for pulse in wire.pulses)


def test_the_pin_is_left_alone_where_the_module_answers(wired, profile):
    desk, wire = wired(profile)
    desk.join().works()
    assert wire.pulses == []


def test_a_module_that_hangs_is_reset(wired, profile):
    desk, wire = wired(profile, joined=True)
    desk.module.hold()
    with desk.within(60):
        desk.join().works()
    assert len(wire.pulses) == 1
    assert long_enough(wire)
    assert wire.level == 1
    assert desk.line.baudrate == 115200


def test_a_rate_that_nobody_would_guess(wired, profile):
    desk, wire = wired(profile, module_baud=1_234_567)
    with desk.within(60):
        desk.join().works()
    assert len(wire.pulses) == 1
    assert desk.line.baudrate == 115200


def test_a_module_that_hangs_later_is_reset_on_the_next_use(wired, profile):
    desk, wire = wired(profile)
    sock = desk.join().socket()
    desk.module.hold()
    with pytest.raises(OSError):
        sock.sendall(b"anybody?")
    with desk.within(120):
        eventually_works(desk)
    assert wire.pulses
    assert len(desk.joins()) == 2


def eventually_works(desk):
    """One of the next uses finds the module again; those before tell that it does not answer."""
    for _ in range(20):
        try:
            desk.works()
            return
        except OSError as error:
            assert error.errno in (errno.ETIMEDOUT, errno.ECONNRESET)
    desk.works()


def test_a_module_that_stays_dead(wired, profile):
    desk, wire = wired(profile)
    wire.dead = True
    desk.module.hold()
    desk.port.tick = 0.01
    with desk.within(60), pytest.raises(OSError, match="does not answer") as caught:
        desk.join()
    assert caught.value.errno == errno.ETIMEDOUT
    assert wire.pulses
    assert wire.level == 1


def test_reset_when_asked_for(wired, profile):
    desk, wire = wired(profile)
    sock = desk.join().socket()
    with desk.within(5):
        desk.radio.reset()
    assert len(wire.pulses) == 1
    assert long_enough(wire)
    with pytest.raises(ConnectionResetError, match="restarted"):
        sock.recv(1)
    desk.works()


def test_reset_without_a_pin(make_desk, profile):
    desk = make_desk(profile).join()
    sock = desk.socket()
    with desk.within(5):
        desk.radio.reset()
    assert desk.said(b"AT+RST")
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    desk.works()
    assert len(desk.joins()) == 2


@pytest.mark.parametrize("rate", [921600, 9600])
def test_a_reset_brings_the_rate_back_to_what_was_flashed(make_desk, rate):
    """Host and module had raised the rate; after a restart the module is back alone."""
    desk = make_desk("esp32c3-3.3").join()
    desk.radio.command(f"AT+UART_CUR={rate},8,1,0,0")
    desk.line.baudrate = rate
    desk.works()
    desk.module.reset()
    desk.clock.advance(1)
    with desk.within(120):
        eventually_works(desk)
    assert desk.line.baudrate == 115200
    assert len(desk.joins()) == 2
