"""Joining a network: why it failed, what a name may hold, and joining again."""

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from espat_tools.emulator import AccessPoint
from tests.driver.desk import ALL, BOTH, PASSWORD, SSID, Desk, examples

POINTS = {
    "espat": {"password": PASSWORD},
    "silent": {"password": PASSWORD, "silent": True},
    "no dhcp": {"password": PASSWORD, "dhcp": False},
    "open": {},
}

# SSID, password, errno, what the message must say.
FAILURES = {
    "wrong password": ("espat", "wrong horse", errno.EACCES, "wrong password"),
    "no such access point": ("nowhere", PASSWORD, errno.ENODEV, "no such access point"),
    "time-out": ("silent", PASSWORD, errno.ETIMEDOUT, "no answer"),
    "no DHCP": ("no dhcp", PASSWORD, errno.ETIMEDOUT, "DHCP"),
}


def points(**more):
    """The access points in range."""
    return [AccessPoint(ssid, **how) for ssid, how in {**POINTS, **more}.items()]


def test_the_right_password(make_desk, family):
    desk = make_desk(family, access_points=points())
    assert not desk.radio.connected
    assert desk.join().radio.connected
    assert str(desk.radio.ipv4_address) == "192.168.1.50"
    desk.works()


def test_an_open_network(make_desk, family):
    desk = make_desk(family, access_points=points())
    desk.radio.connect("open")
    desk.works()


@pytest.mark.parametrize("why", FAILURES)
def test_why_a_join_failed(make_desk, family, why):
    ssid, password, number, words = FAILURES[why]
    desk = make_desk(family, access_points=points())
    with desk.within(25), pytest.raises(ConnectionError, match=words) as caught:
        desk.radio.connect(ssid, password)
    assert caught.value.errno == number
    assert ssid in str(caught.value)
    assert password not in str(caught.value)
    assert not desk.radio.connected
    assert desk.radio.ipv4_address is None


@pytest.mark.parametrize("why", FAILURES)
def test_a_join_that_failed_is_forgotten(make_desk, profile, why):
    ssid, password, _, _ = FAILURES[why]
    desk = make_desk(profile, access_points=points())
    with pytest.raises(ConnectionError):
        desk.radio.connect(ssid, password)
    with pytest.raises(OSError, match="not joined") as caught:
        desk.socket()
    assert caught.value.errno == errno.ENOTCONN
    assert len(desk.joins()) == 1
    desk.join().works()


def test_a_join_that_fails_leaves_the_network_before(make_desk, profile):
    desk = make_desk(profile, access_points=points())
    desk.radio.connect("open")
    with pytest.raises(ConnectionError, match="wrong password"):
        desk.radio.connect(SSID, "wrong horse")
    assert not desk.radio.connected
    desk.join().works()


def test_a_slow_join(make_desk, profile):
    desk = make_desk(profile, timing={"join": 12.0, "join_timeout": 15.0})
    with desk.within(14):
        desk.join().works()


def test_time_to_join_is_bounded_by_the_caller(make_desk, profile):
    desk = make_desk(profile, access_points=points(), timing={"join_timeout": 500})
    with desk.within(6), pytest.raises(OSError) as caught:
        desk.radio.connect("silent", PASSWORD, timeout=3)
    assert caught.value.errno == errno.ETIMEDOUT


def test_a_module_that_gives_an_unknown_reason(desk):
    def refuse(*_):
        yield 0.01
        return 9  # a code that no document has

    desk.module.core.station.leave()
    desk.module.core.station.join = refuse
    with pytest.raises(ConnectionError, match="no reason"):
        desk.join()
    assert not desk.radio.connected


# -- what a name and a password may hold ---------------------------------------------------------

