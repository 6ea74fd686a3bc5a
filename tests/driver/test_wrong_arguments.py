"""Arguments of a wrong type end in a sentence that says what is wanted."""

import pytest

import espat
from espat import tls
from espat_tools.emulator import Module
from tests.runtimes.board_rules import violations

PLACE = "(host, port) is wanted: a str of 1..64 characters, an int of 1..65535"
SECONDS = "a time-out is seconds, not negative, or None"
OCTETS = "data: bytes, a bytearray or a memoryview of bytes are wanted"
NO_HOSTS = [(5, 80), ("x" * 65, 80), ([1], 80), (bytearray(b"host.test"), 80)]
NO_PLACES = [
    "127.0.0.1",
    None,
    5,
    {"host": 1},
    ("127.0.0.1",),
    ("127.0.0.1", "80"),
    ("127.0.0.1", 80.0),
    ("127.0.0.1", None),
    ("127.0.0.1", -1),
    ("127.0.0.1", 65536),
    *NO_HOSTS,
]
NO_PEERS = [*NO_PLACES, (None, 80), ("", 80), ("127.0.0.1", 0)]
NO_SECONDS = ["1", -1, b"", []]


@pytest.fixture
def profile():
    """Which module it is makes no difference: nothing is sent."""
    return "esp32c3-3.3"


def _refused(error, sentence, call, *arguments):
    with pytest.raises(error) as caught:
        call(*arguments)
    assert str(caught.value) == sentence


def test_addresses_of_sockets(desk):
    pool = desk.pool
    sent = desk.radio.modem.commands
    for address in NO_PEERS:
        _refused(ValueError, PLACE, pool.socket().connect, address)
        with pool.socket(type=pool.SOCK_DGRAM) as sock:
            _refused(ValueError, PLACE, sock.connect, address)
            _refused(ValueError, PLACE, sock.sendto, b"x", address)
    for address in NO_PLACES:
        if address not in NO_HOSTS:  # which the server of a module does not look at
            _refused(ValueError, PLACE, pool.socket().bind, address)
        with pool.socket(type=pool.SOCK_DGRAM) as sock:
            _refused(ValueError, PLACE, sock.bind, address)
    for host in (None, 5, "", "x" * 65):
        _refused(ValueError, PLACE, pool.getaddrinfo, host, 80)
    assert desk.radio.modem.commands == sent


def test_hosts_that_bind_takes(desk):
    """A module listens on all its addresses, whatever the host."""
    pool = desk.pool
    for host in ("", None, "0.0.0.0"):
        pool.socket().bind((host, 80))
        with pool.socket(type=pool.SOCK_DGRAM) as sock:
            sock.bind((host, 0))


def test_time_outs(desk):
    pool = desk.pool
    for kind in (pool.SOCK_STREAM, pool.SOCK_DGRAM):
        with pool.socket(type=kind) as sock:
            for seconds in NO_SECONDS:
                _refused(ValueError, SECONDS, sock.settimeout, seconds)
            for seconds in (None, 0, 1, 0.5):
                sock.settimeout(seconds)


def test_time_outs_of_calls(desk):
    """A text would be repeated a thousand times, and "5" taken for years."""
    radio = desk.radio
    sent = radio.modem.commands
    for seconds in NO_SECONDS:
        with pytest.raises(ValueError, match=SECONDS):
            radio.command("AT", timeout=seconds)
        with pytest.raises(ValueError, match=SECONDS):
            radio.passthrough("192.168.1.1", 80, timeout=seconds)
        with pytest.raises(ValueError, match=SECONDS):
            radio.connect("another", "its password", timeout=seconds)
    assert radio.modem.commands == sent
    assert radio.command("AT", timeout=None) == []


