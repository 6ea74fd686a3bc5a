"""A board restarts, its module does not: the driver takes the module as it finds it."""

import contextlib
import errno

import pytest

from espat_tools.emulator import AccessPoint
from tests.driver.desk import PASSWORD, SSID, Line, Wire

HERE = ("sink.test", 9)
LINKS = [HERE] * 5

STATES = {
    "fresh": {},
    "booting": {"boot": True},
    "half a command": {"half_command": b'AT+CIPSTART=0,"TC'},
    "half an AT": {"half_command": b"A"},
    "a byte short of a command": {"half_command": b"AT+RST\r"},
    "one byte of payload owed": {"links": [HERE], "awaiting": 1},
    "payload owed": {"links": [HERE], "awaiting": 100},
    "much payload owed": {"links": [HERE], "awaiting": 2048},
    "payload owed on one of five": {"links": LINKS, "awaiting": 5},
    "passthrough": {"links": [HERE], "passthrough": True},
    "links open": {"links": LINKS},
    "one link, single-link mode": {"links": [HERE], "mux": 0},
    "listening": {"server": 80},
    "listening, with links": {"server": 80, "links": LINKS[:2]},
    "joined": {"joined": True},
    "joined, multiplexed": {"joined": True, "mux": 1},
}


def in_state(make_desk, family, name, **more):
    """A desk whose module was left in a state."""
    return make_desk(family, **STATES[name], **more)


JOINED = [name for name, how in STATES.items() if {"joined", "links", "server"} & {*how}]


@pytest.mark.parametrize("state", STATES)
def test_start_up_from_every_state(make_desk, family, state):
    desk = in_state(make_desk, family, state)
    with desk.within(10):
        desk.join()
    strays_are_gone(desk)
    if "passthrough" not in STATES[state]:
        # Nothing of the driver's own has reached a peer, but where a payload was owed: perhaps.
        assert len(desk.sink.data) <= STATES[state].get("awaiting", 0)
    # A join that stands is left alone.
    assert len(desk.joins()) == (state not in JOINED)
    desk.works()
    assert desk.radio.connected
    assert str(desk.radio.ipv4_address) == "192.168.1.50"


def strays_are_gone(desk):
    """What was open is closed, and its peer told so; what was set is set as a driver needs it."""
    core = desk.module.core
    assert not core.links.open
    assert core.links.listener is None
    assert core.session.mux == 1
    assert not core.session.passthrough_mode
    assert not core.session.echo
    assert not core.session.dinfo
    assert all(peer.closed for peer in desk.sink.peers)


@pytest.mark.parametrize(("echo", "rate"), [(False, 921600), (True, 9600), (False, None)])
@pytest.mark.parametrize("state", STATES)
def test_start_up_from_states_at_once(make_desk, profile, state, echo, rate):
    desk = in_state(make_desk, profile, state, echo=echo, module_baud=rate)
    with desk.within(60):
        desk.join().works()
    assert desk.line.baudrate == desk.module.core.baud


def test_a_join_to_another_network_is_replaced(make_desk, family):
    points = [AccessPoint("other", "other password"), AccessPoint(SSID, PASSWORD)]
    desk = make_desk(family, joined=True, access_points=points)
    desk.join().works()
    assert len(desk.joins()) == 1
    assert desk.module.core.station.ssid == SSID.encode()


def test_a_join_without_an_address_does_not_count(make_desk, family):
    desk = make_desk(family, joined=True)
    station = desk.module.core.station
    station.state = 1  # associated, no address yet or no more
    desk.join().works()
    assert station.joined


def test_each_board_restart_finds_the_module_anew(make_desk, profile):
    desk = make_desk(profile).join()
    for _ in range(4):
        for _ in range(5):
            desk.socket()
        desk.again().join().works()
    assert len(desk.joins()) == 1


def test_a_board_that_restarts_inside_a_payload(make_desk, profile):
    desk = make_desk(profile).join()
    desk.socket()
    desk.port.uart.write(b"AT+CIPSEND=4,1000\r\n")
    desk.port.uart.write(b"x" * 999)
    with desk.within(5):
        desk.again().join().works()


