"""What `network` has beside joining: scans, addresses, settings, the access point."""

import errno

import pytest

from espat_tools.emulator import AccessPoint
from tests.driver.desk import PASSWORD, SSID
from tests.faults.rig import Spoiled
from tests.micropython_net.test_station import GOT_IP, IDLE, watch

OLD = ("nonos-1.3", "nonos-1.7.4", "wizfi360")
BARE = ("nonos-1.3",)
"""Without CWHOSTNAME, CIPDNS."""
MAC = b"\x02\0\0\0\0\x77"


@pytest.fixture
def joined(make_board, family):
    """A board of each family, in its network."""
    board = make_board(family)
    board.wlan.active(True)
    board.wlan.connect(SSID, PASSWORD)
    assert watch(board)[-1] == GOT_IP
    board.ap = board.network_.WLAN(board.network_.AP_IF)
    return board


def again_after_a_restart(board):
    """The module restarts; the program goes on."""
    board.module.reset()
    board.clock.advance(1)
    assert watch(board)[-1] == GOT_IP


# -- scans and the network it is in --------------------------------------------------------------


def test_scan(make_board, family):
    points = [
        AccessPoint(SSID, PASSWORD, channel=6, bssid="02:00:00:00:00:0b", security=3),
        AccessPoint("open", "", channel=1, bssid="02:00:00:00:00:0c", security=0),
        AccessPoint("both", PASSWORD, channel=1, bssid="02:00:00:00:00:0d", security=4),
    ]
    board = make_board(family, access_points=points)
    board.wlan.active(True)
    found = {row[0]: row for row in board.wlan.scan()}
    assert set(found) == {SSID.encode(), b"open", b"both"}
    _, bssid, channel, rssi, security, seen = found[SSID.encode()]
    assert (bssid, channel, security, seen) == (b"\x02\0\0\0\0\x0b", 6, 5, 1)
    assert -120 < rssi < 0
    assert found[b"open"][4] == 0
    assert found[b"both"][4] == 7
    assert [row[0] for row in board.wlan.scan(ssid=b"open", passive=True)] == [b"open"]
    assert [row[0] for row in board.wlan.scan(essid="open")] == [b"open"]
    assert [row[0] for row in board.wlan.scan(bssid=b"\x02\0\0\0\0\x0d")] == [b"both"]


def test_the_signal(joined):
    assert -120 < joined.wlan.status("rssi") < 0
    joined.wlan.disconnect()
    assert joined.wlan.status("rssi") == 0
    for wlan, wrong in ((joined.wlan, "stations"), (joined.ap, "rssi"), (joined.wlan, "x")):
        with pytest.raises(ValueError, match="rssi"):
            wlan.status(wrong)


def test_what_config_tells_of_a_station(joined, family):
    wlan = joined.wlan
    mac = joined.module.core.settings.station_mac
    assert wlan.config("mac") == bytes.fromhex(mac.replace(":", ""))
    assert wlan.config("ssid") == wlan.config("essid") == SSID
    assert wlan.config("channel") == joined.module.core.station.access_point.channel
    for unknown in ("password", "key", "x"):
        with pytest.raises(ValueError, match="config"):
            wlan.config(unknown)
    for unsettable in ({"ssid": "x"}, {"channel": 1}, {"x": 1}):
        with pytest.raises(ValueError, match="config"):
            wlan.config(**unsettable)
    with pytest.raises(TypeError):
        wlan.config()
    with pytest.raises(TypeError):
        wlan.config("mac", pm=0)
    wlan.disconnect()
    assert (wlan.config("ssid"), wlan.config("channel")) == ("", 0)


def test_mac(joined):
    joined.wlan.config(mac=MAC)
    assert joined.wlan.config("mac") == MAC
    with pytest.raises(ValueError, match="six bytes"):
        joined.wlan.config(mac=b"123")


# -- power ---------------------------------------------------------------------------------------


