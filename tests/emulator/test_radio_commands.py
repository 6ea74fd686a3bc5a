"""Commands about the radio: country, driver, power, addresses of the soft-AP, IPv6, mDNS."""

import time

import pytest

from espat_tools.emulator import MemoryNetwork, Module
from espat_tools.emulator.families import (
    E22,
    E24,
    E33,
    E41,
    E50,
    ESPAT,
    N13,
    N17,
    OLD,
    SINCE_33,
    WIZ,
)
from espat_tools.emulator.mdns import Service

FAMILIES = pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24, E33, E41, E50])
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))
LATER = pytest.mark.parametrize("family", sorted(SINCE_33))
BLUETOOTH = pytest.mark.parametrize("family", [E24, E33, E41, E50])
WEB = [("web.test", 80)]
OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"


# -- country -----------------------------------------------------------------------------------


@MODERN
def test_country_of_esp_at(desk, family):
    bench = desk(family)
    bench.talk(
        (b"AT+CWCOUNTRY?\r\n", b'+CWCOUNTRY:0,"CN",1,13\r\n' + OK),
        (b'AT+CWCOUNTRY=1,"US",1,11\r\n', OK),
        (b"AT+CWCOUNTRY?\r\n", b'+CWCOUNTRY:1,"US",1,11\r\n' + OK),
        (b'AT+CWCOUNTRY=2,"US",1,11\r\n', ERROR),
        (b'AT+CWCOUNTRY=1,"USAA",1,11\r\n', ERROR),
        (b'AT+CWCOUNTRY=1,"U",1,11\r\n', ERROR),
        (b'AT+CWCOUNTRY=1,"US",0,11\r\n', ERROR),
        (b'AT+CWCOUNTRY=1,"US",1\r\n', ERROR),
    )
    # Not kept in flash, whatever AT+SYSSTORE says.
    bench.send(b"AT+RST\r\nATE0\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CWCOUNTRY?\r\n") == b'+CWCOUNTRY:0,"CN",1,13\r\n' + OK


