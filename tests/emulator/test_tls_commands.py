"""The commands that set TLS clients up, byte for byte: replies, forms, errors."""

import pytest

from espat_tools.emulator.families import ALL, E22, E33, E41, E50, ESPAT, N13, N17, OLD, WIZ
from espat_tools.emulator.tls_peer import tls_server
from tests.emulator import tls_material as material
from tests.emulator.tls_material import Web

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
EVERY = pytest.mark.parametrize("family", sorted(ALL))
MODERN = pytest.mark.parametrize("family", sorted(ESPAT))
NEWEST = pytest.mark.parametrize("family", [E41, E50])


def conf(*rows):
    """The reply to AT+CIPSSLCCONF?"""
    return b"".join(b"+CIPSSLCCONF:%d,%s\r\n" % (n, row) for n, row in enumerate(rows)) + OK


# -- AT+CIPSSLCCONF ----------------------------------------------------------------------------


@MODERN
def test_configurations(desk, family):
    bench = desk(family, mux=1)
    bench.talk(
        # Capture 03.
        (b"AT+CIPSSLCCONF?\r\n", conf(*[b"0,0,0"] * 5)),
        (b"AT+CIPSSLCCONF=2,3,0,1\r\n", OK),
        (b"AT+CIPSSLCCONF=4,1,1,0\r\n", OK),
        (b"AT+CIPSSLCCONF?\r\n", conf(b"0,0,0", b"0,0,0", b"3,0,1", b"0,0,0", b"1,1,0")),
        (b"AT+CIPSSLCCONF=5,2,0,0\r\n", OK),
        (b"AT+CIPSSLCCONF?\r\n", conf(*[b"2,0,0"] * 5)),
        (b"AT+CIPSSLCCONF=0,0\r\n", OK),
        (b"AT+CIPSSLCCONF?\r\n", conf(b"0,0,0", *[b"2,0,0"] * 4)),
        (b"AT+CIPMUX=0\r\n", OK),
        (b"AT+CIPSSLCCONF=1,0,0\r\n", OK),
        (b"AT+CIPSSLCCONF?\r\n", conf(*[b"1,0,0"] * 5)),
        (b"AT+CIPSSLCCONF=0\r\n", OK),
        (b"AT+CIPSSLCCONF?\r\n", conf(*[b"0,0,0"] * 5)),
    )


@pytest.mark.parametrize(
    "mux, parameters",
    [
        (0, b""),
        (0, b"0,0"),
        (0, b"0,0,0"),  # esp-at issue 133
        (0, b"1"),
        (0, b"2,0"),
        (0, b"3,0,0,0"),
        (0, b"4,0,0"),
        (0, b"-1,0,0"),
        (0, b"2,-1,0"),
        (0, b'"2",0,0'),
        (1, b"0"),
        (1, b"0,0,0,0"),
        (1, b"0,2,0"),
        (1, b"6,2,0,0"),
        (1, b"-1,2,0,0"),
    ],
)
@MODERN
def test_configurations_that_are_none(desk, family, mux, parameters):
    bench = desk(family, mux=mux)
    assert bench.send(b"AT+CIPSSLCCONF=" + parameters + b"\r\n") == ERROR
    assert bench.send(b"AT+CIPSSLCCONF?\r\n") == conf(*[b"0,0,0"] * 5)


@pytest.mark.parametrize(
    "parameters, said",
    [
        (b"1,7,0", b"NO CERT FOUND\r\nNO PRVT_KEY FOUND\r\n"),
        (b"2,0,7", b"NO CA FOUND\r\n"),
        (b"3,7,7", b"NO CERT FOUND\r\nNO PRVT_KEY FOUND\r\nNO CA FOUND\r\n"),
        (b"1,0,7", b""),
    ],
)
@MODERN
def test_what_is_missing_is_told_with_ok(desk, family, parameters, said):
    bench = desk(family)
    assert bench.send(b"AT+CIPSSLCCONF=" + parameters + b"\r\n") == said + OK
    assert bench.send(b"AT+CIPSSLCCONF?\r\n") == conf(*[parameters] * 5)