def test_power_management(joined, family):
    """`0xa11140` is what everybody's program says to switch it off."""
    wlan = joined.wlan
    modem_sleep = 2 if family in OLD else 1
    for pm, mode, told in [
        (wlan.PM_PERFORMANCE, modem_sleep, wlan.PM_PERFORMANCE),
        (0xA11140, 0, wlan.PM_NONE),
        (
            wlan.PM_POWERSAVE,
            modem_sleep if family in OLD else 3,
            wlan.PM_PERFORMANCE if family in OLD else wlan.PM_POWERSAVE,
        ),
        (wlan.PM_NONE, 0, wlan.PM_NONE),
    ]:
        wlan.config(pm=pm)
        assert joined.said(b"AT+SLEEP=")[-1] == b"AT+SLEEP=%d" % mode
        assert wlan.config("pm") == told
    with pytest.raises(ValueError, match="pm"):
        wlan.config(pm=0xF)


def test_tx_power(joined, family):
    """NonOS can set it and not tell it; WizFi360 has no such command."""
    if family == "wizfi360":
        with pytest.raises(OSError) as caught:
            joined.wlan.config(txpower=10)
        assert caught.value.errno == errno.EIO
        return
    joined.wlan.config(txpower=10)
    assert joined.said(b"RFPOWER=") == [b"AT+RFPOWER=40"]
    if family not in OLD:
        assert joined.wlan.config("txpower") in (10, 8.5), "or the next lower step that it has"
    with pytest.raises(ValueError, match="txpower"):
        joined.wlan.config(txpower=30)


def test_reconnects(joined, family):
    if family in OLD or family == "esp32-2.1":
        with pytest.raises(OSError) as caught:
            joined.wlan.config(reconnects=3)
        assert caught.value.errno == errno.EOPNOTSUPP
        return
    for count in (3, 0, -1):
        joined.wlan.config(reconnects=count)
        assert joined.wlan.config("reconnects") == count


# -- names ---------------------------------------------------------------------------------------


def test_hostname(make_board, family):
    board = make_board(family)
    hostname = board.network_.hostname
    hostname("kitchen")
    assert hostname() == "kitchen"
    assert not board.module.commands, "it is kept until the module is active"
    if family in BARE:
        with pytest.raises(OSError) as caught:
            board.wlan.active(True)
        assert caught.value.errno == errno.EOPNOTSUPP
        return
    board.wlan.active(True)
    assert board.module.core.session.hostname == b"kitchen"
    board.wlan.config(hostname="cellar")
    assert board.module.core.session.hostname == b"cellar"
    assert hostname() == board.wlan.config("hostname") == "cellar"
    with pytest.raises(ValueError, match="hostname"):
        hostname("a b")


def test_country(board):
    country = board.network_.country
    assert country() == "XX"
    country("DE")
    assert country() == "DE"
    with pytest.raises(ValueError, match="two letters"):
        country("DEU")
    assert not board.module.commands


# -- addresses -----------------------------------------------------------------------------------

FIXED = ("192.168.1.9", "255.255.255.0", "192.168.1.1", "9.9.9.9")


def test_ifconfig(joined, family):
    address, mask, gateway, dns = joined.wlan.ifconfig()
    assert (address, mask, gateway) == ("192.168.1.50", "255.255.255.0", "192.168.1.1")
    if family in BARE:
        assert dns == "0.0.0.0"
        with pytest.raises(OSError) as caught:
            joined.wlan.ifconfig(FIXED)
        assert caught.value.errno == errno.EOPNOTSUPP
        assert joined.wlan.ifconfig()[:3] == FIXED[:3], "all but the name server is set"
        return
    joined.wlan.ifconfig(FIXED)
    assert joined.wlan.ifconfig() == FIXED
    again_after_a_restart(joined)
    assert joined.wlan.ifconfig() == FIXED
    joined.wlan.ifconfig("dhcp")
    assert joined.wlan.ipconfig("dhcp4") is True
    for wrong in ("static", FIXED[:3]):
        with pytest.raises(ValueError, match="four addresses"):
            joined.wlan.ifconfig(wrong)
    with pytest.raises(ValueError):
        joined.wlan.ifconfig(("192.168.1.9", "255.255.255.0", "gateway", "9.9.9.9"))


