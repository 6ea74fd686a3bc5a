"""Joining and losing Wi-Fi: literal bytes of two families."""

import pytest

C3, N17 = "esp32c3-3.3", "nonos-1.7.4"

#: SSID, password, and the code that the join must end with.
FAILURES = [
    ("silent", "correct horse", 1),
    ("espat", "wrong", 2),
    ("nowhere", "correct horse", 3),
]


def _join(ssid, password, command=b"AT+CWJAP"):
    return b'%s="%s","%s"\r\n' % (command, ssid.encode(), password.encode())


def _station(desk, family, access_points):
    bench = desk(family, access_points=access_points)
    bench.send(b"AT+CWMODE=1\r\n")
    return bench


@pytest.mark.parametrize("ssid, password, code", FAILURES)
def test_failed_joins_of_esp_at(desk, access_points, ssid, password, code):
    # Capture 34: +CWJAP:<code> and ERROR.
    bench = _station(desk, C3, access_points)
    assert bench.send(_join(ssid, password), 2) == b"+CWJAP:%d\r\n\r\nERROR\r\n" % code


@pytest.mark.parametrize("ssid, password, code", FAILURES)
def test_failed_joins_of_nonos(desk, access_points, ssid, password, code):
    bench = _station(desk, N17, access_points)
    assert bench.send(_join(ssid, password), 2) == b"+CWJAP:%d\r\n\r\nFAIL\r\n" % code


def test_no_address_is_code_4(desk, access_points):
    bench = _station(desk, C3, access_points)
    said = bench.send(_join("no dhcp", "correct horse"), 3)
    assert said == b"WIFI CONNECTED\r\nWIFI DISCONNECT\r\n+CWJAP:4\r\n\r\nERROR\r\n"
    bench = _station(desk, N17, access_points)
    said = bench.send(_join("no dhcp", "correct horse"), 3)
    assert said.endswith(b"+CWJAP:4\r\n\r\nFAIL\r\n")
    assert said.startswith(b"WIFI CONNECTED\r\nDHCP TIMEOUT\r\n")


def test_query_joined_and_not(desk, access_points):
    joined = b'+CWJAP:"espat","02:00:00:00:00:01",6,-41,'
    bench = _station(desk, C3, access_points)
    assert bench.send(b"AT+CWJAP?\r\n") == b"\r\nOK\r\n"
    bench.send(_join("espat", "correct horse"))
    assert bench.send(b"AT+CWJAP?\r\n") == joined + b"0,1,3,0,1\r\n\r\nOK\r\n"

    bench = _station(desk, N17, access_points)
    assert bench.send(b"AT+CWJAP?\r\n") == b"No AP\r\n\r\nOK\r\n"
    bench.send(_join("espat", "correct horse"))
    assert bench.send(b"AT+CWJAP?\r\n") == joined + b"0\r\n\r\nOK\r\n"
    assert bench.send(b"AT+CWJAP_CUR?\r\n").startswith(b'+CWJAP_CUR:"espat",')


def test_escaped_names(desk, access_points):
    bench = _station(desk, C3, access_points)
    escaped = rb'AT+CWJAP="od\,d\"\\","p\,w\"\\"' + b"\r\n"
    assert bench.send(escaped).endswith(b"GOT IP\r\n\r\nOK\r\n")
    # Replies are not escaped.
    assert bench.send(b"AT+CWJAP?\r\n").startswith(rb'+CWJAP:"od,d"\","02:00:')


@pytest.mark.parametrize(
    "line",
    [
        rb'AT+CWJAP="od,d\"\\","p\,w\"\\"',
        rb'AT+CWJAP="od\,d"\\","p\,w\"\\"',
        b'AT+CWJAP="espat","correct horse',
        b'AT+CWJAP="espat"',
        b'AT+CWJAP=espat,"correct horse"',
        b'AT+CWJAP="espat", "correct horse"',
    ],
)
def test_unescaped_names_are_errors(desk, access_points, line):
    bench = _station(desk, C3, access_points)
    assert bench.send(line + b"\r\n") == b"\r\nERROR\r\n"


def test_open_network(desk, access_points):
    bench = _station(desk, C3, access_points)
    assert bench.send(_join("open", "")).endswith(b"OK\r\n")


