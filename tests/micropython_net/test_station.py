"""`network.WLAN` as a station: joining without waiting, what `status()` says, losing a network."""

import errno

import pytest

from espat_tools.emulator import AccessPoint
from tests.driver.desk import PASSWORD, SSID

IDLE, CONNECTING, NO_IP, GOT_IP = 0, 1, 2, 3
FAILED, NO_AP, WRONG_PASSWORD = -1, -2, -3


def watch(board, seconds=30, pause=0.1):
    """What `status()` says, each value once, until it is no longer on its way."""
    said = [board.wlan.status()]
    end = board.clock.now() + seconds
    while said[-1] in (CONNECTING, NO_IP):
        assert board.clock.now() < end, said
        board.clock.advance(pause)
        now = board.wlan.status()
        if now != said[-1]:
            said.append(now)
    return said


def test_joining(make_board, family):
    board = make_board(family)
    wlan = board.wlan
    assert wlan.active() is False
    assert wlan.status() == IDLE
    assert wlan.isconnected() is False
    assert not board.module.commands, "nothing is sent before it is needed"
    wlan.active(True)
    assert wlan.active() is True
    assert wlan.status() == IDLE
    with board.within(0.5):
        wlan.connect(SSID, PASSWORD)
    assert not wlan.isconnected()
    said = watch(board)
    assert said[0] == CONNECTING
    assert said[-1] == GOT_IP
    assert wlan.isconnected()
    assert len(board.joins()) == 1
    board.works()


def test_a_program_that_sleeps_meanwhile(board):
    """Nothing but the long command is left when `connect()` returns."""
    board.wlan.active(True)
    board.wlan.connect(SSID, PASSWORD)
    assert len(board.joins()) == 1
    board.clock.advance(10)
    assert board.wlan.isconnected()


def test_the_loop_of_the_book(board):
    """As the Pico W's own documentation has it."""
    wlan = board.wlan
    wlan.active(True)
    wlan.connect(SSID, PASSWORD)
    wait = 10
    while wait > 0:
        if wlan.status() < 0 or wlan.status() >= 3:
            break
        wait -= 1
        board.clock.advance(1)
    assert wlan.status() == 3
    assert wlan.ifconfig()[0] == "192.168.1.50"


@pytest.mark.parametrize(
    ("ssid", "key", "how"),
    [
        (SSID, "wrong horse", WRONG_PASSWORD),
        ("nobody", PASSWORD, NO_AP),
    ],
)
def test_what_went_wrong(make_board, family, ssid, key, how):
    board = make_board(family)
    board.wlan.active(True)
    board.wlan.connect(ssid, key)
    assert watch(board)[-1] == how
    assert not board.wlan.isconnected()
    board.clock.advance(60)
    assert board.wlan.status() == how, "and stays so"
    assert len(board.joins()) == 1
    board.wlan.connect(SSID, PASSWORD)
    assert watch(board)[-1] == GOT_IP


def test_without_active(board):
    board.wlan.connect(SSID, PASSWORD)
    assert board.wlan.active()
    assert watch(board)[-1] == GOT_IP


def test_arguments(board):
    for missing in (None, 5):
        with pytest.raises(TypeError, match="SSID"):
            board.wlan.connect(missing, "x")
    with pytest.raises(TypeError, match="key"):
        board.wlan.connect(SSID, 5)
    for wrong in [("", ""), ("x" * 33, ""), (SSID, "x" * 65), ("a\r\nAT+RST", ""), (SSID, "1\0")]:
        with pytest.raises(ValueError):
            board.wlan.connect(*wrong)
    with pytest.raises(ValueError, match="six bytes"):
        board.wlan.connect(SSID, PASSWORD, bssid=b"123")
    assert not board.joins()
    assert not board.said(b"RST")


def test_an_open_network(make_board, profile):
    board = make_board(profile, access_points=[AccessPoint("open", "")])
    board.wlan.active(True)
    board.wlan.connect("open")
    assert watch(board)[-1] == GOT_IP


def test_one_of_two_access_points(make_board, profile):
    points = [AccessPoint(SSID, PASSWORD, bssid=f"02:00:00:00:00:0{n}", channel=n) for n in (1, 6)]
    board = make_board(profile, access_points=points)
    board.wlan.connect(SSID, PASSWORD, bssid=b"\x02\0\0\0\0\x06", channel=6, security=4)
    assert watch(board)[-1] == GOT_IP
    assert board.module.core.station.access_point is points[1]


def test_a_soft_reboot_does_not_join_again(board, make_board):
    board.wlan.active(True)
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    make_board.restart(board)
    board.wlan.active(True)
    assert board.wlan.isconnected()
    assert board.wlan.status() == GOT_IP
    board.wlan.connect(SSID, PASSWORD)
    assert board.wlan.isconnected()
    assert len(board.joins()) == 1
    board.works()


def test_another_password_for_the_network_it_stands_in(board):
    """It is not noticed, as docs/micropython.md says; a `disconnect()` before has it checked."""
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.wlan.connect(SSID, "wrong horse")
    assert board.wlan.isconnected()
    board.wlan.disconnect()
    board.wlan.connect(SSID, "wrong horse")
    assert watch(board)[-1] == WRONG_PASSWORD