def test_sizes(desk):
    """A negative size got b"", which is the end of a stream."""
    with desk.pool.socket() as sock:
        sentence = "nbytes: 0 to the length of the buffer"
        _refused(ValueError, sentence, sock.recv, -1)
        _refused(ValueError, sentence, sock.recv_into, bytearray(4), 5)
        _refused(ValueError, sentence, sock.recv_into, bytearray(4), -1)
        assert sock.recv(0) == b""
    with desk.pool.socket(type=desk.pool.SOCK_DGRAM) as sock:
        _refused(ValueError, sentence, sock.recvfrom_into, bytearray(4), 5)
        _refused(ValueError, sentence, sock.recvfrom_into, bytearray(4), -1)
        _refused(ValueError, sentence, sock.recvfrom, -1)  # cut the last byte off a datagram
        _refused(ValueError, sentence, sock.recv, -1)
        for buffer in (5, None, "text", b"1234"):
            _refused(TypeError, OCTETS.replace("data", "buffer"), sock.recvfrom_into, buffer)


def test_protocols_of_tls():
    """A text alone would be offered letter by letter."""
    context = tls.create_default_context()
    for names in ("h2", 5, None, ["h2"] * 6):
        sentence = "protocols: a list of up to 5 is wanted"
        _refused(ValueError, sentence, context.set_alpn_protocols, names)
    context.set_alpn_protocols(("h2", "http/1.1"))


@pytest.mark.parametrize("wrong", [{"rx_size": "2048"}, {"rx_size": None}, {"idle": 1}])
def test_what_a_radio_is_made_with(profile, wrong):
    with Module(profile, timing={"boot": 0.01}) as module:
        radio = espat.Radio(module.uart(), **wrong)
        _refused(TypeError, "Radio: rx_size is an int, idle a function", radio.awake)


def test_one_rate_and_a_debug_that_is_no_function(profile, capsys):
    with Module(profile, timing={"boot": 0.01}) as module:
        radio = espat.Radio(module.uart(), rates=9600, debug=1)
        assert radio.firmware == "ESP32 ESP-AT 3.3"
    assert "-> AT+GMR\n" in capsys.readouterr().out


def test_text_is_not_sent(desk):
    for data in ("text", None, 5, [1]):
        _refused(TypeError, OCTETS, desk.pool.socket().send, data)
        sock = desk.pool.socket(type=desk.pool.SOCK_DGRAM)
        _refused(TypeError, OCTETS, sock.sendto, data, ("127.0.0.1", 9))


def test_what_is_no_radio_and_no_socket(desk):
    sentence = "SocketPool: a radio is wanted: espat.Radio(uart), or wifi.radio"
    for radio in (None, "wifi", object()):
        _refused(TypeError, sentence, espat.SocketPool, radio)
    context = tls.create_default_context()
    for sock in (None, desk.pool, desk.radio):
        sentence = "wrap_socket: a socket of a SocketPool is wanted"
        _refused(TypeError, sentence, context.wrap_socket, sock)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hostname", 5, "hostname: a str is wanted"),
        ("hostname", None, "hostname: a str is wanted"),
        ("mac_address", 5, "a MAC address has six bytes"),
        ("mac_address", "02:00:00:00:00:01", "a MAC address has six bytes"),
        ("ipv4_dns", 5, "server out of 7..15 bytes"),
    ],
)
def test_members_of_the_radio(desk, name, value, sentence):
    with pytest.raises((TypeError, ValueError)) as caught:
        setattr(desk.radio, name, value)
    assert str(caught.value) == sentence


def test_commands(desk):
    assert desk.radio.command(b"AT") == desk.radio.command("AT")
    _refused(TypeError, "command: a str is wanted", desk.radio.command, 5)
    _refused(ValueError, "not one AT command", desk.radio.command, "GMR")


PROGRAM = """
import sys
from espat.sock import opening

for address in (%s):
    try:
        opening.check(address)
        print("taken", address)
    except ValueError as error:
        print(error)
"""


def test_boards_refuse_the_same(any_micropython):
    program = PROGRAM % ", ".join(map(repr, NO_PEERS))
    assert violations(program) == []
    assert any_micropython(program).check().splitlines() == [PLACE] * len(NO_PEERS)


TIMES = """
from espat.at.essential import ms

for seconds in (%s):
    try:
        print("taken", ms(seconds))
    except ValueError as error:
        print(error)
print(ms(0), ms(0.5), ms(20))
"""


