r"""What the driver believes of the module, and the module does not do: never apart for ever.

One byte of an OK is lost (`\r\nK\r\n`), of `ready`, of `WIFI DISCONNECT\r\n`, of `0,CONNECT\r\n`:
the calls at hand may fail, in bounded time; soon after all is well, and no byte is wrong.
"""

import errno

import pytest

from tests.driver.script import ERROR, OK, EspAt, NonOs
from tests.faults.rig import (
    PASSIVE,
    Far,
    FarDesk,
    Spoiled,
    command,
    fetch,
    lose,
    once,
    page,
    passive_where_it_is,
    read,
    settled,
    sound,
    tried,
)

LOSSES = {
    "O": lambda data: data.replace(b"\r\nOK\r\n", b"\r\nK\r\n", 1),
    "K": lambda data: data.replace(b"\r\nOK\r\n", b"\r\nO\r\n", 1),
    "its end": lambda data: data.replace(b"\r\nOK\r\n", b"\r\nOK", 1),
    "all": lambda data: data.replace(b"\r\nOK\r\n", b"", 1),
    "bent": lambda data: data.replace(b"\r\nOK\r\n", b"\r\nGK\r\n", 1),
}
each_loss = pytest.mark.parametrize("loss", LOSSES)


def comes_round(desk, body, tries=3):
    """A page is fetched whole, at the latest at the last try; until then nothing is wrong."""
    errors = []
    for _ in range(tries):
        got, error = fetch(desk, timeout=8)
        sound(got, body, error)
        if not error:
            return
        errors.append(error)
    raise AssertionError(errors)


# -- 9: an OK that was not seen ----------------------------------------------------------------

SETTINGS = (b"AT+CIPRECVMODE=", b"AT+CIPDINFO=", b"AT+CIPMUX=", b"AT+CIPMODE=", b"AT+SYSSTORE=")
SETTINGS += (b"ATE0", b"AT+CIPRECVTYPE=")


@each_loss
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.decode())
def test_a_set_up_whose_ok_was_not_seen_comes_round(make_desk, family, setting, loss):
    r"""`AT+CIPRECVMODE=1`, `\r\nK\r\n`: what counts is asked for, or set again."""
    desk = make_desk(family, line=Spoiled)
    desk.port.tick = 0.02
    desk.line.answer(setting, LOSSES[loss])
    body = page(desk, 5000)
    for left in (2, 1, 0):
        _, error = tried(desk.radio.connect, "espat", "correct horse")
        assert left or not error, error
        if not error:
            break
    comes_round(desk, body)
    assert desk.modem.passive == (family in PASSIVE)


@pytest.mark.parametrize("family", PASSIVE)
@pytest.mark.parametrize("times", [2, 3])
def test_an_ok_lost_again_and_again_comes_round(make_desk, family, times):
    """The OK of CIPRECVMODE=1 lost twice, three times."""
    desk = make_desk(family, line=Spoiled)
    desk.port.tick = 0.02
    for _ in range(times):
        desk.line.answer(b"AT+CIPRECVMODE=", LOSSES["O"])
    body = page(desk, 5000)
    for _ in range(3):
        if not tried(desk.radio.connect, "espat", "correct horse")[1]:
            break
    comes_round(desk, body, 4)


@pytest.mark.parametrize("family", PASSIVE)
def test_a_mode_that_came_bent_to_the_module_is_found_out(make_desk, family):
    """AT+CIPRECVMODE=1 arrives as =0, and is confirmed: reads time out, so the modes are asked."""
    desk = make_desk(family, line=Spoiled)
    desk.port.tick = 0.02
    desk.line.ask(b"AT+CIPRECVMODE=1", once(b"=1", b"=0"))
    desk.join()
    comes_round(desk, page(desk, 5000), 4)


