"""The scan, the soft-AP, and addresses set by hand."""

import pytest

from espat_tools.emulator import AccessPoint
from espat_tools.emulator.families import E22, E24, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
MAC = "a8:9c:ed:be:76:ca"


def _points():
    return [
        AccessPoint("weak", "password", rssi=-90, channel=11, bssid="0a:00:00:00:00:0b"),
        AccessPoint("caf\u00e9", rssi=-60, channel=1, bssid="0a:00:00:00:00:01"),
        AccessPoint("secret", "password", rssi=-50, channel=6, hidden=True, security=4),
        AccessPoint('q",(1', "password", rssi=-70, channel=6, bssid="0a:00:00:00:00:06"),
    ]


# -- scan --------------------------------------------------------------------------------------


@FAMILIES
def test_scan(desk, family):
    bench = desk(family, access_points=_points())
    bench.talk((b"AT+CWMODE=1\r\n", b"\r\nOK\r\n"), (b"AT+CWLAPOPT=1,31\r\n", b"\r\nOK\r\n"))
    assert bench.send(b"AT+CWLAP\r\n", 0.1) == b""
    # Captures 28 and 36: five fields, a hidden name is empty, names are not escaped.
    assert bench.wait(1) == (
        b'+CWLAP:(4,"",-50,"02:00:00:00:00:01",6)\r\n'
        b'+CWLAP:(0,"caf\xc3\xa9",-60,"0a:00:00:00:00:01",1)\r\n'
        b'+CWLAP:(3,"q",(1",-70,"0a:00:00:00:00:06",6)\r\n'
        b'+CWLAP:(3,"weak",-90,"0a:00:00:00:00:0b",11)\r\n'
        b"\r\nOK\r\n"
    )


@FAMILIES
def test_scan_with_other_fields(desk, family):
    bench = desk(family, access_points=_points())
    bench.send(b"AT+CWMODE=1\r\n")
    bench.send(b"AT+CWLAPOPT=0,6\r\n")
    assert bench.send(b"AT+CWLAP\r\n").startswith(b'+CWLAP:("weak",-90)\r\n+CWLAP:("caf')
    bench.send(b"AT+CWLAPOPT=0,16\r\n")
    assert bench.send(b"AT+CWLAP\r\n").startswith(b"+CWLAP:(11)\r\n+CWLAP:(1)\r\n")


@FAMILIES
def test_scan_for_one(desk, family):
    bench = desk(family, access_points=_points())
    bench.send(b"AT+CWMODE=1\r\nAT+CWLAPOPT=0,2\r\n")
    assert bench.send(b'AT+CWLAP="weak"\r\n') == b'+CWLAP:("weak")\r\n\r\nOK\r\n'
    assert bench.send(b'AT+CWLAP="none"\r\n') == b"\r\nOK\r\n"


def test_scan_by_strength_and_security(desk):
    bench = desk(E33, access_points=_points())
    bench.send(b"AT+CWLAPOPT=0,2,-65\r\n")
    assert bench.send(b"AT+CWLAP\r\n") == b'+CWLAP:("caf\xc3\xa9")\r\n+CWLAP:("")\r\n\r\nOK\r\n'
    bench.send(b"AT+CWLAPOPT=0,2,-100,1\r\n")
    assert bench.send(b"AT+CWLAP\r\n") == b'+CWLAP:("caf\xc3\xa9")\r\n\r\nOK\r\n'


