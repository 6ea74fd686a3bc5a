"""Settings that a restart of the module loses are made again, as command and arguments.

The module restarts, a socket is used: espat sets up again, and each setting that was made by a
command function, or by a property of the radio, is in force as before.
"""

import errno

import pytest

import espat
from tests.driver.desk import BOTH, Line
from tests.driver.secure import ESPAT
from tests.faults.rig import Spoiled, command, once, settled, tried

# name: (families that have it, function, arguments, what the command line holds)
NEW = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
OLD = ("nonos-1.7.4", "wizfi360")
SETTINGS = {
    "CIPSTO": (NEW, "cipsto", (77,), b"+CIPSTO=77"),
    "CIPSERVERMAXCONN": (NEW + OLD, "cipservermaxconn", (3,), b"+CIPSERVERMAXCONN=3"),
    "CIPSNTPCFG": (NEW + ("nonos-1.7.4",), "cipsntpcfg", (1, 2, "time.test"), b'=1,2,"time.test"'),
    "CIPDNS": (NEW + OLD, "cipdns", (1, "10.0.0.53"), b'=1,"10.0.0.53"'),
    "CWRECONNCFG": (NEW, "cwreconncfg", (7, 9), b"+CWRECONNCFG=7,9"),
    "CWHOSTNAME": (NEW + ("nonos-1.7.4",), "cwhostname", ("fridge",), b'+CWHOSTNAME="fridge"'),
    "SLEEP": (NEW + OLD, "sleep", (1,), b"+SLEEP=1"),
    "SYSMSG": (NEW + OLD, "sysmsg", (4,), b"+SYSMSG"),
    "CIPSTA": (NEW + OLD, "cipsta", ("192.168.1.60",), b'="192.168.1.60"'),
    "CIPSTAMAC": (NEW + OLD, "cipstamac", ("02:00:00:00:00:77",), b'="02:00:00:00:00:77"'),
    "CIPAP": (NEW + OLD, "cipap", ("192.168.9.1",), b'="192.168.9.1"'),
    "CIPAPMAC": (NEW + OLD, "cipapmac", ("02:00:00:00:00:78",), b'="02:00:00:00:00:78"'),
    "CWDHCP": (NEW + OLD, "cwdhcp", (0,), b"+CWDHCP"),
    "CWDHCPS": (NEW + OLD, "cwdhcps", (1, 60, "192.168.4.8", "192.168.4.9"), b"+CWDHCPS"),
    "RFPOWER": (NEW + ("nonos-1.7.4",), "rfpower", (60,), b"+RFPOWER=60"),
    "CWCOUNTRY": (NEW + OLD, "cwcountry", (0, "DE", 1, 13), b"+CWCOUNTRY"),
    "MDNS": (NEW + ("nonos-1.7.4",), "mdns", ("espat", "_http", 80), b'+MDNS=1,"espat"'),
    "CIPRECONNINTV": (NEW, "cipreconnintv", (20,), b"+CIPRECONNINTV=20"),
    "TRANSINTVL": (NEW[2:], "transintvl", (50,), b"+TRANSINTVL=50"),
    "CIPSSLSIZE": (OLD, "cipsslsize", (3072,), b"+CIPSSLSIZE=3072"),
    "CIPSSLCCONF": (NEW, "cipsslcconf", (5, 0), b"+CIPSSLCCONF=5,0"),
    "CIPTCPOPT": (NEW, "ciptcpopt", (5, -1, 1), b"+CIPTCPOPT=5,"),
    "CWSAP": (NEW + OLD, "cwsap", ("mine", "password1", 6, 3), b'"mine","password1",6,3'),
}
each_setting = pytest.mark.parametrize("name", SETTINGS)


def in_force(desk, name):
    """Whether the restart lost it, and it was sent again: the command lines since."""
    word = SETTINGS[name][3]
    return [line for line in desk.module.commands if word in line]


def made(desk, name):
    _, function, args, _ = SETTINGS[name]
    if name in ("CWSAP", "CIPAP", "CIPAPMAC", "CWDHCPS"):
        command("cwmode")(desk.modem, 3)
    command(function)(desk.modem, *args)
    assert len(in_force(desk, name)) == 1, desk.module.commands[-3:]