def test_no_join_without_station_mode(desk):
    # A NonOS module comes as soft-AP.
    bench = desk(N17)
    assert bench.send(b"AT+CWMODE?\r\n") == b"+CWMODE:2\r\n\r\nOK\r\n"
    assert bench.send(_join("espat", "correct horse")) == b"\r\nERROR\r\n"
    assert bench.send(b"AT+CWMODE_CUR=1\r\n") == b"\r\nOK\r\n"
    assert bench.send(b"AT+CWMODE_CUR?\r\n") == b"+CWMODE_CUR:1\r\n\r\nOK\r\n"
    assert bench.send(_join("espat", "correct horse", b"AT+CWJAP_CUR")).endswith(b"OK\r\n")


def test_modes(desk):
    bench = desk(C3, joined=True)
    bench.talk(
        (b"AT+CWMODE=4\r\n", b"\r\nERROR\r\n"),
        # Capture 06: mode 0 tells of the lost network first.
        (b"AT+CWMODE=0\r\n", b"WIFI DISCONNECT\r\n\r\nOK\r\n"),
        (b"AT+CWMODE?\r\n", b"+CWMODE:0\r\n\r\nOK\r\n"),
    )
    assert desk(N17).send(b"AT+CWMODE=0\r\n") == b"\r\nERROR\r\n"


def test_leaving(desk):
    assert desk(C3, joined=True).send(b"AT+CWQAP\r\n") == b"WIFI DISCONNECT\r\n\r\nOK\r\n"
    assert desk(N17, joined=True).send(b"AT+CWQAP\r\n") == b"\r\nOK\r\nWIFI DISCONNECT\r\n"


def test_joining_again_leaves_first(desk):
    # Captures 27, 31.
    said = desk(C3, joined=True).send(_join("espat", "correct horse"))
    assert said == b"WIFI DISCONNECT\r\nWIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"


def test_states(desk, access_points):
    bench = _station(desk, C3, access_points)
    bench.talk((b"AT+CWSTATE?\r\n", b'+CWSTATE:0,""\r\n\r\nOK\r\n'))
    bench.send(_join("espat", "wrong"), 2)
    bench.talk((b"AT+CWSTATE?\r\n", b'+CWSTATE:4,"espat"\r\n\r\nOK\r\n'))
    bench.send(_join("espat", "correct horse"), 2)
    bench.talk((b"AT+CWSTATE?\r\n", b'+CWSTATE:2,"espat"\r\n\r\nOK\r\n'))
    assert desk(N17).send(b"AT+CWSTATE?\r\n") == b"\r\nERROR\r\n"


def test_join_again_with_what_is_known(desk):
    bench = desk(C3, joined=True)
    bench.send(b"AT+CWQAP\r\n")
    assert bench.send(b"AT+CWJAP\r\n") == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n\r\nOK\r\n"


def test_reconnect_settings(desk):
    desk(C3).talk(
        (b"AT+CWRECONNCFG?\r\n", b"+CWRECONNCFG:0,0\r\n\r\nOK\r\n"),
        (b"AT+CWRECONNCFG=2,3\r\n", b"\r\nOK\r\n"),
        (b"AT+CWRECONNCFG?\r\n", b"+CWRECONNCFG:2,3\r\n\r\nOK\r\n"),
        (b"AT+CWRECONNCFG=7201,0\r\n", b"\r\nERROR\r\n"),
    )


def test_wifi_lost_and_back(desk):
    bench = desk(C3, links=[("echo.test", 7)])
    bench.module.wifi_lost()
    assert bench.wait() == b"WIFI DISCONNECT\r\n"
    assert bench.send(b"AT+CWSTATE?\r\n", 0).startswith(b'+CWSTATE:4,"espat"')
    assert bench.send(b"AT+CIPSTATE?\r\n", 5) == b"\r\nOK\r\n"
    bench.module.wifi_back()
    assert bench.wait(3) == b"WIFI CONNECTED\r\nWIFI GOT IP\r\n"


def test_no_reconnect_when_switched_off(desk):
    bench = desk(C3)
    bench.send(b'AT+CWJAP="espat","correct horse",,,0\r\n')
    bench.module.wifi_lost()
    bench.module.wifi_back()
    assert bench.wait(30) == b"WIFI DISCONNECT\r\n"


def test_reconnect_gives_up_after_its_count(desk):
    bench = desk(C3, joined=True)
    bench.send(b"AT+CWRECONNCFG=1,2\r\n")
    bench.module.wifi_lost()
    bench.wait(10)
    bench.module.wifi_back()
    assert bench.wait(30) == b""


