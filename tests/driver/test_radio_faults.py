"""The radio's API on bad days: a restart, silence or Ctrl-C amid each call; bad input."""

import errno

import pytest

from espat import ATError
from espat.members.types import AuthMode, PowerManagement
from tests.driver.desk import PASSWORD

WHERE = {"ipv4": "192.168.1.9", "netmask": "255.255.255.0", "gateway": "192.168.1.1"}
MINE = {"ipv4": "10.1.1.1", "netmask": "255.255.255.0", "gateway": "10.1.1.1"}


def setting(name, value):
    return lambda radio: setattr(radio, name, value)


CALLS = {
    "addresses": lambda radio: radio.addresses,
    "ap_info": lambda radio: radio.ap_info,
    "authmode": lambda radio: radio.ap_info and radio.ap_info.authmode,
    "dns": lambda radio: radio.dns,
    "dns =": setting("dns", ["10.0.0.53"]),
    "hostname": lambda radio: radio.hostname,
    "hostname =": setting("hostname", "kitchen"),
    "mac_address": lambda radio: radio.mac_address,
    "mac_address =": setting("mac_address", b"\x02\0\0\0\0\x77"),
    "ping": lambda radio: radio.ping("echo.test"),
    "power_management =": setting("power_management", PowerManagement.NONE),
    "scan": lambda radio: list(radio.start_scanning_networks()),
    "set_ipv4_address": lambda radio: radio.set_ipv4_address(ipv4_dns="10.0.0.53", **WHERE),
    "set_ipv4_address_ap": lambda radio: radio.set_ipv4_address_ap(**MINE),
    "start_ap": lambda radio: radio.start_ap("mine", PASSWORD),
    "start_dhcp": lambda radio: radio.start_dhcp(),
    "stations_ap": lambda radio: radio.stations_ap,
    "stop_ap": lambda radio: radio.stop_ap(),
    "stop_station": lambda radio: radio.stop_station(),
}


def ready(desk):
    """With an access point, so that every call has something to do."""
    desk.join()
    address = desk.pool.getaddrinfo("echo.test", 7)[0][4][0]
    desk.network.name_servers["10.0.0.53"] = {"echo.test": address}
    desk.radio.start_ap("own", PASSWORD)
    return desk


def still_good(desk):
    """The radio joins, and carries a conversation."""
    desk.join()
    desk.works()


def at_pause(desk, count, action):
    """`action()` at the n-th pause of the driver."""

    def hook():
        hook.left -= 1
        if hook.left == 0:
            action()

    hook.left = count
    desk.port.hooks.append(hook)
    return hook


@pytest.mark.parametrize("when", [1, 5, 30, 320])
@pytest.mark.parametrize("name", CALLS)
def test_the_module_restarts(make_desk, profile, name, when):
    desk = ready(make_desk(profile))
    at_pause(desk, when, desk.module.reset)
    try:
        CALLS[name](desk.radio)
    except (OSError, ATError) as e:
        assert str(e)
    desk.let(1)
    still_good(desk)


@pytest.mark.parametrize("name", CALLS)
def test_the_module_falls_silent(make_desk, profile, name):
    desk = ready(make_desk(profile))
    desk.module.hold()
    with desk.within(90), pytest.raises(OSError) as caught:
        CALLS[name](desk.radio)
    assert caught.value.errno == errno.ETIMEDOUT
    desk.module.release()
    still_good(desk)


@pytest.mark.parametrize("when", [1, 3, 40])
@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c(make_desk, profile, name, when):
    desk = ready(make_desk(profile))

    def interrupt():
        raise KeyboardInterrupt

    hook = at_pause(desk, when, interrupt)
    try:
        CALLS[name](desk.radio)
    except KeyboardInterrupt:
        pass
    desk.port.hooks.remove(hook)
    still_good(desk)


@pytest.mark.parametrize("name", [n for n in CALLS if n != "stop_station"])
def test_wifi_went_away(make_desk, profile, name):
    desk = ready(make_desk(profile))
    desk.module.wifi_lost()
    desk.let(0.1)
    try:
        CALLS[name](desk.radio)
    except OSError as e:
        assert str(e)
    desk.module.wifi_back()
    still_good(desk)


def test_what_is_kept_and_refused_stops_nothing(make_desk, profile):
    """A setting that the restarted module refuses is left out."""
    desk = make_desk(profile).join()
    desk.radio.mac_address = b"\x02\0\0\0\0\x77"
    desk.radio.power_management = PowerManagement.MIN
    (row,) = [row for row in desk.modem.kept if b"MAC" in row[1]]
    row[2] = ("03:00:00:00:00:01",)
    desk.module.reset()
    desk.let(1)
    still_good(desk)
    assert any(b"03:00" in line for line in desk.said(b"CIPSTAMAC"))
    assert desk.radio.power_management is PowerManagement.MIN, "what follows it is made again"


SMUGGLED = ["x\r\nAT+RST", "x\rAT+RST", "x\nAT+RST", "x\0", b"x\r\nAT+RST"]
WAYS = {
    "ssid": lambda radio, bad: radio.start_ap(bad, PASSWORD),
    "password": lambda radio, bad: radio.start_ap("mine", bad + bad),
    "hostname": lambda radio, bad: setattr(radio, "hostname", bad),
    "dns": lambda radio, bad: setattr(radio, "dns", [bad]),
    "ping": lambda radio, bad: radio.ping(bad if isinstance(bad, str) else bad.decode()),
    "address": lambda radio, bad: radio.set_ipv4_address(**{**WHERE, "ipv4": bad}),
    "gateway": lambda radio, bad: radio.set_ipv4_address(**{**WHERE, "gateway": bad}),
    "of the ap": lambda radio, bad: radio.set_ipv4_address_ap(**{**MINE, "netmask": bad}),
}


@pytest.mark.parametrize("bad", SMUGGLED)
@pytest.mark.parametrize("way", WAYS)
def test_no_command_is_smuggled_in(make_desk, profile, way, bad):
    desk = make_desk(profile).join()
    with pytest.raises(ValueError):
        WAYS[way](desk.radio, bad)
    assert not desk.said(b"RST")
    assert not any(b"\n" in line or b"\r" in line for line in desk.module.commands)
    still_good(desk)


NAMES = ["a,b", 'a"b', "a\\b", '\\\\",,""\\', "b\u00fccher", "0,CLOSED", "OK", '"' * 32, "  a  "]


@pytest.mark.parametrize("name", NAMES)
def test_what_an_access_point_may_be_called(make_desk, profile, name):
    desk = make_desk(profile)
    password = (name * 8)[:20]
    desk.radio.start_ap(name, password, authmode=(AuthMode.WPA2, AuthMode.PSK))
    now = desk.module.core.settings
    assert (now.ap_ssid, now.ap_password) == (name.encode(), password.encode())
    desk.module.reset()
    desk.let(1)
    assert desk.radio.ap_active is True
    now = desk.module.core.settings
    assert (now.ap_ssid, now.ap_password) == (name.encode(), password.encode())


def test_the_password_of_the_access_point_is_masked(make_desk, profile):
    lines = []
    desk = make_desk(profile, radio={"debug": lambda way, line: lines.append(line)})
    desk.radio.start_ap("mine", "secret words")
    desk.module.reset()
    desk.let(1)
    assert desk.radio.ap_active
    assert any("CWSAP" in line for line in lines)
    assert not any("secret" in line for line in lines)
