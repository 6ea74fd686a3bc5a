"""Settings by commands outlive a restart of the module: they are sent again when it is set up."""

import pytest

from espat import ATError
from espat.at import data, links, services, system, tls, wifi
from tests.driver.desk import BOTH

NEW, OLD = BOTH
IPS = "192.168.4.9", "192.168.4.9", "255.255.255.0"
MAC = "02:11:22:33:44:55"

#: A setting, and what is sent for it on ESP-AT and on NonOS (None: it has no such command).
SETTINGS = (
    (lambda m: links.cipsto(m, 77), b"AT+CIPSTO=77", None),  # NonOS: while a server runs
    (lambda m: links.cipservermaxconn(m, 2), b"AT+CIPSERVERMAXCONN=2", b"AT+CIPSERVERMAXCONN=2"),
    (
        lambda m: services.cipsntpcfg(m, 1, 2, "a.test"),
        b'AT+CIPSNTPCFG=1,2,"a.test"',
        b'AT+CIPSNTPCFG=1,2,"a.test"',
    ),
    (
        lambda m: services.cipdns(m, 1, "1.1.1.1"),
        b'AT+CIPDNS=1,"1.1.1.1"',
        b'AT+CIPDNS_CUR=1,"1.1.1.1"',
    ),
    (lambda m: links.ciptcpopt(m, 3, 1, 1, 500), b"AT+CIPTCPOPT=3,1,1,500", None),
    (lambda m: wifi.cwreconncfg(m, 5, 9), b"AT+CWRECONNCFG=5,9", None),
    (lambda m: wifi.cwhostname(m, "pico"), b'AT+CWHOSTNAME="pico"', b'AT+CWHOSTNAME="pico"'),
    (lambda m: system.sleep(m, 2), b"AT+SLEEP=2", b"AT+SLEEP=2"),
    (lambda m: system.sysmsg(m, 4), b"AT+SYSMSG=4", b"AT+SYSMSG_CUR=4"),
    (
        lambda m: wifi.cipsta(m, "192.168.1.77"),
        b'AT+CIPSTA="192.168.1.77"',
        b'AT+CIPSTA_CUR="192.168.1.77"',
    ),
    (
        lambda m: wifi.cipstamac(m, MAC),
        b'AT+CIPSTAMAC="02:11:22:33:44:55"',
        b'AT+CIPSTAMAC_CUR="02:11:22:33:44:55"',
    ),
    (lambda m: wifi.cwdhcp(m, 1), b"AT+CWDHCP=1,1", b"AT+CWDHCP_CUR=1,1"),
    (lambda m: wifi.rfpower(m, 60), b"AT+RFPOWER=60", b"AT+RFPOWER=60"),
    (
        lambda m: wifi.cwcountry(m, 1, "DE", 1, 13),
        b'AT+CWCOUNTRY=1,"DE",1,13',
        b'AT+CWCOUNTRY_CUR=1,"DE",1,13',
    ),
    (lambda m: data.cipreconnintv(m, 9), b"AT+CIPRECONNINTV=9", None),
    (lambda m: data.transintvl(m, 9), b"AT+TRANSINTVL=9", None),
    (
        lambda m: services.mdns(m, "me", "_http", 80),
        b'AT+MDNS=1,"me","_http",80',
        b'AT+MDNS=1,"me","_http",80',
    ),
    (lambda m: tls.cipsslcconf(m, 3, 0), b"AT+CIPSSLCCONF=3,0", None),
    (lambda m: tls.cipsslcconf(m, None, 0), None, b"AT+CIPSSLCCONF=0"),
    (lambda m: tls.cipsslsize(m, 3000), None, b"AT+CIPSSLSIZE=3000"),
)

#: And for the soft-AP, once there is one.
OF_SOFT_AP = (
    (
        lambda m: wifi.cwsap(m, "mine", "password", 5, 3),
        b'AT+CWSAP="mine","password",5,3',
        b'AT+CWSAP_CUR="mine","password",5,3',
    ),
    (
        lambda m: wifi.cipap(m, *IPS),
        b'AT+CIPAP="192.168.4.9","192.168.4.9","255.255.255.0"',
        b'AT+CIPAP_CUR="192.168.4.9","192.168.4.9","255.255.255.0"',
    ),
    (
        lambda m: wifi.cipapmac(m, MAC),
        b'AT+CIPAPMAC="02:11:22:33:44:55"',
        b'AT+CIPAPMAC_CUR="02:11:22:33:44:55"',
    ),
    (lambda m: wifi.cwdhcp(m, 0, False, True), b"AT+CWDHCP=0,2", b"AT+CWDHCP_CUR=0,0"),
)