def test_closed_for_each_link_where_asked(desk):
    bench = desk(C3, links=[("echo.test", 7), ("echo.test", 7)])
    bench.module.wifi_lost(closed=True)
    assert bench.wait() == b"0,CLOSED\r\n1,CLOSED\r\nWIFI DISCONNECT\r\n"


@pytest.mark.parametrize("family", [N17, C3])
@pytest.mark.parametrize("how", ["lost", "left"])
def test_links_of_the_soft_ap_outlive_the_station(desk, family, how):
    # Two interfaces; no capture shows what becomes of the soft-AP's links.
    bench = desk(family, joined=True, mux=1, server=80, links=[("web.test", 80)])
    bench.module.core.settings.wifi_mode = 3
    client = bench.network.dial(80, address=bench.module.ap_client_joins("02:00:00:00:00:99"))
    other = bench.network.dial(80, address="192.168.1.77")
    bench.wait()
    if how == "lost":
        bench.module.wifi_lost()
    else:
        bench.send(b"AT+CWQAP\r\n")
    assert (bench.peer.closed, other.closed, client.closed) == (True, True, False)
    bench.wait()
    client.send(b"still")
    assert bench.wait(1) + bench.wait() in [b"\r\n+IPD,1,5:still", b"\r\n+IPD,1,5:still\r\n"]
    assert bench.send(b"AT+CIPSTATUS\r\n").count(b"+CIPSTATUS:") == 1


def test_addresses(desk):
    bench = desk(C3)
    zeros = (
        b'+CIPSTA:ip:"0.0.0.0"\r\n+CIPSTA:gateway:"0.0.0.0"\r\n+CIPSTA:netmask:"0.0.0.0"\r\n'
        b"\r\nOK\r\n"
    )
    bench.talk((b"AT+CIPSTA?\r\n", zeros))
    bench = desk(C3, joined=True)
    bench.talk(
        (
            b"AT+CIPSTA?\r\n",
            b'+CIPSTA:ip:"192.168.1.50"\r\n+CIPSTA:gateway:"192.168.1.1"\r\n'
            b'+CIPSTA:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
        ),
        (b"AT+CIPSTAMAC?\r\n", b'+CIPSTAMAC:"02:00:00:45:53:50"\r\n\r\nOK\r\n'),
        (
            b"AT+CIFSR\r\n",
            b'+CIFSR:STAIP,"192.168.1.50"\r\n+CIFSR:STAMAC,"02:00:00:45:53:50"\r\n\r\nOK\r\n',
        ),
    )


def test_addresses_of_nonos(desk):
    # Capture 17 for the spelling, capture 11 for a joined one.
    desk(N17, joined=True).talk(
        (
            b"AT+CIPSTA_CUR?\r\n",
            b'+CIPSTA_CUR:ip:"192.168.1.50"\r\n+CIPSTA_CUR:gateway:"192.168.1.1"\r\n'
            b'+CIPSTA_CUR:netmask:"255.255.255.0"\r\n\r\nOK\r\n',
        ),
        (b"AT+CIPSTAMAC_CUR?\r\n", b'+CIPSTAMAC_CUR:"02:00:00:45:53:50"\r\n\r\nOK\r\n'),
        (
            b"AT+CIFSR\r\n",
            b'+CIFSR:APIP,"192.168.4.1"\r\n+CIFSR:APMAC,"02:00:00:45:53:51"\r\n'
            b'+CIFSR:STAIP,"192.168.1.50"\r\n+CIFSR:STAMAC,"02:00:00:45:53:50"\r\n\r\nOK\r\n',
        ),
    )


def test_dhcp_switches(desk):
    desk(C3).talk(
        (b"AT+CWDHCP?\r\n", b"+CWDHCP:3\r\nOK\r\n"),
        (b"AT+CWDHCP=0,1\r\n", b"\r\nOK\r\n"),
        (b"AT+CWDHCP?\r\n", b"+CWDHCP:2\r\nOK\r\n"),
    )
    desk(N17).talk(
        (b"AT+CWDHCP_CUR=1,0\r\n", b"\r\nOK\r\n"),
        (b"AT+CWDHCP_CUR?\r\n", b"+CWDHCP_CUR:1\r\nOK\r\n"),
    )
