"""What may not go out does not: every argument of every function, wrong in every way it can be.

Nothing is sent, and the message of a range names it.
"""

import array

import pytest

from espat.at import data, essential, flash, links, services, system, tls, wifi
from tests.commands.case import capable
from tests.driver.script import EspAt, NonOs, ScriptedDesk

NEWEST = (2, 0xFE)
"""A firmware newer than any: ESP-AT on an ESP32."""

LINK, LINK5, PORT = (0, 4), (0, 5), (1, 65535)
HOST = ("text", 1, 64)
NAME = ("text", 1, 15)
IP, MAC = ("address",), ("mac",)
IPS = ("10.0.0.1", "10.0.0.254", "255.255.255.0")

#: A call that is right, and what each of its arguments may be: (least, most) of an int,
#: ("text", least, most) bytes, an address; None: tried in no way.
CALLS = (
    (system.ate, (1,), ((0, 1),)),
    (system.sleep, (1,), ((0, 3),)),
    (system.gslp, (100,), ((0, 0x7FFFFFFF),)),
    (system.sysstore, (1,), ((0, 1),)),
    (system.sysmsg, (1,), ((0, 7),)),
    (system.systimestamp, (1,), ((0, 0x7FFFFFFF),)),
    (system.uart_cur, (9600, 0, 8, 1, 0), ((80, 5_000_000), (0, 3), (5, 8), (1, 3), (0, 2))),
    (wifi.cwmode, (1,), ((0, 3),)),
    (
        essential.cwjap,
        ("name", "password", "02:00:00:00:00:01"),
        (("text", 1, 32), ("text", 0, 64), MAC),
    ),
    (wifi.cwlap, ("name", "02:00:00:00:00:01", 6), (("text", 1, 32), MAC, (1, 14))),
    (
        wifi.cwsap,
        ("name", "password", 5, 3, 2, 0),
        (("text", 1, 32), ("text", 8, 64), (1, 14), (0, 4), (1, 10), (0, 1)),
    ),
    (wifi.cwdhcp, (1,), ((0, 1),)),
    (wifi.cwhostname, ("name",), (("text", 1, 32),)),
    (wifi.cwautoconn, (1,), ((0, 1),)),
    (wifi.cwreconncfg, (1, 1), ((0, 7200), (0, 1000))),
    (wifi.cipsta, IPS, (IP, IP, IP)),
    (wifi.cipap, IPS, (IP, IP, IP)),
    (wifi.cipstamac, ("02:00:00:00:00:01",), (MAC,)),
    (services.cipdomain, ("host.test",), (("text", 1, 64),)),
    (
        links.cipstart,
        (2, "TCP", "host.test", 80, 60, "10.0.0.1", 5000),
        (LINK, None, HOST, PORT, (0, 7200), IP, (0, 60000)),
    ),
    (
        links.cipstart_udp,
        (2, "host.test", 80, 90, 2, "10.0.0.1", 5000),
        (LINK, HOST, PORT, PORT, (0, 2), IP, (0, 60000)),
    ),
    (
        links.cipstartex,
        ("TCP", "host.test", 80, 60, "10.0.0.1", 5000),
        (None, HOST, PORT, (0, 7200), IP, (0, 60000)),
    ),
    (
        links.cipstartex_udp,
        ("host.test", 80, 90, 2, "10.0.0.1", 5000),
        (HOST, PORT, PORT, (0, 2), IP, (0, 60000)),
    ),
    (links.cipclose, (2,), (LINK5,)),
    (links.cipmux, (1,), ((0, 1),)),
    (links.cipmode, (1,), ((0, 1),)),
    (
        links.ciptcpopt,
        (2, 1, 1, 1, 1),
        (LINK5, (-1, 0x7FFFFFFF), (0, 1), (0, 0x7FFFFFFF), (0, 7200)),
    ),
    (data.cipsend, (2, b"x", "host.test", 80), (LINK, None, HOST, PORT)),
    (data.cipsendex, (2, b"x", "host.test", 80), (LINK, None, HOST, PORT)),
    (data.cipsendl, (2, b"x"), (LINK, None)),
    (data.ciprecvmode, (1,), ((0, 1),)),
    (data.ciprecvtype, (2, 1), (LINK5, (0, 1))),
    (data.ciprecvdata, (2, 10), (LINK, (1, 0x7FFFFFFF))),
    (data.cipdinfo, (1,), ((0, 1),)),
    (links.cipserver, (1, 80), ((0, 1), PORT)),
    (links.cipservermaxconn, (3,), ((1, 5),)),
    (links.cipsto, (60,), ((0, 7200),)),
    (services.ping, ("host.test",), (HOST,)),
    (services.cipdns, (1, "8.8.8.8", "1.1.1.1"), ((0, 1), IP, IP)),
    (services.cipsntpcfg, (1, 8, "a.test", "b.test"), ((0, 1), (-12, 14), HOST, HOST)),
    (links.cipserver, (1, 80, False, "SSL", 1), (None, PORT, None, None, (0, 1))),
    (
        services.mdns,
        ("host", "_http", 80, "instance", "_tcp", (("key", "value"),)),
        (("text", 1, 63), ("text", 1, 63), PORT, ("text", 1, 63)),
    ),
    (wifi.rfpower, (60, 1, 2, 3), ((40, 84), (0, 15), (0, 15), (0, 15))),
    (wifi.cwcountry, (1, "DE", 1, 13), ((0, 1), None, (1, 14), (1, 14))),
    (wifi.cwinit, (1,), ((0, 1),)),
    (wifi.cwdhcps, (1, 60, *IPS[:2]), ((0, 1), (1, 2880), IP, IP)),
    (data.savetranslink, ("host.test", 80, "TCP", 60), (HOST, PORT, None, (0, 7200))),
    (data.savetranslink_udp, ("host.test", 80, 90), (HOST, PORT, PORT)),
    (data.savetranslink_server, (80, "SSL", 1), (PORT, None, (0, 1))),
    (data.savetranslink_ble, (2, 1, 7, 1, 5), ((1, 2), *[(1, 255)] * 4)),
    (data.cipreconnintv, (10,), ((1, 36000),)),
    (data.transintvl, (10,), ((0, 1000),)),
    (system.ciupdate, (0, "v1.2.3.4", "ota"), ((0, 1), ("text", 1, 32), ("text", 1, 32))),
    (tls.cipsslcconf, (2, 3, 1, 1), (LINK5, (0, 3), (0, 255), (0, 255))),
    (tls.cipsslccn, (2, "a.test"), (LINK5, ("text", 0, 64))),
    (tls.cipsslcsni, (2, "a.test"), (LINK5, ("text", 0, 64))),
    (tls.cipsslcalpn, (2, "h2"), (LINK5, ("text", 1, 255))),
    (tls.cipsslcpsk, (2, "key", "who"), (LINK5, ("text", 0, 32), ("text", 0, 32))),
    (tls.cipsslcpskhex, (2, b"key", "who"), (LINK5, None, ("text", 0, 32))),
    (flash.sysflash_erase, ("client_ca", 0, 4096), (NAME, (0, 0x7FFFFFFF), (1, 0x7FFFFFFF))),
    (flash.sysflash_write, ("client_ca", 0, b"1234"), (NAME, (0, 0x7FFFFFFF), None)),
    (flash.sysflash_read, ("client_ca", 0, 16), (NAME, (0, 0x7FFFFFFF), (1, 4096))),
    (flash.sysmfg_keys, ("client_ca",), (NAME,)),
    (
        flash.sysmfg_read,
        ("client_ca", "client_ca.0", 0, 16),
        (NAME, NAME, (0, 0x7FFFFFFF), (1, 4096)),
    ),
    (flash.sysmfg_erase, ("client_ca", "client_ca.0"), (NAME, NAME)),
    (flash.sysmfg_write, ("ours", "n", 1, 7), (NAME, NAME, (1, 8), (0, 255))),
    (flash.sysmfg_write, ("ours", "n", 2, 7), (None, None, None, (-128, 127))),
    (flash.sysmfg_write, ("ours", "n", 3, 7), (None, None, None, (0, 65535))),
    (flash.sysmfg_write, ("ours", "n", 4, 7), (None, None, None, (-32768, 32767))),
    (flash.sysmfg_write, ("ours", "n", 5, 7), (None, None, None, (0, 0xFFFFFFFF))),
    (flash.sysmfg_write, ("ours", "n", 6, 7), (None, None, None, (-(1 << 31), 0x7FFFFFFF))),
)