@each_setting
@pytest.mark.there_is(lambda family, name: family in SETTINGS[name][0])
def test_a_setting_outlives_a_restart(make_desk, family, name):
    """The same command, with the same arguments, is sent again behind `ready`."""
    desk = make_desk(family).join()
    made(desk, name)
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(in_force(desk, name)) == 2


@each_setting
@pytest.mark.there_is(lambda profile, name: profile in SETTINGS[name][0])
@pytest.mark.parametrize("how", ["Radio.reset", "twice", "unheard"])
def test_it_outlives_each_kind_of_restart(make_desk, profile, name, how):
    """By the program's own reset, a second one, one of which `ready` was lost."""
    desk = make_desk(profile, line=Spoiled).join()
    made(desk, name)
    if how == "Radio.reset":
        desk.radio.reset()
    elif how == "unheard":
        desk.line.spoil(lambda data: data.replace(b"ready", b"rEady"))
        desk.module.reset()
        desk.let(2)
        for _ in range(3):
            if not tried(desk.works)[1]:
                break
    else:
        for _ in range(2):
            desk.module.reset()
            desk.let(2)
            desk.works()
    desk.works()
    assert len(in_force(desk, name)) == (3 if how == "twice" else 2)


@pytest.mark.parametrize("family", BOTH)
def test_the_last_value_counts(make_desk, family):
    """10.0.0.53, then 10.0.0.54: only the latter is made again."""
    desk = make_desk(family).join()
    command("cipdns")(desk.modem, 1, "10.0.0.53")
    command("cipdns")(desk.modem, 1, "10.0.0.54")
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(desk.said(b"10.0.0.53")) == 1
    assert len(desk.said(b"10.0.0.54")) == 2


@pytest.mark.parametrize("family", BOTH)
def test_what_was_refused_is_not_made_again(make_desk, family):
    """The module says ERROR: the setting was never made."""
    desk = make_desk(family).join()
    desk.module.fault("refuse at AT+CIPDNS")
    with pytest.raises(espat.ATError):
        command("cipdns")(desk.modem, 1, "10.0.0.53")
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(desk.said(b"10.0.0.53")) == 1


@pytest.mark.parametrize("family", BOTH)
def test_a_setting_that_is_refused_later_stops_nothing(make_desk, family):
    """Made again it is refused: the radio works, or the error says which."""
    desk = make_desk(family).join()
    command("cipdns")(desk.modem, 1, "10.0.0.53")
    desk.module.fault("refuse at AT+CIPDNS each")
    desk.module.reset()
    desk.let(2)
    _, error = tried(desk.works)
    assert len(desk.said(b"10.0.0.53")) >= 2
    if error:
        assert "CIPDNS" in str(error)
        desk.works()


def test_what_needs_a_server_is_made_again_behind_it(make_desk, family):
    """NonOS takes AT+CIPSTO only while its server runs: again when the server listens again."""
    desk = make_desk(family).join()
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    server.settimeout(2)
    command("cipsto")(desk.modem, 77)
    desk.module.reset()
    desk.let(2)
    tried(server.accept)
    desk.network.dial(80)
    assert server.accept()
    assert desk.radio.command("AT+CIPSTO?") == [b"+CIPSTO:77"]


@pytest.mark.parametrize("family", ESPAT)
def test_tcp_options_of_new_links_outlive_a_restart(make_desk, family):
    """AT+CIPTCPOPT=3,...: again for link 3 when the module has restarted."""
    desk = make_desk(family).join()
    command("ciptcpopt")(desk.modem, 3, -1, 1)
    before = desk.said(b"+CIPTCPOPT=3,")
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert desk.said(b"+CIPTCPOPT=3,") == before * 2


@pytest.mark.parametrize("family", ESPAT[1:])
def test_tls_settings_outlive_a_restart(make_desk, family):
    """AT+CIPSSLCCONF=3,0 of a program's own: again, with the same arguments."""
    desk = make_desk(family).join()
    command("cipsslcconf")(desk.modem, 3, 0)
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(desk.said(b"+CIPSSLCCONF=3,0")) == 2