@pytest.mark.parametrize("family", [N17, WIZ])
def test_the_configuration_of_nonos(desk, family):
    bench = desk(family)
    bench.talk(
        (b"AT+CIPSSLCCONF?\r\n", b"+CIPSSLCCONF:0\r\n" + OK),
        # Capture 24: nobody has flashed a CA.
        (b"AT+CIPSSLCCONF=2\r\n", ERROR),
        (b"AT+CIPSSLCCONF=1\r\n", ERROR),
        (b"AT+CIPSSLCCONF=0,0\r\n", ERROR),
        (b"AT+CIPSSLCCONF=4\r\n", ERROR),
        (b"AT+CIPSSLCCONF=0\r\n", OK),
    )
    bench.module.core.store.burn("client_ca", material.pem())
    bench.talk(
        (b"AT+CIPSSLCCONF=2\r\n", OK),
        (b"AT+CIPSSLCCONF=3\r\n", ERROR),
        (b"AT+CIPSSLCCONF?\r\n", b"+CIPSSLCCONF:2\r\n" + OK),
    )
    bench.send(b"AT+RST\r\nATE0\r\n")
    bench.send(b"ATE0\r\n")
    assert bench.send(b"AT+CIPSSLCCONF?\r\n") == b"+CIPSSLCCONF:2\r\n" + OK


# -- AT+CIPSSLSIZE -----------------------------------------------------------------------------


@EVERY
def test_the_size_of_records(desk, family):
    bench = desk(family)
    known = OK if family in OLD else ERROR
    bench.talk(
        (b"AT+CIPSSLSIZE=2048\r\n", known),
        (b"AT+CIPSSLSIZE=4096\r\n", known),
        (b"AT+CIPSSLSIZE=2047\r\n", ERROR),
        (b"AT+CIPSSLSIZE=4097\r\n", ERROR),
        (b"AT+CIPSSLSIZE\r\n", ERROR),
        (b"AT+CIPSSLSIZE?\r\n", ERROR),
    )


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"CN", b"SNI"])
@MODERN
def test_names(desk, family, name):
    bench = desk(family, mux=1)
    command = b"AT+CIPSSLC" + name

    def shown(*values):
        rows = (b"+CIPSSLC%s:%d,%s\r\n" % (name, n, value) for n, value in enumerate(values))
        return b"".join(rows) + OK

    bench.talk(
        (command + b"?\r\n", shown(*[b""] * 5)),
        (command + b'=1,"one.test"\r\n', OK),
        (command + b"?\r\n", shown(b"", b"one.test", b"", b"", b"")),
        (command + b'=5,"all.test"\r\n', OK),
        (command + b"?\r\n", shown(*[b"all.test"] * 5)),
        (command + b'=2,""\r\n', OK),
        (command + b'=3,"a\\,b\\"c\\\\d"\r\n', OK),
        (command + b"?\r\n", shown(b"all.test", b"all.test", b"", b'a,b"c\\d', b"all.test")),
        (b"AT+CIPMUX=0\r\n", OK),
        (command + b'="single.test"\r\n', OK),
        (command + b"?\r\n", shown(b"single.test", b"all.test", b"", b'a,b"c\\d', b"all.test")),
    )


@MODERN
def test_protocols(desk, family):
    bench = desk(family, mux=1)

    def shown(*values):
        rows = (b"+CIPSSLCALPN:%d%s\r\n" % (n, value) for n, value in enumerate(values))
        return b"".join(rows) + OK

    bench.talk(
        (b"AT+CIPSSLCALPN?\r\n", shown(*[b""] * 5)),
        (b'AT+CIPSSLCALPN=0,2,"h2","http/1.1"\r\n', OK),
        (b'AT+CIPSSLCALPN=1,5,"a","b","c","d","e"\r\n', OK),
        (b"AT+CIPSSLCALPN?\r\n", shown(b",h2,http/1.1", b",a,b,c,d,e", b"", b"", b"")),
        (b"AT+CIPSSLCALPN=5,0\r\n", OK),
        (b"AT+CIPSSLCALPN?\r\n", shown(*[b""] * 5)),
    )