@pytest.mark.parametrize("setting", [b"AT+CIPDINFO=0", b"AT+CIPMUX=1", b"AT+CIPRECVMODE=1"])
def test_one_refusal_of_a_set_up_is_not_believed(make_desk, family, setting):
    """The board restarts while remote ends are shown, and `AT+CIPDINFO=0` arrives damaged."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.radio.command("AT+CIPDINFO=1")
    desk.again()
    sent = len(desk.module.commands)
    desk.line.ask(setting, lambda data: data[:-3] + b"#\r\n")
    body = page(desk, 5000)
    desk.radio.connect("espat", "correct horse")
    assert fetch(desk) == (body, None)
    if desk.line.hits:
        known = [line for line in desk.module.commands[sent:] if line.startswith(setting[:-1])]
        assert known == [setting[:-1] + b"#", setting]
    else:
        assert setting == b"AT+CIPRECVMODE=1" and family not in PASSIVE
    assert desk.modem.passive == (family in PASSIVE)


@each_loss
@pytest.mark.parametrize("setting", [b"AT+CIPDOMAIN=", b"AT+CIPDINFO=1", b'"UDP"', b"AT+CIPSEND="])
@pytest.mark.parametrize("patience", [2, 5])
def test_the_time_out_bounds_all_of_a_datagram(make_desk, setting, loss, patience):
    """The OK of any of its commands is torn: what `settimeout()` said holds for the whole call."""
    desk = make_desk("esp32c3-3.3", line=Spoiled).join()
    desk.port.tick = 0.02
    desk.network.udp("one.test", 1001)
    desk.line.answer(setting, LOSSES[loss])
    sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
    sock.settimeout(patience)
    with desk.within(patience + 0.5):
        _, error = tried(sock.sendto, b"0", ("one.test", 1001))
    assert desk.line.hits == 1
    # Behind the CONNECT of a UDP link half an OK may be half a datagram.
    assert error is None or error.errno == errno.ETIMEDOUT or setting == b'"UDP"'
    tried(sock.close)
    assert datagrams(desk)[-1] is None


def datagrams(desk, rounds=3, timeout=8):
    """An exchange with a UDP peer: [what came, or the OSError], each time."""
    peer = desk.network.udp("one.test", 1001, lambda p, source, data: p.send(b"re:" + data, source))
    came = []
    for n in range(rounds):
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        sock.settimeout(timeout)
        _, error = tried(sock.sendto, b"%d" % n, peer.place)
        if not error:
            got, error = tried(sock.recvfrom_into, buffer := bytearray(100))
            if not error:
                assert (bytes(buffer[: got[0]]), got[1]) == (b"re:%d" % n, peer.place)
        came.append(error)
        tried(sock.close)
    return came


@each_loss
@pytest.mark.parametrize(
    "setting",
    [
        b"AT+CIPDINFO=1",
        b"AT+CIPDINFO=0",
        b"AT+CIPRECVMODE=0",
        b"AT+CIPRECVMODE=1",
        b"AT+CIPRECVTYPE=",
    ],
    ids=lambda s: s.decode(),
)
def test_a_mode_around_udp_sockets_comes_round(make_desk, family, setting, loss):
    """CIPDINFO, CIPRECVTYPE, CIPRECVMODE as a UDP socket opens and closes; then TCP."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.line.answer(setting, LOSSES[loss])
    body = page(desk, 5000)
    came = datagrams(desk)
    assert came[-1] is None, came
    comes_round(desk, body)
    assert datagrams(desk, 1) == [None]