TEXTS = ("a\rb", "a\nb", "a\0b", "a\r\nAT+RST\r\n")
ADDRESSES = ("1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "1.2.3.4\r", "", '1.2.3.4"')
MACS = ("02:00:00:00:00", "02:00:00:00:00:0g", "02-00-00-00-00-01", "", "02:00:00:00:00:01:02")


def wrong(spec):
    """Wrong arguments: (value, exception, what its message must hold)."""
    if spec in (IP, MAC):
        values = ADDRESSES if spec == IP else MACS
        return [(value, ValueError, "") for value in values] + [(7, TypeError, "")]
    if spec[0] == "text":
        _, least, most = spec
        named = f"{least}..{most}"
        found = [(text.ljust(least, "x"), ValueError, "CR, LF or NUL") for text in TEXTS]
        found += [("x" * (most + 1), ValueError, named), ("é" * (most // 2 + 1), ValueError, named)]
        found += [("x" * (least - 1), ValueError, named)] if least else []
        return [*found, (7, TypeError, "")]
    least, most = spec
    named = f"{least}..{most}"
    outside = [(least - 1, ValueError, named), (most + 1, ValueError, named)]
    return [*outside, ("1", TypeError, "int"), (1.5, TypeError, "int"), (b"1", TypeError, "int")]


WRONG = [
    pytest.param(
        function,
        (*args[:at], value, *args[at + 1 :]),
        error,
        message,
        id=f"{function.__name__}-{at}-{str(value)[:20]!a}-{len(str(value))}",
    )
    for function, args, specs in CALLS
    for at, spec in enumerate(specs)
    if spec
    for value, error, message in wrong(spec)
]


@pytest.fixture(scope="module")
def desk():
    """One that has everything."""
    desk = ScriptedDesk(EspAt)
    desk.modem.firmware = NEWEST
    desk.modem.capabilities = capable(NEWEST)
    desk.modem.largest = 8192
    return desk


@pytest.mark.parametrize(("function", "args", "error", "message"), WRONG)
def test_a_wrong_argument(desk, function, args, error, message):
    count, before = len(desk.script.commands), bytes(desk.modem.links)
    with pytest.raises(error, match=message.replace("..", r"\.\.") or "."):
        function(desk.modem, *args)
    assert desk.script.commands[count:] == []
    assert bytes(desk.modem.links) == before
    assert not desk.modem.state


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: links.cipstart(m, 2, "UDP", "a", 1), "TCP, SSL"),
        (lambda m: links.cipstart(m, 2, "tcp\r\n", "a", 1), "TCP, SSL"),
        (lambda m: links.cipstart_udp(m, 2, "a", 1, None, 2), "local_port"),
        (lambda m: links.cipserver(m, 1, 80, kind="TLS"), '"SSL" is wanted'),
        (lambda m: links.cipserver(m, 1, None, kind="SSL"), "port"),
        (lambda m: links.cipserver(m, 0, 80, kind="SSL"), "on=1"),
        (lambda m: links.cipserver(m, 1, 80, ca=1), '"SSL" is wanted'),
        (lambda m: tls.cipsslcalpn(m, 2, *"abcdef"), r"0\.\.5"),
        (lambda m: tls.cipsslcalpn(m, 2, *["x" * 60] * 5), "256 bytes"),
        (lambda m: tls.cipsslcpskhex(m, 2, b"", "who"), r"1\.\.32"),
        (lambda m: tls.cipsslcpskhex(m, 2, bytes(33), "who"), r"1\.\.32"),
        (lambda m: flash.sysflash_erase(m, "a", 1, 4096), "multiples of 4096"),
        (lambda m: flash.sysflash_erase(m, "a", 4096, 100), "multiples of 4096"),
        (lambda m: flash.sysflash_write(m, "a", 0, b""), r"1\.\.4096"),
        (lambda m: flash.sysflash_write(m, "a", 0, bytes(4097)), r"1\.\.4096"),
        (lambda m: flash.sysmfg_write(m, "a", "b", 8, b""), r"1\.\."),
        (lambda m: data.cipsend(m, 2, b""), r"1\.\.8192"),
        (lambda m: data.cipsend(m, 2, bytes(8193)), r"1\.\.8192"),
        (lambda m: data.cipsendex(m, 2, b"\\" * 4096), r"1\.\.8190"),
        (lambda m: data.cipsendl(m, 2, b""), r"1\.\."),
        (lambda m: wifi.cwsap(m, "a", "password", 1, 1), "0, 2, 3 or 4"),
        (lambda m: wifi.cwsap(m, "a", "password", 1, 3, None, 1), "most"),
        (lambda m: wifi.cwdhcp(m, 1, False, False), "one of them"),
        (lambda m: wifi.cwlap(m, None, None, 3), "ssid"),
        (lambda m: wifi.cipsta(m, "1.2.3.4", "1.2.3.1"), "both or none"),
        (lambda m: services.cipdns(m, 1, "1.1.1.1", "1.1.1.1"), "the same"),
        (lambda m: services.cipdns(m, 1, *(f"1.1.1.{n}" for n in range(4))), r"0\.\.3"),
        (lambda m: services.cipsntpcfg(m, 1, 0, "a", "b", "c", "d"), r"0\.\.3"),
        (lambda m: services.cipsntpcfg(m, 1, 860), r"0\.\.59"),
        (lambda m: services.cipsntpcfg(m, 1, 1500), r"-1259\.\.1459"),
        (lambda m: services.cipsntpcfg(m, 1, 0, *['"' * 60] * 3), "256 bytes"),
        (lambda m: system.uart_cur(m, 250_001), "would not find the module at 250001"),
        (lambda m: wifi.rfpower(m, 60, 1, 2), "three steps"),
        (lambda m: wifi.cwcountry(m, 1, "D3", 1, 13), "letters"),
        (lambda m: wifi.cwcountry(m, 1, "D\r\n", 1, 13), "letters"),
        (lambda m: wifi.cwcountry(m, 1, "D", 1, 13), r"2\.\.3"),
        (lambda m: wifi.cwcountry(m, 1, "DEUT", 1, 13), r"2\.\.3"),
        (lambda m: wifi.cwcountry(m, 1, 'D"', 1, 13), "letters"),
        (lambda m: wifi.cwdhcps(m, 1, 60), "all three"),
        (lambda m: services.mdns(m, "a.b", "_http", 80), "without dots"),
        (lambda m: services.mdns(m, "a", "_http.x", 80), "without dots"),
        (lambda m: services.mdns(m, "a", "_http", 80, None, "tcp"), "_tcp or _udp"),
        (lambda m: services.mdns(m, "a", "_b", 80, None, None, (("k", "v"),) * 11), r"0\.\.10"),
        (lambda m: services.mdns(m, "a", "_b", 80, None, None, (("", "v"),)), r"1\.\.255"),
        (lambda m: services.mdns(m, "a", "_b", 80, None, None, (("k", "\r"),)), "CR, LF or NUL"),
        (lambda m: services.mdns(m, "a", "_b", 80, texts=(("k", "v" * 250),)), "256 bytes"),
        (lambda m: data.savetranslink(m, "a", 80, "UDP"), "TCP or SSL"),
        (lambda m: data.savetranslink_ble(m, 1, 1, 7, 1, 5), "a client needs its address"),
        (lambda m: data.savetranslink_ble(m, 2, 1, 7, 1, 5, "26:a2"), r"17\.\.17 bytes"),
        (lambda m: data.savetranslink_server(m, 80, "UDP"), "TCP, or SSL"),
        (lambda m: data.savetranslink_server(m, 80, "TCP", 1), "TCP, or SSL"),
        (lambda m: system.ciupdate(m, None, "v1"), "tls"),
        (lambda m: system.ciupdate(m, background=True), "tls"),
        (lambda m: system.ciupdate_url(m, "https://a/b"), "http://"),
        (lambda m: system.ciupdate_url(m, "http://" + "x" * 128), r"1\.\.128"),
        (lambda m: essential.cwjap(m, "x" * 33, "password"), r"1\.\.32"),
        (lambda m: essential.cwjap(m, "x\r\nAT+RST", "password"), "CR, LF or NUL"),
    ],
)
def test_a_wrong_combination(desk, call, message):
    count = len(desk.script.commands)
    with pytest.raises(ValueError, match=message):
        call(desk.modem)
    assert desk.script.commands[count:] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        array.array("H", [1, 2]),
        memoryview(array.array("H", [1, 2])),
        array.array("B", b"ab"),
        [1, 2],
        4,
        None,
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda m, what: data.cipsend(m, 2, what),
        lambda m, what: data.cipsendex(m, 2, what),
        lambda m, what: data.cipsendl(m, 2, what),
        lambda m, what: flash.sysflash_write(m, "client_ca", 0, what),
        lambda m, what: flash.sysmfg_write(m, "ours", "n", 7, what),
        lambda m, what: flash.sysmfg_write(m, "ours", "n", 8, what),
    ],
)
def test_what_is_sent_is_bytes(desk, call, wrong):
    """Items wider than a byte would be announced by their number, and written by their size."""
    count = len(desk.script.commands)
    with pytest.raises(TypeError, match="bytes"):
        call(desk.modem, wrong)
    assert desk.script.commands[count:] == []