def test_ifconfig_before_joining(make_board, profile):
    board = make_board(profile)
    board.wlan.active(True)
    assert board.wlan.ifconfig()[0] == "0.0.0.0"
    board.wlan.ifconfig(FIXED)
    board.wlan.connect(SSID, PASSWORD)
    assert watch(board)[-1] == GOT_IP
    assert board.wlan.ifconfig() == FIXED


def test_ipconfig(joined, family):
    ipconfig = joined.wlan.ipconfig
    assert ipconfig("addr4") == ("192.168.1.50", "255.255.255.0")
    assert ipconfig("gw4") == "192.168.1.1"
    assert ipconfig("dhcp4") is ipconfig("has_dhcp4") is True
    assert ipconfig("addr6") == []
    ipconfig(addr4="192.168.1.9/25", gw4="192.168.1.2")
    assert ipconfig("addr4") == ("192.168.1.9", "255.255.255.128")
    assert ipconfig("gw4") == "192.168.1.2"
    assert ipconfig("dhcp4") is ipconfig("has_dhcp4") is False
    ipconfig(addr4=("192.168.1.8", "255.255.255.0"))
    assert ipconfig("addr4") == ("192.168.1.8", "255.255.255.0")
    ipconfig(addr4="192.168.1.7")
    assert ipconfig("addr4") == ("192.168.1.7", "255.255.255.0")
    ipconfig(dhcp4=True)
    assert ipconfig("dhcp4") is True
    for wrong in ({"addr6": "::1"}, {"addr4": "192.168.1.9/33"}, {"addr4": "x"}, {"x": 1}):
        with pytest.raises(ValueError):
            ipconfig(**wrong)
    for wrong in ("x", None):
        with pytest.raises(ValueError, match="ipconfig"):
            ipconfig(wrong)


def test_ipconfig_takes_dhcp4_as_a_bool(joined):
    """Anything else is refused before a byte is sent."""
    sent = joined.radio.modem.commands
    for wrong in (float("inf"), float("nan"), 2, -1, "x", None):
        with pytest.raises((TypeError, ValueError)):
            joined.wlan.ipconfig(dhcp4=wrong)
    assert joined.radio.modem.commands == sent


def test_the_name_server(joined, family):
    ipconfig = joined.network_.ipconfig
    if family in BARE:
        assert ipconfig("dns") == "0.0.0.0"
        return
    ipconfig(dns="9.9.9.9", prefer=4)
    assert ipconfig("dns") == joined.wlan.ifconfig()[3] == "9.9.9.9"
    assert ipconfig("prefer") == 4
    for wrong in ({"prefer": 6}, {"x": 1}):
        with pytest.raises(ValueError, match="ipconfig"):
            ipconfig(**wrong)
    with pytest.raises(ValueError, match="ipconfig"):
        ipconfig("x")


# -- the access point ----------------------------------------------------------------------------

CLIENT = "02:00:00:00:00:99"


def test_the_access_point(make_board, family):
    board = make_board(family)
    ap = board.network_.WLAN(board.network_.AP_IF)
    assert ap.active() is False
    assert ap.isconnected() is False
    assert ap.status() == IDLE
    ap.config(essid="mine", password=PASSWORD, channel=6)
    assert not board.module.commands, "it is kept until the access point is on"
    ap.active(True)
    assert ap.active()
    assert ap.isconnected()
    assert ap.status() == 3
    settings = board.module.core.settings
    assert settings.wifi_mode == 3
    assert (settings.ap_ssid, settings.ap_password) == (b"mine", PASSWORD.encode())
    assert (settings.ap_channel, settings.ap_security) == (6, 3)
    assert ap.config("ssid") == ap.config("essid") == "mine"
    assert ap.config("channel") == 6
    assert ap.config("mac") == bytes.fromhex(settings.ap_mac.replace(":", ""))
    with pytest.raises(ValueError, match="set, not read"):
        ap.config("password")
    assert ap.ifconfig()[:3] == ("192.168.4.1", "255.255.255.0", "192.168.4.1")
    assert ap.ipconfig("addr4") == ("192.168.4.1", "255.255.255.0")
    assert ap.status("stations") == []
    board.module.ap_client_joins(CLIENT)
    board.clock.advance(1)
    assert ap.status("stations") == [(bytes.fromhex(CLIENT.replace(":", "")),)]
    ap.config(ssid="other", security=0)
    assert (settings.ap_ssid, settings.ap_security) == (b"other", 0)
    ap.active(False)
    assert settings.wifi_mode == 1
    assert not ap.active()
    ap.active(False)
    with pytest.raises(ValueError, match="STA required"):
        ap.connect(SSID, PASSWORD)
    with pytest.raises(ValueError, match="STA required"):
        ap.disconnect()