def test_disconnect(board):
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.wlan.disconnect()
    assert board.wlan.status() == IDLE
    assert not board.wlan.isconnected()
    assert board.module.core.station.access_point is None
    board.clock.advance(60)
    assert board.wlan.status() == IDLE
    assert len(board.joins()) == 1
    board.wlan.connect(SSID, PASSWORD)
    assert watch(board)[-1] == GOT_IP


def test_disconnect_while_it_joins(board):
    board.wlan.connect(SSID, PASSWORD)
    with board.within(0.1):
        board.wlan.disconnect()
    assert board.wlan.status() == IDLE
    for _ in range(30):
        board.clock.advance(1)
        assert board.wlan.status() == IDLE
    assert board.module.core.station.access_point is None


@pytest.mark.parametrize("given", [(), (None,), (5,), ("x" * 33,), ("", "")])
def test_connect_to_nothing(board, given):
    """Without a name, or with what is none: as on a Pico W, and nothing is begun."""
    board.wlan.active(True)
    before = board.joins()
    with pytest.raises((TypeError, ValueError)):
        board.wlan.connect(*given)
    assert board.wlan.status() == board.network_.STAT_IDLE
    assert board.joins() == before


def test_connect_twice(board):
    """Programs call it over and over until they are connected."""
    for _ in range(20):
        if board.wlan.isconnected():
            break
        board.wlan.connect(SSID, PASSWORD)
        board.clock.advance(0.5)
    assert board.wlan.isconnected()
    assert len(board.joins()) == 1


def test_another_network_while_it_joins(make_board, profile):
    other = AccessPoint("other", PASSWORD, bssid="02:00:00:00:00:0c")
    board = make_board(profile, access_points=[AccessPoint(SSID, PASSWORD), other])
    board.wlan.connect(SSID, PASSWORD)
    board.wlan.connect("other", PASSWORD)
    assert board.wlan.status() == CONNECTING
    assert watch(board)[-1] == GOT_IP
    assert board.module.core.station.access_point is other
    assert board.wlan.config("ssid") == "other"


def test_while_the_module_is_busy_with_another_command(board):
    """It begins when the module has time: `connect()` does not wait for it."""
    board.wlan.active(True)
    board.modem.turn()
    board.modem.begin(b"+CWLAP", (), None, 20000)
    with board.within(0.01):
        board.wlan.connect(SSID, PASSWORD)
    assert not board.joins()
    assert board.wlan.status() == CONNECTING
    assert watch(board)[-1] == GOT_IP


def test_off_and_on(make_board, family):
    board = make_board(family)
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.wlan.active(False)
    assert board.wlan.active() is False
    assert board.wlan.status() == IDLE
    assert board.module.core.station.access_point is None
    board.wlan.active(False)
    board.wlan.active(True)
    assert board.wlan.status() == IDLE
    board.wlan.connect(SSID, PASSWORD)
    assert watch(board)[-1] == GOT_IP
    board.works()


def test_a_lost_network_is_joined_again(make_board, family):
    board = make_board(family)
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.module.wifi_lost()
    said = []
    for i in range(100):
        if i == 10:
            board.module.wifi_back()
        board.clock.advance(0.5)
        said.append(board.wlan.status())
        if said[-1] == GOT_IP and CONNECTING in said:
            break
    assert set(said) <= {CONNECTING, NO_IP, GOT_IP}
    assert said[-1] == GOT_IP
    board.works()


def test_an_access_point_that_is_away_for_long(make_board, family):
    """It is looked for again and again; nothing but `disconnect()` ends that."""
    board = make_board(family)
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.module.wifi_lost()
    for _ in range(110):
        board.clock.advance(1)
        assert board.wlan.status() in (CONNECTING, NO_IP)
    board.module.wifi_back()
    for _ in range(60):
        board.clock.advance(1)
        if board.wlan.isconnected():
            break
    board.works()


def test_the_module_restarts(make_board, family):
    board = make_board(family)
    board.wlan.connect(SSID, PASSWORD)
    watch(board)
    board.module.reset()
    board.clock.advance(2)
    assert watch(board)[-1] == GOT_IP
    board.works()


def test_the_module_restarts_while_it_joins(board):
    board.wlan.connect(SSID, PASSWORD)
    board.clock.advance(0.2)
    board.module.reset()
    board.clock.advance(1)
    assert watch(board)[-1] == GOT_IP


def test_a_silent_module(board):
    board.line.take = lambda view: None
    with pytest.raises(OSError, match="check power") as caught:
        board.wlan.active(True)
    assert caught.value.errno == errno.ETIMEDOUT


def test_a_module_that_goes_silent_while_it_joins(board):
    board.wlan.connect(SSID, PASSWORD)
    board.line.take = lambda view: None
    with pytest.raises(OSError, match="check power"), board.within(60):
        while not board.wlan.isconnected():
            board.clock.advance(0.2)