@each_loss
@pytest.mark.parametrize("setting", [b"AT+CIPDINFO=", b"AT+CIPRECVMODE=", b"AT+CIPRECVTYPE="])
def test_a_tcp_link_beside_a_udp_socket_keeps_its_bytes(make_desk, family, setting, loss):
    """The same while a TCP connection stands: exactly its bytes, or an exception."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    body = bytes(range(256)) * 4
    desk.listen("page.test", 80, answer=lambda _: body)
    sock = desk.socket("page.test", 80, timeout=8)
    desk.line.answer(setting, LOSSES[loss])
    datagrams(desk, 1)
    _, error = tried(sock.send, b"get")
    got, error = (b"", error) if error else read(sock, len(body))
    sound(got, body, error)
    tried(sock.close)
    settled(desk)


# -- 10: which firmware ------------------------------------------------------------------------


def first_line(desk):
    """What the module answers AT+GMR with, and how its firmware is called when all is well."""
    desk.join()
    return desk.radio.firmware


@pytest.mark.parametrize("at", range(0, 18, 1))
def test_a_torn_version_is_asked_for_again(make_desk, family, at):
    r"""`AT verWIFI GOT IP\r\nsion:3.2.0.0(...)`: a notice at each gap of `AT version:1.2`."""
    name = first_line(make_desk(family))
    desk = make_desk(family, line=Spoiled)
    desk.port.tick = 0.02

    def torn(data):
        place = data.find(b"AT version:")
        return data if place < 0 else data[: place + at] + b"WIFI GOT IP\r\n" + data[place + at :]

    desk.line.answer(b"AT+GMR", torn)
    desk.join()
    assert desk.line.hits == 1
    assert desk.radio.firmware == name
    body = page(desk)
    assert fetch(desk) == (body, None)


@pytest.mark.parametrize("at", range(18))
def test_a_byte_lost_of_the_version_is_asked_for_again(make_desk, family, at):
    """Each byte of `AT version:1.7.4.0(`: never NonOS for ESP-AT, never 0.0."""
    name = first_line(make_desk(family))
    desk = make_desk(family, line=Spoiled)
    desk.port.tick = 0.02

    def torn(data):
        place = data.find(b"AT version:")
        return data if place < 0 else data[: place + at] + data[place + at + 1 :]

    desk.line.answer(b"AT+GMR", torn)
    desk.join()
    assert desk.line.hits == 1
    major = name.split()[-1].split(".")[0]
    assert desk.radio.firmware.rpartition(" ")[0] == name.rpartition(" ")[0]
    assert desk.radio.firmware.split()[-1].split(".")[0] == major
    assert "0.0" not in desk.radio.firmware


@pytest.mark.parametrize("how", ["ignore", "refuse", "no reply", "busy"])
def test_a_version_that_was_not_told_is_asked_for_again(make_desk, family, how):
    """AT+GMR is not heard, refused, not answered, or answered with busy, once."""
    name = first_line(make_desk(family))
    desk = make_desk(family)
    desk.port.tick = 0.02
    desk.module.fault(f"{how} at AT+GMR")
    desk.join()
    assert desk.radio.firmware == name
    body = page(desk)
    assert fetch(desk) == (body, None)


@pytest.mark.parametrize(
    "lines",
    [(), (b"compile time:May  9 2024 12:46:11\r\n",), (b"\x00\xff~\r\n",), (b"AT version:\r\n",)],
    ids=["nothing", "another line", "noise", "no number"],
)
@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_a_version_that_makes_no_sense_is_asked_for_again(dialect, lines):
    r"""AT+GMR is answered by `\r\nOK\r\n` alone, or by what is no version, once."""
    healthy = FarDesk(dialect).radio.firmware
    desk = FarDesk(dialect, join=False)
    desk.script.on(b"AT+GMR", (*lines, OK))
    desk.radio.connect("espat", "correct horse")
    assert desk.radio.firmware == healthy
    desk.works()


@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_a_version_that_is_never_told_is_never_0_0(dialect):
    """It is found out by what the module accepts, or the error says that it is not understood."""
    desk = FarDesk(dialect, join=False)
    desk.port.tick = 0.02
    desk.script.on(b"AT+GMR", *[(OK,)] * 50)
    _, error = tried(desk.radio.connect, "espat", "correct horse")
    if not error:
        assert "0.0" not in desk.radio.firmware
        desk.works()


@pytest.mark.parametrize(
    "gmr",
    [
        (b"AT version:2.1.0.0(883f7f2 - Jul 24 2020 11:50:07)\r\n", b"SDK version:v3.3\r\n"),
        (b"AT version:2.1.0.0-dev(4f5e1b5)\r\n", b"SDK version:v3.4-22-g967752e2\r\n"),
    ],
    ids=["2.1", "2.1-dev"],
)
def test_an_esp8266_that_names_no_chip_is_one(gmr):
    """A self-built 2.1 ends in `Bin version:2.1.0(Unknown)`: its SDK, or a probe, tells."""
    desk = FarDesk(EspAt, join=False)
    lines = (*gmr, b"compile time:Jul 24 2020\r\n", b"Bin version:2.1.0(Unknown)\r\n", OK)
    desk.script.on(b"AT+GMR", *[lines] * 9)
    desk.script.on(b"AT+CIPSENDL", *[(ERROR,)] * 9)
    desk.radio.connect("espat", "correct horse")
    assert desk.radio.firmware == "ESP8266 ESP-AT 2.1"


# -- 12: a client whose CONNECT was lost -------------------------------------------------------


def server_of(desk):
    server = desk.pool.socket()
    server.bind(("0.0.0.0", 80))
    server.listen(3)
    server.settimeout(20)
    return server


@pytest.mark.parametrize(
    "at", [*range(11), None], ids=lambda at: "all" if at is None else f"byte {at}"
)
@passive_where_it_is
@pytest.mark.parametrize("active", [False, True], ids=["passive", "active"])
def test_a_client_whose_connect_was_lost_is_accepted(make_desk, family, active, at):
    r"""Each byte of `0,CONNECT\r\n` lost, and all of them: accept() gives it, with its bytes."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    if active:
        desk.active()
    server = server_of(desk)
    notice = b"0,CONNECT\r\n"
    desk.line.spoil(lose(notice, 0 if at is None else at, 11 if at is None else 1))
    peer = desk.network.dial(80)
    peer.send(b"GET / HTTP/1.1\r\n\r\n")
    desk.let(0.1)
    assert desk.line.hits == 1
    client, who = server.accept()
    assert who[0] == "192.168.1.77"
    client.settimeout(5)
    got, error = b"", None
    while len(got) < 18 and not error:
        piece, error = tried(client.recv, 100)
        got += piece or b""
        if piece == b"":
            break
    sound(got, b"GET / HTTP/1.1\r\n\r\n", error)
    assert client.send(b"200") == 3 if not error else True
    tried(client.close)
    peer = desk.network.dial(80)
    client, _ = server.accept()
    client.settimeout(5)
    peer.send(b"hello")
    assert client.recv(10) == b"hello"


