"""What no emulated module says of TLS: the script's words, after captures and disassemblies."""

import errno

import pytest

from espat import tls
from espat.at import flash, links
from tests.driver.desk import pattern
from tests.driver.script import BUSY_P, ERROR, OK, EspAt, ScriptedDesk
from tests.driver.secure import HOST, blind


@pytest.fixture
def desk():
    made = ScriptedDesk(EspAt)
    made.script._cipsslcsni = Name()
    return made


class Name:
    """AT+CIPSSLCSNI: what was set last is told, by a script that is asked of link 4 alone."""

    row = b"+CIPSSLCSNI:4,%s\r\n"

    def __init__(self):
        self.name = b""

    def __call__(self, rest):
        if rest is None:
            return self.row % self.name, OK
        self.name = rest.partition(b",")[2].strip(b'"')
        return (OK,)


def connected(desk, context=None):
    sock = (context or blind()).wrap_socket(desk.pool.socket(), server_hostname=HOST)
    sock.settimeout(5)
    sock.connect((HOST, 443))
    return sock


# What the module tells of a link's settings


@pytest.mark.parametrize("name", ["CIPSSLCCN", "CIPSSLCSNI", "CIPSSLCALPN", "CIPSSLCPSK"])
@pytest.mark.parametrize("kept", [b"", b"other.test"])
def test_firmware_that_will_not_clear_must_have_nothing_to(desk, name, kept):
    name = b"AT+" + name.encode()
    row = name[2:] + b":4," + kept + (b"," if b"PSK" in name else b"") + b"\r\n"
    desk.script.on(name + b"?", (row, OK))
    desk.script.on(name + b"=", (ERROR,))
    if kept:
        with pytest.raises(OSError, match=name[2:].decode().replace("+", r"\+")) as caught:
            connected(desk, blind(sni=False))
        assert caught.value.errno == errno.EIO
        assert not desk.said(b'"SSL"')
        assert not any(desk.modem.links[:5])
    else:
        connected(desk, blind(sni=False)).close()
        assert not desk.said(name + b"=")
    desk.works()


def test_values_may_stand_in_quotes(desk):
    """As the reference has them."""
    desk.script._cipsslcsni.row = b'+CIPSSLCSNI:4,"%s"\r\n'
    desk.script.on(b"AT+CIPSSLCPSK?", (b'+CIPSSLCPSK:4,"",""\r\n', OK))
    desk.script.on(b"AT+CIPSSLCALPN?", (b"+CIPSSLCALPN:4\r\n", OK))
    connected(desk).close()
    assert desk.said(b"AT+CIPSSLCSNI=") == [b'AT+CIPSSLCSNI=4,"tls.test"']
    assert not desk.said(b"AT+CIPSSLCPSK=") and not desk.said(b"AT+CIPSSLCALPN=")


def test_a_name_that_is_told_otherwise_once(desk):
    """A bit flipped, in the command or in the reply: it is set again, and asked again."""
    row = b"+CIPSSLCSNI:4,tls.tesu\r\n"
    desk.script.on(b"AT+CIPSSLCSNI?", (b"+CIPSSLCSNI:4,\r\n", OK), (row, OK))
    connected(desk).close()
    assert desk.said(b"AT+CIPSSLCSNI=") == [b'AT+CIPSSLCSNI=4,"tls.test"'] * 2


@pytest.mark.parametrize("row", [b"+CIPSSLCSNI:4,tls.tesu\r\n", b"+CIPSSLCSNI:0,tls.test\r\n", b""])
def test_a_name_that_is_told_otherwise_always(desk, row):
    desk.script.on(b"AT+CIPSSLCSNI?", *[(row, OK)] * 9)
    with pytest.raises(OSError, match=r"did not take AT\+CIPSSLCSNI") as caught:
        connected(desk)
    assert caught.value.errno == errno.EIO
    assert len(desk.said(b"AT+CIPSSLCSNI=")) == 2 and not desk.said(b'"SSL"')
    assert not any(desk.modem.links[:5])


def test_a_setting_that_is_not_confirmed(desk):
    desk.script.on(b"AT+CIPSSLCCONF=", (60,))
    with pytest.raises(OSError) as caught:
        connected(desk)
    assert caught.value.errno == errno.ETIMEDOUT
    assert not desk.said(b'"SSL"') and not any(desk.modem.links[:5])


def test_roots_of_which_the_reply_is_cut(desk):
    desk.script.on(b"AT+SYSTIMESTAMP?", (b"+SYSTIMESTAMP:1795000000\r\n", OK))
    desk.script.on(b'AT+SYSMFG=1,"client_ca"', (b'+SYSMFG:"client_ca","client_ca.0",8\r\n', OK))
    desk.script.on(
        b'AT+SYSMFG=1,"client_ca","client_ca.0"',
        (b'+SYSMFG:"client_ca","client_ca.0",8,11,# espat', OK),
    )
    with pytest.raises(OSError) as caught:
        connected(desk, tls.create_default_context())
    assert caught.value.errno in (errno.ETIMEDOUT, errno.EIO)
    assert not desk.said(b'"SSL"')