def keys(name, *values):
    """The reply to AT+CIPSSLCPSK? and AT+CIPSSLCPSKHEX?"""
    return b"".join(b"+%s:%d,%s\r\n" % (name, n, v) for n, v in enumerate(values)) + OK


@MODERN
def test_keys(desk, family):
    bench = desk(family, mux=1)
    name = b"CIPSSLCPSK"
    bench.talk(
        (b"AT+CIPSSLCPSK?\r\n", keys(name, *[b","] * 5)),
        (b'AT+CIPSSLCPSK=0,"secret","me"\r\n', OK),
        (b'AT+CIPSSLCPSK=1,"%s","%s"\r\n' % (b"k" * 32, b"i" * 32), OK),
        (
            b"AT+CIPSSLCPSK?\r\n",
            keys(name, b"secret,me", b"k" * 32 + b"," + b"i" * 32, *[b","] * 3),
        ),
        (b'AT+CIPSSLCPSK=5,"",""\r\n', OK),
        (b"AT+CIPSSLCPSK?\r\n", keys(name, *[b","] * 5)),
    )


@pytest.mark.parametrize("family", [E33, E41, E50])
def test_keys_in_hexadecimal_digits(desk, family):
    bench = desk(family, mux=1)
    bench.talk(
        (b'AT+CIPSSLCPSKHEX=2,"00fF10","me"\r\n', OK),
        (b"AT+CIPSSLCPSKHEX?\r\n", keys(b"CIPSSLCPSKHEX", b",", b",", b"00ff10,me", b",", b",")),
        # As a string the key ends at its zero byte.
        (b"AT+CIPSSLCPSK?\r\n", keys(b"CIPSSLCPSK", b",", b",", b",me", b",", b",")),
        (b'AT+CIPSSLCPSKHEX=0,"%s","x"\r\n' % (b"ab" * 32), OK),
        (b'AT+CIPSSLCPSKHEX=0,"%s","x"\r\n' % (b"ab" * 33), ERROR),
        (b'AT+CIPSSLCPSKHEX=0,"abc","x"\r\n', ERROR),
        (b'AT+CIPSSLCPSKHEX=0,"xy","x"\r\n', ERROR),
    )


@NEWEST
def test_suites(desk, family):
    bench = desk(family, mux=1)
    bench.talk(
        (b"AT+CIPSSLCCIPHER?\r\n", OK),
        (b"AT+CIPSSLCCIPHER=1,2,0xC02B,0xc02f\r\n", OK),
        (b"AT+CIPSSLCCIPHER=4,1,49195\r\n", OK),
        (
            b"AT+CIPSSLCCIPHER?\r\n",
            b"+CIPSSLCCIPHER:1,0xC02B\r\n+CIPSSLCCIPHER:1,0xC02F\r\n+CIPSSLCCIPHER:4,0xC02B\r\n"
            + OK,
        ),
        (b"AT+CIPSSLCCIPHER=1,1,0xFEFE\r\n", ERROR),
        (b"AT+CIPSSLCCIPHER=1,2,0xC02B\r\n", ERROR),
        (b"AT+CIPSSLCCIPHER=1,1,0xZZ\r\n", ERROR),
        (b"AT+CIPSSLCCIPHER=5,0\r\n", OK),
        (b"AT+CIPSSLCCIPHER?\r\n", OK),
    )