def again(desk):
    """The commands that follow a restart of the module, on the next use of the radio."""
    desk.module.reset()
    desk.let(1)
    count = len(desk.module.commands)
    desk.radio.up()
    return desk.module.commands[count:]


@pytest.mark.parametrize("column", [1, 2], ids=BOTH)
@pytest.mark.parametrize(
    "row", SETTINGS, ids=[str((row[1] or row[2]).decode()) for row in SETTINGS]
)
def test_a_setting_is_sent_again(make_desk, row, column):
    desk = make_desk(BOTH[column - 1]).join()
    if row[column] is None:
        with pytest.raises((OSError, ValueError, ATError)):
            row[0](desk.modem)
        assert desk.modem.kept == []
        return
    row[0](desk.modem)
    assert row[column] in desk.module.commands
    assert again(desk).count(row[column]) == 1
    assert again(desk).count(row[column]) == 1


@pytest.mark.parametrize("column", [1, 2], ids=BOTH)
def test_the_soft_ap_is_made_again(make_desk, column):
    desk = make_desk(BOTH[column - 1]).join()
    wifi.cwmode(desk.modem, 3)
    for row in OF_SOFT_AP:
        row[0](desk.modem)
    sent = again(desk)
    mode = b"AT+CWMODE=3" if column == 1 else b"AT+CWMODE_CUR=3"
    assert [line for line in sent if line in [mode, *[row[column] for row in OF_SOFT_AP]]] == [
        mode,
        *[row[column] for row in OF_SOFT_AP],
    ]
    wifi.cwmode(desk.modem, 1)
    sent = again(desk)
    assert not [line for line in sent if line in [mode, *[row[column] for row in OF_SOFT_AP]]]


@pytest.mark.parametrize("profile", BOTH)
def test_the_last_of_its_kind_counts(make_desk, profile):
    desk = make_desk(profile).join()
    system.sleep(desk.modem, 1)
    system.sleep(desk.modem, 2)
    assert [line for line in again(desk) if b"SLEEP" in line] == [b"AT+SLEEP=2"]


def test_an_address_and_dhcp_take_each_others_place(make_desk):
    desk = make_desk(NEW).join()
    wifi.cipsta(desk.modem, "192.168.1.77")
    wifi.cwdhcp(desk.modem, 1)
    sent = again(desk)
    assert b"AT+CWDHCP=1,1" in sent
    assert b'AT+CIPSTA="192.168.1.77"' not in sent
    wifi.cipsta(desk.modem, "192.168.1.78")
    sent = again(desk)
    assert b'AT+CIPSTA="192.168.1.78"' in sent
    assert b"AT+CWDHCP=1,1" not in sent


def test_options_of_all_links_take_the_place_of_one_links(make_desk):
    desk = make_desk(NEW).join()
    links.ciptcpopt(desk.modem, 1, 0)
    links.ciptcpopt(desk.modem, 5, 1)
    links.ciptcpopt(desk.modem, 2, 2)
    sent = [line for line in again(desk) if b"CIPTCPOPT" in line]
    assert sent == [b"AT+CIPTCPOPT=5,1,,", b"AT+CIPTCPOPT=2,2,,"]


@pytest.mark.parametrize("profile", BOTH)
def test_a_rate_is_set_again_at_both_ends(make_desk, profile):
    desk = make_desk(profile).join()
    system.uart_cur(desk.modem, 460_800)
    desk.module.reset()  # back at 115200: nothing is heard of it
    desk.let(1)
    for _ in range(2):  # the command has no answer, and then AT has none
        with pytest.raises(TimeoutError):
            system.at(desk.modem)
    count = len(desk.module.commands)
    desk.radio.up()
    assert b"AT+UART_CUR=460800,8,1,0,0" in desk.module.commands[count:]
    assert desk.line.baudrate == 460_800
    desk.works()


@pytest.mark.parametrize("profile", BOTH)
def test_what_is_refused_is_not_kept(make_desk, profile):
    desk = make_desk(profile).join()
    for call in (
        lambda m: wifi.cwsap(m, "mine", "password", 5, 3),  # there is no soft-AP
        lambda m: data.ciprecvmode(m, 2),
        lambda m: links.cipsto(m, 7201),
    ):
        with pytest.raises((RuntimeError, ValueError)):
            call(desk.modem)
    assert desk.modem.kept == []