# Lengths (captures 43)


def test_bytes_that_are_told_and_cannot_be_read(desk):
    """A closing alert: 31 bytes of it wait, none is for us."""
    sock = connected(desk)
    script = desk.script
    script.say(b"\r\n+IPD,4,31\r\n")
    with pytest.raises(OSError) as caught:
        sock.recv(100)
    assert caught.value.errno == errno.ETIMEDOUT
    script.open.discard(4)
    script.say(b"4,CLOSED\r\n")
    assert sock.recv(100) == b""


def test_what_was_told_is_read_to_its_end_behind_closed(desk):
    """Told once, closed, and read in pieces: not a byte of it is given up."""
    sock = connected(desk)
    data = pattern(1500)
    script = desk.script
    script.held[4] = data
    script.waiting = lambda link: b""  # never again
    script.say(b"\r\n+IPD,4,1500\r\n", b"4,CLOSED\r\n")
    desk.clock.advance(0.1)
    got = b""
    while piece := sock.recv(512):
        got += piece
    assert got == data


def test_behind_closed_only_an_error_ends_it(desk):
    """The count was of the first record; a second one lies behind it."""
    sock = connected(desk)
    data = pattern(900)
    script = desk.script
    script.held[4] = data
    script.waiting = lambda link: b""
    script.say(b"\r\n+IPD,4,100\r\n", b"4,CLOSED\r\n")
    desk.clock.advance(0.1)
    assert sock.recv(100) == data[:100]
    desk.clock.advance(0.1)
    got = b""
    while piece := sock.recv(300):
        got += piece
    assert got == data[100:]
    assert len(desk.said(b"AT+CIPRECVDATA=")) >= 4


def test_fewer_bytes_than_were_told(desk):
    sock = connected(desk)
    data = pattern(494)
    desk.script.held[4] = data
    desk.script.say(b"\r\n+IPD,4,523\r\n")
    got = sock.recv(2048)
    assert got == data
    desk.script.open.discard(4)
    desk.script.held.clear()
    desk.script.say(b"4,CLOSED\r\n")
    assert sock.recv(100) == b""


def test_more_bytes_than_were_told(desk):
    """The next record is told of only when it is asked for."""
    sock = connected(desk)
    data = pattern(900)
    desk.script.held[4] = data
    desk.script.waiting = lambda link: b""  # never again
    desk.script.say(b"\r\n+IPD,4,100\r\n")
    start = desk.clock.now()
    got = b""
    while len(got) < 900:
        got += sock.recv(300)
    assert got == data
    assert desk.clock.now() - start < 0.5


# Time


@pytest.mark.parametrize("kind", ["socket", "cipstart", "cipstartex"])
def test_a_handshake_may_take_two_minutes(desk, kind):
    desk.port.patience = 10_000
    command = b"AT+CIPSTARTEX=" if kind == "cipstartex" else b"AT+CIPSTART="
    desk.script.on(command, (110, b"4,CONNECT\r\n", OK))
    if kind == "socket":
        sock = blind().wrap_socket(desk.pool.socket(), server_hostname=HOST)
        sock.connect((HOST, 443))
    elif kind == "cipstart":
        links.cipstart(desk.modem, 4, "SSL", HOST, 443)
    else:
        assert links.cipstartex(desk.modem, "SSL", HOST, 443) == 4
    assert desk.clock.now() > 110


def test_and_not_for_ever(desk):
    desk.port.patience = 10_000
    desk.script.on(b"AT+CIPSTART=", (1000,))
    plain = desk.script._command
    desk.script._command = lambda line: desk.script.say(BUSY_P) if line == b"AT" else plain(line)
    sock = blind().wrap_socket(desk.pool.socket(), server_hostname=HOST)
    with pytest.raises(OSError) as caught:
        sock.connect((HOST, 443))
    assert caught.value.errno == errno.ETIMEDOUT
    assert desk.clock.now() < 200


# Flash


def test_a_write_that_is_never_confirmed_blames_no_connection(desk):
    desk.port.patience = 10_000
    sock = desk.socket()
    desk.script.on(b"AT+SYSFLASH=1", (b">",))
    with pytest.raises(OSError) as caught:
        flash.sysflash_write(desk.modem, "client_ca", 0, bytes(64))
    assert caught.value.errno == errno.ETIMEDOUT
    sock.send(b"still here")
    assert desk.script.payloads[-1] == b"still here"


@pytest.mark.parametrize("length", [b"70000", b"99999999", b"x", b""])
def test_a_length_that_cannot_be_true(desk, length):
    desk.port.patience = 10_000
    desk.script.on(b"AT+SYSFLASH=2", (b"+SYSFLASH:" + length + b",1234\r\n", OK))
    with pytest.raises(OSError) as caught:
        flash.sysflash_read(desk.modem, "client_ca", 0, 64)
    assert caught.value.errno in (errno.EIO, errno.ETIMEDOUT)
    desk.works()