@pytest.mark.parametrize(
    "command",
    [
        b"CIPSSLCCN",
        b"CIPSSLCCN=",
        b"CIPSSLCCN=0",
        b"CIPSSLCCN=0,1",
        b'CIPSSLCCN=6,"a"',
        b'CIPSSLCCN="a"',
        b'CIPSSLCCN=0,"a","b"',
        b'CIPSSLCCN=0,"a',
        b"CIPSSLCSNI",
        b"CIPSSLCSNI=0,a",
        b'CIPSSLCSNI=-1,"a"',
        b'CIPSSLCSNI=0,"a,b"',
        b"CIPSSLCALPN",
        b"CIPSSLCALPN=0",
        b'CIPSSLCALPN=0,1,"a","b"',
        b'CIPSSLCALPN=0,2,"a"',
        b'CIPSSLCALPN=0,6,"a","b","c","d","e","f"',
        b'CIPSSLCALPN=0,1,""',
        b"CIPSSLCALPN=0,1,1",
        b"CIPSSLCPSK",
        b'CIPSSLCPSK=0,"a"',
        b'CIPSSLCPSK=0,"a","b","c"',
        b'CIPSSLCPSK=0,"%s","b"' % (b"k" * 33),
        b'CIPSSLCPSK=0,"a","%s"' % (b"i" * 33),
        b'CIPSSLCPSK=7,"a","b"',
    ],
)
@MODERN
def test_parameters_that_make_no_sense(desk, family, command):
    assert desk(family, mux=1).send(b"AT+" + command + b"\r\n") == ERROR


@pytest.mark.parametrize("family", sorted(OLD))
@pytest.mark.parametrize("command", [b"CN", b"SNI", b"ALPN", b"PSK", b"PSKHEX", b"CIPHER"])
def test_nonos_knows_none_of_it(desk, family, command):
    assert desk(family).send(b"AT+CIPSSLC" + command + b"?\r\n") == ERROR


def test_the_first_nonos_has_no_configuration(desk):
    assert desk(N13).send(b"AT+CIPSSLCCONF?\r\n") == ERROR


@pytest.mark.parametrize(
    "command, since",
    [
        (b"CIPSSLCPSKHEX", {E33, E41, E50}),
        (b"CIPSSLCCIPHER", {E41, E50}),
        (b"SYSMFG", {E33, E41, E50}),
        (b"SYSFLASH", ESPAT),
    ],
)
@EVERY
def test_what_came_later(desk, family, command, since):
    said = desk(family).send(b"AT+" + command + b"?\r\n")
    assert said.endswith(OK if family in since else ERROR)


@MODERN
def test_a_link_that_is_open_takes_no_settings(desk, tmp_path, family):
    bench = desk(family, joined=True, mux=1)
    bench.network.listen("web.test", 443, tls_server(material.context(tmp_path), Web()))
    bench.send(b'AT+CIPSTART=1,"SSL","web.test",443\r\n')
    for command in (b'CN=%d,"a"', b'SNI=%d,"a"', b'ALPN=%d,1,"a"', b'PSK=%d,"a","b"'):
        for link, expected in ((1, ERROR), (5, ERROR), (0, OK)):
            assert bench.send(b"AT+CIPSSLC" + command % link + b"\r\n") == expected
    assert bench.send(b"AT+CIPSSLCCONF=1,2,0,0\r\n") == OK


@pytest.mark.parametrize("family", [E22, E50])
def test_codes_of_errors(desk, family):
    bench = desk(family, mux=1)
    bench.send(b"AT+SYSLOG=1\r\n")
    for command, code in (
        (b"AT+CIPSSLCCONF=0,2,0", b"060403"),
        (b"AT+CIPSSLCCONF=0,4,0,0", b"070001"),
        (b'AT+CIPSSLCCONF="0",0', b"050000"),
        (b'AT+CIPSSLCPSK=0,"%s",""' % (b"k" * 33), b"040001"),
        (b'AT+CIPSSLCALPN=0,2,"a",""', b"040003"),
        (b"AT+CIPSSLCSNI=0,a", b"080001"),
        (b"AT+CIPSSLCSNI", b"0c0000"),
        (b"AT+CIPSSLSIZE=2048", b"090000"),
    ):
        assert bench.send(command + b"\r\n") == b"ERR CODE:0x01%s\r\n" % code + ERROR