def test_a_board_that_restarts_with_data_waiting(make_desk, profile):
    desk = make_desk(profile).join()
    desk.socket().send(b"z" * 2000)
    desk.clock.advance(1)
    desk.port.uart.write(b"AT+CIPRECVDATA=4,2000\r\n")  # nobody read the reply
    desk.again().join().works()


def test_nothing_is_sent_before_it_is_needed(make_desk, profile):
    desk = make_desk(profile)
    desk.pool.socket()
    assert desk.module.bytes_in == 0


def test_flash_is_not_written(make_desk, family):
    desk = make_desk(family)
    before = {**vars(desk.module.core.flash)}
    desk.join().works()
    assert {**vars(desk.module.core.flash)} == before


# -- a module that is silent ---------------------------------------------------------------------


class Unpowered(Line):
    """A UART with nothing at its other end."""

    def take(self, view):
        return None

    def put(self, view):
        return len(view)


class NoRate(Unpowered):
    """The same, and it does not tell its rate."""

    @property
    def baudrate(self):
        raise AttributeError("baudrate")


class Full(Line):
    """A UART that takes no bytes: CTS is wired to nothing."""

    def put(self, view):
        return 0


@pytest.mark.parametrize("line", [Unpowered, NoRate])
@pytest.mark.parametrize("use", ["connect", "command", "socket", "getaddrinfo"])
def test_a_silent_module(make_desk, line, use):
    desk = make_desk("esp32c3-3.3", line=line)
    desk.port.tick = 0.01
    calls = {
        "connect": desk.join,
        "command": lambda: desk.radio.command("AT+GMR"),
        "socket": desk.socket,
        "getaddrinfo": lambda: desk.pool.getaddrinfo("echo.test", 7),
    }
    with desk.within(60), pytest.raises(OSError, match="does not answer") as caught:
        calls[use]()
    assert caught.value.errno == errno.ETIMEDOUT


def test_a_silent_module_leaves_the_rate_as_it_was(make_desk):
    desk = make_desk("esp32c3-3.3", line=Unpowered)
    desk.port.tick = 0.01
    with pytest.raises(OSError, match="does not answer"):
        desk.join()
    assert desk.line.baudrate == 115200


@pytest.mark.parametrize("line", [Line, Wire])
def test_a_module_that_wakes_up_later(make_desk, profile, line):
    """It answers first what it was asked meanwhile: those are not the answers to the next."""
    desk = make_desk(profile, line=line)
    desk.module.hold()
    with pytest.raises(OSError, match="does not answer"):
        desk.join()
    desk.module.release()
    desk.join().works()


def test_a_uart_that_takes_nothing(make_desk):
    desk = make_desk("esp32c3-3.3", line=Full)
    desk.port.tick = 0.01
    with desk.within(60), pytest.raises(OSError, match="takes no bytes") as caught:
        desk.join()
    assert caught.value.errno in (errno.EIO, errno.ETIMEDOUT)


# -- a module that restarts under our hands ------------------------------------------------------


def reset_after(desk, count, times=1):
    """Let the module restart as it gets its `count`-th command line, and again as often."""
    heard = []

    def note(line):
        desk.module.commands.append(line)
        heard.append(line)
        if len(heard) % count == 0 and len(heard) // count <= times:
            desk.module.core.scheduler.after(0, desk.module.core.reboot)

    desk.module.core.on_command = note


def restart_at(desk, count):
    """Use a radio whose module restarts at its `count`-th command: None, or what went wrong."""
    reset_after(desk, count)
    try:
        for _ in range(2):  # what is under way is lost, and the next use sets up again
            with contextlib.suppress(ConnectionResetError):
                desk.join().works()
        desk.join().works()
    except OSError as error:
        return count, error
    assert desk.modem.restarts == 1
    return None


def test_a_restart_at_each_command(make_desk, profile):
    found = [restart_at(make_desk(profile), count) for count in range(1, 20)]
    assert not any(found), [each for each in found if each]


def test_a_module_that_restarts_without_end(make_desk, profile):
    desk = make_desk(profile)
    reset_after(desk, 2, times=1000)
    with desk.within(60), pytest.raises(OSError) as caught:
        desk.join()
    assert caught.value.errno in (errno.ECONNRESET, errno.ETIMEDOUT)