@pytest.mark.parametrize(
    ("call", "least", "most"),
    [
        (lambda m: data.cipsend(m, 2, bytes(2049)), 1, 2048),
        (lambda m: data.ciprecvdata(m, 2, 2049), 1, 2048),
        (lambda m: services.cipsntpcfg(m, 1, -12), -11, 13),
        (lambda m: services.cipsntpcfg(m, 1, 14), -11, 13),
        (lambda m: services.cipdns(m, 1, "1.1.1.1", "1.1.1.2", "1.1.1.3"), 0, 2),
        (lambda m: wifi.rfpower(m, 83), 0, 82),
        (lambda m: wifi.cwmode(m, 0), 1, 3),
        (lambda m: wifi.cwsap(m, "a", "password", 1, 3, 9), 1, 8),
        (lambda m: tls.cipsslsize(m, 2047), 2048, 4096),
        (lambda m: tls.cipsslsize(m, 4097), 2048, 4096),
        (lambda m: tls.cipsslcconf(m, None, 4), 0, 3),
    ],
)
def test_narrower_ranges_of_nonos(call, least, most):
    desk = ScriptedDesk(NonOs)
    count = len(desk.script.commands)
    with pytest.raises(ValueError, match=rf"{least}\.\.{most}"):
        call(desk.modem)
    assert desk.script.commands[count:] == []