@pytest.mark.parametrize("family", PASSIVE)
def test_a_client_of_a_server_that_must_not_wait(make_desk, family):
    """accept() at time-out 0, again and again, finds it too."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    server = server_of(desk)
    server.settimeout(0)
    desk.line.spoil(lose(b"0,CONNECT\r\n", 2))
    peer = desk.network.dial(80)
    peer.send(b"hello")
    client = None
    for _ in range(400):
        got, error = tried(server.accept)
        if got:
            client = got[0]
            break
        assert error.errno == errno.EAGAIN
        desk.let(0.05)
    assert client, "20 s, and nobody came"
    client.settimeout(5)
    assert client.recv(10) == b"hello"


# -- 13: a lost WIFI DISCONNECT ----------------------------------------------------------------


class Away(Far):
    """Has no address from `away = True` on, until it is told to join: `no ip`, as NonOS says."""

    away = False
    words = ()

    def _cipstart(self, rest):
        return (*self.words, ERROR) if self.away else Far._cipstart(self, rest)

    def _cwjap(self, rest):
        if rest is not None:
            self.away = False
        elif self.away:
            return (b"No AP\r\n", OK) if self.words else (OK,)
        return Far._cwjap(self, rest)

    _cwjap_cur = _cwjap

    def _cipsta(self, rest):
        steps = Far._cipsta(self, rest)
        return tuple(s.replace(b"192.168.1.50", b"0.0.0.0") for s in steps) if self.away else steps

    _cipsta_cur = _cipsta

    def _cwstate(self, _):
        return (b'+CWSTATE:%d,"espat"\r\n' % (4 if self.away else 2), OK)


@pytest.mark.parametrize("words", [(), (b"no ip\r\n",)], ids=["ERROR", "no ip"])
def test_a_network_lost_unheard_is_joined_again(dialect, words):
    r"""`no ip\r\n\r\nERROR\r\n` (ESP-AT: ERROR alone) to CIPSTART, for ever, until CWJAP."""
    desk = FarDesk(dialect, script=Away)
    desk.port.tick = 0.02
    desk.works()
    desk.script.away = True
    desk.script.words = words
    desk.script.open.clear()
    for left in (2, 1, 0):
        sock = desk.pool.socket()
        sock.settimeout(10)
        _, error = tried(sock.connect, ("10.0.0.1", 80))
        if not error:
            break
        assert left, error
        assert error.errno in (errno.ENOTCONN, errno.ECONNREFUSED, errno.ETIMEDOUT)
    sock.close()
    desk.works()


@pytest.mark.parametrize("at", [*range(0, 17, 2), None])
def test_a_lost_wifi_disconnect_comes_round(make_desk, family, at):
    r"""Bytes of `WIFI DISCONNECT\r\n` lost, the network back a second later."""
    desk = make_desk(family, line=Spoiled).join()
    desk.port.tick = 0.02
    desk.works()
    notice = b"WIFI DISCONNECT\r\n"
    desk.line.spoil(lose(notice, 0 if at is None else at, 17 if at is None else 1))
    desk.module.wifi_lost()
    desk.let(0.5)
    assert desk.line.hits == 1
    desk.module.wifi_back()
    desk.let(0.5)
    settled(desk, 4)


@pytest.mark.parametrize("at", range(0, 13, 2))
@pytest.mark.parametrize("joined", ["connect", "cwjap"])
def test_a_lost_wifi_got_ip_comes_round(make_desk, family, joined, at):
    r"""A byte of `WIFI GOT IP\r\n` lost when the module joins again: radio.connected finds out."""
    desk = make_desk(family, line=Spoiled)
    if joined == "connect":
        desk.join()
    else:
        desk.radio.start_station()
        command("cwjap")(desk.modem, "espat", "correct horse")
    assert desk.radio.connected
    desk.line.spoil(lose(b"WIFI GOT IP\r\n", at))
    desk.module.wifi_lost()
    desk.let(0.1)
    assert not desk.radio.connected
    desk.module.wifi_back()
    desk.let(5)
    assert desk.line.hits
    assert desk.radio.connected or desk.radio.connected, "its half may stand before a reply"


@pytest.mark.parametrize("what", ["sendto", "getaddrinfo", "listen"])
def test_other_calls_find_out_as_well(what):
    """A name to look up, a datagram, a server, after a WIFI DISCONNECT that nobody heard."""
    desk = FarDesk(NonOs, script=Away)
    desk.port.tick = 0.02
    desk.script.away = True
    desk.script.words = (b"no ip\r\n",)
    if what == "getaddrinfo":
        desk.script.on(b"AT+CIPDOMAIN=", *[(b"DNS Fail\r\n", ERROR)] * 2)
        call = lambda: desk.pool.getaddrinfo("some.test", 80)  # noqa: E731
    elif what == "sendto":
        call = lambda: desk.pool.socket(type=2).sendto(b"x", ("10.0.0.1", 9))  # noqa: E731
    else:
        call = lambda: server_of(desk)  # noqa: E731
    tried(call)
    for left in (2, 1, 0):
        sock = desk.pool.socket()
        sock.settimeout(10)
        _, error = tried(sock.connect, ("10.0.0.1", 80))
        if not error:
            return
        assert left, error


# -- 29: a board restarts, the module does not --------------------------------------------------


@pytest.mark.parametrize(
    "first", ["ipv4_address", "ap_info", "connected", "addresses", "ipv4_gateway"]
)
def test_after_a_soft_reload_the_radio_tells_the_truth(make_desk, family, first):
    """A new Radio on a module that stands joined: asked first, it says what the module says."""
    desk = make_desk(family).join()
    wanted = getattr(desk.radio, first)
    assert wanted
    desk.again()
    now = getattr(desk.radio, first)
    if first == "ap_info":
        assert now and (now.ssid, now.bssid) == (wanted.ssid, wanted.bssid)
    else:
        assert now == wanted


def test_of_a_module_that_is_not_joined_too(make_desk, family):
    """None, False, (): and no error."""
    desk = make_desk(family)
    assert desk.radio.connected is False
    assert desk.radio.ipv4_address is None
    assert desk.radio.ap_info is None


@pytest.mark.parametrize(
    "name",
    ["ipv4_gateway", "ap_info", "connected", "stations_ap", "firmware", "connect", "start_ap"],
)
def test_what_cannot_be_set_says_so(make_desk, profile, name):
    """`radio.ipv4_gateway = 1` is no way to set one."""
    desk = make_desk(profile).join()
    with pytest.raises(AttributeError):
        setattr(desk.radio, name, 1)