def test_boards_refuse_the_same_time_outs(any_micropython):
    program = TIMES % ", ".join(map(repr, NO_SECONDS))
    printed = any_micropython(program).check().splitlines()
    assert printed == [SECONDS] * len(NO_SECONDS) + ["0 500 20000"]


def test_values_of_members_of_the_radio(desk):
    """Infinite, not a number, or of another type: before a byte is sent."""
    radio = desk.radio
    radio.up()
    sent = radio.modem.commands
    for power in (float("inf"), -float("inf"), float("nan"), -1, 99):
        with pytest.raises(ValueError):
            radio.tx_power = power
        with pytest.raises(ValueError):
            radio.passthrough("192.168.1.1", 80, reconnect=power * 1000)
    for address in (None, b"12345", "02:00:00:00:00:01"):
        with pytest.raises(ValueError):
            radio.mac_address = address
        with pytest.raises(ValueError):
            radio.mac_address_ap = address
    assert radio.modem.commands == sent


def test_passthrough_takes_a_context_only(desk):
    """True is none: before a byte is sent."""
    desk.radio.up()
    sent = desk.radio.modem.commands
    for context in (True, 5, "tls", {}):
        with pytest.raises(TypeError) as caught:
            desk.radio.passthrough("192.168.1.1", 443, context=context)
        assert str(caught.value) == "context: no SSLContext"
    assert desk.radio.modem.commands == sent
    desk.works()


@pytest.mark.parametrize("wrong", [1 << 80, 5, -1, 1.5, [48], True])
def test_what_is_no_certificate(wrong):
    """A number is not taken for so many zeros."""
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    for call in (
        lambda: context.load_verify_locations(cadata=wrong),
        lambda: context.load_verify_locations(wrong),
        lambda: context.load_cert_chain(wrong),
        lambda: tls.create_default_context(cadata=wrong),
    ):
        with pytest.raises(TypeError):
            call()


STARTS = {
    "no name": {"ssid": ""},
    "a long name": {"ssid": "x" * 33},
    "a number": {"ssid": 5},
    "a short password": {"ssid": "shed", "password": "1234567"},
    "a long password": {"ssid": "shed", "password": "x" * 65},
    "no station": {"ssid": "shed", "max_connections": 0},
    "too many stations": {"ssid": "shed", "max_connections": 11},
    "stations that are no number": {"ssid": "shed", "max_connections": "4"},
    "channel 14": {"ssid": "shed", "channel": 14},
}


@pytest.mark.parametrize("wrong", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("family", ["esp32c3-3.3", "nonos-1.7.4"])
def test_a_soft_ap_is_checked_first(make_desk, family, wrong):
    """The module stays what it was, a station, and no command is sent."""
    desk = make_desk(family).join()
    sent = desk.radio.modem.commands
    with pytest.raises((ValueError, TypeError)):
        desk.radio.start_ap(**wrong)
    assert desk.radio.modem.commands == sent
    desk.radio.start_ap("shed", "password")
    assert desk.radio.ap_active


def test_a_soft_ap_of_nonos_has_eight_stations(make_desk):
    desk = make_desk("nonos-1.7.4").join()
    sent = desk.radio.modem.commands
    with pytest.raises(ValueError):
        desk.radio.start_ap("shed", "password", max_connections=9)
    assert desk.radio.modem.commands == sent


FIXED = {"ipv4": "192.168.1.60", "netmask": "255.255.255.0", "gateway": "192.168.1.1"}


@pytest.mark.parametrize("which", ["ipv4", "netmask", "gateway", "ipv4_dns"])
@pytest.mark.parametrize("wrong", ["192.168.1", "192.168.1.256", "", 5])
def test_fixed_addresses_are_checked_first(desk, which, wrong):
    """Of four addresses the last one is wrong: nothing is sent."""
    desk.radio.up()
    sent = desk.radio.modem.commands
    with pytest.raises(ValueError):
        desk.radio.set_ipv4_address(**{**FIXED, which: wrong})
    assert desk.radio.modem.commands == sent
    desk.radio.set_ipv4_address(**FIXED, ipv4_dns="192.168.1.53")
    assert str(desk.radio.ipv4_address) == FIXED["ipv4"]
    assert str(desk.radio.ipv4_dns) == "192.168.1.53"