class Forgetful(Line):
    """Once it `forgets`, two of three settings that are made again get no answer."""

    forgets = False
    n = 0

    def put(self, view):
        if self.forgets and bytes(view).startswith((b"AT+CIPSTO=", b"AT+CIPTCPOPT=", b"AT+SLEEP=")):
            self.n += 1
            if self.n % 3:
                return len(view)
        return self.uart.write(view)


@pytest.mark.parametrize("family", ESPAT)
def test_settings_made_again_have_the_minute_of_start_up(make_desk, family):
    """Each is answered after ten seconds, and there are seven."""
    desk = make_desk(family, line=Forgetful).join()
    desk.port.tick = 0.02
    command("cipsto")(desk.modem, 77)
    for link in range(5):
        command("ciptcpopt")(desk.modem, link, -1, 1)
    command("sleep")(desk.modem, 1)
    desk.line.forgets = True
    desk.module.reset()
    desk.let(2)
    with desk.within(67):
        _, error = tried(desk.radio.awake)
    assert error is not None
    assert error.errno == errno.ETIMEDOUT
    desk.line.forgets = False
    desk.works()
    assert desk.radio.command("AT+CIPSTO?") == [b"+CIPSTO:77"]


PROPERTIES = {
    "hostname": ("fridge", b'+CWHOSTNAME="fridge"'),
    "mac_address": (b"\x02\0\0\0\0\x77", b'="02:00:00:00:00:77"'),
    "ipv4_dns": ("10.0.0.53", b'"10.0.0.53"'),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_properties_outlive_a_restart(make_desk, profile, name):
    """radio.hostname = ..., and the like."""
    value, word = PROPERTIES[name]
    desk = make_desk(profile).join()
    setattr(desk.radio, name, value)
    desk.module.reset()
    desk.let(2)
    desk.works()
    assert len(desk.said(word)) == 2


# -- the order, the line, and who else sets them -------------------------------------------------


def restarted(desk):
    desk.module.reset()
    desk.let(2)
    desk.works()


@pytest.mark.parametrize("family", NEW + OLD)
def test_settings_are_made_in_the_order_in_which_they_were_made_last(make_desk, family):
    """Leases, another network for the soft-AP, leases in that: the first would be refused there."""
    desk = make_desk(family).join()
    command("cwmode")(desk.modem, 3)
    command("cwsap")(desk.modem, "mine", "password1", 6, 3)
    command("cwdhcps")(desk.modem, 1, 60, "192.168.4.8", "192.168.4.9")
    command("cipap")(desk.modem, "192.168.9.1", "192.168.9.1", "255.255.255.0")
    command("cwdhcps")(desk.modem, 1, 60, "192.168.9.8", "192.168.9.9")
    restarted(desk)
    assert command("cipap_query")(desk.modem)[0] == "192.168.9.1"
    assert command("cwdhcps_query")(desk.modem)[1:] == ("192.168.9.8", "192.168.9.9")


@pytest.mark.parametrize("family", NEW + OLD)
@pytest.mark.parametrize("how", ["bent", "OK lost", "busy"])
def test_a_setting_that_does_not_get_through_at_once_is_not_forgotten(make_desk, family, how):
    """Sent again behind the restart, a byte of it is bent: ERROR, once. Or its OK is lost."""
    desk = make_desk(family, line=Spoiled).join()
    command("cipdns")(desk.modem, 1, "10.0.0.53")
    if how == "bent":
        desk.line.ask(b"+CIPDNS", once(b"+CIPDNS", b"+CIPDoS"))
    elif how == "OK lost":
        desk.line.answer(b"+CIPDNS", once(b"\r\nOK\r\n", b"\r\nO\r\n"))
    else:
        desk.module.fault("busy at AT+CIPDNS")
    desk.module.reset()
    desk.let(2)
    settled(desk)
    assert desk.line.hits or how == "busy"
    assert command("cipdns_query")(desk.modem)[1] == ("10.0.0.53",)


def test_how_many_clients_a_program_wants_is_kept_by_listen(make_desk, family):
    """AT+CIPSERVERMAXCONN=2: neither listen() nor the server that comes back sets five."""
    desk = make_desk(family).join()
    if not desk.modem.has("MAXCONN"):
        return
    command("cipservermaxconn")(desk.modem, 2)
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(2)
    server.settimeout(2)
    assert command("cipservermaxconn_query")(desk.modem) == 2
    desk.module.reset()
    desk.let(2)
    tried(server.accept)
    assert command("cipservermaxconn_query")(desk.modem) == 2


@pytest.mark.parametrize("family", ["esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1"])
def test_how_many_clients_a_program_wants_outlives_passthrough(make_desk, family):
    """A server in passthrough takes one: afterwards two again, behind a restart too."""
    desk = make_desk(family).join()
    command("cipservermaxconn")(desk.modem, 2)
    desk.port.hooks.append(lambda: desk.network.dial(8080) if desk.said(b"SERVER=1,8080") else 0)
    with desk.radio.passthrough(None, 8080, timeout=5):
        desk.port.hooks.clear()
    restarted(desk)
    assert command("cipservermaxconn_query")(desk.modem) == 2


@pytest.mark.parametrize("family", NEW + ("nonos-1.7.4",))
def test_a_setting_whose_end_was_refused_stays(make_desk, family):
    """AT+MDNS=0 is answered ERROR: the module goes on, and does so behind a restart."""
    desk = make_desk(family).join()
    command("mdns")(desk.modem, "espat", "_http", 80)
    desk.module.fault("refuse at AT+MDNS=0")
    with pytest.raises(espat.ATError):
        command("mdns_off")(desk.modem)
    restarted(desk)
    assert len(desk.said(b"+MDNS=1")) == 2


@pytest.mark.parametrize("family", NEW + OLD)
def test_what_the_soft_ap_gave_its_stations_ends_with_it(make_desk, family):
    """stop_ap(), a restart, start_ap(): the leases are the firmware's own again."""
    desk = make_desk(family).join()
    desk.radio.start_ap("mine", "password1")
    command("cwdhcps")(desk.modem, 1, 60, "192.168.4.8", "192.168.4.9")
    desk.radio.stop_ap()
    restarted(desk)
    assert len(desk.said(b"+CWDHCPS")) == 1


@pytest.mark.parametrize("word", ["SLEEP", "CIPDNS", "CIPMUX", "GMR"])
def test_a_second_restart_while_they_are_made(make_desk, family, word):
    """`ready` once more, at each of them: all are in force at last."""
    if family == "nonos-1.3":
        return
    desk = make_desk(family).join()
    command("sleep")(desk.modem, 1)
    command("cipdns")(desk.modem, 1, "10.0.0.53")
    desk.module.fault(f"reset at AT+{word}")
    desk.module.reset()
    desk.let(2)
    for _ in range(3):
        if not tried(desk.works)[1]:
            break
        desk.let(1)
    assert command("sleep_query")(desk.modem) == 1
    assert command("cipdns_query")(desk.modem)[1] == ("10.0.0.53",)


# -- the rate of the line ----------------------------------------------------------------------


@pytest.mark.parametrize("rate", [921600, 460800, 230400])
def test_the_rate_is_set_again(make_desk, family, rate):
    """AT+UART_CUR=921600,...: lost by a restart, found at 115200, and raised again."""
    desk = make_desk(family).join()
    command("uart_cur")(desk.modem, rate)
    assert desk.module.core.baud == rate
    desk.module.reset()
    desk.let(2)
    desk.port.tick = 0.02
    for _ in range(4):
        if not tried(desk.radio.command, "AT")[1]:
            break
    assert desk.module.core.baud == rate
    assert desk.line.baudrate == rate
    desk.works()


USUAL = (9600, 19200, 38400, 57600, 74880, 115200, 230400, 460800, 500000, 921600, 1000000, 1500000)
USUAL += (2000000, 3000000)


@pytest.mark.parametrize("rate", USUAL)
def test_the_usual_rates_are_tried(make_desk, profile, rate):
    """The board restarts, its module is at another rate: start-up finds it."""
    desk = make_desk(profile, baud=rate)
    desk.port.tick = 0.02
    desk.line.baudrate = 115200
    desk.join()
    assert desk.line.baudrate == rate
    desk.works()


@pytest.mark.parametrize("rate", [250000, 128000, 1234567, 4000000])
def test_a_rate_that_the_program_names_is_tried(make_desk, profile, rate):
    """`Radio(uart, rates=(250000,))`."""
    desk = make_desk(profile, baud=rate, radio={"rates": (rate,)})
    desk.port.tick = 0.02
    desk.line.baudrate = 115200
    desk.join()
    assert desk.line.baudrate == rate
    desk.works()


@pytest.mark.parametrize("rate", [80, 1234567, 4999999, 123456])
def test_a_rate_that_start_up_would_not_find_is_refused(make_desk, profile, rate):
    """uart_cur() says so, by a ValueError that names `rates`; nothing is sent."""
    desk = make_desk(profile).join()
    with pytest.raises(ValueError, match="rates"):
        command("uart_cur")(desk.modem, rate)
    assert not desk.said(b"UART_CUR")
    desk.works()


def test_a_rate_that_the_program_named_is_taken(make_desk, profile):
    """Named, it can be set, and is found after the board's restart."""
    desk = make_desk(profile, radio={"rates": (250000,)}).join()
    command("uart_cur")(desk.modem, 250000)
    desk.works()
    desk.again(rates=(250000,))
    desk.port.tick = 0.02
    desk.line.baudrate = 115200
    desk.join()
    desk.works()
    assert desk.line.baudrate == 250000


@pytest.mark.parametrize("rates", [(0,), (-5,), ("115200",), (2.5,)], ids=repr)
def test_rates_that_are_none_are_refused(make_desk, profile, rates):
    """Whole numbers over 0."""
    with pytest.raises((ValueError, TypeError)):
        make_desk(profile, radio={"rates": rates}).join()


class Slow(Line):
    """A UART that has 115200 and 9600 alone."""

    @property
    def baudrate(self):
        return self.uart.baudrate

    @baudrate.setter
    def baudrate(self, rate):
        if rate not in (115200, 9600):
            raise ValueError("no such rate")
        self.uart.baudrate = rate


def test_rates_that_the_uart_lacks_are_passed_over(make_desk, profile):
    """The search goes on to one that it has."""
    desk = make_desk(profile, baud=9600, line=Slow, radio={"rates": (250000,)})
    desk.port.tick = 0.02
    desk.line.baudrate = 115200
    desk.join()
    assert desk.line.baudrate == 9600


@pytest.mark.parametrize("own", [128000, 250000, 123456])
@pytest.mark.parametrize("how", ["uart_cur", "fast", "board restarted"])
def test_a_module_that_goes_back_to_an_unusual_rate_is_found(make_desk, profile, own, how):
    """Flashed for 128000, raised to 921600: its restart brings it back to a rate of no table."""
    fast = {"fast": 921600} if how == "fast" else {}
    desk = make_desk(profile, baud=own, rate=own, radio=fast)
    desk.port.tick = 0.02
    desk.join()
    if how != "fast":
        command("uart_cur")(desk.modem, 921600)
    if how == "board restarted":
        desk.again()
        desk.port.tick = 0.02
        desk.join()
    assert desk.line.baudrate == 921600
    desk.works()
    desk.module.reset()
    desk.let(2)
    with desk.within(90):
        for _ in range(20):
            if not tried(desk.works)[1]:
                break
    desk.works()


@pytest.mark.parametrize("word", [b"\r\nO\r\n", b""], ids=["torn", "lost"])
@pytest.mark.parametrize("rate", [9600, 921600])
def test_a_rate_whose_ok_was_not_seen_is_found(make_desk, profile, rate, word):
    """The module has it, the host has not: an error, and the next use finds it."""
    desk = make_desk(profile, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(b"UART_CUR", once(b"\r\nOK\r\n", word))
    _, error = tried(command("uart_cur"), desk.modem, rate)
    assert error
    for _ in range(4):
        if not tried(desk.works)[1]:
            break
    desk.works()