@FAMILIES
def test_no_scan_without_a_station(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.send(b"AT+CWLAP\r\n") == b"\r\nERROR\r\n"


def test_default_fields(desk):
    # 2.2.1 and 2.4 by their docs (mask 0x7FF): the five of capture 28 came after a mask of 31.
    fields = {N13: 7, N17: 11, E22: 11, E24: 11, E33: 11}
    for family, count in fields.items():
        bench = desk(family, access_points=[AccessPoint("one")])
        bench.send(b"AT+CWMODE=1\r\n")
        line = bench.send(b"AT+CWLAP\r\n").split(b"\r\n")[0]
        assert line.count(b",") == count - 1


def test_a_hidden_network_can_be_joined(desk):
    bench = desk(E33, access_points=_points())
    assert bench.send(b'AT+CWJAP="secret","password"\r\n').endswith(b"OK\r\n")


# -- soft-AP -----------------------------------------------------------------------------------


@FAMILIES
def test_soft_ap_settings(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=3\r\n")
    bench.talk(
        # Capture 17 for the form.
        (b"AT+CWSAP?\r\n", b'+CWSAP:"ESP_455351","",1,0,4,0\r\n\r\nOK\r\n'),
        (b'AT+CWSAP="mine","12345678",5,3,2,1\r\n', b"\r\nOK\r\n"),
        (b"AT+CWSAP?\r\n", b'+CWSAP:"mine","12345678",5,3,2,1\r\n\r\nOK\r\n'),
        (b'AT+CWSAP="mine","1234567",5,3\r\n', b"\r\nERROR\r\n"),
        (b'AT+CWSAP="mine","12345678",15,3\r\n', b"\r\nERROR\r\n"),
        (b'AT+CWSAP="mine","12345678",5,1\r\n', b"\r\nERROR\r\n"),
        (b'AT+CWSAP="mine","12345678"\r\n', b"\r\nERROR\r\n"),
    )
    if family in OLD:
        said = bench.send(b"AT+CWSAP_CUR?\r\n")
        assert said == b'+CWSAP_CUR:"mine","12345678",5,3,2,1\r\n\r\nOK\r\n'


@FAMILIES
def test_no_soft_ap_without_its_mode(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=1\r\n")
    for line in (b"AT+CWSAP?", b'AT+CWSAP="a","12345678",5,3', b"AT+CIPAP?"):
        assert bench.send(line + b"\r\n") == b"\r\nERROR\r\n"
    with pytest.raises(ConnectionError, match="no soft-AP"):
        bench.module.ap_client_joins(MAC)


@FAMILIES
def test_clients_of_the_soft_ap(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.module.ap_client_joins(MAC) == "192.168.4.2"
    # Capture 62; NonOS 1.3 says nothing.
    news = (
        b'+STA_CONNECTED:"%s"\r\n+DIST_STA_IP:"%s","192.168.4.2"\r\n' % ((MAC.encode(),) * 2)
    ) * (family != N13)
    assert bench.wait() == news
    name = b"" if family in OLD else b"+CWLIF:"
    row = b"%s192.168.4.2,%s\r\n" % (name, MAC.encode())
    assert bench.send(b"AT+CWLIF\r\n") == row + b"\r\nOK\r\n"
    bench.module.ap_client_leaves(MAC)
    assert bench.wait() == b'+STA_DISCONNECTED:"%s"\r\n' % MAC.encode() * (family != N13)
    assert bench.send(b"AT+CWLIF\r\n") == b"\r\nOK\r\n"


@pytest.mark.parametrize("family", sorted(ESPAT))
def test_clients_can_be_sent_away(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=2\r\n")
    for last in range(3):
        bench.module.ap_client_joins(f"{MAC[:-1]}{last}")
    bench.wait()
    said = bench.send(b'AT+CWQIF="%s1"\r\n' % MAC[:-1].encode())
    assert said == b'+STA_DISCONNECTED:"%s1"\r\n\r\nOK\r\n' % MAC[:-1].encode()
    assert bench.send(b"AT+CWQIF\r\n").count(b"+STA_DISCONNECTED") == 2
    assert bench.send(b'AT+CWQIF="%s"\r\n' % MAC.encode()) == b"\r\nERROR\r\n"


def test_a_full_soft_ap(desk):
    bench = desk(E33)
    bench.send(b'AT+CWMODE=2\r\nAT+CWSAP="mine","12345678",5,3,1\r\n')
    bench.module.ap_client_joins(MAC)
    with pytest.raises(ConnectionError, match="full"):
        bench.module.ap_client_joins("02:00:00:00:00:02")


def test_a_server_on_the_soft_ap(desk):
    bench = desk(E33)
    bench.talk(
        (b"AT+CWMODE=2\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPMUX=1\r\n", b"\r\nOK\r\n"),
        (b"AT+CIPSERVER=1,80\r\n", b"\r\nOK\r\n"),
    )
    bench.network.dial(80, address="192.168.4.2")
    assert bench.wait() == b"0,CONNECT\r\n"


# -- addresses ---------------------------------------------------------------------------------


def _addresses(name, *values):
    rows = zip((b"ip", b"gateway", b"netmask"), values, strict=True)
    return b"".join(b'+%s:%s:"%s"\r\n' % (name, *row) for row in rows) + b"\r\nOK\r\n"


@FAMILIES
def test_static_station_address(desk, family):
    bench = desk(family, access_points=[AccessPoint("espat", "correct horse", dhcp=False)])
    bench.send(b"AT+CWMODE=1\r\n")
    set_ip = b'AT+CIPSTA="10.1.2.3","10.1.2.254","255.255.0.0"\r\n'
    assert bench.send(set_ip) == b"\r\nOK\r\n"
    said = bench.send(b'AT+CWJAP="espat","correct horse"\r\n')
    assert said == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"
    expected = _addresses(b"CIPSTA", b"10.1.2.3", b"10.1.2.254", b"255.255.0.0")
    assert bench.send(b"AT+CIPSTA?\r\n") == expected
    assert bench.send(b'AT+CIPSTA="10.1.2"\r\n').endswith(b"\r\nERROR\r\n")


def test_dhcp_ends_a_static_address(desk):
    bench = desk(E33, joined=True)
    bench.send(b'AT+CIPSTA="10.1.2.3"\r\n')
    assert bench.send(b"AT+CWDHCP?\r\n") == b"+CWDHCP:2\r\nOK\r\n"
    bench.send(b"AT+CWDHCP=1,1\r\n")
    assert bench.send(b"AT+CIPSTA?\r\n").startswith(b'+CIPSTA:ip:"192.168.1.50"')


@FAMILIES
def test_soft_ap_address(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=2\r\n")
    default = (b"192.168.4.1", b"192.168.4.1", b"255.255.255.0")
    assert bench.send(b"AT+CIPAP?\r\n") == _addresses(b"CIPAP", *default)
    bench.send(b'AT+CIPAP="10.0.0.1","10.0.0.1","255.255.255.0"\r\n')
    assert b'ip:"10.0.0.1"' in bench.send(b"AT+CIPAP?\r\n")
    assert bench.module.ap_client_joins(MAC) == "10.0.0.2"


@FAMILIES
def test_macs(desk, family):
    bench = desk(family)
    bench.talk(
        (b'AT+CIPSTAMAC="1A:fe:35:98:d3:7b"\r\n', b"\r\nOK\r\n"),
        (b"AT+CIPSTAMAC?\r\n", b'+CIPSTAMAC:"1a:fe:35:98:d3:7b"\r\n\r\nOK\r\n'),
        (b'AT+CIPSTAMAC="15:fe:35:98:d3:7b"\r\n', b"\r\nERROR\r\n"),
        (b'AT+CIPSTAMAC="00:00:00:00:00:00"\r\n', b"\r\nERROR\r\n"),
        (b'AT+CIPSTAMAC="1a:fe:35:98:d3"\r\n', b"\r\nERROR\r\n"),
        (b'AT+CIPAPMAC="18:fe:35:98:d3:7b"\r\n', b"\r\nOK\r\n"),
        (b"AT+CIPAPMAC?\r\n", b'+CIPAPMAC:"18:fe:35:98:d3:7b"\r\n\r\nOK\r\n'),
    )


@FAMILIES
def test_host_name(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWMODE=1\r\n")
    if family == N13:
        assert bench.send(b"AT+CWHOSTNAME?\r\n") == b"\r\nERROR\r\n"
        return
    bench.talk(
        (b'AT+CWHOSTNAME="my_test"\r\n', b"\r\nOK\r\n"),
        (b"AT+CWHOSTNAME?\r\n", b"+CWHOSTNAME:my_test\r\n\r\nOK\r\n"),
        (b'AT+CWHOSTNAME="%s"\r\n' % (b"x" * 33), b"\r\nERROR\r\n"),
        (b"AT+CWMODE=2\r\n", b"\r\nOK\r\n"),
        (b'AT+CWHOSTNAME="my_test"\r\n', b"\r\nERROR\r\n"),
    )


def test_settings_survive_a_reset_when_stored(desk):
    bench = desk(E33)
    bench.send(b'AT+CWMODE=3\r\nAT+CWSAP="mine","12345678",5,3\r\n')
    bench.send(b"AT+RST\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CWSAP?\r\n").startswith(b'+CWSAP:"mine","12345678",')
    bench.send(b'AT+SYSSTORE=0\r\nAT+CWSAP="other","12345678",5,3\r\nAT+CWMODE=1\r\n')
    bench.send(b"AT+RST\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CWSAP?\r\n").startswith(b'+CWSAP:"mine","12345678",')
    assert bench.send(b"AT+CWMODE?\r\n") == b"+CWMODE:3\r\n\r\nOK\r\n"