def test_it_stands_beside_the_station(joined, family):
    joined.ap.config(ssid="mine", key=PASSWORD)
    joined.ap.active(True)
    assert joined.wlan.isconnected()
    joined.works()
    again_after_a_restart(joined)
    assert joined.ap.active()
    assert joined.module.core.settings.ap_ssid == b"mine"
    joined.wlan.active(False)
    assert joined.module.core.settings.wifi_mode == 3, "the access point stays"
    assert joined.module.core.station.access_point is None
    joined.wlan.deinit()
    assert joined.module.core.settings.wifi_mode == (1 if family in OLD else 0)


def test_as_the_module_is_set(board):
    ap = board.network_.WLAN(1)
    ap.active(True)
    assert not board.said(b"CWSAP")
    ap.config(channel=11)
    settings = board.module.core.settings
    assert settings.ap_channel == 11


@pytest.mark.parametrize(
    "wrong",
    [
        {"ssid": ""},
        {"ssid": "x" * 33},
        {"key": "short"},
        {"channel": 15},
        {"security": 0x1000004},
        {"security": 1},
        {"x": 1},
    ],
)
def test_no_wrong_settings_of_it(board, wrong):
    ap = board.network_.WLAN(1)
    with pytest.raises(ValueError):
        ap.config(**wrong)
    ap.active(True)
    assert not board.said(b"CWSAP")


def test_interfaces(board):
    n = board.network_
    assert (n.WLAN.IF_STA, n.WLAN.IF_AP) == (n.STA_IF, n.AP_IF) == (0, 1)
    assert repr(n.WLAN()) == "<WLAN STA down>"
    with pytest.raises(ValueError, match="IF_STA"):
        n.WLAN(2)


DAMAGED = {
    "channel 91": lambda said: said.replace(b",1,0,", b",91,0,").replace(b",5,3,", b",95,3,"),
    "channel 0": lambda said: said.replace(b",1,0,", b",0,0,").replace(b",5,3,", b",0,3,"),
    "security 1": lambda said: said.replace(b",1,0,", b",1,1,").replace(b",5,3,", b",5,1,"),
    "most 400": lambda said: said.replace(b",4,0", b",400,0"),
    "hidden 8": lambda said: said.replace(b",4,0", b",4,8"),
    "no name": lambda said: said.replace(
        b':"' + said.partition(b':"')[2].partition(b'"')[0], b':"'
    ),
    "a long name": lambda said: said if b"xx" in said else said.replace(b':"', b':"' + 33 * b"x"),
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("times", [1, 2])
def test_what_the_module_says_of_it_may_be_damaged(make_board, family, damage, times):
    """A value out of range was read off the line: no argument is wrong."""
    board = make_board(family, line=Spoiled)
    ap = board.network_.WLAN(1)
    ap.active(True)
    for _ in range(times):
        board.line.answer(b"+CWSAP", DAMAGED[damage])
    before = len(board.said(b"CWSAP"))
    if times == 1:
        ap.config(channel=6)
        assert board.module.core.settings.ap_channel == 6
    else:
        with pytest.raises(OSError, match="CWSAP") as raised:
            ap.config(channel=6)
        assert raised.value.errno == errno.EIO
        assert len(board.said(b"CWSAP")) == before + 2
    assert board.line.hits == times
    ap.config(channel=7)
    assert board.module.core.settings.ap_channel == 7
