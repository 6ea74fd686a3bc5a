"""`espat.Radio` has the API of `wifi.Radio`: each member, on every family that has it.

`prove()` at a test's end is what docs/radio.md is made of.
"""

import errno
import inspect
import pydoc
import sys
import traceback
from ipaddress import IPv4Address
from types import ModuleType, SimpleNamespace

import pytest

from espat import ATError, Radio
from espat.members.table import MEMBERS
from espat.members.types import AuthMode, Network, PowerManagement
from espat_tools import where
from espat_tools.emulator import AccessPoint
from tests.driver.desk import PASSWORD, SSID

OLD = ("nonos-1.3", "nonos-1.7.4", "wizfi360")
BARE = ("nonos-1.3",)
"""Without CWHOSTNAME, CIPDNS."""

MAC = bytes([2, 0, 0, 0, 0, 0x77])
CLIENT = "02:00:00:00:00:99"
WHERE = {"ipv4": "192.168.1.9", "netmask": "255.255.255.0", "gateway": "192.168.1.1"}


def settings(desk):
    """What the module has set, as it sees it."""
    return desk.module.core.settings


def again_after_a_restart(desk):
    """The module restarts; the radio is used."""
    desk.module.reset()
    desk.let(1)
    return desk.radio.firmware


# -- joining -------------------------------------------------------------------------------------


def test_connect(make_desk, family, prove):
    point = AccessPoint(SSID, PASSWORD, channel=6, bssid="02:00:00:00:00:0b")
    desk = make_desk(family, access_points=[point])
    radio = desk.radio
    assert radio.connected is False
    with pytest.raises(ConnectionError):
        radio.connect(SSID, b"wrong horse")
    bssid = b"\x02\0\0\0\0\x0b"
    radio.connect(SSID.encode(), PASSWORD.encode(), channel=6, bssid=bssid, timeout=5)
    assert radio.connected is True
    assert desk.module.core.station.access_point is point
    desk.works()
    prove("connect", "connected")


def test_addresses(desk, prove):
    radio = desk.radio
    assert radio.ipv4_address == IPv4Address("192.168.1.50")
    assert str(radio.ipv4_address) == "192.168.1.50"
    assert radio.ipv4_subnet == IPv4Address("255.255.255.0")
    assert radio.ipv4_gateway == IPv4Address("192.168.1.1")
    assert radio.addresses == ("192.168.1.50",)
    prove("ipv4_address", "ipv4_subnet", "ipv4_gateway", "addresses")


def test_addresses_while_down(make_desk, family):
    radio = make_desk(family).radio
    assert radio.ipv4_address is radio.ipv4_subnet is radio.ipv4_gateway is None
    assert radio.addresses == ()
    assert radio.ap_info is None


def test_stop_station_and_start_it(desk, prove):
    radio = desk.radio
    radio.stop_station()
    assert not radio.connected
    assert desk.module.core.station.access_point is None
    radio.start_station()
    with pytest.raises(OSError, match="not joined"):
        desk.socket()
    desk.join().works()
    prove("start_station", "stop_station")


def test_a_station_can_be_started_first(make_desk, family):
    desk = make_desk(family)
    desk.radio.start_station()
    assert settings(desk).wifi_mode == 1


def test_enabled(desk, family, prove):
    radio = desk.radio
    assert radio.enabled is True
    if family in OLD:
        with pytest.raises(NotImplementedError, match="stop_station"):
            radio.enabled = False
        assert radio.enabled
        desk.works()
        return
    sock = desk.socket()
    radio.enabled = False
    assert radio.enabled is False
    assert settings(desk).wifi_mode == 0
    with pytest.raises(ConnectionResetError):
        sock.recv(1)
    assert not radio.connected
    radio.enabled = True
    assert radio.enabled is True
    assert not radio.connected
    desk.join().works()
    prove("enabled")


def test_switched_off_it_is_no_access_point_any_more(make_desk):
    desk = make_desk("esp32c3-3.3")
    desk.radio.start_ap("mine", PASSWORD)
    desk.radio.enabled = False
    assert not desk.radio.ap_active
    desk.radio.enabled = True
    again_after_a_restart(desk)
    assert not desk.radio.ap_active