def test_a_link_where_firmware_has_one_for_tls():
    desk = ScriptedDesk(NonOs)
    with pytest.raises(ValueError, match="None, this firmware"):
        tls.cipsslcconf(desk.modem, 2, 0)


def test_keys_and_data_are_bytes(desk):
    for call in (
        lambda: tls.cipsslcpskhex(desk.modem, 2, "key", "who"),
        lambda: flash.sysflash_write(desk.modem, "a", 0, "text"),
        lambda: flash.sysmfg_write(desk.modem, "a", "b", 7, "text"),
    ):
        with pytest.raises(TypeError):
            call()


ESCAPED = 'a"b,c\\d ü☕', 'a\\"b\\,c\\\\d ü☕'.encode()


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        (services.ping, b'AT+PING="%s"'),
        (services.cipdomain, b'AT+CIPDOMAIN="%s"'),
        (lambda m, t: links.cipstart(m, 2, "TCP", t, 80), b'AT+CIPSTART=2,"TCP","%s",80'),
        (wifi.cwhostname, b'AT+CWHOSTNAME="%s"'),
        (lambda m, t: wifi.cwsap(m, t, "password", 5, 3), b'AT+CWSAP="%s","password",5,3'),
        (lambda m, t: wifi.cwsap(m, "n", t, 5, 3), b'AT+CWSAP="n","%s",5,3'),
        (wifi.cwlap, b'AT+CWLAP="%s"'),
        (lambda m, t: essential.cwjap(m, t, "p"), b'AT+CWJAP="%s","p"'),
        (lambda m, t: essential.cwjap(m, "n", t), b'AT+CWJAP="n","%s"'),
        (lambda m, t: services.cipsntpcfg(m, 1, 0, t), b'AT+CIPSNTPCFG=1,0,"%s"'),
        (
            lambda m, t: data.savetranslink(m, t, 80),
            b'AT+SAVETRANSLINK=1,"%s",80,"TCP"',
        ),
        (lambda m, t: services.mdns(m, t, "_b", 80), b'AT+MDNS=1,"%s","_b",80'),
        (
            lambda m, t: system.ciupdate(m, 0, t, background=True),
            b'AT+CIUPDATE=0,"%s",,1',
        ),
        (lambda m, t: tls.cipsslccn(m, 2, t), b'AT+CIPSSLCCN=2,"%s"'),
        (lambda m, t: tls.cipsslcsni(m, 2, t), b'AT+CIPSSLCSNI=2,"%s"'),
        (lambda m, t: tls.cipsslcalpn(m, 2, t), b'AT+CIPSSLCALPN=2,1,"%s"'),
        (lambda m, t: tls.cipsslcpsk(m, 2, t, "who"), b'AT+CIPSSLCPSK=2,"%s","who"'),
        (lambda m, t: tls.cipsslcpsk(m, 2, "key", t), b'AT+CIPSSLCPSK=2,"key","%s"'),
    ],
)
def test_quotes_commas_backslashes_and_umlauts(desk, call, sent):
    text, escaped = ESCAPED
    count = len(desk.script.commands)
    try:
        call(desk.modem, text)
    except OSError:  # the script answers OK to all, with no value
        pass
    assert desk.script.commands[count] == sent % escaped