@pytest.mark.parametrize("family", [N17, WIZ])
@pytest.mark.parametrize("suffix, kept", [(b"_CUR", b'0,"CN",1,13'), (b"_DEF", b'1,"RU",1,13')])
def test_country_of_the_nonos_dialect(desk, family, suffix, kept):
    bench = desk(family)
    query = b"AT+CWCOUNTRY%s?\r\n" % suffix
    assert bench.send(b'AT+CWCOUNTRY%s=1,"RU",1,13\r\n' % suffix) == OK
    assert bench.send(query) == b'+CWCOUNTRY%s:1,"RU",1,13\r\n' % suffix + OK
    bench.send(b"AT+RST\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(query) == b"+CWCOUNTRY%s:%s\r\n" % (suffix, kept) + OK
    assert bench.send(b"AT+CWCOUNTRY?\r\n") == ERROR


# -- driver ------------------------------------------------------------------------------------


@LATER
def test_without_its_driver_there_is_no_wifi(desk, family):
    bench = desk(family, links=WEB)
    assert bench.send(b"AT+CWINIT?\r\n") == b"+CWINIT:1\r\n" + OK
    assert bench.send(b"AT+CWINIT=0\r\n") == b"WIFI DISCONNECT\r\n" + OK
    assert bench.peer.closed
    bench.talk(
        (b"AT+CWINIT?\r\n", b"+CWINIT:0\r\n" + OK),
        (b"AT+CWMODE?\r\n", ERROR),
        (b'AT+CWJAP="espat","correct horse"\r\n', ERROR),
        (b'AT+CIPSTART=0,"TCP","web.test",80\r\n', ERROR),
        (b"AT+CWINIT=2\r\n", ERROR),
        (b"AT+CWINIT=1\r\n", OK),
        (b"AT+CWMODE?\r\n", b"+CWMODE:1\r\n" + OK),
    )
    assert bench.send(b'AT+CWJAP="espat","correct horse"\r\n').endswith(OK)


@LATER
def test_a_restart_brings_the_driver_back(desk, family):
    bench = desk(family)
    bench.send(b"AT+CWINIT=0\r\nAT+RST\r\n", 2)
    bench.send(b"AT+RST\r\n", 2)
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CWINIT?\r\n") == b"+CWINIT:1\r\n" + OK


# -- power -------------------------------------------------------------------------------------


@BLUETOOTH
def test_power_of_the_esp32s(desk, family):
    bench = desk(family)
    most = 7 if family == E24 else 15
    bench.talk(
        (b"AT+RFPOWER?\r\n", b"+RFPOWER:80,0,0,0\r\n" + OK),
        (b"AT+RFPOWER=40\r\n", OK),
        (b"AT+RFPOWER?\r\n", b"+RFPOWER:34,0,0,0\r\n" + OK),
        (b"AT+RFPOWER=78,1,2,%d\r\n" % most, OK),
        (b"AT+RFPOWER?\r\n", b"+RFPOWER:72,1,2,%d\r\n" % most + OK),
        (b"AT+RFPOWER=39\r\n", ERROR),
        (b"AT+RFPOWER=85\r\n", ERROR),
        (b"AT+RFPOWER=78,1\r\n", ERROR),
        (b"AT+RFPOWER=78,1,2,%d\r\n" % (most + 1), ERROR),
    )


def test_power_of_the_esp8266(desk):
    desk(E22).talk(
        (b"AT+RFPOWER?\r\n", b"+RFPOWER:82\r\n" + OK),
        (b"AT+RFPOWER=50\r\n", OK),
        (b"AT+RFPOWER?\r\n", b"+RFPOWER:50\r\n" + OK),
        (b"AT+RFPOWER=39\r\n", ERROR),
        (b"AT+RFPOWER=83\r\n", ERROR),
        (b"AT+RFPOWER=50,1,1,1\r\n", ERROR),
    )


def test_power_of_nonos_and_wizfi360(desk):
    for family in (N13, N17):
        desk(family).talk(
            (b"AT+RFPOWER=0\r\n", OK), (b"AT+RFPOWER=83\r\n", ERROR), (b"AT+RFPOWER?\r\n", ERROR)
        )
    assert desk(WIZ).send(b"AT+RFPOWER=50\r\n") == ERROR


# -- addresses of the soft-AP --------------------------------------------------------------------


@FAMILIES
def test_addresses_that_the_soft_ap_gives(desk, family):
    bench = desk(family)
    suffix = b"_CUR" if family in OLD else b""
    name = b"+CWDHCPS" + suffix
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.module.ap_client_joins("02:00:00:00:00:01") == "192.168.4.2"
    bench.wait()
    bench.talk(
        (b"AT%s?\r\n" % name, name + b":120,192.168.4.2,192.168.4.101" + OK),
        (b'AT%s=1,3,"192.168.4.10","192.168.4.11"\r\n' % name, OK),
        (b"AT%s?\r\n" % name, name + b":3,192.168.4.10,192.168.4.11" + OK),
        (b'AT%s=1,0,"192.168.4.10","192.168.4.11"\r\n' % name, ERROR),
        (b'AT%s=1,2881,"192.168.4.10","192.168.4.11"\r\n' % name, ERROR),
        (b'AT%s=1,3,"192.168.4.11","192.168.4.10"\r\n' % name, ERROR),
        (b'AT%s=1,3,"192.168.5.10","192.168.5.11"\r\n' % name, ERROR),
        (b'AT%s=1,3,"ten","192.168.4.11"\r\n' % name, ERROR),
        (b"AT%s=1,3\r\n" % name, ERROR),
        (b"AT%s=0,3\r\n" % name, ERROR),
    )
    assert bench.module.ap_client_joins("02:00:00:00:00:02") == "192.168.4.10"
    assert bench.module.ap_client_joins("02:00:00:00:00:03") == "192.168.4.11"
    with pytest.raises(ConnectionError, match="no address left"):
        bench.module.ap_client_joins("02:00:00:00:00:04")
    bench.wait()
    bench.talk(
        (b"AT%s=0\r\n" % name, OK),
        (b"AT%s?\r\n" % name, name + b":120,192.168.4.2,192.168.4.101" + OK),
    )


@FAMILIES
def test_addresses_want_a_soft_ap_that_gives_any(desk, family):
    bench = desk(family)
    name = b"AT+CWDHCPS_DEF" if family in OLD else b"AT+CWDHCPS"
    bench.send(b"AT+CWMODE=1\r\n")
    assert bench.send(name + b"=0\r\n") == ERROR
    bench.send(b"AT+CWMODE=2\r\n")
    assert bench.send(name + b"=0\r\n") == OK
    bench.send(b"AT+CWDHCP=0,0\r\n" if family in OLD else b"AT+CWDHCP=0,2\r\n")
    assert bench.send(name + b"=0\r\n") == ERROR


def test_a_range_at_the_end_of_all_addresses(desk):
    bench = desk(E33)
    bench.send(b"AT+CWMODE=2\r\n")
    bench.send(b'AT+CIPAP="255.255.255.255","255.255.255.255","0.0.0.0"\r\n')
    assert bench.send(b"AT+CWDHCPS?\r\n").endswith(OK)
    with pytest.raises(ConnectionError):
        bench.module.ap_client_joins("02:00:00:00:00:01")


# -- IPv6 --------------------------------------------------------------------------------------


@MODERN
def test_the_notice_of_ipv6(desk, family):
    bench = desk(family)
    join = b'AT+CWJAP="espat","correct horse"\r\n'
    assert bench.send(join) == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n" + OK
    bench.talk(
        (b"AT+CIPV6?\r\n", b"+CIPV6:0\r\n" + OK),
        (b"AT+CIPV6=1\r\n", OK),
        (b"AT+CIPV6?\r\n", b"+CIPV6:1\r\n" + OK),
        (b"AT+CIPV6=2\r\n", ERROR),
    )
    said = bench.send(join)
    assert said.endswith(b"WIFI CONNECTED\r\nWIFI GOT IP\r\nWIFI GOT IPv6 LL\r\n" + OK)


@pytest.mark.parametrize("family", sorted(OLD))
def test_the_nonos_dialect_has_no_ipv6(desk, family):
    assert desk(family).send(b"AT+CIPV6?\r\n") == ERROR


# -- passthrough's interval ----------------------------------------------------------------------


@LATER
def test_interval(desk, family):
    bench = desk(family)
    bench.talk(
        (b"AT+TRANSINTVL?\r\n", b"+TRANSINTVL:20\r\n" + OK),
        (b"AT+TRANSINTVL=0\r\n", OK),
        (b"AT+TRANSINTVL?\r\n", b"+TRANSINTVL:0\r\n" + OK),
        (b"AT+TRANSINTVL=1001\r\n", ERROR),
        (b"AT+TRANSINTVL=-1\r\n", ERROR),
    )


@pytest.mark.parametrize("family", [N13, N17, WIZ, E22, E24])
def test_interval_came_later(desk, family):
    assert desk(family).send(b"AT+TRANSINTVL?\r\n") == ERROR


def through(desk, interval):
    bench = desk(E33, links=WEB, mux=0)
    bench.send(b"AT+TRANSINTVL=%d\r\n" % interval)
    bench.send(b"AT+CIPMODE=1\r\n")
    assert bench.send(b"AT+CIPSEND\r\n").endswith(b">")
    return bench


@pytest.mark.parametrize(
    "interval, after", [(0, 0.0), (5, 0.005), (20, 0.02), (100, 0.1), (1000, 1.0)]
)
def test_what_is_passed_through_waits_so_long(desk, interval, after):
    bench = through(desk, interval)
    if after:
        bench.send(b"data", after - 0.001)
        assert bench.requests == []
        bench.wait(0.001)
    else:
        bench.send(b"data", 0)
    assert bench.requests == [b"data"]


@pytest.mark.parametrize("interval", [0, 5, 20, 100, 1000])
def test_the_way_out_is_the_same_with_any_interval(desk, interval):
    bench = through(desk, interval)
    bench.send(b"data", 0.002)
    bench.send(b"+++", 2)
    assert b"".join(bench.requests) == b"data+++"
    bench.send(b"more", 0.03)
    assert bench.send(b"+++", 1) == b""
    assert bench.send(b"AT\r\n") == OK
    assert b"".join(bench.requests) == b"data+++more"


@pytest.mark.parametrize("interval", [0, 5, 20])
def test_a_full_buffer_is_no_silence(desk, interval):
    bench = through(desk, interval)
    bench.uart.write(b"x" * 8192)
    assert bench.send(b"+++", 2) == b""
    assert b"".join(bench.requests) == b"x" * 8192 + b"+++"


# -- mDNS --------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", sorted(ESPAT | {N13, N17}))
def test_a_service_is_announced_and_withdrawn(desk, family):
    bench = desk(family, joined=True)
    assert bench.network.announced is None
    assert bench.send(b'AT+MDNS=1,"espressif","_iot",8080\r\n') == OK
    plain = Service("espressif", "_iot", 8080, "espressif")
    assert bench.network.announced == plain
    assert bench.send(b'AT+MDNS=1,"other","iot",80\r\n') == OK
    assert bench.network.announced == Service("other", "_iot", 80, "other")
    bench.talk(
        (b"AT+MDNS=0\r\n", OK),
        (b"AT+MDNS=2\r\n", ERROR),
        (b"AT+MDNS=1\r\n", ERROR),
        (b'AT+MDNS=1,"a.b","_iot",80\r\n', ERROR),
        (b'AT+MDNS=1,"","_iot",80\r\n', ERROR),
        (b'AT+MDNS=1,"a","_iot",0\r\n', ERROR),
        (b'AT+MDNS=0,"a","_iot",80\r\n', ERROR),
        (b"AT+MDNS?\r\n", ERROR),
    )
    assert bench.network.announced is None


@pytest.mark.parametrize("family", [E41, E50])
def test_a_service_with_all_that_is_known_of_it(desk, family):
    bench = desk(family, joined=True)
    line = (
        b'AT+MDNS=1,"espressif","_printer",35,"my_instance","_tcp",2,'
        b'"product","my_printer","firmware_version","AT-V3.4.1.0"\r\n'
    )
    assert bench.send(line) == OK
    assert bench.network.announced == Service(
        *("espressif", "_printer", 35, "my_instance", "_tcp"),
        ((b"product", b"my_printer"), (b"firmware_version", b"AT-V3.4.1.0")),
    )
    for tail in (b"1", b'1,"key"', b'2,"key","value"', b'0,"key","value"', b"11", b',"k","v"'):
        line = b'AT+MDNS=1,"espressif","_printer",35,"my_instance","_udp",%s\r\n' % tail
        assert (tail, bench.send(line)) == (tail, ERROR)
    assert bench.send(b'AT+MDNS=1,"a","_b",35,,"_udp"\r\n') == OK
    assert bench.network.announced == Service("a", "_b", 35, "a", "_udp")


@pytest.mark.parametrize("family", [N13, E22, E24, E33])
def test_more_of_it_came_with_4_1(desk, family):
    bench = desk(family, joined=True)
    assert bench.send(b'AT+MDNS=1,"a","_b",35,"c"\r\n') == ERROR
    assert bench.network.announced is None


def test_no_mdns_without_a_station_nor_on_wizfi360(desk):
    bench = desk(N17)
    bench.send(b"AT+CWMODE=2\r\n")
    said = bench.send(b'AT+MDNS=1,"a","b",80\r\n')
    assert said == b"opmode mismatch when mdns\r\n" + ERROR
    assert desk(WIZ, joined=True).send(b"AT+MDNS=0\r\n") == ERROR


def test_a_restart_withdraws_the_service(desk):
    bench = desk(E33, joined=True)
    bench.send(b'AT+MDNS=1,"a","_b",80\r\n')
    bench.send(b"AT+RST\r\n")
    assert bench.network.announced is None
    network = MemoryNetwork()
    with Module(E33, network=network, joined=True) as module:
        module.uart().write(b'AT+MDNS=1,"a","_b",80\r\n')
        assert network.announced
    assert network.announced is None


def test_a_real_answer_on_this_machine():
    zeroconf = pytest.importorskip("zeroconf", reason="needs the package zeroconf")
    kind, name = "_espat-test._tcp.local.", "my_instance._espat-test._tcp.local."
    only = {"interfaces": ["127.0.0.1"], "ip_version": zeroconf.IPVersion.V4Only}
    asker = zeroconf.Zeroconf(**only)
    try:
        with Module(E50, joined=True, echo=False) as module:
            uart = module.uart()
            uart.write(
                b'AT+MDNS=1,"espat-test","_espat-test",8035,"my_instance","_tcp",1,"key","value"\r\n'
            )
            assert uart.read() == OK
            found = asker.get_service_info(kind, name, timeout=10_000)
            assert (found.port, found.server) == (8035, "espat-test.local.")
            assert found.parsed_addresses() == ["127.0.0.1"]
            assert found.properties == {b"key": b"value"}
            uart.write(b"AT+MDNS=0\r\n")
            assert uart.read() == OK
            end = time.monotonic() + 10
            while asker.get_service_info(kind, name, timeout=300):
                assert time.monotonic() < end
    finally:
        asker.close()


def test_without_zeroconf_it_is_said(monkeypatch, caplog):
    monkeypatch.setitem(__import__("sys").modules, "zeroconf", None)
    with Module(E33, joined=True, echo=False) as module:
        uart = module.uart()
        uart.write(b'AT+MDNS=1,"a","_b",80\r\n')
        assert uart.read() == OK
    assert "nobody answers for a.local on this machine without zeroconf" in caplog.text