# -- who it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kitchen-7.lan", b"kitchen"])
def test_hostname(make_desk, family, name, prove):
    desk = make_desk(family)
    radio = desk.radio
    if family in BARE:
        with pytest.raises(OSError) as caught:
            radio.hostname = name
        assert caught.value.errno == errno.EOPNOTSUPP
        return
    radio.hostname = name
    text = name if isinstance(name, str) else name.decode()
    assert desk.module.core.session.hostname == text.encode()
    assert radio.hostname == text
    desk.join()
    again_after_a_restart(desk)
    assert desk.module.core.session.hostname == text.encode()
    said = desk.module.commands
    first = max(i for i, line in enumerate(said) if b"CWHOSTNAME=" in line)
    assert any(b"CWJAP" in line and b"=" in line for line in said[first:]), "set before the join"
    prove("hostname")


BAD_NAMES = ["", "-a", "a b", 'a"b', "a\r\nAT+RST", "bücher", "a..b", "a" * 33]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_wrong_hostname(make_desk, profile, name):
    desk = make_desk(profile)
    with pytest.raises((ValueError, UnicodeError)):
        desk.radio.hostname = name
    assert not desk.said(b"HOSTNAME")
    assert not desk.said(b"RST")


def test_mac_address(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    before = bytes.fromhex(settings(desk).station_mac.replace(":", ""))
    assert radio.mac_address == before
    radio.mac_address = MAC
    assert radio.mac_address == MAC
    again_after_a_restart(desk)
    assert bytes.fromhex(settings(desk).station_mac.replace(":", "")) == MAC
    with pytest.raises(ValueError, match="six bytes"):
        radio.mac_address = b"12345"
    prove("mac_address")


def test_mac_address_ap(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.start_ap("mine", PASSWORD)
    assert radio.mac_address_ap == bytes.fromhex(settings(desk).ap_mac.replace(":", ""))
    radio.mac_address_ap = MAC
    again_after_a_restart(desk)
    assert radio.mac_address_ap == MAC
    prove("mac_address_ap")


def test_power_management(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    minimum = 2 if family in OLD else 1
    for wanted, mode in ((PowerManagement.NONE, 0), (PowerManagement.MIN, minimum)):
        radio.power_management = wanted
        assert desk.module.core.session.sleep == mode
        assert radio.power_management is wanted
    if family in OLD:
        with pytest.raises(ValueError, match=r"PowerManagement\.MAX"):
            radio.power_management = PowerManagement.MAX
    else:
        radio.power_management = PowerManagement.MAX
        assert desk.module.core.session.sleep == 3
        again_after_a_restart(desk)
        assert radio.power_management is PowerManagement.MAX
    radio.command("AT+SLEEP=1" if family in OLD else "AT+SLEEP=2")
    assert radio.power_management is PowerManagement.UNKNOWN
    with pytest.raises(ValueError):
        radio.power_management = PowerManagement.UNKNOWN
    prove("power_management", "PowerManagement")
    prove(*(f"PowerManagement.{name}" for name in ("NONE", "MIN", "MAX", "UNKNOWN")))


def lacks(call):
    with pytest.raises(OSError) as caught:
        call()
    assert caught.value.errno == errno.EOPNOTSUPP


def test_tx_power(make_desk, family, prove):
    """In dBm; the module counts quarters. NonOS cannot be asked, WizFi360 has none."""
    desk = make_desk(family)
    radio = desk.radio
    if family in OLD:
        lacks(lambda: radio.tx_power)
        if family == "wizfi360":
            lacks(lambda: setattr(radio, "tx_power", 10))
            return
        radio.tx_power = 12.5
        assert desk.said(b"RFPOWER")[-1] == b"AT+RFPOWER=50"
    else:
        assert radio.tx_power == (20.5 if family == "esp8266-2.2.1" else 20)
        radio.tx_power = 13
        assert radio.tx_power == 13
        desk.module.reset()
        desk.let(1)
        assert radio.tx_power == 13, "set again after a restart"
    count = len(desk.module.commands)
    for wrong in (-1, 21.5):
        with pytest.raises(ValueError):
            radio.tx_power = wrong
    assert desk.module.commands[count:] == []
    prove("tx_power")


# -- the networks around -------------------------------------------------------------------------

AROUND = [
    AccessPoint("open", security=0, channel=1, rssi=-40),
    AccessPoint("Bücher", PASSWORD, security=4, channel=6, bssid="02:00:00:00:00:02"),
    AccessPoint('a","b', PASSWORD, security=2, channel=11, bssid="02:00:00:00:00:03"),
    AccessPoint(b"\xff\xfe", PASSWORD, security=3, channel=13, bssid="02:00:00:00:00:04"),
]


def test_scan(make_desk, family, prove):
    radio = make_desk(family, access_points=AROUND).radio
    found = {network.ssid: network for network in radio.start_scanning_networks()}
    radio.stop_scanning_networks()
    assert set(found) == {"open", "Bücher", 'a","b', b"\xff\xfe"}
    opened = found["open"]
    assert isinstance(opened, Network)
    assert (opened.rssi, opened.channel, opened.country) == (-40, 1, "")
    assert opened.bssid == b"\x02\0\0\0\0\x01"
    assert opened.authmode == (AuthMode.OPEN,)
    assert found["Bücher"].authmode == (AuthMode.WPA, AuthMode.WPA2, AuthMode.PSK)
    assert found[b"\xff\xfe"].authmode == (AuthMode.WPA2, AuthMode.PSK)
    assert repr(opened.authmode) == "(wifi.AuthMode.OPEN,)"
    prove("start_scanning_networks", "stop_scanning_networks")
    prove("AuthMode.OPEN", "AuthMode.WPA", "AuthMode.WPA2", "AuthMode.PSK")
    prove("AuthMode", "Network", "Network.country")
    prove("Network.ssid", "Network.bssid", "Network.rssi", "Network.channel", "Network.authmode")


def test_scan_of_some_channels(make_desk, profile):
    radio = make_desk(profile, access_points=AROUND).radio
    found = radio.start_scanning_networks(start_channel=11, stop_channel=6)
    assert {network.channel for network in found} == {6, 11}
    for wrong in (0, 166, "1"):
        with pytest.raises((ValueError, TypeError)):
            radio.start_scanning_networks(start_channel=wrong)


def test_scan_while_the_network_is_gone(desk):
    desk.module.wifi_lost()
    desk.let(0.1)
    assert [n.ssid for n in desk.radio.start_scanning_networks()] == []
    desk.module.wifi_back()
    assert [n.ssid for n in desk.radio.start_scanning_networks()] == [SSID]
    desk.works()


@pytest.mark.parametrize("security", [1, 5, 6, 7])
def test_other_authmodes(make_desk, security, prove):
    desk = make_desk("esp32c3-3.3", access_points=[AccessPoint("x", PASSWORD, security=security)])
    (network,) = desk.radio.start_scanning_networks()
    m = AuthMode
    known = {1: (m.WEP,), 5: (m.WPA2, m.ENTERPRISE), 6: (m.WPA3, m.PSK)}
    assert network.authmode == known.get(security, (m.WPA2, m.WPA3, m.PSK))
    prove(*(repr(mode).removeprefix("wifi.") for mode in network.authmode))


@pytest.mark.parametrize("ssid", [SSID, 'a","b', b"\xff\xfe"])
def test_ap_info(make_desk, family, ssid, prove):
    point = AccessPoint(ssid, PASSWORD, channel=11, rssi=-61, bssid="02:00:00:00:00:0c")
    desk = make_desk(family, access_points=[point])
    desk.radio.connect(ssid, PASSWORD)
    info = desk.radio.ap_info
    assert (info.ssid, info.rssi, info.channel) == (ssid, -61, 11)
    assert info.bssid == b"\x02\0\0\0\0\x0c"
    assert not desk.said(b"CWLAP"), "a scan only for what needs it"
    assert info.authmode == (AuthMode.WPA2, AuthMode.PSK)
    assert len(desk.said(b"CWLAP")) == 1
    prove("ap_info")


# -- addresses of one's own ----------------------------------------------------------------------


def test_set_ipv4_address(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.set_ipv4_address(**{name: IPv4Address(value) for name, value in WHERE.items()})
    desk.join()
    assert str(radio.ipv4_address) == "192.168.1.9"
    again_after_a_restart(desk)
    assert str(radio.ipv4_address) == "192.168.1.9"
    assert not desk.said(b"CIPDNS")
    with pytest.raises(ValueError):
        radio.set_ipv4_address(ipv4="192.168.1.256", netmask="255.255.255.0", gateway="1.1.1.1")
    prove("set_ipv4_address")


def test_dhcp(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.set_ipv4_address(**WHERE)
    radio.start_dhcp()
    desk.join()
    assert str(radio.ipv4_address) == "192.168.1.50"
    radio.stop_dhcp()
    assert desk.said(b"CWDHCP")[-1].endswith(b"=1,0" if family in OLD else b"=0,1")
    again_after_a_restart(desk)
    assert desk.said(b"CWDHCP")[-1].endswith(b"=1,0" if family in OLD else b"=0,1")
    radio.start_dhcp(ipv4=True)
    assert desk.said(b"CWDHCP")[-1].endswith(b"=1,1")
    radio.start_dhcp(ipv4=False)
    assert desk.said(b"CWDHCP")[-1].endswith(b"=1,0" if family in OLD else b"=0,1")
    with pytest.raises(NotImplementedError, match="IPv6"):
        radio.start_dhcp(ipv6=True)
    prove("start_dhcp", "stop_dhcp")


def test_dns(make_desk, family, prove):
    desk = make_desk(family).join()
    radio = desk.radio
    if family in BARE:
        with pytest.raises(OSError) as caught:
            radio.ipv4_dns = "10.0.0.53"
        assert caught.value.errno == errno.EOPNOTSUPP
        return
    desk.network.name_servers["10.0.0.53"] = {"here.test": "10.9.8.7"}
    radio.ipv4_dns = IPv4Address("10.0.0.53")
    assert radio.ipv4_dns == IPv4Address("10.0.0.53")
    assert radio.dns == ("10.0.0.53",)
    assert desk.pool.getaddrinfo("here.test", 80)[0][4] == ("10.9.8.7", 80)
    radio.dns = ["10.0.0.54", "10.0.0.53"]
    assert radio.dns == ("10.0.0.54", "10.0.0.53")
    again_after_a_restart(desk)
    assert radio.dns == ("10.0.0.54", "10.0.0.53")
    radio.dns = []
    assert desk.said(b"CIPDNS")[-1].endswith(b"=0")
    count = len(desk.said(b"CIPDNS"))
    again_after_a_restart(desk)
    assert len(desk.said(b"CIPDNS")) == count, "nothing of it is kept"
    with pytest.raises(ValueError):
        radio.dns = ["here.test"]
    prove("dns", "ipv4_dns")


def test_dns_with_the_address(make_desk, profile):
    desk = make_desk(profile).join()
    desk.radio.set_ipv4_address(ipv4_dns="10.0.0.53", **WHERE)
    assert desk.radio.dns == ("10.0.0.53",)


# -- the access point ----------------------------------------------------------------------------


def test_start_ap(desk, prove):
    radio = desk.radio
    radio.start_ap("mine, \u2744", PASSWORD, channel=3, max_connections=2)
    assert radio.ap_active is True
    now = settings(desk)
    assert (now.ap_ssid, now.ap_password) == ("mine, \u2744".encode(), PASSWORD.encode())
    assert now.ap_clients == 2
    assert radio.ipv4_address_ap == IPv4Address("192.168.4.1")
    assert radio.ipv4_gateway_ap == IPv4Address("192.168.4.1")
    assert radio.ipv4_subnet_ap == IPv4Address("255.255.255.0")
    assert radio.addresses_ap == ("192.168.4.1",)
    desk.works()
    radio.stop_ap()
    assert radio.ap_active is False
    assert radio.ipv4_address_ap is radio.ipv4_gateway_ap is radio.ipv4_subnet_ap is None
    assert radio.addresses_ap == ()
    desk.works()
    prove("start_ap", "stop_ap", "ap_active", "addresses_ap")
    prove("ipv4_address_ap", "ipv4_gateway_ap", "ipv4_subnet_ap")


def test_joining_beside_an_ap(make_desk, family):
    desk = make_desk(family)
    desk.radio.start_ap("mine", PASSWORD)
    desk.join().works()
    assert desk.radio.ap_active
    again_after_a_restart(desk)
    assert desk.radio.ap_active
    assert settings(desk).ap_ssid == b"mine"
    assert desk.radio.connected
    desk.radio.stop_ap()
    again_after_a_restart(desk)
    assert not desk.radio.ap_active
    desk.works()


def test_an_ap_of_its_own_making_does_not_outlive_a_join(make_desk, family):
    """NonOS is an open access point from the start: not with us."""
    desk = make_desk(family).join()
    assert not desk.radio.ap_active


M = AuthMode
MODES = {
    "open": (b"", (), 0),
    "open, said": (b"", (M.OPEN,), 0),
    "as native": (PASSWORD, (), 4),
    "wpa2": (PASSWORD, (M.WPA2, M.PSK), 3),
    "wpa": (PASSWORD, [M.PSK, M.WPA], 2),
    "both": (PASSWORD, iter((M.WPA, M.WPA2, M.PSK)), 4),
}
WRONG_MODES = {
    "a password, open": (PASSWORD, (M.OPEN,)),
    "no password, not open": (b"", (M.WPA2, M.PSK)),
    "wpa3": (PASSWORD, (M.WPA3, M.PSK)),
    "no psk": (PASSWORD, (M.WPA2,)),
}


@pytest.mark.parametrize("how", MODES)
def test_authmode_of_the_ap(make_desk, profile, how):
    password, modes, security = MODES[how]
    desk = make_desk(profile)
    desk.radio.start_ap("mine", password, authmode=modes if how != "both" else [*modes])
    assert desk.said(b"CWSAP")[-1].split(b",")[3] == b"%d" % security


@pytest.mark.parametrize("how", WRONG_MODES)
def test_wrong_authmodes(make_desk, profile, how):
    password, modes = WRONG_MODES[how]
    desk = make_desk(profile)
    with pytest.raises(ValueError, match="authmode"):
        desk.radio.start_ap("mine", password, authmode=modes)
    assert not desk.said(b"CWSAP")


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"channel": 14}, {"channel": 0}, {"max_connections": 11}, {"ssid": ""}],
)
def test_an_ap_that_cannot_be(make_desk, profile, wrong):
    desk = make_desk(profile).join()
    with pytest.raises(ValueError):
        desk.radio.start_ap(**{"ssid": "mine", "password": PASSWORD, **wrong})
    assert not desk.radio.ap_active
    desk.works()


def test_stations_ap(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.start_ap("mine", PASSWORD)
    assert radio.stations_ap == []
    desk.module.ap_client_joins(CLIENT)
    desk.let(0.1)
    (client,) = radio.stations_ap
    assert client.mac == bytes.fromhex(CLIENT.replace(":", ""))
    assert client.rssi is None
    assert client.ipv4_address == IPv4Address("192.168.4.2")
    prove("stations_ap")


def test_the_address_of_the_ap(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.start_ap("mine")
    where = {"ipv4": "10.1.1.1", "netmask": "255.255.255.0", "gateway": "10.1.1.1"}
    radio.set_ipv4_address_ap(**where)
    assert str(radio.ipv4_address_ap) == "10.1.1.1"
    again_after_a_restart(desk)
    assert str(radio.ipv4_address_ap) == "10.1.1.1"
    prove("set_ipv4_address_ap")


def test_dhcp_of_the_ap(make_desk, family, prove):
    desk = make_desk(family)
    radio = desk.radio
    radio.start_ap("mine")
    for call, on in ((radio.stop_dhcp_ap, 0), (radio.start_dhcp_ap, 1)):
        call()
        wanted = b"=0,%d" % on if family in OLD else b"=%d,2" % on
        assert desk.said(b"CWDHCP")[-1].endswith(wanted)
        again_after_a_restart(desk)
        assert desk.said(b"CWDHCP")[-1].endswith(wanted)
    prove("start_dhcp_ap", "stop_dhcp_ap")


# -- ping ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["echo.test", None])
def test_ping(desk, host, prove):
    address = desk.pool.getaddrinfo("echo.test", 7)[0][4][0]
    took = desk.radio.ping(host or IPv4Address(address))
    assert isinstance(took, float)
    assert 0 <= took <= 0.5
    assert desk.said(b"PING")
    prove("ping")


def test_ping_where_nobody_is(desk):
    assert desk.radio.ping("10.99.99.99", timeout=1) is None
    assert desk.radio.ping("nowhere.test") is None
    desk.works()


def test_ping_later_than_wanted(desk):
    desk.radio.ping("echo.test")
    assert desk.radio.ping("echo.test", timeout=-1) is None
    assert desk.radio.ping("echo.test", timeout=None) is not None


def test_ping_while_the_network_is_gone(desk):
    desk.module.wifi_lost()
    desk.let(0.1)
    assert desk.radio.ping("echo.test") is None
    desk.module.wifi_back()
    desk.works()


def test_ping_of_a_module_that_is_silent_is_an_error(desk):
    desk.module.hold()
    with pytest.raises(OSError) as caught:
        desk.radio.ping("echo.test")
    assert caught.value.errno == errno.ETIMEDOUT
    desk.module.release()
    desk.works()


# -- what is none of it --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["connected", "ipv4_address", "ap_info", "start_ap", "addresses"])
def test_what_cannot_be_set(desk, name):
    with pytest.raises(AttributeError, match=f"{name} cannot be set"):
        setattr(desk.radio, name, 1)


def test_other_names(desk):
    radio = desk.radio
    with pytest.raises(AttributeError):
        _ = radio.no_such_thing
    assert not hasattr(radio, "start_monitor")
    radio.note = "mine"
    assert radio.note == "mine"


def test_a_setting_that_is_refused_is_not_kept(make_desk):
    desk = make_desk("esp32c3-3.3").join()
    with pytest.raises(OSError, match="the module said") as caught:
        desk.radio.mac_address = b"\xff" * 6
    assert caught.value.errno == errno.EIO
    again_after_a_restart(desk)
    desk.works()


@pytest.fixture
def without_setattr(monkeypatch):
    """Desks with a `Radio` as in CircuitPython: no `__setattr__` is called, `object` has none."""
    for name in ("members.attributes", "radio"):
        source = (where.driver_folder() / f"{name.replace('.', '/')}.py").read_text("utf-8")
        module = ModuleType(f"espat.{name}")
        module.__package__ = module.__name__.rpartition(".")[0]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(source.replace("__setattr__", "__not_here__"), vars(module))
    monkeypatch.setattr("tests.driver.desk.Radio", module.Radio)


def test_descriptors_stand_in_for_setattr(make_desk, profile, without_setattr):
    desk = make_desk(profile)
    radio = desk.radio
    radio.hostname = "early"
    assert desk.module.core.session.hostname == b"early", "it acts at once"
    desk.join()
    radio.hostname = "late"
    assert radio.hostname == "late"
    assert desk.module.core.session.hostname == b"late"
    assert not {"hostname"} & set(vars(radio))
    for name in ("connected", "ipv4_address", "ipv4_gateway", "stations_ap"):
        with pytest.raises(AttributeError, match=f"{name} cannot be set"):
            setattr(radio, name, 1)
    assert not hasattr(radio, "rx_power")
    assert str(radio.ipv4_gateway) == "192.168.1.1"
    radio.note = "mine"
    assert radio.note == "mine"
    desk.works()
    other = make_desk(profile)
    other.radio.hostname = "other"
    assert other.module.core.session.hostname == b"other"
    assert desk.module.core.session.hostname == b"late"


# -- after the board alone has restarted ---------------------------------------------------------


@pytest.mark.parametrize("name", ["connected", "ipv4_address", "ap_info", "addresses"])
def test_a_module_that_stayed_joined(make_desk, family, name):
    desk = make_desk(family).join().again()
    value = getattr(desk.radio, name)
    assert value
    assert value is True or getattr(value, "ssid", SSID) == SSID
    assert not desk.joins()[1:], "it was not joined anew"
    assert desk.radio.connected
    desk.works()


def test_the_module_is_asked_once_whether_it_is_joined(make_desk, family):
    desk = make_desk(family)
    assert desk.radio.connected is False
    count = len(desk.module.commands)
    assert desk.radio.connected is False
    assert len(desk.module.commands) == count
    desk.join()
    count = len(desk.module.commands)
    assert desk.radio.connected is True
    assert len(desk.module.commands) == count


def test_it_is_asked_though_another_member_was_used_before(make_desk, profile):
    desk = make_desk(profile).join().again()
    assert desk.radio.firmware
    assert desk.radio.connected is True


def test_a_silent_module_is_an_error_and_no_false(make_desk, profile):
    desk = make_desk(profile)
    desk.module.hold()
    with pytest.raises(OSError) as caught:
        _ = desk.radio.connected
    assert caught.value.errno == errno.ETIMEDOUT
    desk.module.release()
    assert desk.radio.connected is False


# -- what is refused, or garbled -----------------------------------------------------------------

SECRET = 'AT+CWJAP="nowhere","secret words"'


def test_a_refused_command_shows_no_password(make_desk, profile):
    desk = make_desk(profile)
    with pytest.raises(ATError) as caught:
        desk.radio.command(SECRET)
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "secret" not in told
    assert "CWJAP" in caught.value.command
    assert caught.value.words


def test_an_unanswered_command_shows_no_password(make_desk, profile):
    desk = make_desk(profile)
    assert desk.radio.firmware
    desk.module.hold()
    with pytest.raises(OSError) as caught:
        desk.radio.command(SECRET, timeout=1)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("line", ["AT+CIPRECVMODE=0", "AT+CIPMUX=0", "AT+CIPDINFO=1"])
def test_the_modes_are_looked_at_again_after_a_command(make_desk, profile, line):
    desk = make_desk(profile).join()
    desk.radio.command(line)
    desk.works()


def test_a_query_changes_no_mode(make_desk, profile):
    desk = make_desk(profile).join()
    desk.radio.command("AT+CIPMUX?")
    assert not desk.modem.recheck


# -- as people and tools see it ------------------------------------------------------------------


def test_dir_has_every_member():
    named = {name for _, _, names in MEMBERS for name in names.split()}
    radio = Radio(SimpleNamespace(any=lambda: 0, write=len))
    assert named <= set(dir(radio)) & set(dir(Radio))
    assert {"connect", "up", "awake"} <= set(dir(radio))
    assert "rx_power" not in dir(radio)


def test_signatures_and_docstrings():
    radio = Radio(SimpleNamespace(any=lambda: 0, write=len))
    assert str(inspect.signature(radio.ping)) == "(ip, *, timeout=0.5)"
    assert list(inspect.signature(Radio.ping).parameters) == ["radio", "ip", "timeout"]
    assert radio.ping.__name__ == "ping"
    for room, kind, names in MEMBERS:
        for name in names.split() if room else ():
            own = getattr(Radio, name)
            assert inspect.getdoc(own), name
            assert kind == "call" or isinstance(own, property)
    assert "AT+PING" in pydoc.render_doc(radio.ping, renderer=pydoc.plaintext)
    page = pydoc.render_doc(radio, renderer=pydoc.plaintext)
    assert "start_ap(radio, ssid, password=b'', *, channel=1" in page
    assert "AT+CWHOSTNAME?" in page