NAMES = {
    "comma": "a,b",
    "quote": 'a"b',
    "backslash": "a\\b",
    "all three, doubled": '\\\\",,""\\',
    "ends in a backslash": "abc\\",
    "ends in a quote": 'abc"',
    "begins with a quote": '"abc',
    "like a reply": '",02:00:00:00:00:09",1,-40',
    "like a result": "OK",
    "like a notice": "0,CLOSED",
    "like a header": "+IPD,0,5:abcde",
    "like a boot": "ready",
    "umlauts": "Bücher & Käse",
    "emoji": "\N{SNOWMAN}\N{DUCK}",
    "spaces": "  a b  ",
    "plus": "a+b=c?",
    "one character": "x",
    "32 bytes": "0123456789abcdef0123456789abcdef",
    "32 bytes of escapes": '"' * 32,
    "not UTF-8": b"\xff\xfe\x80caf\xe9",
    "control characters": b"\x01\x07\x1b[2J\x7f",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_and_passwords(make_desk, profile, name):
    ssid = NAMES[name]
    password = NAMES[name] * 8
    password = password[:20] if len(password) > 40 else password
    there = [AccessPoint(ssid, password)]
    desk = make_desk(profile, access_points=there)
    desk.radio.connect(ssid, password)
    assert desk.module.core.station.access_point is there[0]
    desk.works()
    # The board restarts: the same name is recognised, whatever it is made of.
    desk.again().radio.connect(ssid, password)
    assert len(desk.joins()) == 1
    desk.works()


def test_a_name_with_a_whole_reply_in_it(make_desk, profile):
    ssid = 'x","02:00:00:00:00:09",6,-40'
    desk = make_desk(profile, access_points=[AccessPoint(ssid, PASSWORD)])
    desk.radio.connect(ssid, PASSWORD)
    desk.again().radio.connect(ssid, PASSWORD)
    assert len(desk.joins()) == 1


@examples
@given(
    family=st.sampled_from(ALL),
    ssid=st.binary(min_size=1, max_size=32).filter(lambda b: not {0, 10, 13} & {*b}),
    password=st.binary(min_size=8, max_size=63).filter(lambda b: not {0, 10, 13} & {*b}),
)
def test_any_name_and_any_password(family, ssid, password):
    there = [AccessPoint(ssid, password)]
    desk = Desk(family, access_points=there)
    desk.radio.connect(ssid, password)
    assert desk.module.core.station.access_point is there[0]
    desk.again().radio.connect(ssid, password)
    assert len(desk.joins()) == 1


@examples
@given(
    family=st.sampled_from(BOTH),
    ssid=st.text(alphabet='",\\:0af ', min_size=1, max_size=32),
    other=st.text(alphabet='",\\:0af ', min_size=1, max_size=32),
)
def test_names_that_look_like_the_reply(family, ssid, other):
    there = [AccessPoint(ssid, PASSWORD), AccessPoint(other, PASSWORD)]
    desk = Desk(family, access_points=there)
    desk.radio.connect(ssid, PASSWORD)
    desk.again().radio.connect(other, PASSWORD)
    assert desk.module.core.station.access_point.ssid == other.encode()
    assert len(desk.joins()) == (1 if ssid == other else 2)


SMUGGLED = ["x\r\nAT+RST", "x\rAT+RST\r", "x\nAT+RST", "x\0AT+RST", b"x\r\nAT+RST", b"\0"]


@pytest.mark.parametrize("bad", SMUGGLED)
@pytest.mark.parametrize("where", ["ssid", "password"])
def test_no_command_is_smuggled_in(make_desk, profile, where, bad):
    desk = make_desk(profile).join()
    before = len(desk.joins())
    arguments = {"ssid": (bad, PASSWORD), "password": (SSID, bad)}[where]
    desk.again()
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        desk.radio.connect(*arguments)
    assert len(desk.joins()) == before
    assert not desk.said(b"RST")
    desk.join().works()


# SSID, password, bssid.
OUT_OF_RANGE = {
    "no name": ("", PASSWORD, None),
    "33 bytes": ("x" * 33, PASSWORD, None),
    "33 bytes in 17 characters": ("\N{LATIN SMALL LETTER E WITH ACUTE}" * 17, PASSWORD, None),
    "password of 65": (SSID, "x" * 65, None),
    "a line in the BSSID": (SSID, PASSWORD, "02:00:00:00:00:01\r\nAT+RST"),
}


@pytest.mark.parametrize("what", OUT_OF_RANGE)
def test_out_of_range(make_desk, profile, what):
    ssid, password, bssid = OUT_OF_RANGE[what]
    desk = make_desk(profile)
    with pytest.raises(ValueError):
        desk.radio.connect(ssid, password, bssid=bssid)
    assert not desk.joins()
    desk.join().works()


@pytest.mark.parametrize("bssid", ["02:00:00:00:00:0b", b"\x02\0\0\0\0\x0b"])
def test_one_of_two_with_the_same_name(make_desk, profile, bssid):
    near = AccessPoint(SSID, PASSWORD, rssi=-30)
    far = AccessPoint(SSID, PASSWORD, rssi=-80, bssid="02:00:00:00:00:0b")
    desk = make_desk(profile, access_points=[near, far])
    desk.radio.connect(SSID, PASSWORD, bssid=bssid)
    assert desk.module.core.station.access_point is far


# -- joining again -------------------------------------------------------------------------------


def test_joining_twice_sends_it_once(desk):
    desk.join().join().works()
    assert len(desk.joins()) == 1


def test_joining_twice_keeps_the_sockets(desk):
    with desk.socket() as sock:
        desk.join()
        sock.sendall(b"here")
        assert sock.recv(4) == b"here"


def test_a_restart_is_followed_by_a_join_on_the_next_use(make_desk, family):
    desk = make_desk(family).join()
    sock = desk.socket()
    desk.module.reset()
    desk.let(1)
    assert not desk.radio.connected
    assert len(desk.joins()) == 1  # nothing happens behind the program's back
    with desk.within(5):
        desk.works()
    first, second = desk.joins()
    assert first == second
    with pytest.raises(ConnectionResetError, match="restarted"):
        sock.recv(1)


def test_a_restart_while_nobody_looks(desk):
    sock = desk.socket()
    desk.module.reset()
    desk.clock.advance(5)
    desk.works()
    assert len(desk.joins()) == 2
    with pytest.raises(ConnectionResetError):
        sock.recv(1)


def test_every_use_joins_again(desk):
    uses = {
        "getaddrinfo": lambda: desk.pool.getaddrinfo("echo.test", 7),
        "socket": desk.socket,
        "command": lambda: desk.radio.command("AT+CIFSR"),
    }
    for count, use in enumerate(uses.values(), 2):
        desk.module.reset()
        desk.let(1)
        use()
        assert len(desk.joins()) == count


def test_wifi_lost_and_found(make_desk, family):
    desk = make_desk(family).join()
    socks = [desk.socket() for _ in range(5)]
    desk.module.wifi_lost()
    desk.let(0.1)
    assert not desk.radio.connected
    for sock in socks:
        for use in (lambda s: s.recv(1), lambda s: s.send(b"x")):
            with pytest.raises(ConnectionResetError, match="Wi-Fi"):
                use(sock)
    desk.module.wifi_back()
    for _ in range(5):
        desk.works()


@pytest.mark.parametrize("wait", [0, 0.5, 0.99, 1.0, 1.2, 1.31, 2, 10])
def test_wifi_back_while_the_module_joins_by_itself(desk, wait):
    """The module tries every second: the driver's own join must not trip over that."""
    desk.module.wifi_lost()
    desk.module.wifi_back()
    desk.let(wait)
    with desk.within(20):
        desk.works()


def test_wifi_gone_for_good(desk):
    desk.module.wifi_lost()
    desk.let(0.1)
    with desk.within(25), pytest.raises(ConnectionError, match="no such access point"):
        desk.socket()
    desk.module.wifi_back()
    desk.works()


def test_wifi_lost_with_the_closed_of_each_link(desk):
    socks = [desk.socket() for _ in range(5)]
    desk.module.wifi_lost(closed=True)
    desk.let(0.1)
    for sock in socks:
        try:
            assert sock.recv(1) == b""
        except ConnectionResetError:
            pass
        with pytest.raises(OSError):
            sock.send(b"x")
    desk.module.wifi_back()
    desk.works()


def test_wifi_lost_while_nobody_looks(desk):
    sock = desk.socket()
    desk.module.wifi_lost()
    desk.module.wifi_back()
    desk.clock.advance(5)  # lost, found, joined, all in the UART's buffer
    with pytest.raises(OSError):
        sock.send(b"x")
    desk.works()


@pytest.mark.parametrize("family", ["esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-5.0.1"])
def test_notices_of_ipv6_mean_nothing(make_desk, family):
    """`WIFI GOT IPv6 LL` may come with every join, and in the middle of anything."""
    desk = make_desk(family)
    desk.radio.command("AT+CIPV6=1")
    desk.join()
    with desk.socket() as sock:
        for _ in range(3):
            desk.module.fault("notice WIFI GOT IPv6 LL")
            desk.module.fault("notice WIFI GOT IPv6 GL")
            sock.sendall(b"hello")
            assert sock.recv(5) == b"hello"
    assert desk.radio.connected
    assert b"WIFI GOT IPv6 LL" in b"".join(data for _, way, data in desk.module.log if way == ">")
